//! [`Stream`], over anything that implements `Read` and `Write`.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::engine::Engine;
use super::methods::stream_methods;
use super::offer::Offer;
use crate::client::ClientConfig;
use crate::connection::{Connection, Entropy};
use crate::endpoint::{Event, Question};
use crate::psk::Session;
use crate::server::ServerConfig;

/// TLS over a transport that blocks, such as a [`TcpStream`](std::net::TcpStream).
///
/// The first [`read`](Read::read) or [`write`](Write::write) does the handshake. [`Stream::shutdown`] says that nothing
/// follows, and what the peer still sends can be read. A transport that ends without the peer's `close_notify` is the
/// error
/// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof): data may be missing ([RFC 9846 section 6.1]).
///
/// A server that selects the PSK itself ([`SelectionPolicy::Application`](crate::SelectionPolicy::Application)) does
/// the handshake by [`Stream::handshake`], which returns with each question to the application:
///
/// ```no_run
/// use std::net::TcpListener;
/// use tls_psk::{ExternalPsk, Question, Selection, SelectionPolicy, ServerConfig, Stream};
///
/// # fn look_up(identity: &[u8]) -> Option<ExternalPsk> { None }
/// let mut config = ServerConfig::new();
/// config.set_selection(SelectionPolicy::Application);
/// let (tcp, _) = TcpListener::bind("127.0.0.1:4433")?.accept()?;
/// let mut tls = Stream::server(tcp, config)?;
/// while let Some(question) = tls.handshake()? {
///     assert_eq!(question, Question::SelectPsk);
///     let offer = tls.offer().expect("the offer belongs to the question");
///     let psk = offer.psks().find_map(|offered| look_up(&offered.external_identity()));
///     let selection = psk.as_ref().map_or(Selection::None, Selection::Psk);
///     tls.connection_mut().select(selection)?;
/// }
/// std::io::copy(&mut &b"welcome"[..], &mut tls)?;
/// tls.shutdown()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A transport in non-blocking mode works as well: a call that returns [`WouldBlock`](io::ErrorKind::WouldBlock) has
/// lost nothing and can be made again.
///
/// Nobody limits how long a peer may take: set the time-outs of the transport.
///
/// [RFC 9846 section 6.1]: https://www.rfc-editor.org/rfc/rfc9846#section-6.1
#[derive(Debug)]
pub struct Stream<T> {
    io: T,
    engine: Engine,
}

/// What a stream consisted of.
#[non_exhaustive]
pub struct Parts<T> {
    /// The transport.
    pub io: T,
    /// The connection.
    pub connection: Connection,
    /// Application data that was received but not read.
    pub received: Vec<u8>,
    /// Records that the transport has not taken.
    pub unsent: Vec<u8>,
}

impl<T> core::fmt::Debug for Parts<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Parts")
            .field("connection", &self.connection)
            .field("received", &self.received.len())
            .field("unsent", &self.unsent.len())
            .finish_non_exhaustive()
    }
}

impl<T> Stream<T> {
    /// A client. It sends nothing yet.
    ///
    /// # Errors
    ///
    /// If the platform has no randomness.
    pub fn client(io: T, config: impl Into<Arc<ClientConfig>>) -> io::Result<Self> {
        Ok(Self::new(io, Connection::client(config.into(), Entropy::from_os()?)))
    }

    /// A server.
    ///
    /// # Errors
    ///
    /// If the platform has no randomness.
    pub fn server(io: T, config: impl Into<Arc<ServerConfig>>) -> io::Result<Self> {
        Ok(Self::new(io, Connection::server(config.into(), Entropy::from_os()?)))
    }

    /// A stream over any connection: a client that was not started, a server, or one that was resumed.
    pub fn new(io: T, connection: Connection) -> Self {
        Self { io, engine: Engine::new(connection) }
    }
}

stream_methods! { Stream }

impl<T: Read + Write> Stream<T> {
    /// Continues the handshake, until it is complete (`None`) or the application is asked. Answer by a method of
    /// [`Stream::connection_mut`], such as [`Connection::select`], and call it again.
    ///
    /// # Errors
    ///
    /// Errors of the transport, and [`Error`](crate::Error) inside of an [`io::Error`] if the handshake fails.
    pub fn handshake(&mut self) -> io::Result<Option<Question>> {
        self.engine.handshake(&mut self.io)
    }

    /// Sends `close_notify`: nothing follows. What the peer sends can still be read. The transport stays open.
    ///
    /// # Errors
    ///
    /// Errors of the transport.
    pub fn shutdown(&mut self) -> io::Result<()> {
        self.engine.shutdown(&mut self.io)
    }
}

impl<T: Read + Write> Read for Stream<T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.engine.read(&mut self.io, out)
    }
}

impl<T: Read + Write> Write for Stream<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.engine.write(&mut self.io, data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.engine.flush(&mut self.io)
    }
}
