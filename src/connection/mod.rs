//! The sans-IO connection.
//!
//! The contract: feed the connection ([`Connection::receive`], [`Connection::send`] and the rest), then drain it
//! ([`Connection::poll_transmit`], [`Connection::poll_event`]) until both are empty, whether the call failed or not.
//! Every error except [`Error::Usage`] ends the connection permanently, and its alert, if any, is queued before the
//! call returns. A panic is a bug, whatever the input.

mod certificates;
mod early_data;
mod established;
mod incoming;
mod question;
mod selection;
mod suspended;

pub use suspended::{NotSuspended, ResumeError, SuspendedBytes, SuspendedConnection};

use std::sync::Arc;

use crate::client::{self, ClientConfig};
use crate::crypto::{CryptoError, Random};
use crate::endpoint::{Context, Event};
use crate::error::{AlertDescription, Error, Usage};
use crate::server::{self, ServerConfig};
use suspended::Suspension;

/// How much is buffered while the application decides before `wants_read` turns false, in bytes.
const ENOUGH_WHILE_ASKING: usize = 1 << 16;

/// The source of a connection's randomness.
pub struct Entropy(Random);

impl Entropy {
    /// From the platform.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Random`] if the platform has no randomness.
    pub fn from_os() -> Result<Self, CryptoError> {
        Random::from_os().map(Self)
    }

    /// From a seed: the connection is then reproducible to the byte, and only as secret as the seed. For tests and
    /// demonstrations.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Random::from_seed(seed))
    }

    /// Published values, and a generator behind them.
    #[cfg(all(test, feature = "certificates"))]
    pub(crate) fn replay(published: &[&[u8]]) -> Self {
        Self(Random::replay(published))
    }
}

impl core::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Entropy").finish_non_exhaustive()
    }
}

/// One TLS 1.3 connection, client or server, without I/O. `Stream` and the streams of tokio drive it over a transport;
/// use it directly for anything else.
///
/// # The contract
///
/// 1. **Feed** it: [`set_time`](Self::set_time), then [`start`](Self::start) on a client, [`receive`](Self::receive)
///    with bytes from the transport in chunks of any size, [`transport_closed`](Self::transport_closed) at their end,
///    [`send`](Self::send), [`close`](Self::close), or an answer such as [`select`](Self::select).
/// 2. **Drain** it: [`poll_transmit`](Self::poll_transmit) and [`poll_event`](Self::poll_event) until both return
///    `None`, after every call, whether it failed or not. Send what it transmits in this order.
///
/// Every error except [`Error::Usage`] ends the connection permanently, and its alert, if any, is queued before the
/// call returns. A usage error is a mistake of the caller: it sends nothing, changes nothing, and no byte of a peer can
/// cause it. A panic is a bug, whatever the input.
///
/// [`question`](Self::question) says whether the handshake waits for the application. Bytes that arrive meanwhile are
/// buffered; stop reading from the transport while [`wants_read`](Self::wants_read) is false.
///
/// ```no_run
/// use std::io::{Read, Write};
/// use std::sync::Arc;
/// use tls_psk::{ClientConfig, Connection, Entropy, Event};
///
/// # fn run(mut tcp: std::net::TcpStream, config: Arc<ClientConfig>) -> Result<(), Box<dyn std::error::Error>> {
/// let mut client = Connection::client(config, Entropy::from_os()?);
/// let mut result = client.start();
/// let mut chunk = [0; 4096];
/// loop {
///     while let Some(event) = client.poll_event() {
///         match event {
///             Event::Connected(_) => client.send(b"hello")?,
///             Event::Data(data) => println!("{}", data.escape_ascii()),
///             _ => {}
///         }
///     }
///     while let Some(bytes) = client.poll_transmit() {
///         tcp.write_all(&bytes)?;
///     }
///     result?;
///     if !client.wants_read() {
///         return Ok(());
///     }
///     result = match tcp.read(&mut chunk)? {
///         0 => client.transport_closed(),
///         count => client.receive(&chunk[..count]),
///     };
/// }
/// # }
/// ```
pub struct Connection {
    context: Context,
    phase: Phase,
    /// The peer's `close_notify` was received.
    receive_closed: bool,
    /// Our `close_notify` was sent.
    send_closed: bool,
    time_told: bool,
    /// The suspension that it continues.
    suspension: Option<Suspension>,
}

/// The state of the role, or the reason why there is none.
enum Phase {
    Client(client::State),
    Server(server::State),
    /// Closed by this side before the handshake was complete.
    Abandoned,
    Failed(Error),
}

impl Phase {
    /// Why a connection in this phase takes no call.
    const fn usage(&self) -> Usage {
        match self {
            Self::Failed(_) => Usage::ConnectionFailed,
            _ => Usage::ConnectionClosed,
        }
    }
}

impl Connection {
    /// A client. It sends nothing before [`Connection::start`].
    #[must_use]
    pub fn client(config: Arc<ClientConfig>, random: Entropy) -> Self {
        let context = Context::new(&config.parameters, random.0);
        Self::new(context, Phase::Client(client::State::Start(client::Start::new(config))))
    }

    /// A server.
    #[must_use]
    pub fn server(config: Arc<ServerConfig>, random: Entropy) -> Self {
        let mut context = Context::new(&config.parameters, random.0);
        // It may precede a ClientHello that answers another server's HelloRetryRequest (section 4.3.2).
        context.reader.accept_change_cipher_spec(config.cookie_keys.is_some());
        Self::new(context, Phase::Server(server::State::new(config)))
    }

    fn new(context: Context, phase: Phase) -> Self {
        Self {
            context,
            phase,
            receive_closed: false,
            send_closed: false,
            time_told: false,
            suspension: None,
        }
    }

