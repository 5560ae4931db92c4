//! [`TlsStream`], over anything that implements tokio's `AsyncRead` and `AsyncWrite`.

use core::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use super::transport::{Now, Side, Tasks};
use crate::client::ClientConfig;
use crate::connection::{Connection, Entropy};
use crate::endpoint::{Event, Question};
use crate::psk::Session;
use crate::server::ServerConfig;
use crate::stream::engine::Engine;
use crate::stream::error::unanswered;
use crate::stream::methods::stream_methods;
use crate::stream::{Offer, Parts};
use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Connects a client over a transport: does the handshake, and returns the stream.
///
/// It takes as long as the server does: limit it by `tokio::time::timeout`. A configuration that asks the application,
/// for example to verify a certificate, needs [`TlsStream::handshake`] instead.
///
/// # Errors
///
/// Errors of the transport, and [`Error`](crate::Error) inside of an [`io::Error`] if the handshake fails.
pub async fn connect<T: AsyncRead + AsyncWrite + Unpin>(
    io: T,
    config: impl Into<Arc<ClientConfig>>,
) -> io::Result<TlsStream<T>> {
    let mut tls = TlsStream::client(io, config)?;
    match tls.handshake().await? {
        Some(question) => Err(unanswered(question)),
        None => Ok(tls),
    }
}

/// TLS over a transport of tokio's.
///
/// It reads and writes as the transport does, with backpressure in both directions: it reads from the transport only
/// when it is read, and a write waits while 64 KiB are not with the transport. `shutdown` sends `close_notify` and
/// shuts down the transport's writing half; what the peer still sends can be read. A transport that ends without the
/// peer's `close_notify` is the error [`UnexpectedEof`](io::ErrorKind::UnexpectedEof): data may be missing ([RFC 9846
/// section 6.1]).
///
/// [`connect`] and [`Acceptor`](super::Acceptor) return it after the handshake. For everything that happens before or in
/// the handshake, such as sessions, early data and certificates that the application verifies, make it by
/// [`TlsStream::client`] or [`TlsStream::server`] and call [`TlsStream::handshake`]:
///
/// ```no_run
/// # use std::sync::Arc;
/// # use tls_psk::{Question, ServerConfig, tokio::TlsStream};
/// # async fn is_first(id: &[u8]) -> bool { true }
/// # async fn serve(tcp: tokio::net::TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
/// let mut tls = TlsStream::server(tcp, config)?;
/// while let Some(question) = tls.handshake().await? {
///     match question {
///         // accepts early data unless its ClientHello was seen before
///         Question::DecideEarlyData => {
///             let request = tls.connection().early_data_request().expect("the question is pending");
///             let id = request.id.to_vec();
///             let accepted = is_first(&id).await;
///             tls.connection_mut().decide_early_data(accepted)?;
///         }
///         _ => tls.connection_mut().cancel_question()?,
///     }
/// }
/// let early_data = tls.take_early_data();
/// # Ok(())
/// # }
/// ```
///
/// [RFC 9846 section 6.1]: https://www.rfc-editor.org/rfc/rfc9846#section-6.1
pub struct TlsStream<T> {
    pub(super) io: T,
    engine: Engine,
    tasks: Arc<Tasks>,
    /// Wakes all of `tasks`.
    waker: Waker,
}

impl<T> fmt::Debug for TlsStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream").field("connection", self.connection()).finish_non_exhaustive()
    }
}

impl<T> TlsStream<T> {
    /// A client before its handshake. It sends nothing yet.
    ///
    /// # Errors
    ///
    /// If the platform has no randomness.
    pub fn client(io: T, config: impl Into<Arc<ClientConfig>>) -> io::Result<Self> {
        Ok(Self::new(io, Connection::client(config.into(), Entropy::from_os()?)))
    }

    /// A server before its handshake.
    ///
    /// # Errors
    ///
    /// If the platform has no randomness.
    pub fn server(io: T, config: impl Into<Arc<ServerConfig>>) -> io::Result<Self> {
        Ok(Self::new(io, Connection::server(config.into(), Entropy::from_os()?)))
    }

    /// A stream over any connection: a client that was not started, a server, or one that was resumed.
    pub fn new(io: T, connection: Connection) -> Self {
        let tasks = Arc::new(Tasks::default());
        let waker = Waker::from(Arc::clone(&tasks));
        Self { io, engine: Engine::new(connection), tasks, waker }
    }
}

stream_methods! { TlsStream }

impl<T: AsyncRead + AsyncWrite + Unpin> TlsStream<T> {
    /// Continues the handshake, until it is complete (`None`) or the application is asked. Answer by a method of
    /// [`TlsStream::connection_mut`], such as [`Connection::select`], and call it again. It can be cancelled and called
    /// again at any time.
    ///
    /// # Errors
    ///
    /// Errors of the transport, and [`Error`](crate::Error) inside of an [`io::Error`] if the handshake fails.
    pub async fn handshake(&mut self) -> io::Result<Option<Question>> {
        poll_fn(|cx| self.poll(cx, Side::Read, |engine, io| engine.handshake(io))).await
    }

    /// Does what the engine can do now.
    fn poll<R>(
        &mut self,
        cx: &Context<'_>,
        side: Side,
        work: impl FnOnce(&mut Engine, &mut Now<'_, '_, T>) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.tasks.register(side, cx.waker());
        let mut context = Context::from_waker(&self.waker);
        let mut io = Now { io: &mut self.io, context: &mut context };
        match work(&mut self.engine, &mut io) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            result => Poll::Ready(result),
        }
    }

    /// Sends what is queued, as much as the transport takes now: of a connection that has failed.
    pub(super) async fn send_now(&mut self) {
        poll_fn(|cx| {
            let _ = self.poll(cx, Side::Write, |engine, io| engine.flush(io));
            Poll::Ready(())
        })
        .await;
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let unfilled = out.initialize_unfilled();
        let read = self.get_mut().poll(cx, Side::Read, |engine, io| engine.read(io, unfilled));
        let count = ready!(read)?;
        out.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll(cx, Side::Write, |engine, io| engine.write(io, data))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(cx, Side::Write, |engine, io| engine.flush(io))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll(cx, Side::Write, |engine, io| engine.shutdown(io)))?;
        // The writing task is registered by now.
        Pin::new(&mut this.io).poll_shutdown(&mut Context::from_waker(&this.waker))
    }
}
