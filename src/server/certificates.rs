//! The server's certificate where no PSK is chosen, or beside one (RFC 9846 sections 4.4.2 and 4.5, RFC 8773), and
//! WAIT_CERT and WAIT_CV, where a client shows its own.

use std::sync::Arc;

use super::accept::Flight;
use super::wait_finished::WaitFinished;
use super::{ServerConfig, State};
use crate::certificates::{
    Credentials, KeySource, SignatureRequest, Signer, Verification, VerificationRequest,
    signed_content, verify_proof,
};
use crate::crypto::signature::{CERTIFICATE_ONLY_SCHEMES, SUPPORTED_SCHEMES};
use crate::endpoint::{Context, Event};
use crate::error::{Error, Violation};
use crate::wire::{
    Certificate, CertificateRequest, CertificateVerify, ClientExtensions, Handshake,
    SignatureScheme,
};

/// What the server is told about certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateConfig {
    /// What the server can show. The first whose certificate is for the server_name and whose key can sign as the client
    /// wants is shown, and without such a name the first that can sign. None means that every client needs a PSK.
    pub credentials: Vec<Arc<Credentials>>,
    /// Asks clients for a certificate, in full handshakes only.
    pub clients: Option<ClientCertificates>,
    /// Shows the certificate beside an external PSK too, to clients that ask for it (RFC 8773).
    pub with_external_psk: bool,
}

/// How client certificates are treated.
#[derive(Clone, Debug)]
pub struct ClientCertificates {
    /// How they are judged.
    pub verification: Verification,
    /// Whether a client without one is refused.
    pub required: bool,
}

/// A certificate that the client will take.
pub(super) struct Identity {
    /// In the configuration's list.
    place: usize,
    credentials: Arc<Credentials>,
    scheme: SignatureScheme,
}

/// Chooses what to show by what the client asked for.
pub(super) fn choose(
    config: &ServerConfig,
    extensions: &ClientExtensions,
) -> Result<Identity, Error> {
    let schemes = extensions.signature_algorithms.as_deref();
    let schemes = schemes.ok_or(Violation::MissingSignatureAlgorithms)?;
    let name = extensions.server_name.as_deref();
    let fitting = || {
        config.certificates.credentials.iter().enumerate().filter_map(|(place, credentials)| {
            Some(Identity {
                place,
                scheme: credentials.scheme(schemes)?,
                credentials: credentials.clone(),
            })
        })
    };
    name.and_then(|name| fitting().find(|identity| identity.credentials.is_for(name)))
        .or_else(|| fitting().next())
        .ok_or(Violation::NoCommonSignatureScheme.into())
}

/// Sends CertificateRequest, Certificate and CertificateVerify, and what follows.
pub(super) fn show(
    ctx: &mut Context,
    mut flight: Box<Flight>,
    Identity { place, credentials, scheme }: Identity,
) -> Result<State, Error> {
    // Beside a PSK no client is asked (RFC 8773 section 5.1).
    if flight.negotiated.psk_identity.is_none() {
        flight.clients = flight.psks.config.certificates.clients.clone();
    }
    if flight.clients.is_some() {
        let schemes = [&SUPPORTED_SCHEMES[..], &CERTIFICATE_ONLY_SCHEMES].concat();
        let request = CertificateRequest {
            signature_algorithms: Some(schemes),
            ..CertificateRequest::default()
        };
        flight.send(ctx, &request.encode()?)?;
    }
    let certificate_list = credentials.chain().to_vec();
    flight.send(ctx, &Certificate { certificate_list, ..Certificate::default() }.encode()?)?;
    let content = signed_content(Signer::Server, &flight.transcript.current());
    match credentials.key() {
        KeySource::Local(key) => {
            let signature = key
                .sign(scheme, &content, &mut ctx.random)
                .map_err(|_| Error::Internal("signing with the certificate's key"))?;
            prove(ctx, flight, &CertificateVerify { algorithm: scheme, signature })
        }
        KeySource::External(_) => {
            ctx.emit(Event::Sign);
            Ok(State::Signing(Box::new(Signing { flight, place, credentials, scheme, content })))
        }
    }
}

