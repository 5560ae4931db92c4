//! The steps of a client, in the order of appendix A.1.

use crate::configuration::{Configuration, EarlyData, Modes};
use crate::state::{Client, ClientState, Session, State};
use crate::terms::*;

/// Sends a ClientHello that offers the external PSK, or the PSK of a session. `None` if the role guard refuses.
pub fn start(
    configuration: &Configuration,
    state: &State,
    number: usize,
    session: Option<&Session>,
) -> Option<State> {
    let Client { party, peer, .. } = state.clients[number];
    let (identity, psk) = match session {
        Some(Session { ticket, .. }) => (Identity::Ticket(ticket.clone()), ticket.psk.clone()),
        None => {
            let context = Context { client: party, server: peer };
            let external = External {
                key: Key::Shared,
                context: configuration.protections.contexts.then_some(context),
            };
            (Identity::External(external), Psk::External(external))
        }
    };
    let mut next = state.clone();
    if configuration.protections.role_guard
        && *next.roles.entry((party, identity.clone())).or_insert(Role::Client) != Role::Client
    {
        return None;
    }
    let hello = ClientHello {
        random: Origin::Client(number),
        share: (configuration.modes != Modes::PskKe).then_some(Origin::Client(number)),
        identity,
        binder: Some(psk.clone()),
        early_data: configuration.early_data != EarlyData::Off,
    };
    next.network.insert(Message::ClientHello(hello.clone()));
    next.clients[number].offered_share = hello.share.is_some();
    next.clients[number].state = ClientState::WaitServerHello(hello, psk);
    Some(next)
}

/// Takes a ServerHello: any that fits the modes, because nothing proves it yet.
pub fn receive_server_hello(
    configuration: &Configuration,
    state: &State,
    number: usize,
    server_hello: ServerHello,
) -> Option<State> {
    let ClientState::WaitServerHello(client_hello, psk) = &state.clients[number].state else {
        return None;
    };
    let fits = match configuration.modes {
        Modes::PskDheKe => server_hello.share.is_some(),
        Modes::PskKe => server_hello.share.is_none(),
        Modes::Both => true,
    };
    fits.then(|| {
        let (psk, client_hello) = (psk.clone(), client_hello.clone());
        let secrets = Secrets::derive(configuration, psk, client_hello, server_hello);
        let mut next = state.clone();
        next.clients[number].state = ClientState::WaitEncryptedExtensions(secrets);
        next
    })
}

/// Takes EncryptedExtensions, then the server's Finished, upon which it sends its own.
pub fn receive_flight(state: &State, number: usize) -> Option<State> {
    let mut next = state.clone();
    let client = &mut next.clients[number];
    match client.state.clone() {
        ClientState::WaitEncryptedExtensions(secrets)
            if state.can_deliver(&secrets, Role::Server, Content::EncryptedExtensions) =>
        {
            client.state = ClientState::WaitFinished(secrets);
        }
        ClientState::WaitFinished(secrets)
            if state.can_deliver(&secrets, Role::Server, Content::Finished) =>
        {
            client.compromised = state.eve_knows_psk(&secrets.psk);
            client.state = ClientState::Connected(secrets.clone());
            if secrets.client_hello.early_data {
                let end =
                    Message::Protected(secrets.clone(), Role::Client, Content::EndOfEarlyData);
                next.network.insert(end);
            }
            next.network.insert(Message::Protected(secrets, Role::Client, Content::Finished));
        }
        _ => return None,
    }
    Some(next)
}

/// Takes a ticket, as often as one was sent.
pub fn receive_ticket(state: &State, number: usize, ticket: &Ticket) -> Option<State> {
    let Client { party, peer, state: ClientState::Connected(secrets), .. } = &state.clients[number]
    else {
        return None;
    };
    let content = Content::NewSessionTicket(ticket.clone());
    let sent = Message::Protected(secrets.clone(), Role::Server, content);
    let session = Session { party: *party, peer: *peer, ticket: ticket.clone() };
    (state.network.contains(&sent) && !state.sessions.contains(&session)).then(|| {
        let mut next = state.clone();
        next.sessions.insert(session);
        next
    })
}
