//! A server's configuration of certificates, and the choice of the one to send (RFC 9846 section 4.5.1).

use crate::certificates::{Identity, SharedCredentials, Verification, choose};
use crate::error::{Error, Violation};
use crate::wire::{ClientExtensions, Writer};

/// The server's configuration of certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateConfig {
    /// The server's certificates. It sends the first that is for the `server_name` and has a signature scheme that the
    /// client supports, or else the first with such a scheme. Without certificates, every client needs a PSK.
    pub credentials: Vec<SharedCredentials>,
    /// Requests client certificates, only in full handshakes.
    pub clients: Option<ClientCertificates>,
    /// Sends the certificate also in addition to an external PSK, to clients that request it (RFC 8773).
    pub with_external_psk: bool,
}

impl CertificateConfig {
    /// Chooses the certificate for the client, and says whether its `server_name` decided the choice.
    pub(super) fn choose(&self, extensions: &ClientExtensions) -> Result<(Identity, bool), Error> {
        let schemes = extensions.signature_algorithms.as_deref();
        let schemes = schemes.ok_or(Violation::MissingSignatureAlgorithms)?;
        Ok(choose(&self.credentials, schemes, extensions.server_name.as_deref())?)
    }

    /// Writes the policy: whether clients need certificates, and how these are verified.
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

/// The policy for client certificates.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientCertificates {
    /// How they are verified.
    pub verification: Verification,
    /// Whether a client without a certificate is refused.
    pub required: bool,
}

impl ClientCertificates {
    /// The policy; `required` says whether a client without a certificate is refused.
    #[must_use]
    pub const fn new(verification: Verification, required: bool) -> Self {
        Self { verification, required }
    }
}
