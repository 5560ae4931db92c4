//! The certificates of tests/vectors/certificates, whose `make.sh` says what is in them.

use std::sync::Arc;

use tls_psk::certificates::{Credentials, TrustAnchors, Verification};

/// A moment at which they are valid, in milliseconds since the Unix epoch.
pub const NOW: u64 = 1_780_000_000_000;
/// The name that the servers' certificates are for.
pub const NAME: &str = "server.example";

/// A file, by its name without the ending.
pub fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/vectors/certificates/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A chain with its key.
pub fn credentials(name: &str) -> Arc<Credentials> {
    let chain = file(&format!("{name}.chain"));
    Arc::new(Credentials::from_pem(&chain, &file(&format!("{name}.key"))).unwrap())
}

/// Path validation to an authority.
pub fn anchors(name: &str) -> Verification {
    Verification::Anchors(Arc::new(TrustAnchors::from_pem(&file(name)).unwrap()))
}
