//! The server's states (RFC 9846 appendix A.2), one type each.

mod accept;
mod config;
mod selecting_psk;
mod selection;
mod wait_client_hello;
mod wait_finished;
mod wait_second_client_hello;

pub use config::{SelectionPolicy, ServerConfig};
pub use selection::Selection;

use std::sync::Arc;

use crate::endpoint::{Context, Established};
use crate::error::{Error, Usage};
use crate::psk::{ExternalPsk, OfferedPskList, PskError, PskList};
use crate::wire::{Handshake, HandshakeType};
use selecting_psk::SelectingPsk;
use wait_client_hello::WaitClientHello;
use wait_finished::WaitFinished;
use wait_second_client_hello::WaitSecondClientHello;

/// Where the server stands.
pub enum State {
    /// START: no ClientHello yet.
    WaitClientHello(WaitClientHello),
    /// RECVD_CH, and the application is asked for the PSK.
    SelectingPsk(Box<SelectingPsk>),
    /// START again, after a HelloRetryRequest.
    WaitSecondClientHello(Box<WaitSecondClientHello>),
    /// WAIT_FINISHED: the server's flight was sent.
    WaitFinished(Box<WaitFinished>),
    /// CONNECTED.
    Connected(Box<Established>),
}

impl State {
    /// A server before its first byte.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self::WaitClientHello(WaitClientHello { psks: ServerPsks::new(config) })
    }

    /// The state's name: appendix A.2's, and SELECTING_PSK for the suspended selection.
    pub fn name(&self) -> &'static str {
        match self {
            Self::WaitClientHello(_) | Self::WaitSecondClientHello(_) => "START",
            Self::SelectingPsk(_) => "SELECTING_PSK",
            Self::WaitFinished(_) => "WAIT_FINISHED",
            Self::Connected(_) => "CONNECTED",
        }
    }

    /// Takes a handshake message; the state is used up, whatever comes of it.
    pub fn on_handshake(self, ctx: &mut Context, message: &Handshake<'_>) -> Result<Self, Error> {
        let state = self.name();
        match (self, message.msg_type) {
            (Self::WaitClientHello(s), HandshakeType::CLIENT_HELLO) => {
                s.on_client_hello(ctx, message)
            }
            (Self::WaitSecondClientHello(s), HandshakeType::CLIENT_HELLO) => {
                s.on_client_hello(ctx, message)
            }
            (Self::WaitFinished(s), HandshakeType::FINISHED) => s.on_finished(ctx, message),
            (Self::Connected(mut s), HandshakeType::KEY_UPDATE) => {
                s.on_key_update(ctx, message)?;
                Ok(Self::Connected(s))
            }
            _ => Err(Error::UnexpectedMessage { received: message.name(), state }),
        }
    }

    /// Adds a PSK for this connection, as long as no PSK was selected.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<Result<(), PskError>, Usage> {
        match self {
            Self::WaitClientHello(s) => Ok(s.psks.append(psk)),
            Self::SelectingPsk(s) => Ok(s.psks.append(psk)),
            _ => Err(Usage::NotSelecting),
        }
    }

    /// The offer, while selection waits.
    pub fn offered_psks(&self) -> Option<OfferedPskList<'_>> {
        match self {
            Self::SelectingPsk(s) => Some(s.offered_psks()),
            _ => None,
        }
    }

    /// What the ClientHello says beside its PSKs, while selection waits.
    pub fn client_hello(&self) -> Option<&crate::wire::ClientHello> {
        match self {
            Self::SelectingPsk(s) => Some(s.client_hello()),
            _ => None,
        }
    }

    /// Checks an answer to the selection without taking it: whether [`State::select`] would refuse it.
    pub fn check_selection(&self, selection: &Selection<'_>) -> Result<(), Usage> {
        match self {
            Self::SelectingPsk(s) => s.check(selection),
            _ => Err(Usage::NotSelecting),
        }
    }

    /// Answers the selection.
    pub fn select(self, ctx: &mut Context, selection: &Selection<'_>) -> Result<Self, Error> {
        match self {
            Self::SelectingPsk(s) => s.select(ctx, selection),
            _ => Err(Usage::NotSelecting.into()),
        }
    }
}

/// The PSKs a connection can choose from: the configuration's, which are shared and may be many, then its own.
pub(crate) struct ServerPsks {
    pub(crate) config: Arc<ServerConfig>,
    own: PskList,
}

impl ServerPsks {
    fn new(config: Arc<ServerConfig>) -> Self {
        Self { config, own: PskList::new() }
    }

    fn append(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        let shared = psk
            .target_hashes()
            .iter()
            .any(|hash| self.config.psks().find(&psk.wire_identity(*hash)).is_some());
        if shared { Err(PskError::DuplicateIdentity) } else { self.own.append(psk) }
    }

    /// Finds the PSK of a wire identity; its rank is over both lists.
    fn find(&self, identity: &[u8]) -> Option<crate::psk::Found<'_>> {
        self.config.psks().find(identity).or_else(|| {
            let mut found = self.own.find(identity)?;
            found.rank += self.config.psks().len();
            Some(found)
        })
    }
}
