//! Private keys that sign.

use ed25519_dalek::pkcs8::DecodePrivateKey;
use p256::ecdsa::signature::{RandomizedSigner, SignatureEncoding, Signer};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::{PrivateKey as RsaPrivateKey, pss};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Sha256, Sha384, Sha512};

use crate::crypto::{CryptoError, Random};
use crate::wire::SignatureScheme;

/// A private key for CertificateVerify. It wipes itself, and has no `Debug`.
#[derive(Clone)]
pub struct SigningKey(Key);

#[derive(Clone)]
enum Key {
    P256(Box<p256::ecdsa::SigningKey>),
    P384(Box<p384::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Rsa(Box<RsaPrivateKey>),
}

impl SigningKey {
    /// From PEM: PKCS#8 (`PRIVATE KEY`), SEC 1 (`EC PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`), the first of them that
    /// the text holds. Encrypted keys are not read.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CryptoError> {
        match PrivateKeyDer::from_pem_slice(pem).map_err(|_| CryptoError::PrivateKey)? {
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Sec1(der) => Self::from_sec1(der.secret_sec1_der()),
            PrivateKeyDer::Pkcs1(der) => Self::from_pkcs1(der.secret_pkcs1_der()),
            _ => None,
        }
        .ok_or(CryptoError::PrivateKey)
    }

    /// From DER of any of the kinds that [`SigningKey::from_pem`] names.
    pub fn from_der(der: &[u8]) -> Result<Self, CryptoError> {
        Self::from_pkcs8(der)
            .or_else(|| Self::from_sec1(der))
            .or_else(|| Self::from_pkcs1(der))
            .ok_or(CryptoError::PrivateKey)
    }

    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        if let Ok(key) = p256::SecretKey::from_pkcs8_der(der) {
            return Some(Self(Key::P256(Box::new(key.into()))));
        }
        if let Ok(key) = p384::SecretKey::from_pkcs8_der(der) {
            return Some(Self(Key::P384(Box::new(key.into()))));
        }
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_der(der) {
            return Some(Self(Key::Ed25519(Box::new(key))));
        }
        RsaPrivateKey::from_pkcs8_der(der).ok().map(|key| Self(Key::Rsa(Box::new(key))))
    }

    fn from_sec1(der: &[u8]) -> Option<Self> {
        if let Ok(key) = p256::SecretKey::from_sec1_der(der) {
            return Some(Self(Key::P256(Box::new(key.into()))));
        }
        p384::SecretKey::from_sec1_der(der).ok().map(|key| Self(Key::P384(Box::new(key.into()))))
    }

    fn from_pkcs1(der: &[u8]) -> Option<Self> {
        RsaPrivateKey::from_pkcs1_der(der).ok().map(|key| Self(Key::Rsa(Box::new(key))))
    }

    /// The schemes it can sign with, most preferred first.
    pub fn schemes(&self) -> &'static [SignatureScheme] {
        match self.0 {
            Key::P256(_) => &[SignatureScheme::ECDSA_SECP256R1_SHA256],
            Key::P384(_) => &[SignatureScheme::ECDSA_SECP384R1_SHA384],
            Key::Ed25519(_) => &[SignatureScheme::ED25519],
            Key::Rsa(_) => &[
                SignatureScheme::RSA_PSS_RSAE_SHA256,
                SignatureScheme::RSA_PSS_RSAE_SHA384,
                SignatureScheme::RSA_PSS_RSAE_SHA512,
            ],
        }
    }

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
        match &self.0 {
            // Deterministic (RFC 6979): a bad random number cannot give the key away.
            Key::P256(key) => {
                let signature: Result<p256::ecdsa::Signature, _> = key.try_sign(message);
                signature.map(|signature| signature.to_der().as_bytes().to_vec())
            }
            Key::P384(key) => {
                let signature: Result<p384::ecdsa::Signature, _> = key.try_sign(message);
                signature.map(|signature| signature.to_der().as_bytes().to_vec())
            }
            Key::Ed25519(key) => key.try_sign(message).map(|signature| signature.to_vec()),
            Key::Rsa(key) => {
                let key = (**key).clone();
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
                .map(|signature| signature.to_vec())
            }
        }
        .map_err(|_| CryptoError::Signing)
    }
}
