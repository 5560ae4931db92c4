//! A connection that is put away, and taken up again: in another call of a runtime that leaves memory between two
//! messages, in another thread or another process.
//!
//! No RFC describes this, and none needs to: the peer notices nothing. One thing must never happen. If one state is
//! taken up twice, both connections protect different records with the same key and nonce, which breaks the AEAD: an
//! observer learns the XOR of their texts, and can forge records. A change of keys on waking would not help, as both
//! would change to the same key, and the peer accepts no gap in the sequence numbers. So each state is used once:
//!
//! - Suspending consumes the connection, and resuming consumes the state.
//! - A state has the random identifier of its connection and a counter, which grows with each suspension. A process
//!   refuses a state that is not newer than the last one that it took up.
//! - For what a process cannot know, [`SuspendedConnection::id`] and [`SuspendedConnection::counter`] let the
//!   application ask its store whether a state is the newest.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use super::{Connection, Entropy, Phase};
use crate::client;
use crate::crypto::{Digest, HashAlgorithm, SealingKeys};
use crate::endpoint::{Context, Established, Negotiated, Parameters, TrafficSecrets};
use crate::error::{Error, Usage, named_errors};
use crate::psk::{Recent, key_of};
use crate::record::{ReaderState, WriterState};
use crate::role::Role;
use crate::server;
use crate::wire::{Reader, Writer};

/// The version of the encoding, its first byte.
const VERSION: u8 = 1;
/// The purposes for sealing, so that a state cannot be used as anything else.
const STATE: &str = "suspended connection";
const RECEIVED: &str = "suspended input";
/// The length of a connection's identifier, in bytes.
const ID_LEN: usize = 16;
/// The most input that is suspended with a connection, in bytes: two incomplete records.
const MAX_RECEIVED: usize = 1 << 15;

const RECEIVE_CLOSED: u8 = 1;
const SEND_CLOSED: u8 = 2;

named_errors! {
    /// Why a suspended connection is not resumed.
    ResumeError {
        NotSealed => "the state was sealed with another key or for another scope, or it was changed";
        Version => "the state has the encoding of another version";
        Malformed => "the state cannot be decoded";
        Received => "the received input is missing, or is that of another state";
        Role => "the state is that of a connection in the other role";
        AlreadyResumed => "this state or a later one of the same connection was resumed: a second use would repeat nonces";
    }
}

/// Identifies one suspension of one connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Suspension {
    id: [u8; ID_LEN],
    counter: u64,
}

/// An established connection without its surroundings: no input, no output, no events, no randomness.
///
/// Its bytes hold the secrets of the connection. [`SuspendedConnection::seal`] encrypts them.
pub struct SuspendedConnection {
    role: Role,
    suspension: Suspension,
    receive_closed: bool,
    send_closed: bool,
    established: Box<Established>,
    reader: ReaderState,
    writer: WriterState,
}

/// A suspended connection as bytes, sealed or not.
#[derive(Clone, PartialEq, Eq)]
pub struct SuspendedBytes {
    /// The state of the connection: at most 600 bytes, unless identities are long, or the peer sent certificates.
    pub state: Vec<u8>,
    /// What has arrived of an incomplete record; empty between two records.
    pub received: Vec<u8>,
}

/// A connection that cannot be suspended now, and why.
#[derive(Debug)]
pub struct NotSuspended {
    /// The connection, unchanged.
    pub connection: Connection,
    /// The reason.
    pub reason: Usage,
}

impl core::fmt::Display for NotSuspended {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.reason.fmt(f)
    }
}

impl core::error::Error for NotSuspended {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.reason)
    }
}

static RESUMED: Mutex<Option<Recent<u64>>> = Mutex::new(None);

