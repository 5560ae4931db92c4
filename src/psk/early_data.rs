//! The parameters of early data (RFC 9846 section 4.3.10).

use crate::crypto::Suite;

/// The parameters that 0-RTT data takes from its PSK, as nothing is negotiated yet when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyDataParameters {
    /// The most that a client sends and a server accepts, in bytes of application data.
    pub max_size: u32,
    /// The suite that protects it. If the handshake negotiates another, the data is rejected.
    pub cipher_suite: Suite,
    /// The application protocol of the data. If the handshake negotiates another, the data is rejected.
    pub alpn: Option<Vec<u8>>,
}
