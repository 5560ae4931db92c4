//! Path validation (RFC 5280) with webpki: whether a chain leads to a trust anchor.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use super::VerificationRequest;
use super::credentials::{has_short_rsa_key, read_chain};
use crate::crypto::signature::CERTIFICATE_ALGORITHMS;
use crate::crypto::{Digest, HashAlgorithm};
use crate::error::{CertificateError, named_errors};
use crate::role::Role;
use crate::wire::Writer;
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

named_errors! {
    /// Why trust anchors were refused.
    TrustError {
        NoAnchor => "the text holds no certificate";
        BadAnchor => "a certificate cannot be decoded, or cannot be a trust anchor";
    }
}


/// How the peer's certificates are verified.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verification {
    /// By path validation to one of these anchors; for a server, also by its name.
    Anchors(Arc<TrustAnchors>),
    /// By the application: the handshake stops, passes on the chain, and continues with the answer. Before that, it
    /// checks that the peer has the key of the first certificate.
    Application {
        /// The name of its rules, up to 255 bytes. A session or ticket whose certificate was accepted by rules of
        /// another name is not resumed without a new verdict.
        rules: Vec<u8>,
    },
}

impl Verification {
    /// By path validation to one of these anchors.
    pub fn anchors(anchors: impl Into<Arc<TrustAnchors>>) -> Self {
        Self::Anchors(anchors.into())
    }

    /// By the application, whose rules have this name.
    #[must_use]
    pub fn application(rules: &[u8]) -> Self {
        Self::Application { rules: rules.to_vec() }
    }

    /// Writes an encoding that differs for every way to verify.
    pub(crate) fn write_scope(&self, w: &mut Writer) {
        match self {
            Self::Anchors(anchors) => {
                w.u8(1);
                w.bytes(anchors.digest.as_ref());
            }
            Self::Application { rules } => {
                w.u8(2);
                w.vec24(|w| w.bytes(rules));
            }
        }
    }
}

impl Verification {
    /// Whether this crate verifies the certificates, which needs the time.
    pub(crate) const fn needs_time(&self) -> bool {
        matches!(self, Self::Anchors(_))
    }
}

/// The trusted certificate authorities.
#[derive(Clone)]
pub struct TrustAnchors {
    anchors: Vec<TrustAnchor<'static>>,
    /// A hash over all anchors in order, which identifies the set.
    digest: Digest,
}

impl Default for TrustAnchors {
    fn default() -> Self {
        Self { anchors: Vec::new(), digest: HashAlgorithm::Sha256.digest(&[]) }
    }
}

/// The most certificates in a chain; real chains have fewer.
const MAX_CHAIN_CERTIFICATES: usize = 16;