    /// Sets the time, in milliseconds since the Unix epoch. Call it before each call that may need the time.
    ///
    /// Tickets and sessions need it for their age and expiry, and so do certificates that are verified by trust
    /// anchors. For a connection that may use either, set the time before it starts: otherwise [`Connection::start`] of
    /// a client and [`Connection::receive`] of a server fail with [`Usage::TimeNotTold`].
    pub fn set_time(&mut self, now: u64) {
        self.context.now = now;
        self.time_told = true;
    }

    /// Begins the handshake: a client queues its ClientHello. On a server, it does nothing.
    ///
    /// # Errors
    ///
    /// A usage error if the connection has started, has no PSK that it can use, or needs the time; then nothing was
    /// sent.
    pub fn start(&mut self) -> Result<(), Error> {
        self.check_time()?;
        match &self.phase {
            Phase::Client(client::State::Start(start)) => match start.start(&mut self.context) {
                // Nothing was sent: a PSK can still be added.
                Err(error) if error.is_usage() => Err(error),
                next => self.advance(next.map(Phase::Client)),
            },
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            _ => Ok(()),
        }
    }

    /// Processes bytes from the transport, in chunks of any size, as far as possible.
    ///
    /// # Errors
    ///
    /// Why the connection has failed: what the peer did, or what is incompatible. A usage error if the connection has
    /// not started, needs the time, or has ended.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.check_alive()?;
        if matches!(self.phase, Phase::Client(client::State::Start(_))) {
            return Err(Usage::NotStarted.into());
        }
        self.check_time()?;
        // Data after a closure alert is ignored (RFC 9846 section 6.1).
        if self.receive_closed {
            return Ok(());
        }
        self.context.reader.push(bytes);
        self.process()
    }

    /// Tells the connection that the transport has ended. Without the peer's `close_notify` before it, data may be
    /// missing.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], or [`Error::ClosedDuringHandshake`] before the handshake was complete.
    pub fn transport_closed(&mut self) -> Result<(), Error> {
        match self.phase {
            Phase::Abandoned | Phase::Failed(_) => Ok(()),
            _ if self.receive_closed => Ok(()),
            _ if self.established().is_none() => self.fail(Error::ClosedDuringHandshake),
            _ => self.fail(Error::Truncated),
        }
    }

    /// Closes the sending side with `close_notify`; what the peer sends can still be read. Before the handshake is
    /// complete, it cancels the connection ([RFC 9846 section 6.1]).
    ///
    /// # Errors
    ///
    /// If the alert cannot be protected, because the limit of the key is reached.
    ///
    /// [RFC 9846 section 6.1]: https://www.rfc-editor.org/rfc/rfc9846#section-6.1
    pub fn close(&mut self) -> Result<(), Error> {
        if self.send_closed || matches!(self.phase, Phase::Failed(_) | Phase::Abandoned) {
            return Ok(());
        }
        self.send_closed = true;
        if self.established().is_none() {
            let unsent = matches!(self.phase, Phase::Client(client::State::Start(_)));
            self.phase = Phase::Abandoned;
            self.context.reader.clear();
            if unsent {
                return Ok(());
            }
            self.context.send_alert(AlertDescription::USER_CANCELED)?;
        }
        let result = self.context.send_alert(AlertDescription::CLOSE_NOTIFY);
        if matches!(self.phase, Phase::Abandoned) {
            self.context.writer.clear_sealer();
        }
        result
    }

    /// Bytes for the transport. Call until `None` after every other call.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.context.writer.take()
    }

    /// The next event. Call until `None` after every other call.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.context.poll_event()
    }

    /// The state's name: that of [RFC 9846 appendix A], or `SELECTING_PSK`, `DECIDING_EARLY_DATA`, CLOSED or FAILED.
    ///
    /// [RFC 9846 appendix A]: https://www.rfc-editor.org/rfc/rfc9846#appendix-A
    #[must_use]
    pub fn state(&self) -> &'static str {
        match &self.phase {
            Phase::Failed(_) => "FAILED",
            Phase::Abandoned => "CLOSED",
            _ if self.receive_closed && self.send_closed => "CLOSED",
            Phase::Client(state) => state.name(),
            Phase::Server(state) => state.name(),
        }
    }

    /// Why the connection failed, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        match self.phase {
            Phase::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Without the time, tickets and certificates would never expire, or always be expired.
    fn check_time(&self) -> Result<(), Error> {
        let needed = match &self.phase {
            Phase::Client(client::State::Start(start)) => start.needs_time(),
            Phase::Server(server::State::WaitClientHello(start)) => start.needs_time(),
            Phase::Client(client::State::Connected(established)) => established.resumes(),
            _ => false,
        };
        if needed && !self.time_told { Err(Usage::TimeNotTold.into()) } else { Ok(()) }
    }

    /// Whether to read from the transport now. While the application decides, more than one flight is not needed: stop
    /// reading then, and continue after the answer. If the caller passes a megabyte more anyway, the connection fails,
    /// as nothing else would limit its memory.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        match self.phase {
            Phase::Abandoned | Phase::Failed(_) => false,
            _ if self.receive_closed => false,
            _ => !self.is_asking() || self.context.reader.buffered() < ENOUGH_WHILE_ASKING,
        }
    }

    fn check_alive(&self) -> Result<(), Error> {
        match &self.phase {
            ended @ (Phase::Failed(_) | Phase::Abandoned) => Err(ended.usage().into()),
            _ => Ok(()),
        }
    }
}

impl core::fmt::Debug for Connection {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Connection").field("state", &self.state()).finish_non_exhaustive()
    }
}
