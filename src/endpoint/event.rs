//! What a connection tells its application.

use crate::error::{AlertDescription, named_errors};
use crate::keys::BinderKind;
use crate::psk::Session;
use crate::wire::{CipherSuite, NamedGroup, PskKeyExchangeMode};

/// Something that happened, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Server: the application selects the PSK now; nothing goes on until it has.
    SelectPsk,
    /// Server: the client sent early data under a PSK that allows it; the application accepts or rejects it now, and
    /// nothing goes on until it has.
    DecideEarlyData,
    /// Server: early data. Unlike [`Event::Data`] it may be a copy of what was sent before, and has no forward secrecy.
    EarlyData(Vec<u8>),
    /// Client: the server rejected the early data. What was sent of it has to be sent again, if it still holds.
    EarlyDataRejected,
    /// The application says whether the peer's certificate is whom it wants, and nothing goes on until it has.
    VerifyCertificate,
    /// The application signs with a key that is not here, and nothing goes on until it has.
    Sign,
    /// The handshake is complete; application data may be sent.
    Connected(Negotiated),
    /// Client: a session that a later connection can resume.
    Session(Session),
    /// Application data.
    Data(Vec<u8>),
    /// The peer sends no more. Sending is still possible.
    CloseNotify,
    /// An alert went out or came in.
    Alert {
        /// Which way it went.
        direction: Direction,
        /// What it says.
        description: AlertDescription,
    },
    /// The peer changed its sending keys (RFC 9846 section 4.7.3).
    KeyUpdated,
    /// A line of the key log; only when enabled. It holds a secret.
    KeyLog(String),
    /// A handshake message; only when tracing is enabled.
    Message {
        /// Which way it went.
        direction: Direction,
        /// Its name in the RFC.
        name: &'static str,
        /// The whole message, header included.
        bytes: Vec<u8>,
        /// Whether its records were protected.
        protected: bool,
    },
    /// Client: a session that the connection does not offer; only when tracing is enabled. The handshake goes on with the
    /// other sessions, the PSKs and certificates.
    SessionRefused {
        /// Its place among the sessions that were appended.
        index: usize,
        /// Why.
        reason: SessionRefusal,
    },
    /// Server: what became of an offered PSK; only when tracing is enabled. One that was not looked at has none.
    Psk {
        /// Its place in the client's list.
        index: usize,
        /// What became of it.
        outcome: PskOutcome,
    },
}

named_errors! {
    /// Why a client does not offer a session.
    SessionRefusal {
        Used => "another connection has used the session";
        Expired => "the session has expired";
        ServerName => "the session is for another server name";
        OwnCertificate => "the session began with another client certificate";
        Psk => "the session descends from a PSK that the connection lacks or has with another key";
        NoCertificate => "the session's server sent no certificate, and the connection requires one";
        CertificatesNotAccepted => "the session's server sent a certificate, and the connection accepts none";
        CertificateNotVerified => "the certificate of the session's server does not verify with the connection's trust anchors";
    }
}

/// The way of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From here to the peer.
    Sent,
    /// From the peer to here.
    Received,
}

/// What became of an offered PSK on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PskOutcome {
    /// The server has no PSK of this identity.
    Unknown,
    /// It is a ticket of this server, and what it descends from is not accepted any more: its PSK has gone or has another
    /// key.
    Withdrawn,
    /// The server has it, and it fits none of the common cipher suites.
    Unusable,
    /// The server has it and prefers another.
    NotPreferred,
    /// It was chosen; its binder is checked next.
    Chosen,
    /// Its binder verified.
    Verified,
    /// Its binder did not verify.
    Failed,
}

/// What the handshake agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The wire identity of the selected PSK, if one was.
    pub psk_identity: Option<Vec<u8>>,
    /// Its place in the client's (last) list.
    pub psk_index: Option<u16>,
    /// Where it comes from.
    pub psk_kind: Option<BinderKind>,
    /// The identity that it was provisioned with: other than the wire identity for an imported PSK and for a ticket,
    /// which has that of the PSK whose handshake it descends from.
    pub external_identity: Option<Vec<u8>>,
    /// How it is used; follows from the presence of a group.
    pub psk_mode: Option<PskKeyExchangeMode>,
    /// The cipher suite.
    pub cipher_suite: CipherSuite,
    /// The key exchange group; `None` under psk_ke.
    pub group: Option<NamedGroup>,
    /// The application protocol.
    pub alpn: Option<Vec<u8>>,
    /// The server's name as the client sent it.
    pub server_name: Option<Vec<u8>>,
    /// Whether the server proved who it is by a certificate: without a PSK, or beside one (RFC 8773).
    pub server_certificate: bool,
    /// Whether it took a HelloRetryRequest.
    pub hello_retry_request: bool,
    /// What became of early data.
    pub early_data: EarlyDataOutcome,
}

/// What became of early data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyDataOutcome {
    /// The client offered none.
    #[default]
    NotOffered,
    /// The server took it.
    Accepted,
    /// The server skipped it.
    Rejected,
}
