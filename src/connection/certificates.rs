//! Certificates: the application's decisions and signatures.

use super::{Connection, Phase};
use crate::certificates::{Decision, SignatureRequest, VerificationRequest};
use crate::endpoint::Answer;
use crate::error::Error;

impl Connection {
    /// The peer's certificates, while [`Connection::decide_certificate`] is pending.
    #[must_use]
    pub fn certificate_to_verify(&self) -> Option<VerificationRequest<'_>> {
        match &self.phase {
            Phase::Client(state) => state.asking()?.certificate_to_verify(),
            Phase::Server(state) => state.asking()?.certificate_to_verify(),
            Phase::Abandoned | Phase::Failed(_) => None,
        }
    }

    /// Decides about the peer's certificate, by a [`Decision`] or a `bool`, and continues the handshake.
    ///
    /// # Errors
    ///
    /// [`Usage::NotVerifying`](crate::Usage::NotVerifying) if no verdict is pending. Any other error ends the connection.
    pub fn decide_certificate(&mut self, decision: impl Into<Decision>) -> Result<(), Error> {
        self.answer(Answer::Certificate(decision.into()))
    }

    /// The content to sign with the key of this side's certificate, and the scheme, while [`Connection::sign`] is
    /// pending.
    #[must_use]
    pub fn to_sign(&self) -> Option<SignatureRequest<'_>> {
        match &self.phase {
            Phase::Client(state) => state.asking()?.to_sign(),
            Phase::Server(state) => state.asking()?.to_sign(),
            Phase::Abandoned | Phase::Failed(_) => None,
        }
    }

    /// Accepts the signature, and continues the handshake. A signature that does not verify ends it.
    ///
    /// # Errors
    ///
    /// [`Usage::NotSigning`](crate::Usage::NotSigning) if no signature is pending. Any other error ends the connection.
    pub fn sign(&mut self, signature: Vec<u8>) -> Result<(), Error> {
        self.answer(Answer::Signature(signature))
    }
}
