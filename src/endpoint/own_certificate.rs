//! Showing a certificate of ours, and proving that we have its key (RFC 9846 sections 4.5.1 and 4.5.2).

use std::sync::Arc;

use super::{Context, Event};
use crate::certificates::{
    Credentials, KeySource, SignatureRequest, Signer, signed_content, verify_proof,
};
use crate::error::Error;
use crate::keys::Transcript;
use crate::wire::{Certificate, CertificateVerify, SignatureScheme};

/// A flight that a certificate can be part of.
pub trait Flight {
    /// Whose flight it is.
    const SIGNER: Signer;

    /// What its messages are added to.
    fn transcript(&mut self) -> &mut Transcript;
}

/// A certificate that the peer will take.
pub struct Identity {
    /// The place in the configuration's list; 0 on a client.
    pub place: usize,
    /// What is shown.
    pub credentials: Arc<Credentials>,
    /// How it is proven.
    pub scheme: SignatureScheme,
}

/// How far the flight is.
pub enum Shown<F> {
    /// CertificateVerify was sent.
    Proven(Box<F>),
    /// The key is somewhere else.
    Signing(Box<Signing<F>>),
}

/// Sends a Certificate.
pub fn send_certificate<F: Flight>(
    ctx: &mut Context,
    flight: &mut F,
    certificate_list: Vec<Vec<u8>>,
) -> Result<(), Error> {
    send(ctx, flight, &Certificate { certificate_list, ..Certificate::default() }.encode()?)
}

/// Sends Certificate and CertificateVerify, unless that has to wait for its signature.
pub fn show<F: Flight>(
    ctx: &mut Context,
    mut flight: Box<F>,
    identity: Identity,
) -> Result<Shown<F>, Error> {
    send_certificate(ctx, &mut *flight, identity.credentials.chain().to_vec())?;
    let content = signed_content(F::SIGNER, &flight.transcript().current());
    match identity.credentials.key() {
        KeySource::Local(key) => {
            let algorithm = identity.scheme;
            let signature = key
                .sign(algorithm, &content, &mut ctx.random)
                .map_err(|_| Error::Internal("signing with the certificate's key"))?;
            send(ctx, &mut *flight, &CertificateVerify { algorithm, signature }.encode()?)?;
            Ok(Shown::Proven(flight))
        }
        KeySource::External(_) => {
            ctx.emit(Event::Sign);
            Ok(Shown::Signing(Box::new(Signing { flight, identity, content })))
        }
    }
}

fn send<F: Flight>(ctx: &mut Context, flight: &mut F, message: &[u8]) -> Result<(), Error> {
    ctx.send_handshake(message)?;
    flight.transcript().add(message);
    Ok(())
}

/// The certificate's key is somewhere else, and is asked for a signature.
pub struct Signing<F> {
    flight: Box<F>,
    identity: Identity,
    content: Vec<u8>,
}

impl<F: Flight> Signing<F> {
    /// What is to be signed.
    pub fn request(&self) -> SignatureRequest<'_> {
        let Identity { place, scheme, .. } = self.identity;
        SignatureRequest { credentials: place, scheme, content: &self.content }
    }

    /// Sends the signature as CertificateVerify if it verifies; the flight can go on.
    pub fn sign(mut self, ctx: &mut Context, signature: Vec<u8>) -> Result<Box<F>, Error> {
        let proof = CertificateVerify { algorithm: self.identity.scheme, signature };
        let transcript = self.flight.transcript().current();
        verify_proof(self.identity.credentials.chain(), F::SIGNER, &transcript, &proof)
            .map_err(|_| Error::BadSignature)?;
        send(ctx, &mut *self.flight, &proof.encode()?)?;
        Ok(self.flight)
    }
}
