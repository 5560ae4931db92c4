//! The client's states (RFC 9846 appendix A.1), one type each.

#[cfg(feature = "certificates")]
mod certificates;
mod config;
mod early_data;
mod grease;
mod hello;
mod sessions;
mod wait_encrypted_extensions;
mod wait_finished;
mod wait_server_hello;

use std::sync::Arc;

#[cfg(feature = "certificates")]
pub use certificates::CertificateConfig;
pub use config::ClientConfig;
pub use early_data::EarlyDataOffer;

use crate::endpoint::{Context, Established, Event};
#[cfg(feature = "certificates")]
use crate::endpoint::{Signing, Verifying, WaitCertificateVerify};
use crate::error::{Error, Usage};
use crate::keys::Exporter;
use crate::psk::{ExternalPsk, PskError, PskKinds, PskList, Session};
use crate::wire::{Handshake, HandshakeType};
use wait_encrypted_extensions::WaitEncryptedExtensions;
#[cfg(feature = "certificates")]
use wait_finished::Reply;
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
    /// WAIT_CERT_CR and WAIT_CERT: the server has to show a certificate.
    #[cfg(feature = "certificates")]
    WaitCertificate(Box<certificates::WaitCertificate>),
    /// WAIT_CV: the server has to prove that it has the certificate's key.
    #[cfg(feature = "certificates")]
    WaitCertificateVerify(Box<WaitCertificateVerify<WaitFinished>>),
    /// WAIT_CV, and the application is asked for its verdict.
    #[cfg(feature = "certificates")]
    VerifyingCertificate(Box<Verifying<WaitFinished>>),
    /// WAIT_FINISHED, and the application is asked for a signature.
    #[cfg(feature = "certificates")]
    Signing(Box<Signing<Reply>>),
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
            #[cfg(feature = "certificates")]
            Self::WaitCertificate(s) => s.name(),
            #[cfg(feature = "certificates")]
            Self::WaitCertificateVerify(_) => "WAIT_CV",
            #[cfg(feature = "certificates")]
            Self::VerifyingCertificate(_) => "VERIFYING_CERTIFICATE",
            #[cfg(feature = "certificates")]
            Self::Signing(_) => "SIGNING",
            Self::WaitFinished(_) => "WAIT_FINISHED",
            Self::Connected(_) => "CONNECTED",
        }
    }

    /// The handshake messages that the state takes.
    pub fn expected(&self) -> &'static [HandshakeType] {
        match self {
            Self::Start(_) => &[],
            Self::WaitServerHello(_) => &[HandshakeType::SERVER_HELLO],
            Self::WaitEncryptedExtensions(_) => &[HandshakeType::ENCRYPTED_EXTENSIONS],
            #[cfg(feature = "certificates")]
            Self::WaitCertificate(s) => s.expected(),
            #[cfg(feature = "certificates")]
            Self::WaitCertificateVerify(_) => &[HandshakeType::CERTIFICATE_VERIFY],
            #[cfg(feature = "certificates")]
            Self::VerifyingCertificate(_) | Self::Signing(_) => &[],
            Self::WaitFinished(_) => &[HandshakeType::FINISHED],
            Self::Connected(_) => &[HandshakeType::KEY_UPDATE, HandshakeType::NEW_SESSION_TICKET],
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
            #[cfg(feature = "certificates")]
            (Self::WaitCertificate(s), HandshakeType::CERTIFICATE_REQUEST) => {
                s.on_certificate_request(message)
            }
            #[cfg(feature = "certificates")]
            (Self::WaitCertificate(s), HandshakeType::CERTIFICATE) => s.on_certificate(message),
            #[cfg(feature = "certificates")]
            (Self::WaitCertificateVerify(s), HandshakeType::CERTIFICATE_VERIFY) => {
                s.on_certificate_verify(ctx, message).map(certificates::judged)
            }
            (Self::WaitFinished(s), HandshakeType::FINISHED) => s.on_finished(ctx, message),
            (Self::Connected(mut s), HandshakeType::KEY_UPDATE) => {
                s.on_key_update(ctx, message)?;
                Ok(Self::Connected(s))
            }
            (Self::Connected(mut s), HandshakeType::NEW_SESSION_TICKET) => {
                s.on_new_session_ticket(ctx, message)?;
                Ok(Self::Connected(s))
            }
            _ => Err(Error::UnexpectedMessage { received: message.name(), state }),
        }
    }

    /// Whether the handshake waits for the application.
    pub fn is_suspended(&self) -> bool {
        match self {
            #[cfg(feature = "certificates")]
            Self::Signing(_) | Self::VerifyingCertificate(_) => true,
            _ => false,
        }
    }

    /// The early data that can be sent now.
    pub fn early_data(&mut self) -> Option<&mut EarlyDataOffer> {
        match self {
            Self::WaitServerHello(s) => s.early_data.as_mut(),
            Self::WaitEncryptedExtensions(s) if s.early_data_rejected => None,
            Self::WaitEncryptedExtensions(s) => s.early_data.as_mut(),
            _ => None,
        }
    }

    /// The exporter of early data, as long as the client has sent some or may have.
    pub fn early_exporter(&self) -> Option<&Exporter> {
        match self {
            Self::WaitServerHello(s) => s.early_data.as_ref().map(EarlyDataOffer::exporter),
            Self::WaitEncryptedExtensions(s) => s.early_data.as_ref().map(EarlyDataOffer::exporter),
            Self::Connected(s) => s.early_exporter(),
            _ => None,
        }
    }
}

