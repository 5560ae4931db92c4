//! TLS 1.3 with pre-shared keys.

mod newtype;

pub mod crypto;
pub mod error;
pub mod wire;
