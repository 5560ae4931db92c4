//! The events of a connection.

use crate::crypto::Suite;
use crate::error::{AlertDescription, Direction, named_errors};
use crate::keys::PskKind;
use crate::psk::Session;
use crate::wire::{NamedGroup, PskKeyExchangeMode};

/// An event, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Server: the application must select the PSK; the handshake waits for it.
    SelectPsk,
    /// Server: the client sent early data with a PSK that allows it. The application must accept or reject it; the
    /// handshake waits for it.
    DecideEarlyData,
    /// Server: early data. Unlike [`Event::Data`] it may be a copy of data that was sent before, and has no forward
    /// secrecy.
    EarlyData(Vec<u8>),
    /// Client: the server rejected the early data. Send it again if it is still relevant.
    EarlyDataRejected,
    /// The application must decide about the peer's certificate; the handshake waits for it.
    VerifyCertificate,
    /// The application must sign with its external key; the handshake waits for it.
    Sign,
    /// The handshake is complete; application data may be sent.
    Connected(Negotiated),
    /// Client: a session that a later connection can resume.
    Session(Session),
    /// Application data.
    Data(Vec<u8>),
    /// The peer sends nothing further. Sending is still possible.
    CloseNotify,
    /// An alert was sent or received.
    Alert {
        /// The direction.
        direction: Direction,
        /// The alert.
        description: AlertDescription,
    },
    /// The peer changed its sending keys ([RFC 9846 section 4.7.3]).
    ///
    /// [RFC 9846 section 4.7.3]: https://www.rfc-editor.org/rfc/rfc9846#section-4.7.3
    KeyUpdated,
    /// A line of the key log; only if enabled. It contains a secret.
    KeyLog(String),
    /// A handshake message; only if tracing is enabled.
    Message {
        /// The direction.
        direction: Direction,
        /// Its name in the RFC.
        name: &'static str,
        /// The whole message, header included.
        bytes: Vec<u8>,
        /// Whether its records were protected.
        protected: bool,
    },
    /// Client: a session that the connection does not offer; only if tracing is enabled. The handshake continues with
    /// the other sessions, the PSKs and certificates.
    SessionRefused {
        /// Its index among the sessions that were appended.
        index: usize,
        /// The reason.
        reason: SessionRefusal,
    },
    /// Server: the outcome for an offered PSK; only if tracing is enabled. A PSK that was not considered has none.
    Psk {
        /// Its index in the client's list.
        index: usize,
        /// The outcome.
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

/// The outcome for an offered PSK on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PskOutcome {
    /// The server has no PSK with this identity.
    Unknown,
    /// It is a ticket of this server that is no longer accepted: the PSK that it descends from was removed or has
    /// another key.
    Withdrawn,
    /// The server has it, but it fits none of the common cipher suites.
    Unusable,
    /// The server has it, but prefers another.
    NotPreferred,
    /// It was selected; its binder is checked next.
    Chosen,
    /// Its binder verified.
    Verified,
    /// Its binder did not verify.
    Failed,
}

/// What was negotiated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Negotiated {
    /// The wire identity of the selected PSK, if any.
    pub psk_identity: Option<Vec<u8>>,
    /// Its index in the client's (last) list.
    pub psk_index: Option<u16>,
    /// The origin of the PSK.
    pub psk_kind: Option<PskKind>,
    /// The identity that it was provisioned with. It differs from the wire identity for an imported PSK, and for a
    /// ticket, which has the identity of the PSK whose handshake it descends from.
    pub external_identity: Option<Vec<u8>>,
    /// The mode, which follows from the presence of a group.
    pub psk_mode: Option<PskKeyExchangeMode>,
    /// The cipher suite.
    pub cipher_suite: Suite,
    /// The key exchange group; `None` under `psk_ke`.
    pub group: Option<NamedGroup>,
    /// The application protocol.
    pub alpn: Option<Vec<u8>>,
    /// The server name that the client sent.
    pub server_name: Option<Vec<u8>>,
    /// Whether a certificate authenticated the server: without a PSK, or in addition to one (RFC 8773).
    pub server_certificate: bool,
    /// Whether there was a HelloRetryRequest.
    pub hello_retry_request: bool,
    /// The outcome for early data.
    pub early_data: EarlyDataOutcome,
}

/// The outcome for early data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EarlyDataOutcome {
    /// The client offered none.
    #[default]
    NotOffered,
    /// The server accepted it.
    Accepted,
    /// The server skipped it.
    Rejected,
}
