//! Sending this side's certificate, and the proof that it has the key (RFC 9846 sections 4.5.1 and 4.5.2).

use super::{Context, Event};
use crate::certificates::{Identity, SignatureRequest};
use crate::error::Error;
use crate::keys::Transcript;
use crate::role::Role;
use crate::wire::Certificate;

/// A flight that a certificate can be part of.
pub trait AuthenticatedFlight {
    /// The side that sends the flight.
    const ROLE: Role;

    /// The transcript of its messages.
    fn transcript(&mut self) -> &mut Transcript;
}

/// The progress of the flight.
pub enum Shown<F> {
    /// CertificateVerify was sent.
    Proven(Box<F>),
    /// The key is external.
    Signing(Signing<F>),
}

/// Sends a Certificate.
pub fn send_certificate<F: AuthenticatedFlight>(
    ctx: &mut Context,
    flight: &mut F,
    certificate_list: Vec<Vec<u8>>,
) -> Result<(), Error> {
    send(ctx, flight, &Certificate { certificate_list, ..Certificate::default() }.encode()?)
}

/// Sends Certificate and CertificateVerify, unless the signature is pending.
pub fn show<F: AuthenticatedFlight>(
    ctx: &mut Context,
    mut flight: Box<F>,
    identity: Identity,
) -> Result<Shown<F>, Error> {
    send_certificate(ctx, &mut *flight, identity.chain())?;
    let content = identity.content(F::ROLE, &flight.transcript().current());
    if let Some(proof) = identity.prove(&content, &mut ctx.random)? {
        send(ctx, &mut *flight, &proof.encode()?)?;
        return Ok(Shown::Proven(flight));
    }
    ctx.emit(Event::Sign);
    Ok(Shown::Signing(Signing { flight, identity, content }))
}

fn send<F: AuthenticatedFlight>(
    ctx: &mut Context,
    flight: &mut F,
    message: &[u8],
) -> Result<(), Error> {
    ctx.send_handshake(message)?;
    flight.transcript().add(message);
    Ok(())
}

/// The certificate's key is external, and its signature is pending.
pub struct Signing<F> {
    flight: Box<F>,
    identity: Identity,
    content: Vec<u8>,
}

impl<F: AuthenticatedFlight> Signing<F> {
    /// The request for the signature.
    pub fn request(&self) -> SignatureRequest<'_> {
        self.identity.request(&self.content)
    }

    /// Sends the signature as CertificateVerify, if it verifies, and continues the flight.
    pub fn sign(self, ctx: &mut Context, signature: Vec<u8>) -> Result<Box<F>, Error> {
        let Self { mut flight, identity, .. } = self;
        let transcript = flight.transcript().current();
        let proof = identity.prove_by(signature, F::ROLE, &transcript)?;
        send(ctx, &mut *flight, &proof.encode()?)?;
        Ok(flight)
    }
}
