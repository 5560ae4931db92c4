//! TLS 1.3 (RFC 9846) with external pre-shared keys: both ends were given the same key outside of TLS, and need no
//! certificates.
//!
//! ```no_run
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//! use tls_psk::{ClientConfig, ExternalPsk, HashAlgorithm, Stream};
//!
//! # fn read_key() -> [u8; 32] { [0x5a; 32] }
//! let psk = ExternalPsk::new(b"device-7", &read_key(), HashAlgorithm::Sha256)?;
//! let mut config = ClientConfig::new();
//! config.append_psk(&psk)?;
//! let mut tls = Stream::client(TcpStream::connect("gateway.example:4433")?, config)?;
//! tls.write_all(b"hello")?;
//! tls.shutdown()?;
//! let mut answer = Vec::new();
//! tls.read_to_end(&mut answer)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which type to use
//!
//! | | |
//! |---|---|
//! | [`Stream`] | over anything that implements [`Read`](std::io::Read) and [`Write`](std::io::Write) |
//! | `tokio::connect`, `tokio::Acceptor` | over tokio's `AsyncRead` and `AsyncWrite`, with the feature `tokio` |
//! | [`Connection`] | over anything else: bytes in, bytes out, no I/O |
//!
//! Each takes a [`ClientConfig`] or a [`ServerConfig`], which hold the PSKs. A server has its PSKs in the
//! configuration, or looks them up for each connection ([`SelectionPolicy::Application`]). Such a look-up may take as
//! long as a database query: the handshake stops and waits.
//!
//! # PSKs
//!
//! A PSK needs the entropy of a key: 128 bits or more. Passwords are not keys ([RFC 9257 section 6]). Every pair of
//! client and server needs its own PSK, and a PSK must not serve both roles ([RFC 9257 section 4.1]): a process that
//! uses one as a client is refused as its server, unless [`Parameters::set_allow_both_roles`] permits it. The identity
//! of a PSK travels in clear. [`ExternalPsk::with_context`] imports a PSK (RFC 9258), which binds it to the names of
//! both ends.
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `mlkem` (default) | the group X25519MLKEM768, which protects recorded traffic from quantum computers |
//! | `rsa-signing` | with `certificates`: private keys of RSA, whose signatures may leak the key by their time (RUSTSEC-2023-0071) |
//! | `certificates` | the full handshake, with X.509 certificates where no PSK is selected |
//! | `webpki-roots` | with it: the trust anchors of Mozilla's root programme |
//! | `tokio` | streams for tokio, an acceptor with an asynchronous selection |
//! | `unstable` | the lower layers, for tools that analyse TLS: no version number covers them |
//! | `classes`, `dissect`, `suspension`, `wiping` | for the project's own builds |
//!
//! On wasm32-unknown-unknown, the crate `getrandom` needs to be told where randomness comes from: the feature `wasm_js`
//! of `getrandom` 0.4 takes it from the Web Crypto API.
//!
//! # Errors
//!
//! [`Error`] says what went wrong, by name, and [`Error::alert`] which alert was sent for it. Streams wrap it in a
//! [`std::io::Error`], from which `downcast` takes it out.
//!
//! No error, no `Debug` output and no event contains a secret, except the lines of the key log, if it is enabled.
//!
//! [RFC 9257 section 6]: https://www.rfc-editor.org/rfc/rfc9257#section-6
//! [RFC 9257 section 4.1]: https://www.rfc-editor.org/rfc/rfc9257#section-4.1

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(feature = "unstable"),
    allow(
        dead_code,
        unused_imports,
        reason = "tools that analyse TLS use more of the lower layers"
    )
)]
#![cfg_attr(
    not(any(feature = "unstable", feature = "classes")),
    warn(
        missing_debug_implementations,
        unnameable_types,
        clippy::doc_markdown,
        clippy::missing_errors_doc,
        clippy::must_use_candidate
    )
)]

mod newtype;

/// Declares the lower layers: public only with the feature `unstable`.
macro_rules! layers {
    ($($(#[$attribute:meta])* $name:ident;)*) => {
        $(
            #[cfg(feature = "unstable")]
            $(#[$attribute])*
            pub mod $name;
            #[cfg(not(feature = "unstable"))]
            $(#[$attribute])*
            mod $name;
        )*
    };
}

layers! {
    #[cfg(feature = "certificates")]
    certificates;
    client;
    crypto;
    #[cfg(feature = "dissect")]
    dissect;
    endpoint;
    error;
    keys;
    psk;
    record;
    server;
    wire;
}

#[cfg(not(feature = "certificates"))]
#[path = "certificates/none.rs"]
mod certificates;
mod connection;
mod inspect;
mod role;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod stream;
#[cfg(all(feature = "classes", target_arch = "wasm32"))]
mod wasm;

/// The programs of the README, which are compiled.
#[cfg(doctest)]
#[doc = include_str!("README.md")]
pub struct Readme;

#[cfg(test)]
#[path = "../tests/unit/mod.rs"]
mod unit;

#[cfg(feature = "certificates")]
pub use certificates::{
    Credentials, CredentialsError, KeySource, SharedCredentials, TrustAnchors, TrustError,
    Verification,
};
pub use certificates::{Decision, SignatureRequest, VerificationRequest};
pub use client::ClientConfig;
pub use connection::{
    Connection, Entropy, NotSuspended, ResumeError, SuspendedBytes, SuspendedConnection,
};
#[cfg(feature = "certificates")]
pub use crypto::signature::SigningKey;
pub use crypto::{CryptoError, HashAlgorithm, SEALING_KEY_LEN, SealingKeys, Suite};
pub use endpoint::{
    ConfigError, EarlyDataOutcome, Event, Negotiated, Parameters, PskConfigError, PskOutcome,
    Question, SessionRefusal,
};
pub use error::{
    AlertDescription, CertificateError, Direction, Error, Incompatible, Usage, Violation,
};
pub use inspect::{inspect, inspect_records};
pub use keys::PskKind;
pub use psk::{
    Authentication, EarlyDataParameters, ExternalPsk, ImportedIdentity, OfferedPsk, OfferedPskList,
    OfferedTicket, PskError, PskKinds, PskList, Session, Verdict,
};
pub use role::Role;
#[cfg(feature = "certificates")]
pub use server::ClientCertificates;
pub use server::{
    CookieKeys, EarlyDataPolicy, EarlyDataRequest, Selection, SelectionPolicy, ServerConfig,
    TicketPolicy,
};
#[cfg(feature = "tokio")]
#[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
pub use stream::tokio;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use stream::{Choice, Offer, Parts, Stream};
pub use wire::{
    CipherSuite, KeyUpdateRequest, NamedGroup, PskKeyExchangeMode, SignatureScheme, Span, SpanValue,
};
/// Bytes that are overwritten when they are dropped, of the crate `zeroize`.
pub use zeroize::Zeroizing;
