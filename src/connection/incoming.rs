//! Incoming bytes, and the transitions that follow.

use super::{Connection, Phase};
use crate::endpoint::{Context, Event};
use crate::error::{AlertDescription, Direction, Error, Violation};
use crate::record::{self, Incoming};
use crate::server;
use crate::wire::{Alert, Handshake, HandshakeType, handshake};

/// How much is buffered while the application decides, in bytes: far more than [`Connection::wants_read`] asks for.
const MAX_BUFFERED_WHILE_ASKING: usize = 1 << 20;

impl Connection {
    /// Processes what was received, until more is needed or the application must decide.
    pub(super) fn process(&mut self) -> Result<(), Error> {
        loop {
            if self.is_asking() {
                if self.context.reader.buffered() > MAX_BUFFERED_WHILE_ASKING {
                    return self.fail(Violation::TooMuchWhileAsking.into());
                }
                return Ok(());
            }
            if self.receive_closed {
                return Ok(());
            }
            let result = match self.context.reader.next_incoming() {
                Ok(None) => return Ok(()),
                Ok(Some(Incoming::Handshake(message))) => {
                    self.on_handshake(&message)?;
                    continue;
                }
                Ok(Some(Incoming::TooLong(msg_type))) => Err(self.refusal_of_length(msg_type)),
                Ok(Some(Incoming::ApplicationData(data))) => self.on_data(data),
                Ok(Some(Incoming::Alert(alert))) => self.on_alert(alert),
                Err(error) => Err(error),
            };
            self.settle(result)?;
        }
    }

    fn on_handshake(&mut self, message: &[u8]) -> Result<(), Error> {
        let mut reader = crate::wire::Reader::new(message);
        let handshake = match Handshake::read(&mut reader) {
            Ok((handshake, _)) => handshake,
            Err(error) => return self.fail(error),
        };
        let protected = self.context.reader.is_protected();
        self.context.trace_message(Direction::Received, message, protected);
        self.step(|phase, context| match phase {
            Phase::Client(state) => state.on_handshake(context, &handshake).map(Phase::Client),
            Phase::Server(state) => state.on_handshake(context, &handshake).map(Phase::Server),
            phase => Ok(phase),
        })
    }

    /// The error for a message that is too long. If the state does not accept its type, the length does not matter.
    fn refusal_of_length(&self, msg_type: HandshakeType) -> Error {
        let (state, expected) = match &self.phase {
            Phase::Client(state) => (state.name(), state.expected()),
            Phase::Server(state) => (state.name(), state.expected()),
            Phase::Abandoned | Phase::Failed(_) => (self.state(), &[][..]),
        };
        if expected.contains(&msg_type) {
            return record::refusal_of_length(msg_type);
        }
        Error::UnexpectedMessage { received: handshake::name_of(msg_type), state }
    }

    fn on_data(&mut self, data: Vec<u8>) -> Result<(), Error> {
        let state = self.state();
        if let Phase::Server(server::State::WaitEndOfEarlyData(early)) = &mut self.phase {
            return early.on_early_data(&mut self.context, data);
        }
        match self.established_mut() {
            Some((context, established)) => {
                established.on_data(context, data);
                Ok(())
            }
            None => Err(Error::UnexpectedMessage { received: "application_data", state }),
        }
    }

    fn on_alert(&mut self, alert: Alert) -> Result<(), Error> {
        let description = alert.description;
        self.context.emit(Event::Alert { direction: Direction::Received, description });
        match description {
            AlertDescription::CLOSE_NOTIFY if self.established().is_some() => {
                self.receive_closed = true;
                self.context.reader.clear();
                self.context.emit(Event::CloseNotify);
                Ok(())
            }
            AlertDescription::CLOSE_NOTIFY => Err(Error::ClosedDuringHandshake),
            // A close_notify follows it (section 6.1).
            AlertDescription::USER_CANCELED => Ok(()),
            _ => Err(Error::AlertReceived(description)),
        }
    }

    /// Makes a transition, which consumes the state, even on failure.
    pub(super) fn step(
        &mut self,
        step: impl FnOnce(Phase, &mut Context) -> Result<Phase, Error>,
    ) -> Result<(), Error> {
        let phase = core::mem::replace(&mut self.phase, Phase::Abandoned);
        let next = step(phase, &mut self.context);
        self.advance(next)
    }

    /// Enters the next state, or fails.
    pub(super) fn advance(&mut self, next: Result<Phase, Error>) -> Result<(), Error> {
        match next {
            Ok(phase) => {
                self.phase = phase;
                Ok(())
            }
            Err(error) => self.fail(error),
        }
    }

    /// Returns usage errors; any other error ends the connection.
    pub(super) fn settle(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        match result {
            Err(error) if !error.is_usage() => self.fail(error),
            result => result,
        }
    }

    /// Ends the connection: drops the state with its secrets, queues the alert, and drops the keys of both directions.
    pub(super) fn fail(&mut self, error: Error) -> Result<(), Error> {
        // A usage error must change nothing, which is impossible here; no state returns one.
        debug_assert!(!error.is_usage(), "{error}");
        self.phase = Phase::Failed(error);
        self.context.reader.clear();
        if let (Some(alert), false) = (error.alert(), self.send_closed) {
            // The connection has failed either way; without an alert, the peer notices it by the transport.
            let _ = self.context.send_alert(alert);
        }
        self.context.writer.clear_sealer();
        Err(error)
    }
}