impl Suspension {
    /// Records that it is resumed. `false` if it is not newer than the last one of its connection.
    fn claim(&self) -> bool {
        // A thread that panicked while it held the lock left the map intact: insertions are atomic.
        let mut resumed = RESUMED.lock().unwrap_or_else(PoisonError::into_inner);
        let last = resumed.get_or_insert_default().entry(key_of(&self.id), 0);
        let newer = self.counter > *last;
        *last = self.counter.max(*last);
        newer
    }
}

impl Connection {
    /// Whether [`Connection::suspend`] would succeed now; if not, why.
    ///
    /// # Errors
    ///
    /// The reason.
    pub fn check_suspendable(&self) -> Result<(), Usage> {
        match &self.phase {
            ended @ (Phase::Failed(_) | Phase::Abandoned) => return Err(ended.usage()),
            _ if self.is_asking() => return Err(Usage::QuestionPending),
            _ if self.established().is_none() => return Err(Usage::HandshakeNotComplete),
            _ if self.receive_closed && self.send_closed => return Err(Usage::ConnectionClosed),
            _ => {}
        }
        if self.context.has_output() {
            return Err(Usage::OutputPending);
        }
        if self.context.reader.unprocessed() > MAX_RECEIVED {
            return Err(Usage::TooMuchReceived);
        }
        Ok(())
    }

    /// Takes an established connection apart, so that it can continue elsewhere, after [`Connection::resume`].
    ///
    /// Call it between two records if possible: what has arrived of an incomplete one is a part of the state. All
    /// output and all events must have been taken. The connection is returned if it cannot be suspended now.
    ///
    /// To keep earlier records safe from someone who reads the state, call [`Connection::update_keys`] before: the
    /// state has the keys of the current generation, and no earlier ones.
    ///
    /// # Errors
    ///
    /// The connection, unchanged, and the reason.
    pub fn suspend(mut self) -> Result<SuspendedConnection, Box<NotSuspended>> {
        if let Err(reason) = self.check_suspendable() {
            return Err(Box::new(NotSuspended { connection: self, reason }));
        }
        let suspension = match self.suspension {
            Some(Suspension { id, counter }) => Suspension { id, counter: counter + 1 },
            None => Suspension { id: self.context.random.array(), counter: 1 },
        };
        let (role, established) = match self.phase {
            Phase::Client(client::State::Connected(established)) => (Role::Client, established),
            Phase::Server(server::State::Connected(established)) => (Role::Server, established),
            phase => {
                let connection = Self { phase, ..self };
                let reason = Usage::HandshakeNotComplete;
                return Err(Box::new(NotSuspended { connection, reason }));
            }
        };
        Ok(SuspendedConnection {
            role,
            suspension,
            receive_closed: self.receive_closed,
            send_closed: self.send_closed,
            established,
            reader: self.context.reader.suspend(),
            writer: self.context.writer.suspend(),
        })
    }

    /// Continues a suspended connection. Of a configuration, only its parameters matter now.
    ///
    /// A client that stores sessions must be told the time before it receives.
    ///
    /// # Errors
    ///
    /// [`ResumeError::AlreadyResumed`].
    pub fn resume(
        suspended: SuspendedConnection,
        parameters: &Parameters,
        random: Entropy,
    ) -> Result<Self, ResumeError> {
        let SuspendedConnection { role, suspension, established, reader, writer, .. } = suspended;
        if !suspension.claim() {
            return Err(ResumeError::AlreadyResumed);
        }
        let mut context = Context::new(parameters, random.0);
        let TrafficSecrets { send, receive } = established.secrets();
        context.restore(established.suite(), send, receive, &reader, &writer);
        let phase = match role {
            Role::Client => Phase::Client(client::State::Connected(established)),
            Role::Server => Phase::Server(server::State::Connected(established)),
        };
        Ok(Self {
            receive_closed: suspended.receive_closed,
            send_closed: suspended.send_closed,
            suspension: Some(suspension),
            ..Self::new(context, phase)
        })
    }
}

impl SuspendedConnection {
    /// The role of this side.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Identifies the connection across suspensions.
    #[must_use]
    pub fn id(&self) -> [u8; ID_LEN] {
        self.suspension.id
    }

