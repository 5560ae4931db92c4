//! The server's states (RFC 9846 appendix A.2), one type each.

mod certificates;
mod client_hello;
mod config;
mod cookie;
mod deciding_early_data;
mod early_data;
mod flight;
mod hello_retry_request;
mod negotiated;
mod negotiation;
mod pre_shared_keys;
mod scope;
mod selecting_psk;
mod selection;
mod tickets;
mod wait_certificate;
mod wait_client_hello;
mod wait_end_of_early_data;
mod wait_finished;
mod wait_second_client_hello;

pub use crate::psk::Selection;
pub use certificates::{CertificateConfig, ClientCertificates};
pub use config::{EarlyDataPolicy, SelectionPolicy, ServerConfig};
pub use cookie::CookieKeys;
pub use early_data::EarlyDataRequest;
pub use selecting_psk::SelectingPsk;
pub use tickets::TicketPolicy;

use std::sync::Arc;

use crate::certificates::{SignatureRequest, VerificationRequest};
use crate::endpoint::{
    Answer, Context, Established, PskConfigError, Question, Signing, Verifying,
    WaitCertificateVerify,
};
use crate::error::{Error, Usage};
use crate::keys::Exporter;
use crate::psk::{ExternalPsk, PskKinds};
use crate::wire::{Handshake, HandshakeType};
use deciding_early_data::DecidingEarlyData;
use flight::ServerFlight;
use pre_shared_keys::ServerPsks;
use wait_certificate::{WaitCertificate, judged};
use wait_client_hello::WaitClientHello;
use wait_end_of_early_data::WaitEndOfEarlyData;
use wait_finished::WaitFinished;
use wait_second_client_hello::WaitSecondClientHello;

/// The state of the server.
pub enum State {
    /// START: no ClientHello was received.
    WaitClientHello(WaitClientHello),
    /// `RECVD_CH`, NEGOTIATED or `WAIT_CV`: an answer of the application is pending.
    Asking(Asking),
    /// START again, after a HelloRetryRequest.
    WaitSecondClientHello(Box<WaitSecondClientHello>),
    /// `WAIT_EOED`: the server's flight was sent; early data is received.
    WaitEndOfEarlyData(Box<WaitEndOfEarlyData>),
    /// `WAIT_CERT`: a client certificate was requested.
    WaitCertificate(WaitCertificate),
    /// `WAIT_CV`: the client must prove that it has the certificate's key.
    WaitCertificateVerify(WaitCertificateVerify<WaitFinished>),
    /// `WAIT_FINISHED`: the server's flight was sent.
    WaitFinished(Box<WaitFinished>),
    /// CONNECTED.
    Connected(Box<Established>),
}

