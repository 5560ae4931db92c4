//! Tests that are compiled into the crate (src/lib.rs), as they give it what no application can: published private keys,
//! shared secrets and transcripts, and a million identities for the guard of roles.

mod acvp;
mod rfc8448_messages;
mod rfc8448_schedule;
#[cfg(feature = "certificates")]
mod rfc8448_states;
mod rfc9258;
mod roles;
#[path = "../support/vectors.rs"]
mod vectors;
mod wycheproof;

// What `#[test]` is in each module: Rust's own attribute, or the one for WebAssembly.
#[cfg(not(target_arch = "wasm32"))]
use core::prelude::v1::test;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
