//! The terms of the model. A term says how a value was computed; two values are equal if their terms are, and nobody
//! computes one without its inputs. So a MAC, a key and a ciphertext are as good as their definitions.

use std::sync::Arc;

/// Who takes part. Alice and Bob are honest and can be client and server, as two peers are that share one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// Has the key [`Key::Shared`].
    Alice,
    /// Has both keys.
    Bob,
    /// The attacker, who has [`Key::Eves`], and for whom every message passes.
    Eve,
}

/// An external key, before it is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// Of Alice and Bob.
    Shared,
    /// Of Eve and Bob, whose legitimate client she is.
    Eves,
}

/// The context of an importer (RFC 9258) that names the roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Context {
    /// The client's name.
    pub client: Party,
    /// The server's name.
    pub server: Party,
}

/// An external PSK, by its identity: who proves it is authenticated as this, and so are those who resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct External {
    /// The key that it was made of.
    pub key: Key,
    /// Its context, if it was imported.
    pub context: Option<Context>,
}

/// A PSK (section 7.1). What is derived from different inputs differs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Psk {
    /// Given to both ends outside of TLS.
    External(External),
    /// Derived from the resumption secret of a connection (section 4.7.1).
    Resumption(Arc<Secrets>),
}

/// A ticket: the state of a connection, sealed under a key that Alice's and Bob's servers share.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket {
    /// The PSK of the connections that resume.
    pub psk: Psk,
    /// How the client was authenticated.
    pub authentication: External,
}

/// The identity of an offered PSK (section 4.3.11).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// Of an external PSK.
    External(External),
    /// Of a PSK from an earlier connection.
    Ticket(Ticket),
}

/// The session that made a random value or a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The client session of this number.
    Client(usize),
    /// The server session of this number.
    Server(usize),
    /// Eve.
    Eve,
}

/// A ClientHello (section 4.2.2) that offers one PSK.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientHello {
    /// The random value.
    pub random: Origin,
    /// The key share: whose private key belongs to it. Without one, only `psk_ke` is offered.
    pub share: Option<Origin>,
    /// The PSK's identity.
    pub identity: Identity,
    /// The PSK that the binder was computed with, over everything else here; `None` if it is no such value.
    pub binder: Option<Psk>,
    /// Whether early data follows.
    pub early_data: bool,
}

/// A ServerHello (section 4.2.3), which selects the one PSK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerHello {
    /// The random value.
    pub random: Origin,
    /// The key share: whose private key belongs to it. `None` selects `psk_ke`.
    pub share: Option<Origin>,
}

/// What all keys of a connection are derived from: the PSK, the transcript, and by its key shares the (EC)DHE secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secrets {
    /// The PSK.
    pub psk: Psk,
    /// The transcript's first message.
    pub client_hello: ClientHello,
    /// Its second one.
    pub server_hello: ServerHello,
}

/// The sender of a protected message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// A message that is protected with keys from [`Secrets`], under the sender's role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Content {
    /// Section 4.4.1.
    EncryptedExtensions,
    /// Section 4.5.3.
    Finished,
    /// Section 4.6.
    EndOfEarlyData,
    /// Section 4.7.1.
    NewSessionTicket(Ticket),
}

/// What Eve has seen on the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Message {
    /// A ClientHello.
    ClientHello(ClientHello),
    /// A ServerHello.
    ServerHello(ServerHello),
    /// A protected message.
    Protected(Arc<Secrets>, Role, Content),
}
