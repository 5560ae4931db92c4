//! WAIT_CERT_CR, WAIT_CERT and WAIT_CV: how a server proves who it is without a PSK, or beside one (RFC 9846 sections
//! 4.4.2 and 4.5, RFC 8773), and how the client answers with a certificate of its own.

use std::sync::Arc;

use super::State;
use super::wait_finished::{Reply, WaitFinished};
use crate::certificates::{
    Credentials, KeySource, SignatureRequest, Signer, Verification, VerificationRequest,
    signed_content, verify_proof,
};
use crate::endpoint::{Context, Event};
use crate::error::{Error, Violation};
use crate::wire::{Certificate, CertificateRequest, CertificateVerify, Handshake, SignatureScheme};

/// What the client is told about certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateConfig {
    /// How a server's certificate is judged. Without it none is accepted, and every server needs a PSK.
    pub verification: Option<Verification>,
    /// What the client shows when a server asks for it; otherwise it shows none.
    pub credentials: Option<Arc<Credentials>>,
    /// Asks the server to show a certificate beside an external PSK (RFC 8773). One that does not know the extension
    /// shows none.
    pub with_external_psk: bool,
}

/// WAIT_CERT_CR, and WAIT_CERT once the server has asked for a certificate.
pub struct WaitCertificate {
    pub(super) config: CertificateConfig,
    /// The server may ask for a certificate of ours: not when it has chosen a PSK.
    pub(super) may_request: bool,
    /// It did: the schemes that it takes.
    pub(super) requested: Option<Vec<SignatureScheme>>,
    pub(super) next: Box<WaitFinished>,
}

impl WaitCertificate {
    pub(super) fn name(&self) -> &'static str {
        if self.may_request { "WAIT_CERT_CR" } else { "WAIT_CERT" }
    }

    pub(super) fn on_certificate_request(
        mut self,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        if !self.may_request {
            let state = self.name();
            return Err(Error::UnexpectedMessage { received: message.name(), state });
        }
        let request = CertificateRequest::read(message.body())?;
        if !request.certificate_request_context.is_empty() {
            return Err(Violation::CertificateContext.into());
        }
        self.requested =
            Some(request.signature_algorithms.ok_or(Violation::RequestWithoutSchemes)?);
        self.may_request = false;
        self.next.transcript.add(message.bytes);
        Ok(State::WaitCertificate(Box::new(self)))
    }

    pub(super) fn on_certificate(mut self, message: &Handshake<'_>) -> Result<State, Error> {
        let certificate = Certificate::read(message.body())?;
        if !certificate.certificate_request_context.is_empty() {
            return Err(Violation::CertificateContext.into());
        }
        if !certificate.extensions.is_empty() {
            return Err(Violation::CertificateExtension.into());
        }
        if certificate.certificate_list.is_empty() {
            return Err(Violation::CertificateMissing.into());
        }
        self.next.transcript.add(message.bytes);
        let Self { config, requested, mut next, .. } = self;
        next.requested = requested;
        let chain = certificate.certificate_list;
        Ok(State::WaitCertificateVerify(Box::new(WaitCertificateVerify { config, chain, next })))
    }
}

/// WAIT_CV.
pub struct WaitCertificateVerify {
    config: CertificateConfig,
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
        verify_proof(&self.chain, Signer::Server, &self.next.transcript.current(), &proof)?;
        self.next.transcript.add(message.bytes);
        let Self { config, chain, next } = self;
        match &config.verification {
            Some(Verification::Anchors(anchors)) => {
                let name = next.negotiated.server_name.as_deref();
                anchors.verify_server(&chain, name, ctx.now)?;
                Ok(VerifyingCertificate { chain, next }.accept())
            }
            Some(Verification::Application) => {
                ctx.emit(Event::VerifyCertificate);
                let verifying = VerifyingCertificate { chain, next };
                Ok(State::VerifyingCertificate(Box::new(verifying)))
            }
            None => Err(Violation::PskNotSelected.into()),
        }
    }
}

/// The server has the key of its certificate; the application says whether that is whom it wants.
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

/// Answers a CertificateRequest: a Certificate, empty if there is none to show, and its CertificateVerify.
pub(super) fn show(
    ctx: &mut Context,
    mut reply: Box<Reply>,
    credentials: Option<Arc<Credentials>>,
    accepted: &[SignatureScheme],
) -> Result<State, Error> {
    let fitting =
        credentials.and_then(|credentials| Some((credentials.scheme(accepted)?, credentials)));
    let certificate_list = match &fitting {
        Some((_, credentials)) => credentials.chain().to_vec(),
        None => Vec::new(),
    };
    let bytes = Certificate { certificate_list, ..Certificate::default() }.encode()?;
    ctx.send_handshake(&bytes)?;
    reply.transcript.add(&bytes);
    let Some((scheme, credentials)) = fitting else { return reply.finish(ctx) };
    let content = signed_content(Signer::Client, &reply.transcript.current());
    match credentials.key() {
        KeySource::Local(key) => {
            let signature = key
                .sign(scheme, &content, &mut ctx.random)
                .map_err(|_| Error::Internal("signing with the certificate's key"))?;
            prove(ctx, reply, CertificateVerify { algorithm: scheme, signature })
        }
        KeySource::External(_) => {
            ctx.emit(Event::Sign);
            Ok(State::Signing(Box::new(Signing { reply, credentials, scheme, content })))
        }
    }
}

fn prove(
    ctx: &mut Context,
    mut reply: Box<Reply>,
    proof: CertificateVerify,
) -> Result<State, Error> {
    let bytes = proof.encode()?;
    ctx.send_handshake(&bytes)?;
    reply.transcript.add(&bytes);
    reply.finish(ctx)
}

/// The client's key is somewhere else, and is asked for a signature.
pub struct Signing {
    reply: Box<Reply>,
    credentials: Arc<Credentials>,
    scheme: SignatureScheme,
    content: Vec<u8>,
}

impl Signing {
    pub(super) fn request(&self) -> SignatureRequest<'_> {
        SignatureRequest { credentials: 0, scheme: self.scheme, content: &self.content }
    }

    pub(super) fn sign(self, ctx: &mut Context, signature: Vec<u8>) -> Result<State, Error> {
        let proof = CertificateVerify { algorithm: self.scheme, signature };
        let transcript = self.reply.transcript.current();
        verify_proof(self.credentials.chain(), Signer::Client, &transcript, &proof)
            .map_err(|_| Error::BadSignature)?;
        prove(ctx, self.reply, proof)
    }
}
