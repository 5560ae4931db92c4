//! A client's configuration of certificates.

use crate::certificates::{SharedCredentials, Verification};

/// The client's configuration of certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateConfig {
    /// How a server's certificate is verified. Without it, none is accepted, and the server must select a PSK.
    pub verification: Option<Verification>,
    /// The client certificate to send on request; without one, none is sent.
    pub credentials: Option<SharedCredentials>,
    /// Requests a server certificate in addition to an external PSK (RFC 8773). A server that does not know the
    /// extension sends none.
    pub with_external_psk: bool,
}
