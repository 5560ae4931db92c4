//! RSA private keys, which sign only with RSASSA-PSS (RFC 9846 section 4.3.3).

use p256::ecdsa::signature::{RandomizedSigner, SignatureEncoding};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::{PrivateKey, pss};
use sha2::{Sha256, Sha384, Sha512};

use crate::crypto::Random;
use crate::wire::SignatureScheme;

/// The schemes of an RSA key.
pub(super) const SCHEMES: [SignatureScheme; 3] = [
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::RSA_PSS_RSAE_SHA384,
    SignatureScheme::RSA_PSS_RSAE_SHA512,
];

#[derive(Clone)]
pub(super) struct RsaKey(PrivateKey);

impl RsaKey {
    /// From an `RSAPrivateKey` (RFC 8017 appendix A.1.2).
    pub(super) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        PrivateKey::from_pkcs1_der(der).ok().map(Self)
    }

    /// Signs a message with one of [`SCHEMES`].
    pub(super) fn sign(
        &self,
        scheme: SignatureScheme,
        message: &[u8],
        random: &mut Random,
    ) -> Option<Vec<u8>> {
        let key = self.0.clone();
        let random = random.generator();
        match scheme {
            SignatureScheme::RSA_PSS_RSAE_SHA256 => {
                pss::SigningKey::<Sha256>::new(key).try_sign_with_rng(random, message)
            }
            SignatureScheme::RSA_PSS_RSAE_SHA384 => {
                pss::SigningKey::<Sha384>::new(key).try_sign_with_rng(random, message)
            }
            _ => pss::SigningKey::<Sha512>::new(key).try_sign_with_rng(random, message),
        }
        .ok()
        .map(|signature| signature.to_vec())
    }
}
