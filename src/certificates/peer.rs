//! What a peer shows and asks for (RFC 9846 sections 4.4.2, 4.5.1 and 4.5.2).

use super::SharedCredentials;
use super::identity::Identity;
use super::leaf::not_after;
use super::proof::verify_proof;
use super::request::{Decision, VerificationRequest};
use super::trust::Verification;
use crate::crypto::Digest;
use crate::crypto::signature::{CERTIFICATE_ONLY_SCHEMES, SUPPORTED_SCHEMES};
use crate::error::{CertificateError, Error, Violation};
use crate::role::Role;
use crate::wire::{Certificate, CertificateRequest, CertificateVerify, Reader, SignatureScheme};

/// What a ticket keeps of a client's certificates, in bytes: enough for any end entity's own, and a ClientHello is
/// still of a sensible size.
const MAX_KEPT_CHAIN: usize = 1 << 12;

impl Verification {
    /// The name of the rules by which the application judges, if it does.
    pub(crate) fn rules(&self) -> Option<&[u8]> {
        match self {
            Self::Anchors(_) => None,
            Self::Application { rules } => Some(rules),
        }
    }

    /// The judgement of the trust anchors; `None` if the application is asked for its own.
    pub(crate) fn judge(
        &self,
        peer: Role,
        request: &VerificationRequest<'_>,
        now: u64,
    ) -> Option<Result<(), CertificateError>> {
        match self {
            Self::Anchors(anchors) => Some(anchors.verify(peer, request, now)),
            Self::Application { .. } => None,
        }
    }

    /// The schemes of signatures that are verified, in the order of preference.
    pub(crate) fn schemes(&self) -> Vec<SignatureScheme> {
        [&SUPPORTED_SCHEMES[..], &CERTIFICATE_ONLY_SCHEMES].concat()
    }

    /// The chain of a Certificate, which may be empty unless one is required.
    pub(crate) fn read_chain(
        &self,
        peer: Role,
        required: bool,
        message: Reader<'_>,
    ) -> Result<Vec<Vec<u8>>, Error> {
        let certificate = Certificate::read(message)?;
        if !certificate.certificate_request_context.is_empty() {
            return Err(Violation::CertificateContext.into());
        }
        // We ask for none.
        if !certificate.extensions.is_empty() {
            return Err(Violation::CertificateExtension.into());
        }
        if required && certificate.certificate_list.is_empty() {
            return Err(match peer {
                Role::Client => CertificateError::Required.into(),
                Role::Server => Violation::CertificateMissing.into(),
            });
        }
        Ok(certificate.certificate_list)
    }

    /// Whether the application accepts the certificate, or only goes on without.
    pub(crate) fn accepts(&self, decision: Decision) -> Result<bool, CertificateError> {
        match decision {
            Decision::Accept => Ok(true),
            Decision::Unverified => Ok(false),
            Decision::Refuse => Err(CertificateError::Refused),
        }
    }

    /// Reads a CertificateRequest.
    pub(crate) fn read_request(&self, message: Reader<'_>) -> Result<RequestedSchemes, Error> {
        let request = CertificateRequest::read(message)?;
        if !request.certificate_request_context.is_empty() {
            return Err(Violation::CertificateContext.into());
        }
        let schemes = request.signature_algorithms.ok_or(Violation::RequestWithoutSchemes)?;
        Ok(RequestedSchemes(schemes))
    }

    /// Checks that the peer has the key of its certificate.
    pub(crate) fn check_proof(
        &self,
        chain: &[Vec<u8>],
        peer: Role,
        transcript: &Digest,
        proof: &CertificateVerify,
    ) -> Result<(), Error> {
        verify_proof(chain, peer, transcript, proof)
    }
}

/// The schemes that a server takes which has asked for a certificate.
pub struct RequestedSchemes(Vec<SignatureScheme>);

impl RequestedSchemes {
    /// What the client shows of these credentials, if it fits.
    pub(crate) fn identity(&self, credentials: Option<&SharedCredentials>) -> Option<Identity> {
        credentials?.identity(0, &self.0)
    }
}

/// When a certificate that a client has shown expires, in milliseconds since the Unix epoch; long ago if that is
/// unknown.
pub(crate) fn expiry(certificate: &[u8]) -> Option<u64> {
    Some(not_after(certificate).unwrap_or(0))
}

/// Leaves as much of a client's chain as a ticket keeps; `false` if that is not even its own certificate.
pub(crate) fn keep_for_ticket(chain: &mut Vec<Vec<u8>>) -> bool {
    let mut room = MAX_KEPT_CHAIN;
    let fits = |certificate: &&Vec<u8>| {
        room = room.saturating_sub(certificate.len());
        room > 0
    };
    let kept = chain.iter().take_while(fits).count();
    chain.truncate(kept);
    !chain.is_empty()
}
