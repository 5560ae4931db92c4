//! Signatures (RFC 9846 section 4.3.3): made with a private key, and verified for the path validation of X.509.

mod der;
#[cfg(feature = "rsa-signing")]
mod rsa_key;
mod signing_key;
mod verification;

pub(crate) use der::{Elements, SEQUENCE};
pub use signing_key::SigningKey;
pub use verification::{CERTIFICATE_ALGORITHMS, RSA_KEY_TOO_SHORT, verification_of};
#[cfg(test)]
pub(crate) use verification::{MIN_RSA_MODULUS, set_min_rsa_modulus};

use crate::wire::SignatureScheme;

/// The schemes of CertificateVerify, most preferred first.
pub const SUPPORTED_SCHEMES: [SignatureScheme; 6] = [
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme::ED25519,
    SignatureScheme::ECDSA_SECP384R1_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::RSA_PSS_RSAE_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA512,
];

/// Schemes that certificates may be signed with, in addition to [`SUPPORTED_SCHEMES`]; a CertificateVerify may not use
/// them.
pub const CERTIFICATE_ONLY_SCHEMES: [SignatureScheme; 3] = [
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];
