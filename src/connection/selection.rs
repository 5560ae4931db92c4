//! PSKs, and the selection of one.

use super::{Connection, Phase};
use crate::client;
use crate::crypto::Suite;
use crate::endpoint::{Answer, PskConfigError};
use crate::error::{Error, Usage};
use crate::newtype::for_tools;
use crate::psk::{ExternalPsk, OfferedPskList, PskKinds, Selection, Session};
use crate::server::{self, SelectingPsk};
use crate::wire::ClientHello;

impl Connection {
    /// Overrides the kinds of PSK that the configuration names: on a client before [`Connection::start`], on a server
    /// before the ClientHello.
    ///
    /// # Errors
    ///
    /// [`PskError::MixedKinds`](crate::PskError::MixedKinds), or a usage error if it is too late.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskConfigError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => Ok(start.set_psk_kinds(kinds)?),
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => state.set_psk_kinds(kinds),
            ended => Err(ended.usage().into()),
        }
    }

    /// Client, before [`Connection::start`]: offers to resume a session. Sessions precede all external PSKs. The
    /// session counts as used when the connection starts.
    ///
    /// # Errors
    ///
    /// Why the session does not fit the connection, such as [`PskError::SessionUsed`](crate::PskError::SessionUsed) and
    /// [`PskError::SessionExpired`](crate::PskError::SessionExpired), or a usage error if it is too late.
    pub fn append_session(&mut self, session: &Session) -> Result<(), PskConfigError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => {
                Ok(start.append_session(session, self.context.now)?)
            }
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(_) => Err(Usage::NotAClient.into()),
            ended => Err(ended.usage().into()),
        }
    }

    /// Adds a copy of `psk` after those of the configuration: on a client before [`Connection::start`], on a server
    /// until the PSK is selected.
    ///
    /// # Errors
    ///
    /// As for a configuration, or a usage error if it is too late.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskConfigError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => Ok(start.append_psk(psk)?),
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => state.append_psk(psk),
            ended => Err(ended.usage().into()),
        }
    }

    /// The offered PSKs, while [`Connection::select`] is pending.
    pub fn offered_psks(&self) -> Option<OfferedPskList<'_>> {
        self.selecting().map(SelectingPsk::offered_psks)
    }

    for_tools! {
        /// The ClientHello, while a selection is pending: its `server_name` and application protocols may affect the
        /// choice.
        pub fn client_hello(&self) -> Option<&ClientHello> {
            self.selecting().map(SelectingPsk::client_hello)
        }
    }

    /// The `server_name` of the client ([RFC 6066 section 3]), while a selection is pending.
    ///
    /// [RFC 6066 section 3]: https://www.rfc-editor.org/rfc/rfc6066#section-3
    #[must_use]
    pub fn offered_server_name(&self) -> Option<&[u8]> {
        self.client_hello()?.extensions.server_name.as_deref()
    }

    /// The application protocols of the client (RFC 7301), most preferred first, while a selection is pending.
    #[must_use]
    pub fn offered_alpn(&self) -> &[Vec<u8>] {
        self.client_hello().and_then(|hello| hello.extensions.alpn.as_deref()).unwrap_or_default()
    }

    /// The cipher suites that the handshake may use, most preferred first, while a selection is pending. The hash of
    /// the PSK must be that of one of them ([RFC 9846 section 4.3.11]).
    ///
    /// [RFC 9846 section 4.3.11]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
    pub fn common_suites(&self) -> &[Suite] {
        self.selecting().map(SelectingPsk::common_suites).unwrap_or_default()
    }

    /// Answers the selection, and continues the handshake. After a usage error the selection is still pending.
    ///
    /// # Errors
    ///
    /// [`Usage::NotSelecting`], [`Usage::IdentityNotOffered`], [`Usage::IdentitySettled`] and
    /// [`Usage::NoPskForIdentity`]. Any other error ends the connection.
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
