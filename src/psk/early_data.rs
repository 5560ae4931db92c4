//! What early data is bound to (RFC 9846 section 4.3.10).

use crate::wire::CipherSuite;

/// The parameters that 0-RTT data under a PSK takes from the PSK, as nothing is negotiated yet when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyDataParameters {
    /// The most that a client sends and a server takes, in bytes of application data.
    pub max_size: u32,
    /// The suite that protects it. The handshake must come to the same, or the data is rejected.
    pub cipher_suite: CipherSuite,
    /// The application protocol it is in; the same goes for this.
    pub alpn: Option<Vec<u8>>,
}
