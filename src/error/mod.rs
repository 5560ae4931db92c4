//! What went wrong, by name, and the one place where an error becomes an alert.

mod alert;
mod certificate;
mod direction;
mod incompatible;
mod named;
mod section;
mod usage;
mod violation;

use core::fmt;

pub use alert::AlertDescription;
pub use certificate::CertificateError;
pub use direction::Direction;
pub use incompatible::Incompatible;
pub(crate) use named::named_errors;
pub use usage::Usage;
pub use violation::Violation;

/// Why a connection call failed.
///
/// Every variant except [`Error::Usage`] ends the connection permanently. None carries a secret, and none carries
/// peer bytes beyond code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A field of the peer's message could not be decoded; the name is the RFC's.
    Decode(&'static str),
    /// The peer sent something that this state does not allow.
    UnexpectedMessage {
        /// What was received, by the RFC's name.
        received: &'static str,
        /// The state that refused it ([RFC 9846 appendix A]).
        ///
        /// [RFC 9846 appendix A]: https://www.rfc-editor.org/rfc/rfc9846#appendix-A
        state: &'static str,
    },
    /// The endpoints have no common ground, although neither broke a rule.
    Incompatible(Incompatible),
    /// The peer broke a rule, or a proof of its key does not verify.
    Violation(Violation),
    /// The peer's certificate does not authenticate it.
    Certificate(CertificateError),
    /// The peer sent an error alert.
    AlertReceived(AlertDescription),
    /// The transport ended before the peer's `close_notify`: data may be missing ([RFC 9846 section 6.1]).
    ///
    /// [RFC 9846 section 6.1]: https://www.rfc-editor.org/rfc/rfc9846#section-6.1
    Truncated,
    /// The peer sent `close_notify`, or the transport ended, before the handshake was complete.
    ClosedDuringHandshake,
    /// This endpoint failed, not the peer; the name says where.
    Internal(&'static str),
    /// The application's signature does not verify with its certificate, and was not sent.
    #[cfg(feature = "certificates")]
    BadSignature,
    /// A call that the application may not make now. It sends nothing and changes nothing.
    Usage(Usage),
}

impl Error {
    /// The alert to send, if any.
    #[must_use]
    pub const fn alert(self) -> Option<AlertDescription> {
        match self {
            Self::Decode(_) => Some(AlertDescription::DECODE_ERROR),
            Self::UnexpectedMessage { .. } => Some(AlertDescription::UNEXPECTED_MESSAGE),
            Self::Incompatible(cause) => Some(cause.alert()),
            Self::Violation(cause) => Some(cause.alert()),
            Self::Certificate(cause) => Some(cause.alert()),
            Self::Internal(_) => Some(AlertDescription::INTERNAL_ERROR),
            #[cfg(feature = "certificates")]
            Self::BadSignature => Some(AlertDescription::INTERNAL_ERROR),
            // An alert is not answered with an alert, and an ended transport carries none.
            Self::AlertReceived(_) | Self::Truncated | Self::ClosedDuringHandshake => None,
            Self::Usage(_) => None,
        }
    }

    /// The direction of the alert that ended the connection: `Received` if the peer sent it, `Sent` if this endpoint
    /// did, which is [`Error::alert`]; `None` without an alert.
    #[must_use]
    pub const fn direction(self) -> Option<Direction> {
        match self {
            Self::AlertReceived(_) => Some(Direction::Received),
            _ if self.alert().is_some() => Some(Direction::Sent),
            _ => None,
        }
    }

    /// Whether the connection continues after it.
    #[must_use]
    pub const fn is_usage(self) -> bool {
        matches!(self, Self::Usage(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(field) => write!(f, "the peer's {field} cannot be decoded"),
            Self::UnexpectedMessage { received, state } => {
                write!(f, "the peer sent {received} in state {state}")
            }
            Self::Incompatible(cause) => cause.fmt(f),
            Self::Violation(cause) => cause.fmt(f),
            Self::Certificate(cause) => cause.fmt(f),
            Self::AlertReceived(alert) => write!(f, "the peer sent the alert {alert}"),
            Self::Truncated => f.write_str("the transport ended without close_notify"),
            Self::ClosedDuringHandshake => f.write_str(
                "the peer ended the connection during the handshake: it may not support TLS 1.3 or not accept the PSK",
            ),
            Self::Internal(what) => write!(f, "internal error: {what}"),
            #[cfg(feature = "certificates")]
            Self::BadSignature => {
                f.write_str("the signature does not verify with the key of the certificate")
            }
            Self::Usage(usage) => usage.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl From<Incompatible> for Error {
    fn from(cause: Incompatible) -> Self {
        Self::Incompatible(cause)
    }
}

impl From<Violation> for Error {
    fn from(cause: Violation) -> Self {
        Self::Violation(cause)
    }
}

impl From<CertificateError> for Error {
    fn from(cause: CertificateError) -> Self {
        Self::Certificate(cause)
    }
}

impl From<Usage> for Error {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}
