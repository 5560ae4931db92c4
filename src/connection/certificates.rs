//! Certificates: what the application is asked about them, and answers.

use super::{Connection, Phase};
use crate::certificates::{Answer, Decision, Question, SignatureRequest, VerificationRequest};
use crate::error::{Error, Usage};

impl Connection {
    /// The peer's certificates, while they wait for [`Connection::decide_certificate`].
    pub fn certificate_to_verify(&self) -> Option<VerificationRequest<'_>> {
        match self.question()? {
            Question::Verify(request) => Some(request),
            Question::Sign(_) => None,
        }
    }

    /// Says what becomes of the peer's certificate, by a [`Decision`] or whether it is accepted, and goes on with the
    /// handshake.
    pub fn decide_certificate(&mut self, decision: impl Into<Decision>) -> Result<(), Error> {
        self.check_alive()?;
        if self.certificate_to_verify().is_none() {
            return Err(Usage::NotVerifying.into());
        }
        self.answer(Answer::Verdict(decision.into()))
    }

    /// What is to be signed with the key of our certificate, and how, while that waits for [`Connection::sign`].
    pub fn to_sign(&self) -> Option<SignatureRequest<'_>> {
        match self.question()? {
            Question::Sign(request) => Some(request),
            Question::Verify(_) => None,
        }
    }

    /// Takes the signature, and goes on with the handshake. One that does not verify ends it.
    pub fn sign(&mut self, signature: Vec<u8>) -> Result<(), Error> {
        self.check_alive()?;
        if self.to_sign().is_none() {
            return Err(Usage::NotSigning.into());
        }
        self.answer(Answer::Signature(signature))
    }

    fn question(&self) -> Option<Question<'_>> {
        match &self.phase {
            Phase::Client(state) => state.question(),
            Phase::Server(state) => state.question(),
            Phase::Abandoned | Phase::Failed(_) => None,
        }
    }

    fn answer(&mut self, answer: Answer) -> Result<(), Error> {
        let context = &mut self.context;
        let next = match core::mem::replace(&mut self.phase, Phase::Abandoned) {
            Phase::Client(state) => state.answer(context, answer).map(Phase::Client),
            Phase::Server(state) => state.answer(context, answer).map(Phase::Server),
            phase => Ok(phase),
        };
        self.advance(next)?;
        self.process()
    }
}
