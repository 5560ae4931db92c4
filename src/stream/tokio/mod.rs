//! TLS over tokio's transports: [`connect`] for a client, [`Acceptor`] for a server, [`TlsStream`] for both.
//!
//! ```no_run
//! use tls_psk::{ClientConfig, ExternalPsk, HashAlgorithm};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # fn read_key() -> [u8; 32] { [0x5a; 32] }
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let psk = ExternalPsk::new(b"device-7", &read_key(), HashAlgorithm::Sha256)?;
//! let mut config = ClientConfig::new();
//! config.append_psk(&psk)?;
//! let tcp = tokio::net::TcpStream::connect("gateway.example:4433").await?;
//! let mut tls = tls_psk::tokio::connect(tcp, config).await?;
//! tls.write_all(b"hello").await?;
//! tls.shutdown().await?;
//! let mut answer = Vec::new();
//! tls.read_to_end(&mut answer).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The future of [`connect`] or of an acceptor can be dropped at any time: it owns the transport, which closes. All
//! other calls can be cancelled and made again without losing a byte, with the exception that tokio describes for
//! `write_all`.
//!
//! The adapters of `tokio_util::compat` make a transport of one that implements the traits of `futures-io`, and such a
//! stream of a [`TlsStream`].

mod acceptor;
mod tls_stream;
mod transport;

pub use acceptor::{Acceptor, DEFAULT_DEADLINE};
pub use tls_stream::{TlsStream, connect};

pub use super::{Choice, Offer};
