//! WAIT_CERT and WAIT_CV: the peer's certificate, that it has the key, and whether it is whom we want (RFC 9846 sections
//! 4.5.1 and 4.5.2).

use super::{Context, Event, Negotiated};
use crate::certificates::{Decision, Signer, Verification, VerificationRequest, verify_proof};
use crate::error::{Error, Violation};
use crate::keys::Transcript;
use crate::psk::Verdict;
use crate::wire::{Certificate, CertificateVerify, Handshake};

/// The state that follows once the peer's certificate is accepted.
pub trait Authenticated {
    /// Who has to show the certificate.
    const PEER: Signer;

    /// What the peer's messages are added to.
    fn transcript(&mut self) -> &mut Transcript;

    /// What was agreed on so far.
    fn negotiated(&self) -> &Negotiated;

    /// Keeps the peer's chain, and how it was judged.
    fn set_peer_certificate(&mut self, chain: Vec<Vec<u8>>, verdict: Verdict);
}

/// The chain of a Certificate, which may be empty.
pub fn read_chain(message: &Handshake<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let certificate = Certificate::read(message.body())?;
    if !certificate.certificate_request_context.is_empty() {
        return Err(Violation::CertificateContext.into());
    }
    // We ask for none.
    if !certificate.extensions.is_empty() {
        return Err(Violation::CertificateExtension.into());
    }
    Ok(certificate.certificate_list)
}

/// WAIT_CV: the peer has to prove that it has the certificate's key.
pub struct WaitCertificateVerify<N> {
    /// What it has shown; not empty.
    pub chain: Vec<Vec<u8>>,
    /// How that is judged.
    pub verification: Verification,
    /// What follows.
    pub next: Box<N>,
}

/// What came of the proof.
pub enum Judgement<N> {
    /// The certificate is accepted.
    Accepted(Box<N>),
    /// The application is asked.
    Asked(Box<Verifying<N>>),
}

impl<N: Authenticated> WaitCertificateVerify<N> {
    /// Takes the proof.
    pub fn on_certificate_verify(
        self,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<Judgement<N>, Error> {
        let Self { chain, verification, mut next } = self;
        let proof = CertificateVerify::read(message.body())?;
        verify_proof(&chain, N::PEER, &next.transcript().current(), &proof)?;
        next.transcript().add(message.bytes);
        match verification {
            Verification::Anchors(anchors) => {
                let verifying = Verifying { chain, next, verdict: Verdict::Anchors };
                anchors.verify(N::PEER, &verifying.request(), ctx.now)?;
                Ok(Judgement::Accepted(verifying.accept()))
            }
            Verification::Application { rules } => {
                Ok(Judgement::Asked(Verifying::ask(ctx, chain, rules, next)))
            }
        }
    }
}

/// The peer has the key of its certificate; the application says whether that is whom it wants.
pub struct Verifying<N> {
    chain: Vec<Vec<u8>>,
    verdict: Verdict,
    next: Box<N>,
}

impl<N: Authenticated> Verifying<N> {
    /// Asks the application, which judges by the rules of this name.
    pub fn ask(ctx: &mut Context, chain: Vec<Vec<u8>>, rules: Vec<u8>, next: Box<N>) -> Box<Self> {
        ctx.emit(Event::VerifyCertificate);
        Box::new(Self { chain, verdict: Verdict::Application(rules), next })
    }

    /// What is to be judged.
    pub fn request(&self) -> VerificationRequest<'_> {
        let server_name = self.next.negotiated().server_name.as_deref();
        VerificationRequest { chain: &self.chain, server_name }
    }

    /// Goes on, unless the certificate is refused.
    pub fn decide(mut self, decision: Decision) -> Result<Box<N>, Error> {
        match decision {
            Decision::Accept => {}
            Decision::Unverified => self.verdict = Verdict::Unverified,
            Decision::Refuse => return Err(Violation::CertificateRefused.into()),
        }
        Ok(self.accept())
    }

    fn accept(self) -> Box<N> {
        let Self { chain, verdict, mut next } = self;
        next.set_peer_certificate(chain, verdict);
        next
    }
}
