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

pub use certificates::{CertificateConfig, ClientCertificates};
pub use config::{EarlyDataPolicy, SelectionPolicy, ServerConfig};
pub use cookie::CookieKeys;
pub use early_data::EarlyDataRequest;
pub use selection::Selection;
pub use tickets::TicketPolicy;

use std::sync::Arc;

use crate::certificates::{Answer, Question};
use crate::endpoint::{Context, Established};
use crate::endpoint::{Signing, Verifying, WaitCertificateVerify};
use crate::error::{Error, Usage};
use crate::keys::Exporter;
use crate::psk::{ExternalPsk, OfferedPskList, PskError, PskKinds};
use crate::wire::{CipherSuite, Handshake, HandshakeType};
use deciding_early_data::DecidingEarlyData;
use flight::Flight;
use pre_shared_keys::ServerPsks;
use selecting_psk::SelectingPsk;
use wait_certificate::{WaitCertificate, judged};
use wait_client_hello::WaitClientHello;
use wait_end_of_early_data::WaitEndOfEarlyData;
use wait_finished::WaitFinished;
use wait_second_client_hello::WaitSecondClientHello;

/// Where the server stands.
pub enum State {
    /// START: no ClientHello yet.
    WaitClientHello(WaitClientHello),
    /// RECVD_CH, and the application is asked for the PSK.
    SelectingPsk(Box<SelectingPsk>),
    /// NEGOTIATED, and the application is asked whether early data is accepted.
    DecidingEarlyData(Box<DecidingEarlyData>),
    /// START again, after a HelloRetryRequest.
    WaitSecondClientHello(Box<WaitSecondClientHello>),
    /// WAIT_EOED: the server's flight was sent, and early data comes in.
    WaitEndOfEarlyData(Box<WaitEndOfEarlyData>),
    /// NEGOTIATED, and the application is asked for a signature.
    Signing(Signing<Flight>),
    /// WAIT_CERT: the client was asked for a certificate.
    WaitCertificate(WaitCertificate),
    /// WAIT_CV: the client has to prove that it has the certificate's key.
    WaitCertificateVerify(WaitCertificateVerify<WaitFinished>),
    /// WAIT_CV, and the application is asked for its verdict.
    VerifyingCertificate(Verifying<WaitFinished>),
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

    /// The state's name: appendix A.2's, and SELECTING_PSK and DECIDING_EARLY_DATA where the application is asked.
    pub fn name(&self) -> &'static str {
        match self {
            Self::WaitClientHello(_) | Self::WaitSecondClientHello(_) => "START",
            Self::SelectingPsk(_) => "SELECTING_PSK",
            Self::DecidingEarlyData(_) => "DECIDING_EARLY_DATA",
            Self::WaitEndOfEarlyData(_) => "WAIT_EOED",
            Self::Signing(_) => "SIGNING",
            Self::WaitCertificate(_) => "WAIT_CERT",
            Self::WaitCertificateVerify(_) => "WAIT_CV",
            Self::VerifyingCertificate(_) => "VERIFYING_CERTIFICATE",
            Self::WaitFinished(_) => "WAIT_FINISHED",
            Self::Connected(_) => "CONNECTED",
        }
    }

    /// The handshake messages that the state takes.
    pub fn expected(&self) -> &'static [HandshakeType] {
        match self {
            Self::WaitClientHello(_) | Self::WaitSecondClientHello(_) => {
                &[HandshakeType::CLIENT_HELLO]
            }
            Self::SelectingPsk(_) | Self::DecidingEarlyData(_) => &[],
            Self::WaitEndOfEarlyData(_) => &[HandshakeType::END_OF_EARLY_DATA],
            Self::Signing(_) | Self::VerifyingCertificate(_) => &[],
            Self::WaitCertificate(_) => &[HandshakeType::CERTIFICATE],
            Self::WaitCertificateVerify(_) => &[HandshakeType::CERTIFICATE_VERIFY],
            Self::WaitFinished(_) => &[HandshakeType::FINISHED],
            Self::Connected(_) => &[HandshakeType::KEY_UPDATE],
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

    /// Adds a PSK for this connection, as long as no PSK was selected.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<Result<(), PskError>, Usage> {
        match self {
            Self::WaitClientHello(s) => Ok(s.psks.append(psk)),
            Self::SelectingPsk(s) => Ok(s.psks.append(psk)),
            _ => Err(Usage::NotSelecting),
        }
    }

    /// Overrides the configuration's kinds of PSK, as long as no ClientHello was taken.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<Result<(), PskError>, Usage> {
        match self {
            Self::WaitClientHello(s) => Ok(s.psks.set_kinds(kinds)),
            _ => Err(Usage::AlreadyStarted),
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

    /// The suites that the handshake can come to, while selection waits.
    pub fn common_suites(&self) -> &[CipherSuite] {
        match self {
            Self::SelectingPsk(s) => s.common_suites(),
            _ => &[],
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

    /// What is to be decided on early data, while that waits.
    pub fn early_data_request(&self) -> Option<EarlyDataRequest<'_>> {
        match self {
            Self::DecidingEarlyData(s) => Some(s.request()),
            _ => None,
        }
    }

    /// Whether the handshake waits for the application.
    pub fn is_suspended(&self) -> bool {
        matches!(
            self,
            Self::SelectingPsk(_)
                | Self::DecidingEarlyData(_)
                | Self::Signing(_)
                | Self::VerifyingCertificate(_)
        )
    }

    /// Decides on early data.
    pub fn decide_early_data(self, ctx: &mut Context, accepted: bool) -> Result<Self, Error> {
        match self {
            Self::DecidingEarlyData(s) => s.decide(ctx, accepted),
            _ => Err(Usage::NotDecidingEarlyData.into()),
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

impl State {
    /// What the application is asked about certificates.
    pub fn question(&self) -> Option<Question<'_>> {
        match self {
            Self::VerifyingCertificate(s) => Some(Question::Verify(s.request())),
            Self::Signing(s) => Some(Question::Sign(s.request())),
            _ => None,
        }
    }

    /// Takes the answer to [`State::question`].
    pub fn answer(self, ctx: &mut Context, answer: Answer) -> Result<Self, Error> {
        match (self, answer) {
            (Self::VerifyingCertificate(s), Answer::Verdict(decision)) => {
                Ok(Self::WaitFinished(s.decide(decision)?))
            }
            (Self::Signing(s), Answer::Signature(signature)) => s.sign(ctx, signature)?.finish(ctx),
            _ => Err(Error::Internal("an answer to another question")),
        }
    }
}
