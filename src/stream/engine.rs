//! A connection and its buffers: what all streams do, whether they block or not.
//!
//! The transport is any `Read + Write`. If it returns `WouldBlock`, so does the call, which loses nothing and can be
//! made again.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::unanswered;
use crate::connection::Connection;
use crate::endpoint::{Event, Question};
use crate::error::{Error, Usage};
use crate::psk::Session;

/// How much is read from the transport at once, in bytes: more than a record.
const CHUNK: usize = 17 * 1024;
/// How many bytes wait for the transport before a write waits, too.
const ENOUGH_UNSENT: usize = 1 << 16;
/// How many sessions are kept for the application: as many as a server sends tickets at most.
const MAX_SESSIONS: usize = 16;

/// Is shown every event.
pub(super) type Observer = Box<dyn FnMut(&Event) + Send + Sync>;

pub(super) struct Engine {
    connection: Connection,
    received: Buffer,
    early_data: Vec<u8>,
    unsent: Buffer,
    sessions: VecDeque<Session>,
    observer: Option<Observer>,
    /// The peer has sent `close_notify`.
    ended: bool,
    chunk: Vec<u8>,
}

/// Bytes that are taken from the front.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    taken: usize,
}

impl Buffer {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    fn take(&mut self, count: usize) {
        self.taken += count;
        if self.rest().is_empty() {
            self.bytes.clear();
            self.taken = 0;
        }
    }

    fn into_rest(mut self) -> Vec<u8> {
        self.bytes.split_off(self.taken.min(self.bytes.len()))
    }

    fn push(&mut self, bytes: Vec<u8>) {
        if self.bytes.is_empty() {
            self.bytes = bytes;
        } else {
            self.bytes.extend(bytes);
        }
    }
}

impl Engine {
    pub(super) fn new(connection: Connection) -> Self {
        let mut this = Self {
            connection,
            received: Buffer::default(),
            early_data: Vec::new(),
            unsent: Buffer::default(),
            sessions: VecDeque::new(),
            observer: None,
            ended: false,
            chunk: Vec::new(),
        };
        this.tell_time();
        this
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The time is current for what the caller does with it; all else follows in the next call of the engine.
    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        self.tell_time();
        &mut self.connection
    }

    pub(super) fn observe(&mut self, observer: Observer) {
        self.observer = Some(observer);
    }

    pub(super) fn take_session(&mut self) -> Option<Session> {
        self.drain();
        self.sessions.pop_front()
    }

    pub(super) fn take_early_data(&mut self) -> Vec<u8> {
        self.drain();
        core::mem::take(&mut self.early_data)
    }

    /// The connection, the data that was not read, and the bytes that were not sent.
    pub(super) fn into_parts(mut self) -> (Connection, Vec<u8>, Vec<u8>) {
        self.drain();
        (self.connection, self.received.into_rest(), self.unsent.into_rest())
    }

    /// Continues the handshake until the application is asked, or it is complete and all of it is with the transport.
    pub(super) fn handshake(
        &mut self,
        io: &mut (impl Read + Write),
    ) -> io::Result<Option<Question>> {
        loop {
            match self.connection_mut().start() {
                Ok(()) | Err(Error::Usage(Usage::AlreadyStarted)) => self.drain(),
                Err(error) => return Err(error.into()),
            }
            self.check(io)?;
            let sent = self.send_all(io);
            if let Some(question) = self.connection.question() {
                return Ok(Some(question));
            }
            if self.connection.negotiated().is_some() {
                return sent.map(|()| None);
            }
            // Reading does not wait for writing: if both sides waited for the other to read, neither would. What else went
            // wrong matters only if there is nothing to read, such as an alert that says why the transport is closed.
            match (self.receive(io), sent) {
                (Ok(()), _) => {}
                (Err(_), Err(error)) if error.kind() != io::ErrorKind::WouldBlock => {
                    return Err(error);
                }
                (Err(error), _) => return Err(error),
            }
        }
    }

