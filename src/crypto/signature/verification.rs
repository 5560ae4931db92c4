//! Verification of signatures, through the interface of path validation.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::elliptic_curve::point::AffineCoordinates;
use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey as RsaPublicKey, pss};
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::der::{self, Elements};
use crate::wire::SignatureScheme;

#[cfg(test)]
use replay::min_rsa_modulus;
#[cfg(test)]
pub(crate) use replay::set_min_rsa_modulus;

/// The algorithms that certificates may be signed with.
pub const CERTIFICATE_ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    &ECDSA_P256_SHA256,
    &ECDSA_P256_SHA384,
    &ECDSA_P384_SHA256,
    &ECDSA_P384_SHA384,
    &ED25519,
    &RSA_PKCS1_SHA256,
    &RSA_PKCS1_SHA384,
    &RSA_PKCS1_SHA512,
    &RSA_PSS_SHA256,
    &RSA_PSS_SHA384,
    &RSA_PSS_SHA512,
];

/// The algorithm of a CertificateVerify's scheme, or `None` if the scheme may not be used there.
pub fn verification_of(
    scheme: SignatureScheme,
) -> Option<&'static dyn SignatureVerificationAlgorithm> {
    Some(match scheme {
        SignatureScheme::ECDSA_SECP256R1_SHA256 => &ECDSA_P256_SHA256,
        SignatureScheme::ECDSA_SECP384R1_SHA384 => &ECDSA_P384_SHA384,
        SignatureScheme::ED25519 => &ED25519,
        SignatureScheme::RSA_PSS_RSAE_SHA256 => &RSA_PSS_SHA256,
        SignatureScheme::RSA_PSS_RSAE_SHA384 => &RSA_PSS_SHA384,
        SignatureScheme::RSA_PSS_RSAE_SHA512 => &RSA_PSS_SHA512,
        _ => return None,
    })
}

/// Not an algorithm, but a test in the form of one, as path validation passes the key of a certificate to nothing else.
/// It "verifies" everything with an RSA key that is too short for the others.
pub const RSA_KEY_TOO_SHORT: &dyn SignatureVerificationAlgorithm = &RSA_TOO_SHORT;

/// A signature algorithm with the key type that it is used with.
#[derive(Clone, Copy, Debug)]
struct Algorithm {
    key: KeyType,
    hash: Hash,
    public_key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
}

#[derive(Clone, Copy, Debug)]
enum KeyType {
    P256,
    P384,
    Ed25519,
    RsaPkcs1,
    RsaPss,
    RsaTooShort,
}

#[derive(Clone, Copy, Debug)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

const fn algorithm(
    key: KeyType,
    hash: Hash,
    public_key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
) -> Algorithm {
    Algorithm { key, hash, public_key, signature }
}

use Hash::{Sha256 as S256, Sha384 as S384, Sha512 as S512};
use KeyType::{Ed25519, P256, P384, RsaPkcs1, RsaPss, RsaTooShort};

static ECDSA_P256_SHA256: Algorithm =
    algorithm(P256, S256, alg_id::ECDSA_P256, alg_id::ECDSA_SHA256);
static ECDSA_P256_SHA384: Algorithm =
    algorithm(P256, S384, alg_id::ECDSA_P256, alg_id::ECDSA_SHA384);
static ECDSA_P384_SHA256: Algorithm =
    algorithm(P384, S256, alg_id::ECDSA_P384, alg_id::ECDSA_SHA256);
static ECDSA_P384_SHA384: Algorithm =
    algorithm(P384, S384, alg_id::ECDSA_P384, alg_id::ECDSA_SHA384);
static ED25519: Algorithm = algorithm(Ed25519, S512, alg_id::ED25519, alg_id::ED25519);
static RSA_PKCS1_SHA256: Algorithm =
    algorithm(RsaPkcs1, S256, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256);
static RSA_PKCS1_SHA384: Algorithm =
    algorithm(RsaPkcs1, S384, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA384);
static RSA_PKCS1_SHA512: Algorithm =
    algorithm(RsaPkcs1, S512, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA512);
static RSA_PSS_SHA256: Algorithm =
    algorithm(RsaPss, S256, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA256);
static RSA_PSS_SHA384: Algorithm =
    algorithm(RsaPss, S384, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA384);
static RSA_PSS_SHA512: Algorithm =
    algorithm(RsaPss, S512, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA512);

static RSA_TOO_SHORT: Algorithm =
    algorithm(RsaTooShort, S256, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA256);

