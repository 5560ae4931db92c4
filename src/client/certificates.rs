//! WAIT_CERT_CR, WAIT_CERT and WAIT_CV: how a server proves who it is without a PSK, or beside one (RFC 9846 sections
//! 4.4.2 and 4.5, RFC 8773), and how the client answers with a certificate of its own.

use std::sync::Arc;

use super::State;
use super::wait_finished::{Reply, WaitFinished};
use crate::certificates::{Answer, Credentials, Question, Signer, Verification};
use crate::endpoint::{
    Authenticated, Context, Flight, Identity, Judgement, Negotiated, Shown, WaitCertificateVerify,
    read_chain, send_certificate, show,
};
use crate::error::{Error, Violation};
use crate::keys::Transcript;
use crate::psk::Verdict;
use crate::wire::{CertificateRequest, Handshake, HandshakeType, SignatureScheme};

/// What the client is told about certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateConfig {
    /// How a server's certificate is judged. Without it none is accepted, and every server needs a PSK.
    pub verification: Option<Verification>,
    /// What the client shows when a server asks for it; otherwise it shows none.
    pub credentials: Option<Arc<Credentials>>,
    /// Asks the server to show a certificate beside an external PSK (RFC 8773). One that does not know the extension
    /// shows none.
    pub with_external_psk: bool,
}

impl State {
    /// What the application is asked.
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

/// WAIT_CERT_CR, and WAIT_CERT once the server has asked for a certificate.
pub struct WaitCertificate {
    verification: Verification,
    /// The server may ask for a certificate of ours: not when it has chosen a PSK.
    may_request: bool,
    next: Box<WaitFinished>,
}

impl WaitCertificate {
    pub(super) fn new(next: Box<WaitFinished>) -> Result<Self, Error> {
        // Who cannot judge a certificate lets nobody go on without a PSK.
        let verification = next.config.certificates.verification.clone();
        let verification = verification.ok_or(Violation::PskNotSelected)?;
        Ok(Self { verification, may_request: next.negotiated.psk_identity.is_none(), next })
    }

    pub(super) fn name(&self) -> &'static str {
        if self.may_request { "WAIT_CERT_CR" } else { "WAIT_CERT" }
    }

    pub(super) fn expected(&self) -> &'static [HandshakeType] {
        if self.may_request {
            &[HandshakeType::CERTIFICATE, HandshakeType::CERTIFICATE_REQUEST]
        } else {
            &[HandshakeType::CERTIFICATE]
        }
    }

    pub(super) fn on_certificate_request(
        mut self: Box<Self>,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        if !self.may_request {
            let state = self.name();
            return Err(Error::UnexpectedMessage { received: message.name(), state });
        }
        let request = CertificateRequest::read(message.body())?;
        if !request.certificate_request_context.is_empty() {
            return Err(Violation::CertificateContext.into());
        }
        self.next.requested =
            Some(request.signature_algorithms.ok_or(Violation::RequestWithoutSchemes)?);
        self.may_request = false;
        self.next.transcript.add(message.bytes);
        Ok(State::WaitCertificate(self))
    }

    pub(super) fn on_certificate(mut self, message: &Handshake<'_>) -> Result<State, Error> {
        let chain = read_chain(message)?;
        if chain.is_empty() {
            return Err(Violation::CertificateMissing.into());
        }
        self.next.transcript.add(message.bytes);
        let Self { verification, next, .. } = self;
        let next = WaitCertificateVerify { chain, verification, next };
        Ok(State::WaitCertificateVerify(Box::new(next)))
    }
}

/// What follows from the server's CertificateVerify.
pub(super) fn judged(judgement: Judgement<WaitFinished>) -> State {
    match judgement {
        Judgement::Accepted(next) => State::WaitFinished(next),
        Judgement::Asked(verifying) => State::VerifyingCertificate(verifying),
    }
}

impl Authenticated for WaitFinished {
    const PEER: Signer = Signer::Server;

    fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }

    fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    fn set_peer_certificate(&mut self, chain: Vec<Vec<u8>>, verdict: Verdict) {
        self.terms.set_certificate(chain, verdict);
    }
}

impl Flight for Reply {
    const SIGNER: Signer = Signer::Client;

    fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }
}

/// Answers a CertificateRequest, with an empty Certificate if there is none to show, and finishes the handshake.
pub(super) fn reply(
    ctx: &mut Context,
    mut reply: Box<Reply>,
    credentials: Option<Arc<Credentials>>,
    accepted: &[SignatureScheme],
) -> Result<State, Error> {
    let fitting =
        credentials.and_then(|credentials| Some((credentials.scheme(accepted)?, credentials)));
    let Some((scheme, credentials)) = fitting else {
        send_certificate(ctx, &mut *reply, Vec::new())?;
        return reply.finish(ctx);
    };
    match show(ctx, reply, Identity { place: 0, credentials, scheme })? {
        Shown::Proven(reply) => reply.finish(ctx),
        Shown::Signing(signing) => Ok(State::Signing(signing)),
    }
}