/// START: PSKs and sessions may still be added.
pub struct Start {
    config: Arc<ClientConfig>,
    kinds: PskKinds,
    /// The configuration's PSKs and the connection's own.
    psks: PskList,
    sessions: Vec<Session>,
}

impl Start {
    /// Starts from a configuration.
    pub fn new(config: Arc<ClientConfig>) -> Self {
        let kinds = config.psk_kinds();
        Self { psks: config.psks().clone(), config, kinds, sessions: Vec::new() }
    }

    /// Overrides the configuration's kinds. Not against PSKs or sessions that are there already.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        if (!kinds.external() && !self.psks.is_empty())
            || (!kinds.resumption() && !self.sessions.is_empty())
        {
            return Err(PskError::MixedKinds);
        }
        self.kinds = kinds;
        Ok(())
    }

    /// Whether the time decides anything: the age of a session, or whether a certificate is valid.
    pub fn needs_time(&self) -> bool {
        self.kinds.resumption() || self.config.needs_time()
    }

    /// Adds a PSK behind the configuration's.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.kinds.external() {
            return Err(PskError::MixedKinds);
        }
        let sessions: usize = self.sessions.iter().map(Session::offer_len).sum();
        self.psks.append_to_offer(psk, sessions)
    }

    /// Adds a session behind those that are there, and before all external PSKs.
    pub fn append_session(&mut self, session: &Session, now: u64) -> Result<(), PskError> {
        if !self.kinds.resumption() {
            return Err(PskError::MixedKinds);
        }
        if session.is_used() {
            return Err(PskError::SessionUsed);
        }
        if session.expires_at() < now {
            return Err(PskError::SessionExpired);
        }
        if self.sessions.contains(session) {
            return Err(PskError::DuplicateIdentity);
        }
        let sessions: usize = self.sessions.iter().map(Session::offer_len).sum();
        self.psks.check_offer(sessions + session.offer_len())?;
        self.sessions.push(session.clone());
        Ok(())
    }

    /// Sends the ClientHello, or fails before anything is sent.
    pub fn start(&self, ctx: &mut Context) -> Result<State, Error> {
        let mut sessions = Vec::new();
        for (index, session) in self.sessions.iter().enumerate() {
            match sessions::refusal(&self.config, &self.psks, session, ctx.now) {
                None => sessions.push(session),
                Some(reason) => ctx.emit_trace(|| Event::SessionRefused { index, reason }),
            }
        }
        let nothing = sessions.is_empty() && self.psks.is_empty();
        if nothing && !self.sessions.is_empty() && !self.config.full_handshake() {
            return Err(Usage::NoSession.into());
        }
        let state = hello::send_first(&self.config, self.kinds, &sessions, &self.psks, ctx)?;
        sessions.iter().for_each(|session| session.mark_used());
        Ok(state)
    }
}
