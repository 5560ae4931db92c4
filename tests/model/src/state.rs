//! The state of the model: the sessions, in the states of appendix A as the code names them, and what Eve knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::configuration::Configuration;
use crate::terms::*;

/// The states of a client (appendix A.1). Without certificates, WAIT_CERT_CR is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientState {
    /// START.
    Start,
    /// WAIT_SH, with the PSK that was offered.
    WaitServerHello(ClientHello, Psk),
    /// WAIT_EE, with what the PSK and the hellos give.
    WaitEncryptedExtensions(Arc<Secrets>),
    /// WAIT_FINISHED.
    WaitFinished(Arc<Secrets>),
    /// CONNECTED.
    Connected(Arc<Secrets>),
}

/// A client session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// Whose session it is.
    pub party: Party,
    /// Whom it wants to reach.
    pub peer: Party,
    /// How far it is.
    pub state: ClientState,
    /// Whether its ClientHello had a key share.
    pub offered_share: bool,
    /// Whether Eve knew its PSK when it was connected: then nothing is promised.
    pub compromised: bool,
}

/// The states of a server (appendix A.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ServerState {
    /// START, RECVD_CH: the next step selects a PSK.
    WaitClientHello,
    /// NEGOTIATED, and the application decides about early data; whether it was new when it asked.
    DecidingEarlyData(ClientHello, Psk, bool),
    /// NEGOTIATED: the next step sends the flight; whether early data was accepted.
    Negotiated(ClientHello, Psk, bool),
    /// WAIT_EOED.
    WaitEndOfEarlyData(Arc<Secrets>),
    /// WAIT_FINISHED.
    WaitFinished(Arc<Secrets>),
    /// CONNECTED.
    Connected(Arc<Secrets>),
}

/// A server session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    /// Whose session it is.
    pub party: Party,
    /// How far it is.
    pub state: ServerState,
    /// As whom it takes its client, once it has selected a PSK.
    pub authentication: Option<External>,
    /// Whether the binder of the ClientHello was computed with the selected PSK.
    pub proven: bool,
    /// Whether Eve knew the PSK when it was selected.
    pub known_to_eve: bool,
    /// Whether the shared key was revoked when the PSK was selected.
    pub after_revocation: bool,
    /// Whether Eve knew its PSK when it was connected: then nothing is promised.
    pub compromised: bool,
}

/// A ticket of a client, for the server that sent it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Session {
    /// Who may use it.
    pub party: Party,
    /// Where.
    pub peer: Party,
    /// The ticket.
    pub ticket: Ticket,
}

/// A state of everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The client sessions.
    pub clients: Vec<Client>,
    /// The server sessions.
    pub servers: Vec<Server>,
    /// The tickets of clients.
    pub sessions: BTreeSet<Session>,
    /// The role in which each party used an identity.
    pub roles: BTreeMap<(Party, Identity), Role>,
    /// All messages that were sent. Eve delivers them, as often as she likes and to whom she likes, or not.
    pub network: BTreeSet<Message>,
    /// The ClientHellos whose early data was accepted, once for each time.
    pub early_data: BTreeMap<ClientHello, u8>,
    /// What servers remember of early data.
    pub remembered: BTreeSet<ClientHello>,
    /// Whether Eve has learnt the shared key.
    pub leaked: bool,
    /// Whether servers have stopped accepting it.
    pub revoked: bool,
}

impl Secrets {
    /// Derives the secrets: both ends get the same if they agree about all that is covered.
    pub fn derive(
        configuration: &Configuration,
        psk: Psk,
        mut client_hello: ClientHello,
        server_hello: ServerHello,
    ) -> Arc<Self> {
        if !configuration.protections.shares_are_covered && server_hello.share.is_none() {
            client_hello.share = None;
        }
        Arc::new(Self { psk, client_hello, server_hello })
    }
}

impl State {
    /// Whether Eve knows a PSK.
    pub fn eve_knows_psk(&self, psk: &Psk) -> bool {
        match psk {
            Psk::External(external) => external.key == Key::Eves || self.leaked,
            Psk::Resumption(secrets) => self.eve_knows(secrets),
        }
    }

    /// Whether Eve can compute the secrets of a connection: from its PSK, and a private key if there are key shares.
    /// Private keys of honest sessions do not leak.
    pub fn eve_knows(&self, secrets: &Secrets) -> bool {
        let knows_dhe = match (secrets.client_hello.share, secrets.server_hello.share) {
            (Some(client), Some(server)) => client == Origin::Eve || server == Origin::Eve,
            _ => true,
        };
        knows_dhe && self.eve_knows_psk(&secrets.psk)
    }

    /// Whether Eve can deliver a protected message: a copy, or one that she makes.
    pub fn can_deliver(&self, secrets: &Arc<Secrets>, sender: Role, content: Content) -> bool {
        self.eve_knows(secrets)
            || self.network.contains(&Message::Protected(secrets.clone(), sender, content))
    }
}