fn prove(
    ctx: &mut Context,
    mut flight: Box<Flight>,
    proof: &CertificateVerify,
) -> Result<State, Error> {
    flight.send(ctx, &proof.encode()?)?;
    flight.finish(ctx)
}

/// The certificate's key is somewhere else, and is asked for a signature.
pub struct Signing {
    flight: Box<Flight>,
    place: usize,
    credentials: Arc<Credentials>,
    scheme: SignatureScheme,
    content: Vec<u8>,
}

impl Signing {
    pub(super) fn request(&self) -> SignatureRequest<'_> {
        let Self { place, scheme, ref content, .. } = *self;
        SignatureRequest { credentials: place, scheme, content }
    }

    pub(super) fn sign(self, ctx: &mut Context, signature: Vec<u8>) -> Result<State, Error> {
        let proof = CertificateVerify { algorithm: self.scheme, signature };
        let transcript = self.flight.transcript.current();
        verify_proof(self.credentials.chain(), Signer::Server, &transcript, &proof)
            .map_err(|_| Error::BadSignature)?;
        prove(ctx, self.flight, &proof)
    }
}

/// WAIT_CERT: the client was asked for a certificate.
pub struct WaitCertificate {
    pub(super) clients: ClientCertificates,
    pub(super) next: Box<WaitFinished>,
}

impl WaitCertificate {
    pub(super) fn on_certificate(mut self, message: &Handshake<'_>) -> Result<State, Error> {
        let certificate = Certificate::read(message.body())?;
        if !certificate.certificate_request_context.is_empty() {
            return Err(Violation::CertificateContext.into());
        }
        if !certificate.extensions.is_empty() {
            return Err(Violation::CertificateExtension.into());
        }
        self.next.transcript.add(message.bytes);
        let Self { clients, next } = self;
        let chain = certificate.certificate_list;
        match (chain.is_empty(), clients.required) {
            (true, true) => Err(Violation::ClientCertificateRequired.into()),
            (true, false) => Ok(State::WaitFinished(next)),
            (false, _) => {
                let verification = clients.verification;
                let next = WaitCertificateVerify { verification, chain, next };
                Ok(State::WaitCertificateVerify(Box::new(next)))
            }
        }
    }
}

/// WAIT_CV: the client has to prove that it has the certificate's key.
pub struct WaitCertificateVerify {
    verification: Verification,
    chain: Vec<Vec<u8>>,
    next: Box<WaitFinished>,
}

impl WaitCertificateVerify {
    pub(super) fn on_certificate_verify(
        mut self,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let proof = CertificateVerify::read(message.body())?;
        verify_proof(&self.chain, Signer::Client, &self.next.transcript.current(), &proof)?;
        self.next.transcript.add(message.bytes);
        let Self { verification, chain, next } = self;
        let verifying = VerifyingCertificate { chain, next };
        match verification {
            Verification::Anchors(anchors) => {
                anchors.verify_client(&verifying.chain, ctx.now)?;
                Ok(verifying.accept())
            }
            Verification::Application => {
                ctx.emit(Event::VerifyCertificate);
                Ok(State::VerifyingCertificate(Box::new(verifying)))
            }
        }
    }
}

/// The client has the key of its certificate; the application says whether it is let in.
pub struct VerifyingCertificate {
    chain: Vec<Vec<u8>>,
    next: Box<WaitFinished>,
}

impl VerifyingCertificate {
    pub(super) fn request(&self) -> VerificationRequest<'_> {
        let server_name = self.next.negotiated.server_name.as_deref();
        VerificationRequest { chain: &self.chain, server_name }
    }

    pub(super) fn decide(self, accepted: bool) -> Result<State, Error> {
        if accepted { Ok(self.accept()) } else { Err(Violation::CertificateRefused.into()) }
    }

    fn accept(self) -> State {
        let mut next = self.next;
        next.peer_certificates = self.chain;
        State::WaitFinished(next)
    }
}
