//! The configuration of a client.

use super::CertificateConfig;
#[cfg(feature = "certificates")]
use crate::certificates::SharedCredentials;
use crate::certificates::Verification;
use crate::endpoint::{ConfigError, Parameters};
use crate::psk::{ExternalPsk, PskError, PskKinds, PskList};
use crate::wire::SignatureScheme;

/// The schemes in `signature_algorithms` if no certificate is accepted: servers that choose a certificate before a PSK
/// refuse a hello without the extension.
const NOTHING_SIGNED: [SignatureScheme; 4] = [
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme::ED25519,
    SignatureScheme::RSA_PSS_RSAE_SHA256,
    SignatureScheme::ECDSA_SECP384R1_SHA384,
];

/// A client's configuration, shared by any number of connections.
#[derive(Clone, Debug, Default)]
pub struct ClientConfig {
    /// Preferences and limits.
    pub(crate) parameters: Parameters,
    /// Offers early data with the first PSK or session, if it allows early data.
    pub(crate) early_data: bool,
    /// The configuration of certificates.
    pub(crate) certificates: CertificateConfig,
    kinds: PskKinds,
    psks: PskList,
    server_name: Option<Vec<u8>>,
}

impl ClientConfig {
    /// A configuration with the defaults and no PSK.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Preferences and limits.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Preferences and limits, to be changed.
    pub fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    /// Offers early data with the first PSK or session, if that allows early data. Off by default.
    pub fn set_early_data(&mut self, on: bool) {
        self.early_data = on;
    }

    /// Adds a copy of `psk` as the least preferred. All PSKs are offered in one ClientHello.
    ///
    /// # Errors
    ///
    /// [`PskError::DuplicateIdentity`], [`PskError::MixedKinds`], and [`PskError::OfferTooLong`].
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.kinds.external() {
            return Err(PskError::MixedKinds);
        }
        self.psks.append_to_offer(psk, 0)
    }

    /// Which kinds of PSK are used.
    #[must_use]
    pub fn psk_kinds(&self) -> PskKinds {
        self.kinds
    }

    /// Sets which kinds of PSK are used; each connection can override it.
    ///
    /// # Errors
    ///
    /// [`PskError::MixedKinds`] if PSKs of an excluded kind are present.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        if !kinds.external() && !self.psks.is_empty() {
            return Err(PskError::MixedKinds);
        }
        self.kinds = kinds;
        Ok(())
    }

    /// The PSKs, most preferred first.
    #[must_use]
    pub fn psks(&self) -> &PskList {
        &self.psks
    }

    /// The schemes in `signature_algorithms` (RFC 9846 section 4.3.3).
    pub(super) fn signature_algorithms(&self) -> Vec<SignatureScheme> {
        let verification = self.certificates.verification.as_ref();
        verification.map_or_else(|| NOTHING_SIGNED.to_vec(), Verification::schemes)
    }

    /// Whether a certificate without a PSK may authenticate a server; otherwise every server needs a PSK.
    pub(super) const fn full_handshake(&self) -> bool {
        self.certificates.verification.is_some()
    }

    /// Whether the validity of a server's certificate is checked.
    pub(super) fn needs_time(&self) -> bool {
        self.certificates.verification.as_ref().is_some_and(Verification::needs_time)
    }

    /// SHA-256 of the client's certificate.
    pub(super) fn own_certificate(&self) -> Option<Vec<u8>> {
        let credentials = self.certificates.credentials.as_ref()?;
        Some(credentials.digest().as_ref().to_vec())
    }

    /// Whether to request a server certificate in addition to an external PSK (RFC 8773).
    pub(super) const fn certificate_with_psk(&self) -> bool {
        self.full_handshake() && self.certificates.with_external_psk
    }

    /// The DNS name to send as `server_name` ([RFC 6066 section 3]).
    ///
    /// [RFC 6066 section 3]: https://www.rfc-editor.org/rfc/rfc6066#section-3
    #[must_use]
    pub fn server_name(&self) -> Option<&[u8]> {
        self.server_name.as_deref()
    }

    /// Sets the DNS name to send as `server_name`. IP addresses are not permitted there.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BadServerName`].
    pub fn set_server_name(&mut self, name: &str) -> Result<(), ConfigError> {
        // The trailing dot of a fully qualified name is removed.
        let name = name.as_bytes().strip_suffix(b".").unwrap_or(name.as_bytes());
        let dns_name = name.iter().all(u8::is_ascii_graphic)
            && (1..=255).contains(&name.len())
            && !is_address(name);
        if !dns_name {
            return Err(ConfigError::BadServerName);
        }
        self.server_name = Some(name.to_vec());
        Ok(())
    }
}

#[cfg(feature = "certificates")]
impl ClientConfig {
    /// How a server's certificate is verified.
    #[must_use]
    pub fn verification(&self) -> Option<&Verification> {
        self.certificates.verification.as_ref()
    }

    /// Sets how a server's certificate is verified. Without it, none is accepted, and the server must select a PSK.
    pub fn set_verification(&mut self, verification: impl Into<Option<Verification>>) {
        self.certificates.verification = verification.into();
    }

    /// The client certificate to send on request; without one, none is sent.
    pub fn set_credentials(&mut self, credentials: impl Into<Option<SharedCredentials>>) {
        self.certificates.credentials = credentials.into();
    }

    /// Requests a server certificate in addition to an external PSK (RFC 8773). A server that does not know the
    /// extension sends none. It needs a [`Verification`].
    pub fn set_certificate_with_psk(&mut self, on: bool) {
        self.certificates.with_external_psk = on;
    }
}

/// Whether this is the text of an IP address: no DNS name has a colon, and no top-level domain is a number.
fn is_address(name: &[u8]) -> bool {
    let mut last_label = name.iter().rev().take_while(|byte| **byte != b'.');
    last_label.all(u8::is_ascii_digit) || name.contains(&b':')
}
