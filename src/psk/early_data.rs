//! The parameters of early data (RFC 9846 section 4.3.10).

use crate::crypto::Suite;

/// The parameters that 0-RTT data takes from its PSK, as nothing is negotiated yet when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EarlyDataParameters {
    /// The most that a client sends and a server accepts, in bytes of application data.
    pub max_size: u32,
    /// The suite that protects it. If the handshake negotiates another, the data is rejected.
    pub cipher_suite: Suite,
    /// The application protocol of the data. If the handshake negotiates another, the data is rejected.
    pub alpn: Option<Vec<u8>>,
}

impl EarlyDataParameters {
    /// Up to `max_size` bytes of early data under this suite, without an application protocol.
    #[must_use]
    pub const fn new(max_size: u32, cipher_suite: Suite) -> Self {
        Self { max_size, cipher_suite, alpn: None }
    }

    /// With the application protocol of the data.
    #[must_use]
    pub fn with_alpn(self, protocol: &[u8]) -> Self {
        Self { alpn: Some(protocol.to_vec()), ..self }
    }
}
