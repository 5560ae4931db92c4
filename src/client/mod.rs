//! The client's states (RFC 9846 appendix A.1), one type each.

mod certificates;
mod client_hello;
mod config;
mod early_data;
mod flight;
mod grease;
mod offer;
mod sessions;
mod start;
mod wait_certificate;
mod wait_encrypted_extensions;
mod wait_finished;
mod wait_server_hello;

pub use certificates::CertificateConfig;
pub use config::ClientConfig;
pub use early_data::EarlyDataOffer;
pub use start::Start;

use crate::certificates::{SignatureRequest, VerificationRequest};
use crate::endpoint::{
    Answer, Context, Established, Question, Signing, Verifying, WaitCertificateVerify,
};
use crate::error::{Error, Usage};
use crate::keys::Exporter;
use crate::wire::{Handshake, HandshakeType};
use flight::ClientFlight;
use wait_certificate::{WaitCertificate, judged};
use wait_encrypted_extensions::WaitEncryptedExtensions;
use wait_finished::WaitFinished;
use wait_server_hello::WaitServerHello;

/// The state of the client.
pub enum State {
    /// START: nothing was sent.
    Start(Start),
    /// `WAIT_SH`: the ClientHello was sent.
    WaitServerHello(Box<WaitServerHello>),
    /// `WAIT_EE`: the ServerHello was received.
    WaitEncryptedExtensions(Box<WaitEncryptedExtensions>),
    /// `WAIT_CERT_CR` and `WAIT_CERT`: the server must send a certificate.
    WaitCertificate(WaitCertificate),
    /// `WAIT_CV`: the server must prove that it has the certificate's key.
    WaitCertificateVerify(WaitCertificateVerify<WaitFinished>),
    /// `WAIT_CV` or `WAIT_FINISHED`: an answer of the application is pending.
    Asking(Asking),
    /// `WAIT_FINISHED`: only the server's Finished is missing.
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
            Self::WaitCertificate(s) => s.name(),
            Self::WaitCertificateVerify(_) => "WAIT_CV",
            Self::Asking(asking) => asking.question().state(),
            Self::WaitFinished(_) => "WAIT_FINISHED",
            Self::Connected(_) => "CONNECTED",
        }
    }

    /// The handshake messages that the state accepts.
    pub fn expected(&self) -> &'static [HandshakeType] {
        match self {
            Self::Start(_) => &[],
            Self::WaitServerHello(_) => &[HandshakeType::SERVER_HELLO],
            Self::WaitEncryptedExtensions(_) => &[HandshakeType::ENCRYPTED_EXTENSIONS],
            Self::WaitCertificate(s) => s.expected(),
            Self::WaitCertificateVerify(_) => &[HandshakeType::CERTIFICATE_VERIFY],
            Self::Asking(_) => &[],
            Self::WaitFinished(_) => &[HandshakeType::FINISHED],
            Self::Connected(_) => &[HandshakeType::KEY_UPDATE, HandshakeType::NEW_SESSION_TICKET],
        }
    }

    /// Processes a handshake message. It consumes the state, even on failure.
    pub fn on_handshake(self, ctx: &mut Context, message: &Handshake<'_>) -> Result<Self, Error> {
        let state = self.name();
        match (self, message.msg_type) {
            (Self::WaitServerHello(s), HandshakeType::SERVER_HELLO) => {
                s.on_server_hello(ctx, message)
            }
            (Self::WaitEncryptedExtensions(s), HandshakeType::ENCRYPTED_EXTENSIONS) => {
                s.on_encrypted_extensions(ctx, message)
            }
            (Self::WaitCertificate(s), HandshakeType::CERTIFICATE_REQUEST) => {
                s.on_certificate_request(message)
            }
            (Self::WaitCertificate(s), HandshakeType::CERTIFICATE) => s.on_certificate(message),
            (Self::WaitCertificateVerify(s), HandshakeType::CERTIFICATE_VERIFY) => {
                s.on_certificate_verify(ctx, message).map(judged)
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

    /// The pending question to the application, if any.
    pub fn asking(&self) -> Option<&Asking> {
        match self {
            Self::Asking(asking) => Some(asking),
            _ => None,
        }
    }

    /// Continues with the application's answer.
    pub fn answer(self, ctx: &mut Context, answer: Answer<'_>) -> Result<Self, Error> {
        match self {
            Self::Asking(asking) => asking.answer(ctx, answer),
            _ => Err(Error::Internal("an answer to no question")),
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

/// A handshake for which the application's answer is pending.
pub enum Asking {
    /// `WAIT_CV`: the verdict on the server's certificate.
    VerifyingCertificate(Verifying<WaitFinished>),
    /// `WAIT_FINISHED`: the signature of the client's certificate.
    Signing(Signing<ClientFlight>),
}

impl Asking {
    /// The question.
    pub const fn question(&self) -> Question {
        match self {
            Self::VerifyingCertificate(_) => Question::VerifyCertificate,
            Self::Signing(_) => Question::Sign,
        }
    }

    /// Whether [`Asking::answer`] accepts this answer.
    pub fn check(&self, answer: &Answer<'_>) -> Result<(), Usage> {
        if self.question() == answer.question() {
            Ok(())
        } else {
            Err(answer.question().not_asked())
        }
    }

    /// Continues with the answer.
    pub fn answer(self, ctx: &mut Context, answer: Answer<'_>) -> Result<State, Error> {
        match (self, answer) {
            (Self::VerifyingCertificate(s), Answer::Certificate(decision)) => {
                Ok(State::WaitFinished(s.decide(decision)?))
            }
            (Self::Signing(s), Answer::Signature(signature)) => s.sign(ctx, signature)?.finish(ctx),
            _ => Err(Error::Internal("an answer to another question")),
        }
    }

    /// The certificates that the application must verify.
    pub fn certificate_to_verify(&self) -> Option<VerificationRequest<'_>> {
        match self {
            Self::VerifyingCertificate(s) => Some(s.request()),
            Self::Signing(_) => None,
        }
    }

    /// The content that the application must sign.
    pub fn to_sign(&self) -> Option<SignatureRequest<'_>> {
        match self {
            Self::Signing(s) => Some(s.request()),
            Self::VerifyingCertificate(_) => None,
        }
    }
}
