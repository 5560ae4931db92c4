//! The crate's signatures, and one that takes a key of 1024 bits.

use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pss;
use rsa::signature::Verifier;
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sha2::Sha256;

#[path = "../../../src/crypto/signature/mod.rs"]
mod own;

pub use own::*;

/// The crate's own, but for the scheme of the trace.
pub fn verification_of(
    scheme: crate::wire::SignatureScheme,
) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    if scheme == crate::wire::SignatureScheme::RSA_PSS_RSAE_SHA256 {
        return Some(&RsaPssOfAnySize);
    }
    own::verification_of(scheme)
}

/// No key is too short, as this verifies nothing.
pub const RSA_KEY_TOO_SHORT: &dyn SignatureVerificationAlgorithm = &NoKey;

#[derive(Debug)]
struct NoKey;

impl SignatureVerificationAlgorithm for NoKey {
    fn verify_signature(&self, _: &[u8], _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
        Err(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PSS_SHA256
    }
}

/// rsa_pss_rsae_sha256 without a smallest key.
#[derive(Debug)]
struct RsaPssOfAnySize;

impl SignatureVerificationAlgorithm for RsaPssOfAnySize {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = rsa::PublicKey::from_pkcs1_der(public_key).map_err(|_| InvalidSignature)?;
        let signature = pss::Signature::try_from(signature).map_err(|_| InvalidSignature)?;
        let verified = pss::VerifyingKey::<Sha256>::new(key).verify(message, &signature);
        verified.map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PSS_SHA256
    }
}
