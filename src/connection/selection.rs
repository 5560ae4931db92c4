//! PSKs, and which of them is used.

use super::{Connection, Phase};
use crate::client;
use crate::endpoint::{Answer, AppendError};
use crate::error::{Error, Usage};
use crate::psk::{ExternalPsk, OfferedPskList, PskKinds, Selection, Session};
use crate::server::{self, SelectingPsk};
use crate::wire::{CipherSuite, ClientHello};

impl Connection {
    /// Overrides the kinds of PSK that the configuration names: on a client before [`Connection::start`], on a server
    /// before the ClientHello. Not against PSKs or sessions that are there already.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), AppendError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => Ok(start.set_psk_kinds(kinds)?),
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => state.set_psk_kinds(kinds),
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
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => Ok(start.append_psk(psk)?),
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => state.append_psk(psk),
            Phase::Abandoned | Phase::Failed(_) => Err(Usage::ConnectionFailed.into()),
        }
    }

    /// The offered PSKs, while selection waits for [`Connection::select`].
    pub fn offered_psks(&self) -> Option<OfferedPskList<'_>> {
        self.selecting().map(SelectingPsk::offered_psks)
    }

    /// The ClientHello, while selection waits: its server_name and application protocols may guide the choice.
    pub fn client_hello(&self) -> Option<&ClientHello> {
        self.selecting().map(SelectingPsk::client_hello)
    }

    /// The cipher suites that the handshake can come to, most preferred first, while selection waits. A PSK whose hash none
    /// of them has cannot be used (RFC 9846 section 4.3.11).
    pub fn common_suites(&self) -> &[CipherSuite] {
        self.selecting().map(SelectingPsk::common_suites).unwrap_or_default()
    }

    /// Answers the selection, and goes on with the handshake. A usage error leaves it waiting.
    pub fn select(&mut self, selection: Selection<'_>) -> Result<(), Error> {
        self.answer(Answer::Psk(selection))
    }

    fn selecting(&self) -> Option<&SelectingPsk> {
        match &self.phase {
            Phase::Server(server::State::Asking(server::Asking::SelectingPsk(s))) => Some(s),
            _ => None,
        }
    }
}
