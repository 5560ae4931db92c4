//! Private keys that sign.

use p256::ecdsa::signature::Signer;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{AlgorithmIdentifier, PrivateKeyDer, alg_id};

use super::der::{self, Elements};
#[cfg(feature = "rsa-signing")]
use super::rsa_key::RsaKey;
use crate::crypto::{CryptoError, Random};
use crate::newtype::for_tools;
use crate::wire::SignatureScheme;

/// A private key for CertificateVerify. It wipes itself, and never shows in `Debug`.
#[derive(Clone)]
pub struct SigningKey(Key);

#[derive(Clone)]
enum Key {
    P256(Box<p256::ecdsa::SigningKey>),
    P384(Box<p384::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    #[cfg(feature = "rsa-signing")]
    Rsa(Box<RsaKey>),
}

impl SigningKey {
    /// From PEM: PKCS#8 (`PRIVATE KEY`), SEC 1 (`EC PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`), the first of them that
    /// the text holds. Encrypted keys are not supported. RSA keys need the feature `rsa-signing`.
    ///
    /// # Errors
    ///
    /// [`CryptoError::PrivateKey`] and [`CryptoError::RsaSigning`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, CryptoError> {
        match PrivateKeyDer::from_pem_slice(pem).map_err(|_| CryptoError::PrivateKey)? {
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Sec1(der) => Self::from_sec1(der.secret_sec1_der()),
            PrivateKeyDer::Pkcs1(der) => Self::from_pkcs1(der.secret_pkcs1_der()),
            _ => Err(CryptoError::PrivateKey),
        }
    }

    /// From DER, in any of the formats of [`SigningKey::from_pem`].
    ///
    /// # Errors
    ///
    /// As [`SigningKey::from_pem`].
    pub fn from_der(der: &[u8]) -> Result<Self, CryptoError> {
        match Self::from_pkcs8(der) {
            Err(CryptoError::PrivateKey) => Self::from_sec1(der).or_else(|_| Self::from_pkcs1(der)),
            result => result,
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        let (algorithm, key) = private_key_info(der).ok_or(CryptoError::PrivateKey)?;
        if algorithm == alg_id::RSA_ENCRYPTION.as_ref() {
            return Self::from_pkcs1(key);
        }
        let key =
            if algorithm == alg_id::ED25519.as_ref() { ed25519_key(key) } else { ec_key(key) };
        key.filter(|key| key.algorithm().as_ref() == algorithm)
            .map(Self)
            .ok_or(CryptoError::PrivateKey)
    }

    fn from_sec1(der: &[u8]) -> Result<Self, CryptoError> {
        ec_key(der).map(Self).ok_or(CryptoError::PrivateKey)
    }

    #[cfg(feature = "rsa-signing")]
    fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        let key = RsaKey::from_pkcs1(der).ok_or(CryptoError::PrivateKey)?;
        Ok(Self(Key::Rsa(Box::new(key))))
    }

    #[cfg(not(feature = "rsa-signing"))]
    fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        // An `RSAPrivateKey` (RFC 8017 appendix A.1.2) begins with version 0.
        match Elements::of_sequence(der).and_then(|mut elements| elements.next_unsigned()) {
            Some([]) => Err(CryptoError::RsaSigning),
            _ => Err(CryptoError::PrivateKey),
        }
    }

    /// The schemes it can sign with, most preferred first.
    #[must_use]
    pub fn schemes(&self) -> &'static [SignatureScheme] {
        match self.0 {
            Key::P256(_) => &[SignatureScheme::ECDSA_SECP256R1_SHA256],
            Key::P384(_) => &[SignatureScheme::ECDSA_SECP384R1_SHA384],
            Key::Ed25519(_) => &[SignatureScheme::ED25519],
            #[cfg(feature = "rsa-signing")]
            Key::Rsa(_) => &super::rsa_key::SCHEMES,
        }
    }

    for_tools! {
        /// Signs a message with one of [`SigningKey::schemes`].
        pub fn sign(
            &self,
            scheme: SignatureScheme,
            message: &[u8],
            random: &mut Random,
        ) -> Result<Vec<u8>, CryptoError> {
            if !self.schemes().contains(&scheme) {
                return Err(CryptoError::UnsupportedScheme);
            }
            // Only RSA-PSS has a salt.
            #[cfg(not(feature = "rsa-signing"))]
            let _ = random;
            match &self.0 {
                // RFC 6979: no bad random number can reveal the key.
                Key::P256(key) => key.try_sign(message).ok().map(|signature| {
                    let signature: p256::ecdsa::Signature = signature;
                    der::ecdsa_signature(&signature.to_bytes())
                }),
                Key::P384(key) => key.try_sign(message).ok().map(|signature| {
                    let signature: p384::ecdsa::Signature = signature;
                    der::ecdsa_signature(&signature.to_bytes())
                }),
                Key::Ed25519(key) => key.try_sign(message).ok().map(|signature| signature.to_vec()),
                #[cfg(feature = "rsa-signing")]
                Key::Rsa(key) => key.sign(scheme, message, random),
            }
            .ok_or(CryptoError::Signing)
        }
    }
}

impl core::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SigningKey").field("schemes", &self.schemes()).finish_non_exhaustive()
    }
}

impl Key {
    fn algorithm(&self) -> AlgorithmIdentifier {
        match self {
            Key::P256(_) => alg_id::ECDSA_P256,
            Key::P384(_) => alg_id::ECDSA_P384,
            Key::Ed25519(_) => alg_id::ED25519,
            #[cfg(feature = "rsa-signing")]
            Key::Rsa(_) => alg_id::RSA_ENCRYPTION,
        }
    }
}

/// Algorithm and key of a `OneAsymmetricKey` (RFC 5958 section 2). The attributes and the public key, which follow, are
/// not needed.
fn private_key_info(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut info = Elements::of_sequence(der)?;
    let version = info.next_unsigned()?;
    let is_known = matches!(version, [] | [1]);
    is_known.then_some((info.next(der::SEQUENCE)?, info.next(der::OCTET_STRING)?))
}

/// `CurvePrivateKey` (RFC 8410 section 7).
fn ed25519_key(der: &[u8]) -> Option<Key> {
    let mut elements = Elements::of(der);
    let seed = elements.next(der::OCTET_STRING)?.try_into().ok()?;
    elements.end()?;
    Some(Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed))))
}

/// `ECPrivateKey` (RFC 5915 section 3): version, key, and perhaps the curve and the public key.
fn ec_key(der: &[u8]) -> Option<Key> {
    let mut elements = Elements::of_sequence(der)?;
    if elements.next_unsigned()? != [1] {
        return None;
    }
    let scalar = elements.next(der::OCTET_STRING)?;
    let key = match scalar.len() {
        32 => Key::P256(Box::new(p256::SecretKey::from_slice(scalar).ok()?.into())),
        48 => Key::P384(Box::new(p384::SecretKey::from_slice(scalar).ok()?.into())),
        _ => return None,
    };
    // Other curves have keys of the same lengths. The identifier of an algorithm ends with that of its curve.
    match elements.next(der::CONTEXT_0) {
        Some(curve) if !key.algorithm().as_ref().ends_with(curve) => None,
        _ => Some(key),
    }
}
