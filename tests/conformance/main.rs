//! What hostile and broken peers send, and the required result: the alert, the error, and a connection that is closed
//! permanently. `docs/conformance.md` lists the cases, these and those that other tests cover.

mod alerts_and_post_handshake;
mod client_hello;
mod external_psk_policy;
mod hello_retry_request;
mod key_exchange;
mod offer;
mod post_handshake;
mod record_layer;
mod server_hello;
#[path = "../support/mod.rs"]
mod support;

#[path = "../support/puppet/mod.rs"]
mod puppet;

// What `#[test]` is in each module: Rust's own attribute, or the one for WebAssembly.
#[cfg(not(target_arch = "wasm32"))]
use core::prelude::v1::test;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use tls_psk::{AlertDescription as Alert, Error, HashAlgorithm, Incompatible, Violation};

use puppet::{Abort, PuppetPsk};

/// An abort because the endpoints have no common ground.
const fn incompatible(cause: Incompatible, alert: Alert) -> Abort {
    Abort(Error::Incompatible(cause), alert)
}

/// An abort because of a broken rule.
const fn violation(cause: Violation, alert: Alert) -> Abort {
    Abort(Error::Violation(cause), alert)
}

/// An abort because of a field that cannot be decoded.
const fn undecodable(field: &'static str) -> Abort {
    Abort(Error::Decode(field), Alert::DECODE_ERROR)
}

/// An abort because of a message or a record that the state does not allow.
const fn unexpected(received: &'static str, state: &'static str) -> Abort {
    Abort(Error::UnexpectedMessage { received, state }, Alert::UNEXPECTED_MESSAGE)
}

/// The PSK of [`support::default_configs`].
fn shared_psk() -> PuppetPsk {
    PuppetPsk::external("client1", HashAlgorithm::Sha256)
}

/// The configuration of a server that has it.
fn server_config() -> tls_psk::ServerConfig {
    support::default_configs().1
}

/// The configuration of a client that has it, and offers nothing unknown.
fn client_config() -> tls_psk::ClientConfig {
    let (mut client, _) = support::default_configs();
    client.parameters_mut().set_grease(false);
    client
}
