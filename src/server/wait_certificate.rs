//! `WAIT_CERT` and `WAIT_CV`: the client's certificate (RFC 9846 sections 4.5.1 and 4.5.2).

use super::certificates::ClientCertificates;
use super::wait_finished::WaitFinished;
use super::{Asking, State};
use crate::endpoint::{Authenticated, Judgement, Negotiated, WaitCertificateVerify};
use crate::error::Error;
use crate::keys::Transcript;
use crate::psk::Verdict;
use crate::role::Role;
use crate::wire::Handshake;

/// `WAIT_CERT`: a client certificate was requested.
pub struct WaitCertificate {
    pub(super) clients: ClientCertificates,
    pub(super) next: Box<WaitFinished>,
}

impl WaitCertificate {
    pub(super) fn on_certificate(self, message: &Handshake<'_>) -> Result<State, Error> {
        let Self { clients: ClientCertificates { verification, required }, mut next } = self;
        let chain = verification.read_chain(Role::Client, required, message.body())?;
        next.transcript.add(message.bytes);
        if chain.is_empty() {
            return Ok(State::WaitFinished(next));
        }
        let next = WaitCertificateVerify { chain, verification, next };
        Ok(State::WaitCertificateVerify(next))
    }
}

/// Continues after the client's CertificateVerify.
pub(super) fn judged(judgement: Judgement<WaitFinished>) -> State {
    match judgement {
        Judgement::Accepted(next) => State::WaitFinished(next),
        Judgement::Asked(verifying) => State::Asking(Asking::VerifyingCertificate(verifying)),
    }
}

impl Authenticated for WaitFinished {
    const PEER: Role = Role::Client;

    fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }

    fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    fn set_peer_certificate(&mut self, chain: Vec<Vec<u8>>, verdict: Verdict) {
        self.client.set_certificate(chain, verdict);
    }
}
