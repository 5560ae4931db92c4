//! What a client is told about certificates.

use crate::certificates::{SharedCredentials, Verification};

/// What the client is told about certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateConfig {
    /// How a server's certificate is judged. Without it none is accepted, and every server needs a PSK.
    pub verification: Option<Verification>,
    /// What the client shows when a server asks for it; otherwise it shows none.
    pub credentials: Option<SharedCredentials>,
    /// Asks the server to show a certificate beside an external PSK (RFC 8773). One that does not know the extension
    /// shows none.
    pub with_external_psk: bool,
}
