//! A certificate chain and its private key.

use core::fmt;
use std::sync::Arc;

use super::leaf::may_sign;
#[cfg(not(feature = "rsa-signing"))]
use crate::crypto::CryptoError;
use crate::crypto::signature::{RSA_KEY_TOO_SHORT, SUPPORTED_SCHEMES, SigningKey, verification_of};
use crate::crypto::{Digest, HashAlgorithm};
use crate::error::named_errors;
use crate::wire::SignatureScheme;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, DnsName, ServerName};
use webpki::EndEntityCert;

named_errors! {
    /// Why a chain or its key was refused.
    CredentialsError {
        NoCertificate => "the text holds no certificate";
        BadCertificate => "a certificate cannot be decoded";
        BadPrivateKey => "the private key is not supported, or cannot be decoded";
        RsaKeyTooShort => "an RSA key needs at least 2048 bits";
        KeyUsage => "the certificate's keyUsage lacks digitalSignature, which TLS 1.3 requires";
        KeyMismatch => "the private key does not match the certificate";
        NoScheme => "an external key needs at least one signature scheme that its certificate can verify";
        #[cfg(not(feature = "rsa-signing"))]
        RsaSigning => "this build cannot sign with RSA keys: add external credentials";
        TooLong => "the chain is longer than a Certificate message can be";
    }
}


/// The location of the private key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeySource {
    /// In this process.
    Local(Arc<SigningKey>),
    /// Elsewhere, such as in WebCrypto, a KMS or an HSM: the handshake stops and requests the signature. Contains the
    /// schemes of the key, most preferred first.
    External(Vec<SignatureScheme>),
}

/// The certificate chain of an endpoint, with its key.
#[derive(Clone)]
pub struct Credentials {
    chain: Vec<Vec<u8>>,
    key: KeySource,
}

/// Leaves space in a Certificate message, whose lists may have 2^24 - 1 bytes; clients accept only a fraction of that.
const MAX_CHAIN_BYTES: usize = 1 << 18;

impl Credentials {
    /// A chain in DER, the end-entity certificate first, and its key.
    ///
    /// # Errors
    ///
    /// The reason why the chain and the key are not credentials.
    pub fn new(chain: Vec<Vec<u8>>, key: KeySource) -> Result<Self, CredentialsError> {
        let leaf = chain.first().ok_or(CredentialsError::NoCertificate)?;
        let der = CertificateDer::from(leaf.as_slice());
        let certificate =
            EndEntityCert::try_from(&der).map_err(|_| CredentialsError::BadCertificate)?;
        if has_short_rsa_key(&certificate) {
            return Err(CredentialsError::RsaKeyTooShort);
        }
        if !may_sign(leaf).ok_or(CredentialsError::BadCertificate)? {
            return Err(CredentialsError::KeyUsage);
        }
        if chain.iter().map(|certificate| certificate.len() + 5).sum::<usize>() > MAX_CHAIN_BYTES {
            return Err(CredentialsError::TooLong);
        }
        match &key {
            KeySource::Local(key) => check_key(&certificate, key)?,
            KeySource::External(schemes) => {
                if !schemes.iter().any(|scheme| SUPPORTED_SCHEMES.contains(scheme)) {
                    return Err(CredentialsError::NoScheme);
                }
            }
        }
        Ok(Self { chain, key })
    }

    /// From PEM texts; both may be the same.
    ///
    /// # Errors
    ///
    /// As [`Credentials::new`], and if a text has no certificate or no key.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CredentialsError> {
        let key = SigningKey::from_pem(key).map_err(|error| match error {
            #[cfg(not(feature = "rsa-signing"))]
            CryptoError::RsaSigning => CredentialsError::RsaSigning,
            _ => CredentialsError::BadPrivateKey,
        })?;
        Self::new(read_chain(chain)?, KeySource::Local(Arc::new(key)))
    }

    /// From a chain in PEM, with an external key.
    ///
    /// # Errors
    ///
    /// As [`Credentials::new`], and if the text has no certificate.
    pub fn from_pem_with_external_key(
        chain: &[u8],
        schemes: &[SignatureScheme],
    ) -> Result<Self, CredentialsError> {
        Self::new(read_chain(chain)?, KeySource::External(schemes.to_vec()))
    }

    /// The certificates in DER, the end-entity certificate first.
    #[must_use]
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// SHA-256 of the end-entity certificate.
    pub(crate) fn digest(&self) -> Digest {
        HashAlgorithm::Sha256.digest(self.chain.first().map(Vec::as_slice).unwrap_or_default())
    }

    /// The private key, or its external schemes.
    #[must_use]
    pub fn key(&self) -> &KeySource {
        &self.key
    }

    /// The first scheme of the key that the peer accepts.
    #[must_use]
    pub fn scheme(&self, accepted: &[SignatureScheme]) -> Option<SignatureScheme> {
        let ours = match &self.key {
            KeySource::Local(key) => key.schemes(),
            KeySource::External(schemes) => schemes,
        };
        ours.iter().copied().find(|scheme| accepted.contains(scheme))
    }

    /// Whether the end-entity certificate is for a host of this name.
    #[must_use]
    pub fn is_for(&self, server_name: &[u8]) -> bool {
        let Some(leaf) = self.chain.first() else { return false };
        let der = CertificateDer::from(leaf.as_slice());
        let (Ok(certificate), Ok(name)) =
            (EndEntityCert::try_from(&der), DnsName::try_from(server_name))
        else {
            return false;
        };
        certificate.verify_is_valid_for_subject_name(&ServerName::DnsName(name)).is_ok()
    }
}

/// Whether the certificate has an RSA key of fewer than 2048 bits, with which no signature verifies.
pub(super) fn has_short_rsa_key(certificate: &EndEntityCert<'_>) -> bool {
    certificate.verify_signature(RSA_KEY_TOO_SHORT, &[], &[]).is_ok()
}

/// Checks that the key matches the certificate, so that a wrong configuration fails immediately, not in a handshake.
fn check_key(certificate: &EndEntityCert<'_>, key: &SigningKey) -> Result<(), CredentialsError> {
    const MESSAGE: &[u8] = b"is this the certificate's key?";
    let scheme = *key.schemes().first().ok_or(CredentialsError::BadPrivateKey)?;
    let algorithm = verification_of(scheme).ok_or(CredentialsError::BadPrivateKey)?;
    // The signature is discarded, so its randomness need not be good.
    let mut random = crate::crypto::Random::from_seed([0; 32]);
    let signature =
        key.sign(scheme, MESSAGE, &mut random).map_err(|_| CredentialsError::BadPrivateKey)?;
    certificate
        .verify_signature(algorithm, MESSAGE, &signature)
        .map_err(|_| CredentialsError::KeyMismatch)
}

/// The certificates of a PEM text, in order.
pub(super) fn read_chain(pem: &[u8]) -> Result<Vec<Vec<u8>>, CredentialsError> {
    let chain = CertificateDer::pem_slice_iter(pem)
        .map(|certificate| Ok(certificate?.to_vec()))
        .collect::<Result<Vec<_>, rustls_pki_types::pem::Error>>()
        .map_err(|_| CredentialsError::BadCertificate)?;
    if chain.is_empty() { Err(CredentialsError::NoCertificate) } else { Ok(chain) }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("certificates", &self.chain.len())
            .finish_non_exhaustive()
    }
}
