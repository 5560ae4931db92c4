//! TLS over byte streams: `Stream`, which blocks, and the streams of the feature `tokio`.
// `cargo build --tests` for WebAssembly, which has no streams, compiles this as well.
#![cfg(not(all(target_family = "wasm", target_os = "unknown")))]

mod asynchronous;
mod blocking;
mod cancellation;
mod futures_io;
mod traits;
mod transports;

use std::io;
use std::sync::Arc;

use tls_psk::{ClientConfig, Error, ExternalPsk, HashAlgorithm, ServerConfig};

/// A PSK whose secret follows from a byte.
fn psk(identity: &str, secret: u8) -> ExternalPsk {
    ExternalPsk::new(identity.as_bytes(), &[secret; 32], HashAlgorithm::Sha256).unwrap()
}

fn client_config(psk: &ExternalPsk) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    config.append_psk(psk).unwrap();
    config
}

fn server_config(psks: &[ExternalPsk]) -> ServerConfig {
    let mut config = ServerConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    psks.iter().for_each(|psk| config.append_psk(psk).unwrap());
    config
}

/// Configurations with one PSK that both have.
fn configs() -> (Arc<ClientConfig>, Arc<ServerConfig>) {
    let psk = psk("device-7", 7);
    (Arc::new(client_config(&psk)), Arc::new(server_config(&[psk])))
}

/// The error of TLS in an error of I/O.
fn cause(error: io::Error) -> Error {
    let text = error.to_string();
    error.downcast().unwrap_or_else(|_| panic!("no error of TLS: {text}"))
}

/// Data that no shift of it equals.
fn data(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at ^ (at >> 8)).to_le_bytes()[0]).collect()
}
