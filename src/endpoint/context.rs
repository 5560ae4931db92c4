//! The input and output of a connection: records, events and randomness, without the state of the handshake.

use std::collections::VecDeque;

use super::event::Event;
use super::parameters::Parameters;
use crate::crypto::{Random, Suite};
use crate::error::{AlertDescription, Direction, Error};
use crate::keys::{KeyLogLabel, TrafficKeys, TrafficSecret};
use crate::record::{Opener, ReaderState, RecordReader, RecordWriter, Sealer, WriterState};
use crate::wire::{Alert, ContentType, Handshake, ServerHello};

/// The context of every state.
pub struct Context {
    /// Incoming records.
    pub reader: RecordReader,
    /// Outgoing records.
    pub writer: RecordWriter,
    /// The only source of randomness.
    pub random: Random,
    /// The time, in milliseconds since the Unix epoch, as the application last set it.
    pub now: u64,
    events: VecDeque<Event>,
    key_log: bool,
    trace: bool,
    rekey_after: u64,
    platform_aead: bool,
    client_random: [u8; 32],
}

impl Context {
    /// A new context.
    pub fn new(parameters: &Parameters, random: Random) -> Self {
        let mut writer = RecordWriter::default();
        writer.set_padding_multiple(parameters.padding_multiple);
        Self {
            reader: RecordReader::default(),
            writer,
            random,
            now: 0,
            events: VecDeque::new(),
            key_log: parameters.key_log,
            trace: parameters.trace,
            rekey_after: parameters.rekey_after_records,
            platform_aead: parameters.platform_aead,
            client_random: [0; 32],
        }
    }

    /// Queues an event.
    pub fn emit(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Queues an event if tracing is enabled.
    pub fn emit_trace(&mut self, event: impl FnOnce() -> Event) {
        if self.trace {
            self.events.push_back(event());
        }
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Queues a whole handshake message as a separate record.
    pub fn send_handshake(&mut self, message: &[u8]) -> Result<(), Error> {
        let protected = self.writer.is_protected();
        self.writer.write(ContentType::HANDSHAKE, message)?;
        self.trace_message(Direction::Sent, message, protected);
        Ok(())
    }

    /// Queues an alert.
    pub fn send_alert(&mut self, description: AlertDescription) -> Result<(), Error> {
        self.writer.write(ContentType::ALERT, &Alert { description }.encode())?;
        self.emit(Event::Alert { direction: Direction::Sent, description });
        Ok(())
    }

    /// Emits a message event if tracing is enabled.
    pub fn trace_message(&mut self, direction: Direction, message: &[u8], protected: bool) {
        self.emit_trace(|| Event::Message {
            direction,
            name: name_of(message),
            bytes: message.to_vec(),
            protected,
        });
    }

    /// Sets the client random for the lines of the key log.
    pub fn set_client_random(&mut self, client_random: [u8; 32]) {
        self.client_random = client_random;
    }

    /// Emits a key log line if logging is enabled.
    pub fn log_key(&mut self, label: KeyLogLabel, secret: &[u8]) {
        if self.key_log {
            let line = label.line(&self.client_random, secret);
            self.events.push_back(Event::KeyLog(line));
        }
    }

    /// Whether bytes or events were not taken yet.
    pub fn has_output(&self) -> bool {
        self.writer.has_output() || !self.events.is_empty()
    }

    /// Continues with the record layer of a suspended connection.
    pub fn restore(
        &mut self,
        suite: Suite,
        send: &TrafficSecret,
        receive: &TrafficSecret,
        reader: &ReaderState,
        writer: &WriterState,
    ) {
        let opener = Opener::new(self.traffic_keys(suite, receive));
        self.reader.restore(reader, opener);
        let sealer = Sealer::new(self.traffic_keys(suite, send), self.rekey_after);
        self.writer.restore(writer, sealer);
    }

    fn traffic_keys(&self, suite: Suite, secret: &TrafficSecret) -> TrafficKeys {
        if self.platform_aead { secret.platform_keys(suite) } else { secret.keys(suite) }
    }

    /// Protects everything that is sent from now on.
    pub fn set_send_secret(&mut self, suite: Suite, secret: &TrafficSecret) {
        let keys = self.traffic_keys(suite, secret);
        self.writer.set_sealer(Sealer::new(keys, self.rekey_after));
    }

    /// Protects only alerts with this secret.
    pub fn set_secret_of_alerts(&mut self, suite: Suite, secret: &TrafficSecret) {
        let keys = self.traffic_keys(suite, secret);
        self.writer.set_sealer_of_alerts(Some(Sealer::new(keys, self.rekey_after)));
    }

    /// Refuses records above the limit that was sent to the peer (RFC 8449 section 4).
    pub fn limit_records(&mut self, record_size_limit: Option<u16>) {
        if let Some(limit) = record_size_limit {
            self.reader.set_max_inner(limit.into());
        }
    }

    /// Requires protection for everything that is received from now on. The last message must have ended its record.
    pub fn set_receive_secret(
        &mut self,
        suite: Suite,
        secret: &TrafficSecret,
    ) -> Result<(), Error> {
        let boundary = self.reader.boundary()?;
        let keys = self.traffic_keys(suite, secret);
        self.reader.set_opener(Opener::new(keys), boundary);
        Ok(())
    }
}

/// The name of a whole handshake message.
fn name_of(message: &[u8]) -> &'static str {
    let mut r = crate::wire::Reader::new(message);
    let Ok((message, body)) = Handshake::read(&mut r) else { return "unknown" };
    match ServerHello::read(body) {
        Ok(hello) if message.name() == "server_hello" && hello.is_retry() => "hello_retry_request",
        _ => message.name(),
    }
}
