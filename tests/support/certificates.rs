//! The certificates of tests/vectors/certificates, whose `make.sh` says what is in them.

use std::sync::Arc;

use tls_psk::certificates::{Credentials, TrustAnchors, Verification};

/// A moment at which they are valid, in milliseconds since the Unix epoch.
pub const NOW: u64 = 1_780_000_000_000;
/// The name that the servers' certificates are for.
pub const NAME: &str = "server.example";

macro_rules! files {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../vectors/certificates/", $name, ".pem")))),*]
    };
}

/// What tests read of them, by the names without the ending.
const FILES: &[(&str, &str)] = &files! {
    "agreeing"
    "agreeing.chain"
    "agreeing.key"
    "below-short"
    "below-short.chain"
    "below-short.key"
    "client"
    "client.chain"
    "client.key"
    "ed25519"
    "ed25519.chain"
    "ed25519.key"
    "ending"
    "ending.chain"
    "ending.key"
    "expired"
    "expired.chain"
    "expired.key"
    "future"
    "future.chain"
    "future.key"
    "intermediate"
    "intermediate.key"
    "other-name"
    "other-name.chain"
    "other-name.key"
    "other-root"
    "other-root.key"
    "p256"
    "p256.chain"
    "p256.key"
    "p256.sec1.key"
    "p384"
    "p384.chain"
    "p384.key"
    "p384.sec1.key"
    "root"
    "root.key"
    "rsa"
    "rsa.chain"
    "rsa.key"
    "rsa.pkcs1.key"
    "short-authority"
    "short-authority.key"
    "short-rsa"
    "short-rsa.chain"
    "short-rsa.key"
    "signing"
    "signing.chain"
    "signing.key"
    "stranger"
    "stranger.key"
};

/// A file, by its name without the ending.
pub fn file(name: &str) -> Vec<u8> {
    let file = FILES.iter().find(|(file, _)| *file == name);
    file.unwrap_or_else(|| panic!("there is no {name}.pem")).1.into()
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
