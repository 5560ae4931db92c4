//! TLS over byte streams: blocking, and with the feature `tokio` asynchronous.

mod blocking;
mod engine;
mod error;
mod methods;
mod offer;
#[cfg(feature = "tokio")]
pub mod tokio;

pub use blocking::{Parts, Stream};
pub use offer::{Choice, Offer};
