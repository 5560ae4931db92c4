//! The client's states (RFC 9846 appendix A.1), one type each.

mod config;
mod hello;
mod wait_encrypted_extensions;
mod wait_finished;
mod wait_server_hello;

pub use config::ClientConfig;

use crate::endpoint::{Context, Established};
use crate::error::Error;
use crate::psk::{ExternalPsk, PskError, PskList};
use crate::wire::{Handshake, HandshakeType};
use wait_encrypted_extensions::WaitEncryptedExtensions;
use wait_finished::WaitFinished;
use wait_server_hello::WaitServerHello;

/// Where the client stands.
pub enum State {
    /// START: nothing was sent.
    Start(Start),
    /// WAIT_SH: the ClientHello was sent.
    WaitServerHello(Box<WaitServerHello>),
    /// WAIT_EE: the ServerHello was taken.
    WaitEncryptedExtensions(Box<WaitEncryptedExtensions>),
    /// WAIT_FINISHED: only the server's Finished is missing.
    WaitFinished(Box<WaitFinished>),
    /// CONNECTED.
    Connected(Box<Established>),
}

impl State {
    /// The state's name in appendix A.1.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "START",
            Self::WaitServerHello(_) => "WAIT_SH",
            Self::WaitEncryptedExtensions(_) => "WAIT_EE",
            Self::WaitFinished(_) => "WAIT_FINISHED",
            Self::Connected(_) => "CONNECTED",
        }
    }

    /// Takes a handshake message; the state is used up, whatever comes of it.
    pub fn on_handshake(self, ctx: &mut Context, message: &Handshake<'_>) -> Result<Self, Error> {
        let state = self.name();
        match (self, message.msg_type) {
            (Self::WaitServerHello(s), HandshakeType::SERVER_HELLO) => {
                s.on_server_hello(ctx, message)
            }
            (Self::WaitEncryptedExtensions(s), HandshakeType::ENCRYPTED_EXTENSIONS) => {
                s.on_encrypted_extensions(ctx, message)
            }
            (Self::WaitFinished(s), HandshakeType::FINISHED) => s.on_finished(ctx, message),
            (Self::Connected(mut s), HandshakeType::KEY_UPDATE) => {
                s.on_key_update(ctx, message)?;
                Ok(Self::Connected(s))
            }
            // A client that does not resume ignores tickets (section 4.7.1).
            (Self::Connected(mut s), HandshakeType::NEW_SESSION_TICKET) => {
                s.on_new_session_ticket(message)?;
                Ok(Self::Connected(s))
            }
            _ => Err(Error::UnexpectedMessage { received: message.name(), state }),
        }
    }
}

/// START: PSKs may still be added.
pub struct Start {
    config: std::sync::Arc<ClientConfig>,
    /// The configuration's PSKs and the connection's own.
    psks: PskList,
}

impl Start {
    /// Starts from a configuration.
    pub fn new(config: std::sync::Arc<ClientConfig>) -> Self {
        Self { psks: config.psks().clone(), config }
    }

    /// Adds a PSK behind the configuration's.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        self.psks.append_to_offer(psk)
    }

    /// Sends the ClientHello, or fails before anything is sent.
    pub fn start(&self, ctx: &mut Context) -> Result<State, Error> {
        hello::send_first(self.config.clone(), &self.psks, ctx)
    }
}
