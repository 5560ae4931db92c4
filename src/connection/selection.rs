//! PSKs, and which of them is used.

use super::{Connection, Phase};
use crate::client;
use crate::error::{Error, Usage};
use crate::psk::{ExternalPsk, OfferedPskList, PskError, PskKinds, Session};
use crate::server::Selection;
use crate::wire::{CipherSuite, ClientHello};

impl Connection {
    /// Overrides the kinds of PSK that the configuration names: on a client before [`Connection::start`], on a server
    /// before the ClientHello. Not against PSKs or sessions that are there already.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), AppendError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => Ok(start.set_psk_kinds(kinds)?),
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => Ok(state.set_psk_kinds(kinds)??),
            Phase::Abandoned | Phase::Failed(_) => Err(Usage::ConnectionFailed.into()),
        }
    }

    /// Client, before [`Connection::start`]: offers to resume a session. Sessions come before all external PSKs. The
    /// connection uses it up when it starts.
    pub fn append_session(&mut self, session: &Session) -> Result<(), AppendError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => {
                Ok(start.append_session(session, self.context.now)?)
            }
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(_) => Err(Usage::NotAClient.into()),
            Phase::Abandoned | Phase::Failed(_) => Err(Usage::ConnectionFailed.into()),
        }
    }

    /// Adds a copy of `psk` behind the configuration's: on a client before [`Connection::start`], on a server until
    /// the PSK is selected.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), AppendError> {
        let result = match &mut self.phase {
            Phase::Client(client::State::Start(start)) => start.append_psk(psk),
            Phase::Client(_) => return Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => state.append_psk(psk)?,
            Phase::Abandoned | Phase::Failed(_) => return Err(Usage::ConnectionFailed.into()),
        };
        Ok(result?)
    }

    /// The offered PSKs, while selection waits for [`Connection::select`].
    pub fn offered_psks(&self) -> Option<OfferedPskList<'_>> {
        match &self.phase {
            Phase::Server(state) => state.offered_psks(),
            _ => None,
        }
    }

    /// The ClientHello, while selection waits: its server_name and application protocols may guide the choice.
    pub fn client_hello(&self) -> Option<&ClientHello> {
        match &self.phase {
            Phase::Server(state) => state.client_hello(),
            _ => None,
        }
    }

    /// The cipher suites that the handshake can come to, most preferred first, while selection waits. A PSK whose hash none
    /// of them has cannot be used (RFC 9846 section 4.3.11).
    pub fn common_suites(&self) -> &[CipherSuite] {
        match &self.phase {
            Phase::Server(state) => state.common_suites(),
            _ => &[],
        }
    }

    /// Answers the selection, and goes on with the handshake. A usage error leaves it waiting.
    pub fn select(&mut self, selection: Selection<'_>) -> Result<(), Error> {
        self.check_alive()?;
        match core::mem::replace(&mut self.phase, Phase::Abandoned) {
            Phase::Server(state) => {
                if let Err(usage) = state.check_selection(&selection) {
                    self.phase = Phase::Server(state);
                    return Err(usage.into());
                }
                let next = state.select(&mut self.context, &selection).map(Phase::Server);
                self.advance(next)?;
                self.process()
            }
            phase => {
                self.phase = phase;
                Err(Usage::NotSelecting.into())
            }
        }
    }

    /// Ends a waiting selection, decision, verdict or signature because the application failed to give it: the handshake
    /// fails with internal_error.
    pub fn cancel_selection(&mut self) -> Result<(), Error> {
        if !self.is_suspended() {
            return Err(Usage::NotSelecting.into());
        }
        self.fail(Error::Internal("the application did not answer"))
    }
}

/// Why a PSK was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The PSK or the list refused it.
    Psk(PskError),
    /// It is too late.
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
