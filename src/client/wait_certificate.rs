//! `WAIT_CERT_CR`, `WAIT_CERT` and `WAIT_CV`: the authentication of a server without a PSK, or in addition to one (RFC
//! 9846 sections 4.4.2 and 4.5, RFC 8773).

use super::wait_finished::WaitFinished;
use super::{Asking, State};
use crate::certificates::Verification;
use crate::endpoint::{Authenticated, Judgement, Negotiated, WaitCertificateVerify};
use crate::error::{Error, Incompatible};
use crate::keys::Transcript;
use crate::psk::Verdict;
use crate::role::Role;
use crate::wire::{Handshake, HandshakeType};

/// `WAIT_CERT_CR`, and `WAIT_CERT` once the server has requested a certificate.
pub struct WaitCertificate {
    verification: Verification,
    /// Whether the server may request a client certificate: not if it has selected a PSK.
    may_request: bool,
    next: Box<WaitFinished>,
}

impl WaitCertificate {
    pub(super) fn new(next: Box<WaitFinished>) -> Result<Self, Error> {
        // A client that cannot verify a certificate does not continue without a PSK.
        let verification = next.config.certificates.verification.clone();
        let verification = verification.ok_or(Incompatible::PskNotSelected)?;
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
        mut self,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        if !self.may_request {
            let state = self.name();
            return Err(Error::UnexpectedMessage { received: message.name(), state });
        }
        self.next.requested = Some(self.verification.read_request(message.body())?);
        self.may_request = false;
        self.next.transcript.add(message.bytes);
        Ok(State::WaitCertificate(self))
    }

    pub(super) fn on_certificate(self, message: &Handshake<'_>) -> Result<State, Error> {
        let Self { verification, mut next, .. } = self;
        let chain = verification.read_chain(Role::Server, true, message.body())?;
        next.transcript.add(message.bytes);
        let next = WaitCertificateVerify { chain, verification, next };
        Ok(State::WaitCertificateVerify(next))
    }
}

/// Continues after the server's CertificateVerify.
pub(super) fn judged(judgement: Judgement<WaitFinished>) -> State {
    match judgement {
        Judgement::Accepted(next) => State::WaitFinished(next),
        Judgement::Asked(verifying) => State::Asking(Asking::VerifyingCertificate(verifying)),
    }
}

impl Authenticated for WaitFinished {
    const PEER: Role = Role::Server;

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