impl TrustAnchors {
    /// The certificates of a PEM text.
    ///
    /// # Errors
    ///
    /// [`TrustError::NoAnchor`] and [`TrustError::BadAnchor`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, TrustError> {
        let mut this = Self::default();
        for certificate in read_chain(pem).map_err(|_| TrustError::NoAnchor)? {
            this.add_der(&certificate)?;
        }
        Ok(this)
    }

    /// Adds a certificate in DER.
    ///
    /// # Errors
    ///
    /// [`TrustError::BadAnchor`].
    pub fn add_der(&mut self, certificate: &[u8]) -> Result<(), TrustError> {
        let der = CertificateDer::from(certificate);
        let anchor = anchor_from_trusted_cert(&der).map_err(|_| TrustError::BadAnchor)?;
        self.push(anchor.to_owned());
        Ok(())
    }

    fn push(&mut self, anchor: TrustAnchor<'static>) {
        let constraints = anchor.name_constraints.as_deref().unwrap_or_default();
        let mut hasher = HashAlgorithm::Sha256.hasher();
        hasher.update(self.digest.as_ref());
        for part in [&anchor.subject, &anchor.subject_public_key_info, constraints] {
            hasher.update(HashAlgorithm::Sha256.digest(part).as_ref());
        }
        self.digest = hasher.finish();
        self.anchors.push(anchor);
    }

    /// The authorities of Mozilla's root programme, as of the crate `webpki-roots`.
    #[cfg(feature = "webpki-roots")]
    #[must_use]
    pub fn mozilla() -> Self {
        let mut this = Self::default();
        webpki_roots::TLS_SERVER_ROOTS.iter().for_each(|anchor| this.push(anchor.clone()));
        this
    }

    /// Verifies the chain of a client, or of the server with this name. The time is in milliseconds since the Unix
    /// epoch.
    pub(crate) fn verify(
        &self,
        peer: Role,
        request: &VerificationRequest<'_>,
        now: u64,
    ) -> Result<(), CertificateError> {
        if peer == Role::Client {
            return self.verify_usage(request.chain, KeyUsage::client_auth(), now, |_| Ok(()));
        }
        // Without a name, a certificate for any name would be accepted.
        let name = request
            .server_name
            .and_then(|name| ServerName::try_from(core::str::from_utf8(name).ok()?).ok())
            .ok_or(CertificateError::WrongName)?;
        self.verify_usage(request.chain, KeyUsage::server_auth(), now, |certificate| {
            certificate.verify_is_valid_for_subject_name(&name)
        })
    }

    /// Verifies that the chain leads to an anchor and is for the peer's role, without checking its name: for
    /// applications that check the name by their own rules.
    ///
    /// # Errors
    ///
    /// The reason why the chain does not verify.
    pub fn verify_path(
        &self,
        peer: Role,
        chain: &[Vec<u8>],
        now: u64,
    ) -> Result<(), CertificateError> {
        let usage = match peer {
            Role::Client => KeyUsage::client_auth(),
            Role::Server => KeyUsage::server_auth(),
        };
        self.verify_usage(chain, usage, now, |_| Ok(()))
    }

    fn verify_usage(
        &self,
        chain: &[Vec<u8>],
        usage: KeyUsage,
        now: u64,
        check_name: impl FnOnce(&EndEntityCert<'_>) -> Result<(), webpki::Error>,
    ) -> Result<(), CertificateError> {
        if chain.len() > MAX_CHAIN_CERTIFICATES {
            return Err(CertificateError::ChainTooLong);
        }
        let certificates: Vec<CertificateDer<'_>> =
            chain.iter().map(|certificate| certificate.as_slice().into()).collect();
        let (leaf, intermediates) =
            certificates.split_first().ok_or(CertificateError::Malformed)?;
        let certificate = EndEntityCert::try_from(leaf).map_err(certificate_error)?;
        let time = UnixTime::since_unix_epoch(Duration::from_millis(now));
        certificate
            .verify_for_usage(
                CERTIFICATE_ALGORITHMS,
                &self.anchors,
                intermediates,
                time,
                usage,
                None,
                None,
            )
            .map_err(|error| match certificate_error(error) {
                // With such a key, no signature verifies.
                CertificateError::BadSignature if certificates.iter().any(is_short) => {
                    CertificateError::KeyTooShort
                }
                violation => violation,
            })?;
        check_name(&certificate).map_err(certificate_error)
    }
}

fn is_short(certificate: &CertificateDer<'_>) -> bool {
    EndEntityCert::try_from(certificate).is_ok_and(|certificate| has_short_rsa_key(&certificate))
}

/// The violation for an error of path validation (RFC 9846 section 6.2 has the alerts).
fn certificate_error(error: webpki::Error) -> CertificateError {
    match error {
        webpki::Error::UnknownIssuer => CertificateError::UnknownIssuer,
        webpki::Error::CertExpired { .. } => CertificateError::Expired,
        webpki::Error::CertNotValidYet { .. } => CertificateError::NotYetValid,
        webpki::Error::CertNotValidForName(_) => CertificateError::WrongName,
        webpki::Error::CaUsedAsEndEntity => CertificateError::AuthorityAsEndEntity,
        webpki::Error::RequiredEkuNotFoundContext(_) | webpki::Error::EndEntityUsedAsCa => {
            CertificateError::WrongUsage
        }
        webpki::Error::InvalidSignatureForPublicKey => CertificateError::BadSignature,
        webpki::Error::UnsupportedSignatureAlgorithmContext(_)
        | webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            CertificateError::UnsupportedAlgorithm
        }
        webpki::Error::MaximumPathDepthExceeded
        | webpki::Error::MaximumSignatureChecksExceeded
        | webpki::Error::MaximumPathBuildCallsExceeded => CertificateError::ChainTooLong,
        _ => CertificateError::Malformed,
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustAnchors").field("anchors", &self.anchors.len()).finish()
    }
}
