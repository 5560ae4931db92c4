//! Why a connection did not take a PSK, a session or the kinds of PSKs.

use crate::error::Usage;
use crate::psk::PskError;

/// Why a connection did not take a PSK, a session or the kinds of PSKs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PskConfigError {
    /// It does not fit itself, or the PSKs that are present.
    Psk(PskError),
    /// The connection does not take it now.
    Usage(Usage),
}

impl core::fmt::Display for PskConfigError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Psk(error) => error.fmt(f),
            Self::Usage(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for PskConfigError {}

impl From<PskError> for PskConfigError {
    fn from(error: PskError) -> Self {
        Self::Psk(error)
    }
}

impl From<Usage> for PskConfigError {
    fn from(error: Usage) -> Self {
        Self::Usage(error)
    }
}
