//! Errors of TLS as errors of I/O.

use std::io;

use crate::crypto::CryptoError;
use crate::endpoint::Question;
use crate::error::{Error, Usage};

impl From<Error> for io::Error {
    /// Wraps the error, from which [`io::Error::downcast`] takes it out. The kind is `UnexpectedEof` if the transport
    /// ended too early, `ConnectionAborted` for an alert of the peer, `InvalidData` for what it did wrong, and
    /// `BrokenPipe` or `InvalidInput` for a call that is not allowed now.
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Truncated | Error::ClosedDuringHandshake => io::ErrorKind::UnexpectedEof,
            Error::AlertReceived(_) => io::ErrorKind::ConnectionAborted,
            Error::Usage(Usage::ClosedForSending) => io::ErrorKind::BrokenPipe,
            Error::Usage(Usage::ConnectionClosed) => io::ErrorKind::NotConnected,
            Error::Usage(_) => io::ErrorKind::InvalidInput,
            Error::Internal(_) => io::ErrorKind::Other,
            #[cfg(feature = "certificates")]
            Error::BadSignature => io::ErrorKind::Other,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

impl From<CryptoError> for io::Error {
    fn from(error: CryptoError) -> Self {
        Self::other(error)
    }
}

/// The error of reading or writing while the handshake waits for the application.
pub(super) fn unanswered(question: Question) -> io::Error {
    let text = match question {
        Question::SelectPsk => "the selection of a PSK",
        Question::DecideEarlyData => "a decision on early data",
        Question::VerifyCertificate => "the verification of a certificate",
        Question::Sign => "a signature",
    };
    let text = format!("the handshake waits for {text}: call handshake and answer it");
    io::Error::new(io::ErrorKind::Unsupported, text)
}
