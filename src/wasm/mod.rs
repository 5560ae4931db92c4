//! The wasm-bindgen classes: translation between JavaScript and the core, and no protocol.

#[cfg(feature = "certificates")]
mod certificates;
mod config;
mod connection;
#[cfg(feature = "dissect")]
mod dissect;
mod error;
mod event;
mod inspect;
mod object;
mod offer;
mod platform;
mod psk;
mod roles;
mod session;
#[cfg(tls_psk_steps)]
mod steps;
#[cfg(feature = "suspension")]
mod suspension;
mod wiping;
