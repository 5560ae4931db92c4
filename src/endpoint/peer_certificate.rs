//! `WAIT_CERT` and `WAIT_CV`: the peer's certificate, the proof that it has the key, and the verification (RFC 9846
//! sections 4.5.1 and 4.5.2).

use super::{Context, Event, Negotiated};
use crate::certificates::{Decision, Verification, VerificationRequest};
use crate::error::Error;
use crate::keys::Transcript;
use crate::psk::Verdict;
use crate::role::Role;
use crate::wire::{CertificateVerify, Handshake};

/// The state that follows once the peer's certificate is accepted.
pub trait Authenticated {
    /// The side that sends the certificate.
    const PEER: Role;

    /// The transcript of the peer's messages.
    fn transcript(&mut self) -> &mut Transcript;

    /// What was negotiated so far.
    fn negotiated(&self) -> &Negotiated;

    /// Stores the peer's chain and the verdict.
    fn set_peer_certificate(&mut self, chain: Vec<Vec<u8>>, verdict: Verdict);
}

/// `WAIT_CV`: the peer must prove that it has the certificate's key.
pub struct WaitCertificateVerify<N> {
    /// The peer's chain; not empty.
    pub chain: Vec<Vec<u8>>,
    /// How the chain is verified.
    pub verification: Verification,
    /// The next state.
    pub next: Box<N>,
}

/// The result of the proof.
pub enum Judgement<N> {
    /// The certificate is accepted.
    Accepted(Box<N>),
    /// The application is asked.
    Asked(Verifying<N>),
}

impl<N: Authenticated> WaitCertificateVerify<N> {
    /// Processes the proof.
    pub fn on_certificate_verify(
        self,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<Judgement<N>, Error> {
        let Self { chain, verification, mut next } = self;
        let proof = CertificateVerify::read(message.body())?;
        verification.check_proof(&chain, N::PEER, &next.transcript().current(), &proof)?;
        next.transcript().add(message.bytes);
        let verifying = Verifying { chain, verification, next };
        match verifying.verification.judge(N::PEER, &verifying.request(), ctx.now) {
            Some(verdict) => {
                verdict?;
                Ok(Judgement::Accepted(verifying.accept(Verdict::Anchors)))
            }
            None => {
                verifying.ask(ctx);
                Ok(Judgement::Asked(verifying))
            }
        }
    }
}

/// The peer has the key of its certificate; the application's verdict is pending.
pub struct Verifying<N> {
    /// The peer's certificates, from this handshake or from the one that it resumes.
    pub chain: Vec<Vec<u8>>,
    /// The rules by which the application verifies.
    pub verification: Verification,
    /// The next state.
    pub next: Box<N>,
}

impl<N: Authenticated> Verifying<N> {
    /// Asks the application.
    pub fn ask(&self, ctx: &mut Context) {
        ctx.emit(Event::VerifyCertificate);
    }

    /// The request for the verdict.
    pub fn request(&self) -> VerificationRequest<'_> {
        let server_name = self.next.negotiated().server_name.as_deref();
        VerificationRequest { chain: &self.chain, server_name }
    }

    /// Continues, unless the certificate is refused.
    pub fn decide(self, decision: Decision) -> Result<Box<N>, Error> {
        let verdict = match self.verification.accepts(decision)? {
            true => Verdict::Application(self.verification.rules().unwrap_or_default().to_vec()),
            false => Verdict::Unverified,
        };
        Ok(self.accept(verdict))
    }

    fn accept(self, verdict: Verdict) -> Box<N> {
        let Self { chain, mut next, .. } = self;
        next.set_peer_certificate(chain, verdict);
        next
    }
}
