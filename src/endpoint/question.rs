//! The questions of a handshake to its application. It waits for the answer, however long that takes.

use crate::certificates::Decision;
use crate::error::Usage;
use crate::psk::Selection;

/// The pending question to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// Server: which PSK is used.
    SelectPsk,
    /// Server: whether early data is accepted.
    DecideEarlyData,
    /// Whether the peer's certificate is accepted.
    VerifyCertificate,
    /// The signature of an external key.
    Sign,
}

impl Question {
    /// The name of the state that waits for the answer.
    #[must_use]
    pub const fn state(self) -> &'static str {
        match self {
            Self::SelectPsk => "SELECTING_PSK",
            Self::DecideEarlyData => "DECIDING_EARLY_DATA",
            Self::VerifyCertificate => "VERIFYING_CERTIFICATE",
            Self::Sign => "SIGNING",
        }
    }

    /// The error of an answer if this question is not pending.
    #[must_use]
    pub const fn not_asked(self) -> Usage {
        match self {
            Self::SelectPsk => Usage::NotSelecting,
            Self::DecideEarlyData => Usage::NotDecidingEarlyData,
            Self::VerifyCertificate => Usage::NotVerifying,
            Self::Sign => Usage::NotSigning,
        }
    }
}

/// The application's answer, one variant for each [`Question`].
#[derive(Clone, Debug)]
pub enum Answer<'a> {
    /// To [`Question::SelectPsk`].
    Psk(Selection<'a>),
    /// To [`Question::DecideEarlyData`]: whether it is accepted.
    EarlyData(bool),
    /// To [`Question::VerifyCertificate`].
    Certificate(Decision),
    /// To [`Question::Sign`].
    Signature(Vec<u8>),
}

impl Answer<'_> {
    /// The question that this answers.
    pub const fn question(&self) -> Question {
        match self {
            Self::Psk(_) => Question::SelectPsk,
            Self::EarlyData(_) => Question::DecideEarlyData,
            Self::Certificate(_) => Question::VerifyCertificate,
            Self::Signature(_) => Question::Sign,
        }
    }
}