    /// Reads application data; 0 after the peer's `close_notify`.
    pub(super) fn read(
        &mut self,
        io: &mut (impl Read + Write),
        out: &mut [u8],
    ) -> io::Result<usize> {
        loop {
            self.drain();
            let rest = self.received.rest();
            if !rest.is_empty() || out.is_empty() {
                let count = rest.len().min(out.len());
                for (to, from) in out.iter_mut().zip(rest) {
                    *to = *from;
                }
                self.received.take(count);
                return Ok(count);
            }
            self.establish(io)?;
            if !self.received.rest().is_empty() {
                continue;
            }
            if self.ended {
                return Ok(0);
            }
            // Answers to what was received. Reading does not wait for them, and the next write meets their errors.
            let _ = self.send_all(io);
            self.receive(io)?;
        }
    }

    /// Writes application data, at least a part, once the transport has taken enough of what was written before.
    pub(super) fn write(&mut self, io: &mut (impl Read + Write), data: &[u8]) -> io::Result<usize> {
        self.establish(io)?;
        while self.unsent.rest().len() >= ENOUGH_UNSENT {
            self.send(io)?;
        }
        let data = data.get(..ENOUGH_UNSENT).unwrap_or(data);
        if data.is_empty() {
            return Ok(0);
        }
        self.connection_mut().send(data)?;
        self.drain();
        match self.send_all(io) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(data.len()),
        }
    }

    /// Gives the transport all that was written.
    pub(super) fn flush(&mut self, io: &mut impl Write) -> io::Result<()> {
        self.drain();
        self.send_all(io)?;
        io.flush()
    }

    /// Ends the sending side by `close_notify`.
    pub(super) fn shutdown(&mut self, io: &mut impl Write) -> io::Result<()> {
        self.connection_mut().close()?;
        self.flush(io)
    }

    /// Completes the handshake, which may not wait for the application.
    fn establish(&mut self, io: &mut (impl Read + Write)) -> io::Result<()> {
        if self.connection.negotiated().is_some() {
            return Ok(());
        }
        match self.handshake(io)? {
            Some(question) => Err(unanswered(question)),
            None => Ok(()),
        }
    }

    /// The error of a connection that has failed, after its alert was sent, if the transport takes it.
    fn check(&mut self, io: &mut impl Write) -> io::Result<()> {
        let closed = self.connection.state() == "CLOSED" && self.connection.negotiated().is_none();
        let error = match self.connection.failure() {
            Some(error) => error,
            None if closed => Usage::ConnectionClosed.into(),
            None => return Ok(()),
        };
        let _ = self.send_all(io);
        Err(error.into())
    }

    /// Reads once from the transport. What is wrong with the bytes is known to the connection.
    fn receive(&mut self, io: &mut impl Read) -> io::Result<()> {
        self.chunk.resize(CHUNK, 0);
        let count = loop {
            match io.read(&mut self.chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.tell_time();
        let result = match self.chunk.get(..count) {
            Some([]) | None => self.connection.transport_closed(),
            Some(bytes) => self.connection.receive(bytes),
        };
        self.drain();
        match result {
            Err(error) if error.is_usage() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn send_all(&mut self, io: &mut impl Write) -> io::Result<()> {
        while !self.unsent.rest().is_empty() {
            self.send(io)?;
        }
        Ok(())
    }

    /// Writes once to the transport.
    fn send(&mut self, io: &mut impl Write) -> io::Result<()> {
        match io.write(self.unsent.rest()) {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                self.unsent.take(count);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn drain(&mut self) {
        while let Some(bytes) = self.connection.poll_transmit() {
            self.unsent.push(bytes);
        }
        while let Some(event) = self.connection.poll_event() {
            if let Some(observer) = &mut self.observer {
                observer(&event);
            }
            match event {
                Event::Data(data) => self.received.push(data),
                Event::EarlyData(data) => self.early_data.extend(data),
                Event::CloseNotify => self.ended = true,
                Event::Session(session) => {
                    self.sessions.truncate(MAX_SESSIONS - 1);
                    self.sessions.push_front(session);
                }
                _ => {}
            }
        }
    }

    fn tell_time(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.connection.set_time(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
    }
}

impl core::fmt::Debug for Engine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.connection.fmt(f)
    }
}
