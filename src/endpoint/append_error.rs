//! Why a PSK or a session was not added to a connection.

use crate::error::Usage;
use crate::psk::PskError;

/// Why a PSK was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The PSK or the list refused it.
    Psk(PskError),
    /// The selection has already been made.
    Usage(Usage),
}

impl core::fmt::Display for AppendError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Psk(error) => error.fmt(f),
            Self::Usage(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AppendError {}

impl From<PskError> for AppendError {
    fn from(error: PskError) -> Self {
        Self::Psk(error)
    }
}

impl From<Usage> for AppendError {
    fn from(error: Usage) -> Self {
        Self::Usage(error)
    }
}