impl SignatureVerificationAlgorithm for Algorithm {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let valid = match self.key {
            P256 => verify_p256(public_key, &self.hash.digest(message), signature),
            P384 => verify_p384(public_key, &self.hash.digest(message), signature),
            Ed25519 => verify_ed25519(public_key, message, signature),
            RsaPkcs1 => verify_rsa_pkcs1(self.hash, public_key, message, signature),
            RsaPss => verify_rsa_pss(self.hash, public_key, message, signature),
            RsaTooShort => rsa_numbers(public_key)
                .filter(|[modulus, _]| modulus.len() < min_rsa_modulus())
                .map(drop),
        };
        valid.ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.public_key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

impl Hash {
    fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            S256 => Sha256::digest(message).to_vec(),
            S384 => Sha384::digest(message).to_vec(),
            S512 => Sha512::digest(message).to_vec(),
        }
    }
}

// `Some` means valid; there is no need to know why a signature is not.

/// The coordinates of an uncompressed point (SEC 1 section 2.3.3). Certificates in use have no compressed points, which
/// would need square roots.
fn coordinates(public_key: &[u8], length: usize) -> Option<[&[u8]; 2]> {
    let (x, y) = public_key.strip_prefix(&[4])?.split_at_checked(length)?;
    Some([x, y])
}

fn verify_p256(public_key: &[u8], digest: &[u8], signature: &[u8]) -> Option<()> {
    let [x, y] = coordinates(public_key, 32)?;
    let point: Option<_> =
        p256::AffinePoint::from_coordinates(x.try_into().ok()?, y.try_into().ok()?).into();
    let key = p256::ecdsa::VerifyingKey::from_affine(point?).ok()?;
    let [r, s] = der::ecdsa_numbers::<32>(signature)?;
    let signature = p256::ecdsa::Signature::from_scalars(r, s).ok()?;
    key.verify_prehash(digest, &signature).ok()
}

fn verify_p384(public_key: &[u8], digest: &[u8], signature: &[u8]) -> Option<()> {
    let [x, y] = coordinates(public_key, 48)?;
    let point: Option<_> =
        p384::AffinePoint::from_coordinates(x.try_into().ok()?, y.try_into().ok()?).into();
    let key = p384::ecdsa::VerifyingKey::from_affine(point?).ok()?;
    let [r, s] = der::ecdsa_numbers::<48>(signature)?;
    let signature = p384::ecdsa::Signature::from_scalars(r, s).ok()?;
    key.verify_prehash(digest, &signature).ok()
}

fn verify_ed25519(public_key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(public_key.try_into().ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    // Strict: keys and signatures of small order are refused.
    key.verify_strict(message, &signature).ok()
}

/// The smallest modulus, in bytes: 2048 bits.
pub(crate) const MIN_RSA_MODULUS: usize = 256;

#[cfg(not(test))]
const fn min_rsa_modulus() -> usize {
    MIN_RSA_MODULUS
}

/// The modulus and the exponent of an `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn rsa_numbers(public_key: &[u8]) -> Option<[&[u8]; 2]> {
    let mut elements = Elements::of_sequence(public_key)?;
    let numbers = [elements.next_unsigned()?, elements.next_unsigned()?];
    elements.end()?;
    Some(numbers)
}

fn rsa_key(public_key: &[u8]) -> Option<RsaPublicKey> {
    let [modulus, exponent] = rsa_numbers(public_key)?;
    if modulus.len() < min_rsa_modulus() {
        return None;
    }
    let number = |digits: &[u8]| {
        BoxedUint::from_be_slice(digits, u32::try_from(digits.len()).ok()? * 8).ok()
    };
    RsaPublicKey::new(number(modulus)?, number(exponent)?).ok()
}

fn verify_rsa_pkcs1(hash: Hash, public_key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let scheme = match hash {
        S256 => Pkcs1v15Sign::new::<Sha256>(),
        S384 => Pkcs1v15Sign::new::<Sha384>(),
        S512 => Pkcs1v15Sign::new::<Sha512>(),
    };
    rsa_key(public_key)?.verify(scheme, &hash.digest(message), signature).ok()
}

fn verify_rsa_pss(hash: Hash, public_key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = rsa_key(public_key)?;
    let signature = pss::Signature::try_from(signature).ok()?;
    match hash {
        S256 => pss::VerifyingKey::<Sha256>::new(key).verify(message, &signature),
        S384 => pss::VerifyingKey::<Sha384>::new(key).verify(message, &signature),
        S512 => pss::VerifyingKey::<Sha512>::new(key).verify(message, &signature),
    }
    .ok()
}

/// A published handshake has a smaller key, for the crate's own tests.
#[cfg(test)]
mod replay {
    use std::cell::Cell;

    thread_local! {
        static MIN: Cell<usize> = const { Cell::new(super::MIN_RSA_MODULUS) };
    }

    /// From now on, in this thread, this many bytes are enough.
    pub(crate) fn set_min_rsa_modulus(min: usize) {
        MIN.set(min);
    }

    pub(super) fn min_rsa_modulus() -> usize {
        MIN.get()
    }
}
