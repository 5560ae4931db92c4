//! What a server is told about certificates, and which of its own it shows (RFC 9846 section 4.5.1).

use crate::certificates::{Identity, SharedCredentials, Verification, choose};
use crate::error::{Error, Violation};
use crate::wire::{ClientExtensions, Writer};

/// What the server is told about certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateConfig {
    /// What the server can show. The first whose certificate is for the server_name and whose key can sign as the client
    /// wants is shown, and without such a name the first that can sign. None means that every client needs a PSK.
    pub credentials: Vec<SharedCredentials>,
    /// Asks clients for a certificate, in full handshakes only.
    pub clients: Option<ClientCertificates>,
    /// Shows the certificate beside an external PSK too, to clients that ask for it (RFC 8773).
    pub with_external_psk: bool,
}

impl CertificateConfig {
    /// Chooses what to show by what the client asked for, and says whether its server_name decided that.
    pub(super) fn choose(&self, extensions: &ClientExtensions) -> Result<(Identity, bool), Error> {
        let schemes = extensions.signature_algorithms.as_deref();
        let schemes = schemes.ok_or(Violation::MissingSignatureAlgorithms)?;
        Ok(choose(&self.credentials, schemes, extensions.server_name.as_deref())?)
    }

    /// Writes what decides who is let in: whether clients are asked, and how their certificates are judged.
    pub(super) fn write_scope(&self, w: &mut Writer) {
        w.u8(self.with_external_psk.into());
        match &self.clients {
            None => w.u8(0),
            Some(ClientCertificates { verification, required }) => {
                w.u8(1 + u8::from(*required));
                verification.write_scope(w);
            }
        }
    }
}

/// How client certificates are treated.
#[derive(Clone, Debug)]
pub struct ClientCertificates {
    /// How they are judged.
    pub verification: Verification,
    /// Whether a client without one is refused.
    pub required: bool,
}
