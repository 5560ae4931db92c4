//! TLS 1.3 (RFC 9846) with pre-shared keys, as a core without I/O.
//!
//! The input of the core is bytes, randomness and the application's choice of PSK; its output is records and events. It
//! uses no sockets, no clock and no JavaScript. [`Connection`] is its main type. The npm package `tls-psk` wraps it for
//! browsers, edge runtimes and Node.
//!
//! ```
//! use std::sync::Arc;
//! use tls_psk::{ClientConfig, Connection, Entropy, Event, ExternalPsk, HashAlgorithm, ServerConfig};
//!
//! let psk = ExternalPsk::new(b"device-7", &[0x5a; 32], HashAlgorithm::Sha256)?;
//! // Only an example has both ends in one process: a PSK is for one role (RFC 9257 section 4.1).
//! let mut config = ClientConfig::new();
//! config.parameters.allow_both_roles = true;
//! config.append_psk(&psk)?;
//! let mut client = Connection::client(Arc::new(config), Entropy::from_os()?);
//! let mut config = ServerConfig::new();
//! config.parameters.allow_both_roles = true;
//! config.append_psk(&psk)?;
//! let mut server = Connection::server(Arc::new(config), Entropy::from_os()?);
//!
//! client.start()?;
//! loop {
//!     let mut quiet = true;
//!     while let Some(bytes) = client.poll_transmit() {
//!         server.receive(&bytes)?;
//!         quiet = false;
//!     }
//!     while let Some(bytes) = server.poll_transmit() {
//!         client.receive(&bytes)?;
//!         quiet = false;
//!     }
//!     if quiet {
//!         break;
//!     }
//! }
//! assert!(matches!(server.poll_event(), Some(Event::Connected(_))));
//! assert_eq!(client.negotiated_psk_identity(), Some(&b"device-7"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The lower layers are public for tools that analyse TLS; they are not covered by semantic versioning.

mod newtype;

#[cfg(feature = "certificates")]
pub mod certificates;
#[cfg(not(feature = "certificates"))]
#[path = "certificates/none.rs"]
mod certificates;
pub mod client;
mod connection;
pub mod crypto;
#[cfg(feature = "dissect")]
pub mod dissect;
pub mod endpoint;
pub mod error;
mod inspect;
pub mod keys;
pub mod psk;
pub mod record;
mod role;
pub mod server;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod wire;

#[cfg(test)]
#[path = "../tests/unit/mod.rs"]
mod unit;

pub use client::ClientConfig;
pub use connection::{
    Connection, Entropy, NotSuspended, ResumeError, SuspendedBytes, SuspendedConnection,
};
pub use crypto::{HashAlgorithm, SealingKeys};
pub use endpoint::{
    ConfigError, Direction, EarlyDataOutcome, Event, Negotiated, Parameters, PskConfigError,
    PskOutcome, Question, SessionRefusal,
};
pub use error::{AlertDescription, CertificateError, Error, Incompatible, Usage, Violation};
pub use inspect::{inspect, inspect_records};
pub use psk::{
    Authentication, EarlyDataParameters, ExternalPsk, ImportedIdentity, OfferedPsk, OfferedPskList,
    OfferedTicket, PskError, PskKinds, Session, Verdict,
};
pub use role::Role;
pub use server::{
    CookieKeys, EarlyDataPolicy, EarlyDataRequest, Selection, SelectionPolicy, ServerConfig,
    TicketPolicy,
};
