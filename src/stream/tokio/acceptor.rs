//! [`Acceptor`], which does the handshakes of a server.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::tls_stream::TlsStream;
use crate::endpoint::Question;
use crate::server::{SelectionPolicy, ServerConfig};
use crate::stream::error::unanswered;
use crate::stream::{Choice, Offer};
use ::tokio::io::{AsyncRead, AsyncWrite};
use ::tokio::time::timeout;

/// How long a handshake may take, unless [`Acceptor::with_deadline`] says otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Accepts connections with one configuration, each within a deadline.
///
/// ```no_run
/// use tls_psk::{ExternalPsk, ServerConfig, tokio::Acceptor};
/// # async fn look_up(identity: &[u8]) -> Option<ExternalPsk> { None }
///
/// # async fn run() -> std::io::Result<()> {
/// let acceptor = Acceptor::new(ServerConfig::new());
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:4433").await?;
/// loop {
///     let (tcp, _) = listener.accept().await?;
///     let acceptor = acceptor.clone();
///     tokio::spawn(async move {
///         let mut tls = acceptor
///             .accept_with(tcp, async |offer| look_up(&offer.psks().next()?.external_identity()).await)
///             .await?;
///         let (mut reader, mut writer) = tokio::io::split(tls);
///         tokio::io::copy(&mut reader, &mut writer).await
///     });
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Acceptor(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Arc<ServerConfig>,
    /// The configuration for selections by the application, made when it is first needed.
    selecting: OnceLock<Arc<ServerConfig>>,
    deadline: Duration,
}

impl Acceptor {
    /// An acceptor with [`DEFAULT_DEADLINE`].
    pub fn new(config: impl Into<Arc<ServerConfig>>) -> Self {
        Self::with_deadline(config, DEFAULT_DEADLINE)
    }

    /// An acceptor whose handshakes may take this long, selections included.
    pub fn with_deadline(config: impl Into<Arc<ServerConfig>>, deadline: Duration) -> Self {
        let config = config.into();
        Self(Arc::new(Shared { config, selecting: OnceLock::new(), deadline }))
    }

    /// Does the handshake with a PSK of the configuration. The runtime must have its timers enabled.
    ///
    /// A configuration that asks the application for something needs [`Acceptor::accept_with`] for the selection of a
    /// PSK, and [`TlsStream::handshake`] for everything else.
    ///
    /// # Errors
    ///
    /// Errors of the transport, and [`Error`](crate::Error) inside of an [`io::Error`] if the handshake fails.
    pub async fn accept<T>(&self, io: T) -> io::Result<TlsStream<T>>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let mut tls = TlsStream::server(io, Arc::clone(&self.0.config))?;
        let result = timeout(self.0.deadline, async {
            match tls.handshake().await? {
                Some(question) => Err(unanswered(question)),
                None => Ok(()),
            }
        });
        let result = result.await;
        finish(tls, result).await
    }

    /// Does the handshake with the PSK that the function selects, whatever the selection policy of the configuration.
    /// It may take its time, up to the deadline; nothing is read meanwhile. It is called once, or never if the client
    /// offers nothing.
    ///
    /// An identity that it does not know is refused in the same way as a wrong key, but perhaps not after the same
    /// time: see [`Choice::Unknown`].
    ///
    /// # Errors
    ///
    /// As [`Acceptor::accept`], and [`io::ErrorKind::TimedOut`] after the deadline.
    pub async fn accept_with<T, C>(
        &self,
        io: T,
        select: impl AsyncFnOnce(Offer) -> C,
    ) -> io::Result<TlsStream<T>>
    where
        T: AsyncRead + AsyncWrite + Unpin,
        C: Into<Choice>,
    {
        let mut tls = TlsStream::server(io, Arc::clone(self.selecting()))?;
        let result = timeout(self.0.deadline, handshake_with(&mut tls, select)).await;
        finish(tls, result).await
    }

    fn selecting(&self) -> &Arc<ServerConfig> {
        let Shared { config, selecting, .. } = &*self.0;
        if config.selection() == SelectionPolicy::Application {
            return config;
        }
        selecting.get_or_init(|| {
            let mut config = ServerConfig::clone(config);
            config.set_selection(SelectionPolicy::Application);
            Arc::new(config)
        })
    }
}

async fn handshake_with<T, C>(
    tls: &mut TlsStream<T>,
    select: impl AsyncFnOnce(Offer) -> C,
) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
    C: Into<Choice>,
{
    let mut select = Some(select);
    loop {
        let Some(question) = tls.handshake().await? else { return Ok(()) };
        let (Question::SelectPsk, Some(offer), Some(select)) =
            (question, tls.offer(), select.take())
        else {
            return Err(unanswered(question));
        };
        let choice: Choice = select(offer).await.into();
        if let Choice::Failed(error) = choice {
            return Err(io::Error::other(error));
        }
        tls.connection_mut().select(choice.selection())?;
    }
}

/// The stream of a handshake that is complete. Otherwise the peer is told that it will not be, if the transport takes
/// it.
async fn finish<T>(
    mut tls: TlsStream<T>,
    result: Result<io::Result<()>, ::tokio::time::error::Elapsed>,
) -> io::Result<TlsStream<T>>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let error = match result {
        Ok(Ok(())) => return Ok(tls),
        Ok(Err(error)) => error,
        Err(elapsed) => io::Error::new(io::ErrorKind::TimedOut, elapsed),
    };
    let connection = tls.connection_mut();
    let _ = match connection.question() {
        Some(_) => connection.cancel_question(),
        None => connection.close(),
    };
    tls.send_now().await;
    Err(error)
}
