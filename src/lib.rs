//! TLS 1.3 with pre-shared keys.
pub mod crypto;
pub mod wire;
