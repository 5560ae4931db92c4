//! Certificates: what the application is asked about them, and answers.

use super::{Connection, Phase};
use crate::certificates::{Decision, SignatureRequest, VerificationRequest};
use crate::endpoint::Answer;
use crate::error::Error;

impl Connection {
    /// The peer's certificates, while they wait for [`Connection::decide_certificate`].
    pub fn certificate_to_verify(&self) -> Option<VerificationRequest<'_>> {
        match &self.phase {
            Phase::Client(state) => state.asking()?.certificate_to_verify(),
            Phase::Server(state) => state.asking()?.certificate_to_verify(),
            Phase::Abandoned | Phase::Failed(_) => None,
        }
    }

    /// Says what becomes of the peer's certificate, by a [`Decision`] or whether it is accepted, and goes on with the
    /// handshake.
    pub fn decide_certificate(&mut self, decision: impl Into<Decision>) -> Result<(), Error> {
        self.answer(Answer::Certificate(decision.into()))
    }

    /// What is to be signed with the key of our certificate, and how, while that waits for [`Connection::sign`].
    pub fn to_sign(&self) -> Option<SignatureRequest<'_>> {
        match &self.phase {
            Phase::Client(state) => state.asking()?.to_sign(),
            Phase::Server(state) => state.asking()?.to_sign(),
            Phase::Abandoned | Phase::Failed(_) => None,
        }
    }

    /// Takes the signature, and goes on with the handshake. One that does not verify ends it.
    pub fn sign(&mut self, signature: Vec<u8>) -> Result<(), Error> {
        self.answer(Answer::Signature(signature))
    }
}