    /// The number of this suspension of the connection, from 1. A state with a lower number is out of date.
    #[must_use]
    pub fn counter(&self) -> u64 {
        self.suspension.counter
    }

    /// What was negotiated.
    #[must_use]
    pub fn negotiated(&self) -> &Negotiated {
        &self.established.negotiated
    }

    /// The state, sealed for this scope: it opens only with the same keys and the same scope, such as the name of the
    /// object that has the connection.
    ///
    /// # Errors
    ///
    /// If the state is too long to encode, which no connection makes it.
    pub fn seal(
        &self,
        keys: &SealingKeys,
        scope: &[u8],
        random: &mut Entropy,
    ) -> Result<SuspendedBytes, Error> {
        let SuspendedBytes { state, received } = self.to_bytes()?;
        let (state, received) = (Zeroizing::new(state), Zeroizing::new(received));
        let mut seal = |purpose, scope, text: &[u8]| {
            keys.seal(purpose, &scope, text, &mut random.0)
                .map_err(|_| Error::Internal("sealing a suspended connection"))
        };
        let sealed = seal(STATE, scope_of_state(scope), &state)?;
        let received = match received.is_empty() {
            true => Vec::new(),
            false => seal(RECEIVED, self.scope_of_received(scope), &received)?,
        };
        Ok(SuspendedBytes { state: sealed, received })
    }

    /// Opens a state that [`SuspendedConnection::seal`] sealed with one of the keys.
    ///
    /// # Errors
    ///
    /// [`ResumeError::NotSealed`], [`ResumeError::Version`], [`ResumeError::Malformed`] and [`ResumeError::Received`].
    pub fn open(
        keys: &SealingKeys,
        scope: &[u8],
        sealed: &SuspendedBytes,
    ) -> Result<Self, ResumeError> {
        let state = keys
            .open(STATE, &scope_of_state(scope), &sealed.state)
            .ok_or(ResumeError::NotSealed)?;
        let (mut this, has_received) = Self::read_state(&state)?;
        let received = match sealed.received.is_empty() {
            true => Zeroizing::default(),
            false => keys
                .open(RECEIVED, &this.scope_of_received(scope), &sealed.received)
                .ok_or(ResumeError::Received)?,
        };
        this.set_received(has_received, &received)?;
        Ok(this)
    }

    /// The state without protection. An attacker who reads it can read and forge the records of the connection: prefer
    /// [`SuspendedConnection::seal`].
    ///
    /// ```text
    /// struct {
    ///     uint8 version = 1;
    ///     uint8 role;
    ///     opaque id[16];
    ///     uint64 counter;
    ///     uint8 closed;
    ///     uint8 has_received;
    ///     uint64 send_sequence;
    ///     uint64 receive_sequence;
    ///     uint16 max_content_sent;
    ///     uint16 max_inner_received;
    ///     uint8 empty_records;
    ///     Established established;
    /// } SuspendedConnection;
    ///
    /// struct {
    ///     opaque handshake_message<0..2^24-1>;
    ///     opaque record<0..2^24-1>;
    /// } Received;
    /// ```
    ///
    /// # Errors
    ///
    /// If the state is too long to encode, which no connection makes it.
    pub fn to_bytes(&self) -> Result<SuspendedBytes, Error> {
        let ReaderState { handshake_message, record, .. } = &self.reader;
        let has_received = !handshake_message.is_empty() || !record.is_empty();
        let mut w = Writer::new();
        w.u8(VERSION);
        w.u8(self.role as u8);
        w.bytes(&self.suspension.id);
        w.u64(self.suspension.counter);
        w.u8((if self.receive_closed { RECEIVE_CLOSED } else { 0 })
            | (if self.send_closed { SEND_CLOSED } else { 0 }));
        w.u8(has_received.into());
        w.u64(self.writer.sequence);
        w.u64(self.reader.sequence);
        // Both are at most one record.
        w.u16(self.writer.max_content as u16);
        w.u16(self.reader.max_inner as u16);
        w.u8(self.reader.empty_records as u8);
        self.established.write(&mut w);
        let state = w.finish()?;
        let mut w = Writer::new();
        if has_received {
            w.vec24(|w| w.bytes(handshake_message));
            w.vec24(|w| w.bytes(record));
        }
        Ok(SuspendedBytes { state, received: w.finish()? })
    }