impl State {
    /// A server before its first byte.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self::WaitClientHello(WaitClientHello { psks: ServerPsks::new(config) })
    }

    /// The state's name: that of appendix A.2, or `SELECTING_PSK` or `DECIDING_EARLY_DATA` while the application
    /// decides.
    pub fn name(&self) -> &'static str {
        match self {
            Self::WaitClientHello(_) | Self::WaitSecondClientHello(_) => "START",
            Self::Asking(asking) => asking.question().state(),
            Self::WaitEndOfEarlyData(_) => "WAIT_EOED",
            Self::WaitCertificate(_) => "WAIT_CERT",
            Self::WaitCertificateVerify(_) => "WAIT_CV",
            Self::WaitFinished(_) => "WAIT_FINISHED",
            Self::Connected(_) => "CONNECTED",
        }
    }

    /// The handshake messages that the state accepts.
    pub fn expected(&self) -> &'static [HandshakeType] {
        match self {
            Self::WaitClientHello(_) | Self::WaitSecondClientHello(_) => {
                &[HandshakeType::CLIENT_HELLO]
            }
            Self::Asking(_) => &[],
            Self::WaitEndOfEarlyData(_) => &[HandshakeType::END_OF_EARLY_DATA],
            Self::WaitCertificate(_) => &[HandshakeType::CERTIFICATE],
            Self::WaitCertificateVerify(_) => &[HandshakeType::CERTIFICATE_VERIFY],
            Self::WaitFinished(_) => &[HandshakeType::FINISHED],
            Self::Connected(_) => &[HandshakeType::KEY_UPDATE],
        }
    }

    /// Processes a handshake message. It consumes the state, even on failure.
    pub fn on_handshake(self, ctx: &mut Context, message: &Handshake<'_>) -> Result<Self, Error> {
        let state = self.name();
        match (self, message.msg_type) {
            (Self::WaitClientHello(s), HandshakeType::CLIENT_HELLO) => {
                s.on_client_hello(ctx, message)
            }
            (Self::WaitSecondClientHello(s), HandshakeType::CLIENT_HELLO) => {
                s.on_client_hello(ctx, message)
            }
            (Self::WaitEndOfEarlyData(s), HandshakeType::END_OF_EARLY_DATA) => {
                s.on_end_of_early_data(ctx, message)
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
            _ => Err(Error::UnexpectedMessage { received: message.name(), state }),
        }
    }

    /// Adds a PSK for this connection, before a PSK is selected.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskConfigError> {
        match self {
            Self::WaitClientHello(s) => Ok(s.psks.append(psk)?),
            Self::Asking(Asking::SelectingPsk(s)) => Ok(s.psks.append(psk)?),
            _ => Err(Usage::NotSelecting.into()),
        }
    }

    /// Overrides the configuration's kinds of PSK, before the ClientHello.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskConfigError> {
        match self {
            Self::WaitClientHello(s) => Ok(s.psks.set_kinds(kinds)?),
            _ => Err(Usage::AlreadyStarted.into()),
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

    /// The exporter of early data that was accepted.
    pub fn early_exporter(&self) -> Option<&Exporter> {
        match self {
            Self::WaitEndOfEarlyData(s) => s.early_exporter(),
            Self::WaitFinished(s) => s.early_exporter.as_ref(),
            Self::Connected(s) => s.early_exporter(),
            _ => None,
        }
    }
}

/// A handshake for which the application's answer is pending.
pub enum Asking {
    /// `RECVD_CH`: which PSK is used.
    SelectingPsk(Box<SelectingPsk>),
    /// NEGOTIATED: whether early data is accepted.
    DecidingEarlyData(Box<DecidingEarlyData>),
    /// NEGOTIATED: the signature of the server's certificate.
    Signing(Signing<ServerFlight>),
    /// `WAIT_CV`: the verdict on the client's certificate.
    VerifyingCertificate(Verifying<WaitFinished>),
}

impl Asking {
    /// The question.
    pub const fn question(&self) -> Question {
        match self {
            Self::SelectingPsk(_) => Question::SelectPsk,
            Self::DecidingEarlyData(_) => Question::DecideEarlyData,
            Self::Signing(_) => Question::Sign,
            Self::VerifyingCertificate(_) => Question::VerifyCertificate,
        }
    }

    /// Whether [`Asking::answer`] accepts this answer.
    pub fn check(&self, answer: &Answer<'_>) -> Result<(), Usage> {
        match (self, answer) {
            (Self::SelectingPsk(s), Answer::Psk(selection)) => s.check(selection),
            _ if self.question() == answer.question() => Ok(()),
            _ => Err(answer.question().not_asked()),
        }
    }

    /// Continues with the answer.
    pub fn answer(self, ctx: &mut Context, answer: Answer<'_>) -> Result<State, Error> {
        match (self, answer) {
            (Self::SelectingPsk(s), Answer::Psk(selection)) => s.select(ctx, &selection),
            (Self::DecidingEarlyData(s), Answer::EarlyData(accepted)) => s.decide(ctx, accepted),
            (Self::Signing(s), Answer::Signature(signature)) => s.sign(ctx, signature)?.finish(ctx),
            (Self::VerifyingCertificate(s), Answer::Certificate(decision)) => {
                Ok(State::WaitFinished(s.decide(decision)?))
            }
            _ => Err(Error::Internal("an answer to another question")),
        }
    }

    /// The certificates that the application must verify.
    pub fn certificate_to_verify(&self) -> Option<VerificationRequest<'_>> {
        match self {
            Self::VerifyingCertificate(s) => Some(s.request()),
            _ => None,
        }
    }

    /// The content that the application must sign.
    pub fn to_sign(&self) -> Option<SignatureRequest<'_>> {
        match self {
            Self::Signing(s) => Some(s.request()),
            _ => None,
        }
    }
}
