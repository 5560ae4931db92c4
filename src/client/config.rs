//! The configuration of a client.

use super::CertificateConfig;
use crate::certificates::Verification;
use crate::endpoint::{ConfigError, Parameters};
use crate::psk::{ExternalPsk, PskError, PskKinds, PskList};
use crate::wire::SignatureScheme;

/// The schemes in signature_algorithms if no certificate is accepted: servers that choose a certificate before a PSK
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
    pub parameters: Parameters,
    /// Offers early data with the first PSK or session, if it allows early data.
    pub early_data: bool,
    /// The configuration of certificates.
    pub certificates: CertificateConfig,
    kinds: PskKinds,
    psks: PskList,
    server_name: Option<Vec<u8>>,
}

impl ClientConfig {
    /// A configuration with the defaults and no PSK.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a copy of `psk` as the least preferred. All PSKs are offered in one ClientHello.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.kinds.external() {
            return Err(PskError::MixedKinds);
        }
        self.psks.append_to_offer(psk, 0)
    }

    /// Which kinds of PSK are used.
    pub fn psk_kinds(&self) -> PskKinds {
        self.kinds
    }

    /// Sets which kinds of PSK are used; each connection can override it. Fails if PSKs of an excluded kind are
    /// present.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        if !kinds.external() && !self.psks.is_empty() {
            return Err(PskError::MixedKinds);
        }
        self.kinds = kinds;
        Ok(())
    }

    /// The PSKs, most preferred first.
    pub fn psks(&self) -> &PskList {
        &self.psks
    }

    /// The schemes in signature_algorithms (RFC 9846 section 4.3.3).
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

    /// The DNS name to send as server_name (RFC 6066 section 3).
    pub fn server_name(&self) -> Option<&[u8]> {
        self.server_name.as_deref()
    }

    /// Sets the DNS name to send as server_name. IP addresses are not permitted there.
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

/// Whether this is the text of an IP address: no DNS name has a colon, and no top-level domain is a number.
fn is_address(name: &[u8]) -> bool {
    let mut last_label = name.iter().rev().take_while(|byte| **byte != b'.');
    last_label.all(u8::is_ascii_digit) || name.contains(&b':')
}