    /// Reads the bytes of [`SuspendedConnection::to_bytes`].
    ///
    /// # Errors
    ///
    /// [`ResumeError::Version`], [`ResumeError::Malformed`] and [`ResumeError::Received`].
    pub fn from_bytes(bytes: &SuspendedBytes) -> Result<Self, ResumeError> {
        let (mut this, has_received) = Self::read_state(&bytes.state)?;
        this.set_received(has_received, &bytes.received)?;
        Ok(this)
    }

    fn read_state(bytes: &[u8]) -> Result<(Self, bool), ResumeError> {
        match bytes.first() {
            Some(&VERSION) => Self::read(bytes).map_err(|_| ResumeError::Malformed),
            Some(1..) => Err(ResumeError::Version),
            _ => Err(ResumeError::Malformed),
        }
    }

    fn read(bytes: &[u8]) -> Result<(Self, bool), Error> {
        let mut r = Reader::new(bytes);
        r.u8("version")?;
        let role = match r.u8("role")? {
            code if code == Role::Client as u8 => Role::Client,
            code if code == Role::Server as u8 => Role::Server,
            _ => return Err(Error::Decode("role")),
        };
        let suspension = Suspension { id: r.array("id")?, counter: r.u64("counter")? };
        let closed = r.u8("closed")?;
        let has_received = r.u8("has_received")? != 0;
        let send_sequence = r.u64("send_sequence")?;
        let receive_sequence = r.u64("receive_sequence")?;
        let writer =
            WriterState { sequence: send_sequence, max_content: r.u16("max_content_sent")?.into() };
        let reader = ReaderState {
            sequence: receive_sequence,
            max_inner: r.u16("max_inner_received")?.into(),
            empty_records: r.u8("empty_records")?.into(),
            ..ReaderState::default()
        };
        let established = Box::new(Established::read(&mut r)?);
        r.finish("SuspendedConnection")?;
        let this = Self {
            role,
            suspension,
            receive_closed: closed & RECEIVE_CLOSED != 0,
            send_closed: closed & SEND_CLOSED != 0,
            established,
            reader,
            writer,
        };
        Ok((this, has_received))
    }

    fn set_received(&mut self, expected: bool, received: &[u8]) -> Result<(), ResumeError> {
        if expected == received.is_empty() {
            return Err(ResumeError::Received);
        }
        let mut read = || -> Result<(), Error> {
            let mut r = Reader::new(received);
            self.reader.handshake_message = r.vec24("handshake_message")?.rest().to_vec();
            self.reader.record = r.vec24("record")?.rest().to_vec();
            r.finish("Received")
        };
        if expected { read().map_err(|_| ResumeError::Received) } else { Ok(()) }
    }

    /// Binds the received input to this one state.
    fn scope_of_received(&self, scope: &[u8]) -> Digest {
        let Suspension { id, counter } = self.suspension;
        HashAlgorithm::Sha256.digest(&[&id[..], &counter.to_be_bytes(), scope].concat())
    }
}

fn scope_of_state(scope: &[u8]) -> Digest {
    HashAlgorithm::Sha256.digest(scope)
}

impl core::fmt::Debug for SuspendedConnection {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SuspendedConnection")
            .field("role", &self.role)
            .field("counter", &self.suspension.counter)
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for SuspendedBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // They may be unsealed.
        f.debug_struct("SuspendedBytes")
            .field("state", &self.state.len())
            .field("received", &self.received.len())
            .finish()
    }
}
