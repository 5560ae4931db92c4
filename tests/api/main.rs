//! The core as its users see it: handshakes and what comes after them, configurations, messages, inspection.

#[cfg(feature = "certificates")]
mod certificates;
mod codec;
#[cfg(feature = "dissect")]
mod dissect;
mod early_data;
mod grease;
mod handshake;
mod hostile_bytes;
mod inspect;
mod mlkem;
mod psk_objects;
mod recorded;
#[cfg(feature = "certificates")]
mod resumed_authentication;
mod resumption;
mod selfie;
mod stateless_retry;
#[cfg(tls_psk_steps)]
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod suspension;
#[cfg(feature = "dissect")]
#[path = "../support/vectors.rs"]
mod vectors;

// What `#[test]` is in each module: Rust's own attribute, or the one for WebAssembly.
#[cfg(not(target_arch = "wasm32"))]
use core::prelude::v1::test;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
