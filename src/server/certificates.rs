//! The server's certificate where no PSK is chosen, or beside one (RFC 9846 sections 4.4.2 and 4.5, RFC 8773), and
//! WAIT_CERT and WAIT_CV, where a client shows its own.

use std::sync::Arc;

use super::flight::Flight;
use super::wait_finished::WaitFinished;
use super::{ServerConfig, State};
use crate::certificates::{Answer, Credentials, Question, Signer, Verification};
use crate::crypto::signature::{CERTIFICATE_ONLY_SCHEMES, SUPPORTED_SCHEMES};
use crate::endpoint::{
    self, Authenticated, Context, Identity, Judgement, Negotiated, Shown, WaitCertificateVerify,
    read_chain, show,
};
use crate::error::{Error, Violation};
use crate::keys::Transcript;
use crate::psk::Verdict;
use crate::wire::{CertificateRequest, ClientExtensions, Handshake, Writer};

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

impl CertificateConfig {
    /// Writes what decides who is let in: whether clients are asked, and how their certificates are judged.
    pub(super) fn write_scope(&self, w: &mut Writer) {
        w.u8(self.with_external_psk.into());
        match &self.clients {
            None => w.u8(0),
            Some(ClientCertificates { verification, required }) => {
                w.u8(1 + u8::from(*required));
                verification.write_scope(w);
            }
        }
    }
}

/// How client certificates are treated.
#[derive(Clone, Debug)]
pub struct ClientCertificates {
    /// How they are judged.
    pub verification: Verification,
    /// Whether a client without one is refused.
    pub required: bool,
}

impl State {
    /// What the application is asked about certificates.
    pub fn question(&self) -> Option<Question<'_>> {
        match self {
            Self::VerifyingCertificate(s) => Some(Question::Verify(s.request())),
            Self::Signing(s) => Some(Question::Sign(s.request())),
            _ => None,
        }
    }

    /// Takes the answer to [`State::question`].
    pub fn answer(self, ctx: &mut Context, answer: Answer) -> Result<Self, Error> {
        match (self, answer) {
            (Self::VerifyingCertificate(s), Answer::Verdict(decision)) => {
                Ok(Self::WaitFinished(s.decide(decision)?))
            }
            (Self::Signing(s), Answer::Signature(signature)) => s.sign(ctx, signature)?.finish(ctx),
            _ => Err(Error::Internal("an answer to another question")),
        }
    }
}

/// Chooses what to show by what the client asked for, and says whether its server_name decided that.
pub(super) fn choose(
    config: &ServerConfig,
    extensions: &ClientExtensions,
) -> Result<(Identity, bool), Error> {
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
    let named = name.and_then(|name| fitting().find(|identity| identity.credentials.is_for(name)));
    let by_name = named.is_some();
    let identity = named.or_else(|| fitting().next()).ok_or(Violation::NoCommonSignatureScheme)?;
    Ok((identity, by_name))
}

/// Sends CertificateRequest, Certificate and CertificateVerify, and what follows.
pub(super) fn send(
    ctx: &mut Context,
    mut flight: Box<Flight>,
    identity: Identity,
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
        let bytes = request.encode()?;
        ctx.send_handshake(&bytes)?;
        flight.transcript.add(&bytes);
    }
    match show(ctx, flight, identity)? {
        Shown::Proven(flight) => flight.finish(ctx),
        Shown::Signing(signing) => Ok(State::Signing(signing)),
    }
}

impl endpoint::Flight for Flight {
    const SIGNER: Signer = Signer::Server;

    fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }
}

/// WAIT_CERT: the client was asked for a certificate.
pub struct WaitCertificate {
    pub(super) clients: ClientCertificates,
    pub(super) next: Box<WaitFinished>,
}

impl WaitCertificate {
    pub(super) fn on_certificate(mut self, message: &Handshake<'_>) -> Result<State, Error> {
        let chain = read_chain(message)?;
        self.next.transcript.add(message.bytes);
        let Self { clients: ClientCertificates { verification, required }, next } = self;
        match (chain.is_empty(), required) {
            (true, true) => Err(Violation::ClientCertificateRequired.into()),
            (true, false) => Ok(State::WaitFinished(next)),
            (false, _) => {
                let next = WaitCertificateVerify { chain, verification, next };
                Ok(State::WaitCertificateVerify(Box::new(next)))
            }
        }
    }
}

/// What follows from the client's CertificateVerify.
pub(super) fn judged(judgement: Judgement<WaitFinished>) -> State {
    match judgement {
        Judgement::Accepted(next) => State::WaitFinished(next),
        Judgement::Asked(verifying) => State::VerifyingCertificate(verifying),
    }
}

impl Authenticated for WaitFinished {
    const PEER: Signer = Signer::Client;

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
