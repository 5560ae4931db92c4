//! CertificateVerify: the proof that the sender of a certificate has its key (RFC 9846 section 4.5.2).

use super::credentials::has_short_rsa_key;
use super::leaf::may_sign;
use crate::crypto::Digest;
use crate::crypto::signature::{SUPPORTED_SCHEMES, verification_of};
use crate::error::{CertificateError, Error, Violation};
use crate::role::Role;
use crate::wire::CertificateVerify;
use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

/// The signed content: 64 spaces, a context string that names the side, a zero, and the transcript hash up to the
/// side's Certificate.
pub fn signed_content(signer: Role, transcript: &Digest) -> Vec<u8> {
    let context: &[u8] = match signer {
        Role::Client => b"TLS 1.3, client CertificateVerify",
        Role::Server => b"TLS 1.3, server CertificateVerify",
    };
    [&[0x20; 64], context, &[0], transcript.as_ref()].concat()
}

/// Verifies a CertificateVerify with the key of the peer's end-entity certificate, which must be allowed to sign.
pub fn verify_proof(
    chain: &[Vec<u8>],
    signer: Role,
    transcript: &Digest,
    proof: &CertificateVerify,
) -> Result<(), Error> {
    if !SUPPORTED_SCHEMES.contains(&proof.algorithm) {
        return Err(Violation::SchemeNotOffered.into());
    }
    let algorithm = verification_of(proof.algorithm).ok_or(Violation::SchemeNotOffered)?;
    let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
    if !may_sign(leaf).ok_or(CertificateError::Malformed)? {
        return Err(CertificateError::NoDigitalSignature.into());
    }
    let leaf = CertificateDer::from(leaf);
    let certificate = EndEntityCert::try_from(&leaf).map_err(|_| CertificateError::Malformed)?;
    if has_short_rsa_key(&certificate) {
        return Err(CertificateError::KeyTooShort.into());
    }
    certificate
        .verify_signature(algorithm, &signed_content(signer, transcript), &proof.signature)
        .map_err(|_| Violation::BadCertificateVerify.into())
}
