//! The sans-IO connection.
//!
//! The contract: feed the connection ([`Connection::receive`], [`Connection::send`] and the rest), then drain it
//! ([`Connection::poll_transmit`], [`Connection::poll_event`]) until both are empty, whether the call failed or
//! not. Every error but [`Error::Usage`] ends the connection for good, and the alert that is due is queued before
//! the call returns. A panic is a bug, whatever the input.

use std::sync::Arc;

#[cfg(feature = "certificates")]
use crate::certificates::{Answer, Question, SignatureRequest, VerificationRequest};
use crate::client::{self, ClientConfig};
use crate::crypto::{CryptoError, Random};
use crate::endpoint::{Context, Direction, Established, Event, Negotiated};
use crate::error::{AlertDescription, Error, Usage, Violation};
use crate::keys::Exporter;
use crate::psk::{ExternalPsk, OfferedPskList, PskError, PskKinds, Session};
use crate::record::Incoming;
use crate::server::{self, EarlyDataRequest, Selection, ServerConfig};
use crate::wire::{Alert, ClientHello, Handshake, KeyUpdateRequest};

/// What may pile up while the application is asked: one flight of early data, generously.
const MAX_BUFFERED_WHILE_SUSPENDED: usize = 1 << 17;

/// Where a connection's randomness comes from.
pub struct Entropy(Random);

impl Entropy {
    /// From the platform.
    pub fn from_os() -> Result<Self, CryptoError> {
        Random::from_os().map(Self)
    }

    /// From a seed: the connection is then reproducible to the byte, and as secret as the seed. For tests and
    /// demonstrations.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Random::from_seed(seed))
    }
}

/// One TLS 1.3 connection, client or server.
pub struct Connection {
    context: Context,
    phase: Phase,
    /// The peer's close_notify was taken.
    receive_closed: bool,
    /// Our close_notify was sent.
    send_closed: bool,
}

/// The state of the role, or why there is none any more.
enum Phase {
    Client(client::State),
    Server(server::State),
    /// Closed by us before the handshake was complete.
    Abandoned,
    Failed(Error),
}

impl Connection {
    /// A client. It sends nothing before [`Connection::start`].
    pub fn client(config: Arc<ClientConfig>, random: Entropy) -> Self {
        let context = Context::new(&config.parameters, random.0);
        Self::new(context, Phase::Client(client::State::Start(client::Start::new(config))))
    }

    /// A server.
    pub fn server(config: Arc<ServerConfig>, random: Entropy) -> Self {
        let mut context = Context::new(&config.parameters, random.0);
        // It may come before the ClientHello that answers another server's HelloRetryRequest (section 4.3.2).
        context.reader.accept_change_cipher_spec(config.cookie_keys.is_some());
        Self::new(context, Phase::Server(server::State::new(config)))
    }

    fn new(context: Context, phase: Phase) -> Self {
        Self { context, phase, receive_closed: false, send_closed: false }
    }

    /// Tells the time, in milliseconds since the Unix epoch. Only tickets need it: their age is counted from it on both
    /// sides, and they expire by it. It is to be told before each call that may use it; a connection that is never told
    /// lives at 0.
    pub fn set_time(&mut self, now: u64) {
        self.context.now = now;
    }

    /// Overrides the kinds of PSK that the configuration names: on a client before [`Connection::start`], on a server
    /// before the ClientHello. Not against PSKs or sessions that are there already.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), AppendError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => Ok(start.set_psk_kinds(kinds)?),
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => Ok(state.set_psk_kinds(kinds)??),
            Phase::Abandoned | Phase::Failed(_) => Err(Usage::ConnectionFailed.into()),
        }
    }

    /// Client, before [`Connection::start`]: offers to resume a session. Sessions come before all external PSKs. The
    /// connection uses it up when it starts.
    pub fn append_session(&mut self, session: &Session) -> Result<(), AppendError> {
        match &mut self.phase {
            Phase::Client(client::State::Start(start)) => {
                Ok(start.append_session(session, self.context.now)?)
            }
            Phase::Client(_) => Err(Usage::AlreadyStarted.into()),
            Phase::Server(_) => Err(Usage::NotAClient.into()),
            Phase::Abandoned | Phase::Failed(_) => Err(Usage::ConnectionFailed.into()),
        }
    }

    /// Adds a copy of `psk` behind the configuration's: on a client before [`Connection::start`], on a server until
    /// the PSK is selected.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), AppendError> {
        let result = match &mut self.phase {
            Phase::Client(client::State::Start(start)) => start.append_psk(psk),
            Phase::Client(_) => return Err(Usage::AlreadyStarted.into()),
            Phase::Server(state) => state.append_psk(psk)?,
            Phase::Abandoned | Phase::Failed(_) => return Err(Usage::ConnectionFailed.into()),
        };
        Ok(result?)
    }

    /// Begins: a client queues its ClientHello. A server has nothing to begin with; it may be called all the same.
    pub fn start(&mut self) -> Result<(), Error> {
        match core::mem::replace(&mut self.phase, Phase::Abandoned) {
            Phase::Client(client::State::Start(start)) => {
                match start.start(&mut self.context) {
                    // Nothing was sent: a PSK can still be added.
                    Err(error) if error.is_usage() => {
                        self.phase = Phase::Client(client::State::Start(start));
                        Err(error)
                    }
                    next => self.advance(next.map(Phase::Client)),
                }
            }
            Phase::Client(state) => {
                self.phase = Phase::Client(state);
                Err(Usage::AlreadyStarted.into())
            }
            phase => {
                self.phase = phase;
                Ok(())
            }
        }
    }

    /// Takes bytes from the transport, in any chunking, and processes all it can.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.check_alive()?;
        if matches!(self.phase, Phase::Client(client::State::Start(_))) {
            return Err(Usage::NotStarted.into());
        }
        // Data after a closure alert is ignored (RFC 9846 section 6.1).
        if self.receive_closed {
            return Ok(());
        }
        self.context.reader.push(bytes);
        self.process()
    }

    /// Tells that the transport has ended. Without the peer's close_notify before it, data may be missing.
    pub fn transport_closed(&mut self) -> Result<(), Error> {
        match self.phase {
            Phase::Abandoned | Phase::Failed(_) => Ok(()),
            _ if self.receive_closed => Ok(()),
            _ => self.fail(Error::Truncated),
        }
    }

    /// The offered PSKs, while selection waits for [`Connection::select`].
    pub fn offered_psks(&self) -> Option<OfferedPskList<'_>> {
        match &self.phase {
            Phase::Server(state) => state.offered_psks(),
            _ => None,
        }
    }

    /// The ClientHello, while selection waits: its server_name and application protocols may guide the choice.
    pub fn client_hello(&self) -> Option<&ClientHello> {
        match &self.phase {
            Phase::Server(state) => state.client_hello(),
            _ => None,
        }
    }

    /// Answers the selection, and goes on with the handshake. A usage error leaves it waiting.
    pub fn select(&mut self, selection: Selection<'_>) -> Result<(), Error> {
        self.check_alive()?;
        match core::mem::replace(&mut self.phase, Phase::Abandoned) {
            Phase::Server(state) => {
                if let Err(usage) = state.check_selection(&selection, self.context.now) {
                    self.phase = Phase::Server(state);
                    return Err(usage.into());
                }
                let next = state.select(&mut self.context, &selection).map(Phase::Server);
                self.advance(next)?;
                self.process()
            }
            phase => {
                self.phase = phase;
                Err(Usage::NotSelecting.into())
            }
        }
    }

    /// Ends a waiting selection, decision, verdict or signature because the application failed to give it: the handshake
    /// fails with internal_error.
    pub fn cancel_selection(&mut self) -> Result<(), Error> {
        if !self.is_suspended() {
            return Err(Usage::NotSelecting.into());
        }
        self.fail(Error::Internal("the application did not answer"))
    }

    /// Client, from [`Connection::start`] on: how much early data can be sent now, in bytes; `None` when none was
    /// offered, or the server has said what becomes of it.
    pub fn early_data_limit(&mut self) -> Option<usize> {
        match &mut self.phase {
            Phase::Client(state) => state.early_data().map(|offer| offer.remaining()),
            _ => None,
        }
    }

    /// Client: queues early data, all of it or none. It has no forward secrecy, and the server may get copies of it:
    /// it must be harmless when done twice (RFC 9846 section 2.3).
    pub fn send_early_data(&mut self, data: &[u8]) -> Result<(), Error> {
        self.check_alive()?;
        let result = match &mut self.phase {
            Phase::Client(state) => match state.early_data() {
                Some(offer) => offer.send(&mut self.context, data),
                None => Err(Usage::NoEarlyData.into()),
            },
            _ => Err(Usage::NotAClient.into()),
        };
        self.settle(result)
    }

    /// Server: what is to be decided on early data, while that waits for [`Connection::decide_early_data`].
    pub fn early_data_request(&self) -> Option<EarlyDataRequest<'_>> {
        match &self.phase {
            Phase::Server(state) => state.early_data_request(),
            _ => None,
        }
    }

    /// Server: accepts or rejects early data, and goes on with the handshake.
    pub fn decide_early_data(&mut self, accepted: bool) -> Result<(), Error> {
        self.check_alive()?;
        if self.early_data_request().is_none() {
            return Err(Usage::NotDecidingEarlyData.into());
        }
        match core::mem::replace(&mut self.phase, Phase::Abandoned) {
            Phase::Server(state) => {
                let next = state.decide_early_data(&mut self.context, accepted).map(Phase::Server);
                self.advance(next)?;
                self.process()
            }
            phase => {
                self.phase = phase;
                Err(Usage::NotDecidingEarlyData.into())
            }
        }
    }

    /// The peer's certificates, while they wait for [`Connection::decide_certificate`].
    #[cfg(feature = "certificates")]
    pub fn certificate_to_verify(&self) -> Option<VerificationRequest<'_>> {
        match self.question()? {
            Question::Verify(request) => Some(request),
            Question::Sign(_) => None,
        }
    }

    /// Accepts or refuses the peer's certificate, and goes on with the handshake.
    #[cfg(feature = "certificates")]
    pub fn decide_certificate(&mut self, accepted: bool) -> Result<(), Error> {
        self.check_alive()?;
        if self.certificate_to_verify().is_none() {
            return Err(Usage::NotVerifying.into());
        }
        self.answer(Answer::Verdict(accepted))
    }

    /// What is to be signed with the key of our certificate, and how, while that waits for [`Connection::sign`].
    #[cfg(feature = "certificates")]
    pub fn to_sign(&self) -> Option<SignatureRequest<'_>> {
        match self.question()? {
            Question::Sign(request) => Some(request),
            Question::Verify(_) => None,
        }
    }

    /// Takes the signature, and goes on with the handshake. One that does not verify ends it.
    #[cfg(feature = "certificates")]
    pub fn sign(&mut self, signature: Vec<u8>) -> Result<(), Error> {
        self.check_alive()?;
        if self.to_sign().is_none() {
            return Err(Usage::NotSigning.into());
        }
        self.answer(Answer::Signature(signature))
    }

    #[cfg(feature = "certificates")]
    fn question(&self) -> Option<Question<'_>> {
        match &self.phase {
            Phase::Client(state) => state.question(),
            Phase::Server(state) => state.question(),
            Phase::Abandoned | Phase::Failed(_) => None,
        }
    }

    #[cfg(feature = "certificates")]
    fn answer(&mut self, answer: Answer) -> Result<(), Error> {
        let context = &mut self.context;
        let next = match core::mem::replace(&mut self.phase, Phase::Abandoned) {
            Phase::Client(state) => state.answer(context, answer).map(Phase::Client),
            Phase::Server(state) => state.answer(context, answer).map(Phase::Server),
            phase => Ok(phase),
        };
        self.advance(next)?;
        self.process()
    }

    /// The certificates that the peer has shown, its own first, once the handshake is complete.
    #[cfg(feature = "certificates")]
    pub fn peer_certificates(&self) -> &[Vec<u8>] {
        self.established().map(Established::peer_certificates).unwrap_or_default()
    }

    /// Queues application data.
    pub fn send(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        let (context, established) = self.writable()?;
        let result = established.send(context, plaintext);
        self.settle(result)
    }

    /// Changes our sending keys, and asks the peer to change its own if told to (RFC 9846 section 4.7.3).
    pub fn update_keys(&mut self, request: KeyUpdateRequest) -> Result<(), Error> {
        let (context, established) = self.writable()?;
        let result = established.update_keys(context, request);
        self.settle(result)
    }

    /// Closes the sending side with close_notify; what the peer sends can still be read. Before the handshake is
    /// complete it gives the connection up (RFC 9846 section 6.1).
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

    /// What happened. Call until `None` after every other call.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.context.poll_event()
    }

    /// Exports keying material (RFC 9846 section 7.5). No context and an empty one are the same.
    pub fn export_keying_material(
        &self,
        label: &str,
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let established = self.established().ok_or(Usage::HandshakeNotComplete)?;
        export(established.exporter(), label, context, out)
    }

    /// Exports keying material from the early exporter (RFC 9846 section 7.5): on a client once it has offered early
    /// data, on a server once it has accepted it. What comes of it has the weaknesses of early data.
    pub fn export_early_keying_material(
        &self,
        label: &str,
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let exporter = match &self.phase {
            Phase::Client(state) => state.early_exporter(),
            Phase::Server(state) => state.early_exporter(),
            Phase::Abandoned | Phase::Failed(_) => None,
        };
        export(exporter.ok_or(Usage::NoEarlyData)?, label, context, out)
    }

    /// What the handshake agreed on, once it is complete.
    pub fn negotiated(&self) -> Option<&Negotiated> {
        self.established().map(|established| &established.negotiated)
    }

    /// The identity of the PSK in use, on the wire's form; `None` before the handshake is complete.
    pub fn negotiated_psk_identity(&self) -> Option<&[u8]> {
        self.negotiated()?.psk_identity.as_deref()
    }

    /// The state's name: RFC 9846 appendix A's, SELECTING_PSK, DECIDING_EARLY_DATA, CLOSED or FAILED.
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
    pub fn failure(&self) -> Option<Error> {
        match self.phase {
            Phase::Failed(error) => Some(error),
            _ => None,
        }
    }

    fn established(&self) -> Option<&Established> {
        match &self.phase {
            Phase::Client(client::State::Connected(established))
            | Phase::Server(server::State::Connected(established)) => Some(established),
            _ => None,
        }
    }

    /// Whether nothing goes on before the application has answered: `select`, `decide_early_data`, `decide_certificate`
    /// or `sign`.
    pub fn is_suspended(&self) -> bool {
        match &self.phase {
            Phase::Client(state) => state.is_suspended(),
            Phase::Server(state) => state.is_suspended(),
            Phase::Abandoned | Phase::Failed(_) => false,
        }
    }

    fn established_mut(&mut self) -> Option<(&mut Context, &mut Established)> {
        match &mut self.phase {
            Phase::Client(client::State::Connected(established))
            | Phase::Server(server::State::Connected(established)) => {
                Some((&mut self.context, established))
            }
            _ => None,
        }
    }

    fn writable(&mut self) -> Result<(&mut Context, &mut Established), Error> {
        self.check_alive()?;
        if self.send_closed {
            return Err(Usage::ClosedForSending.into());
        }
        self.established_mut().ok_or(Usage::HandshakeNotComplete.into())
    }

    fn check_alive(&self) -> Result<(), Error> {
        match self.phase {
            Phase::Failed(_) => Err(Usage::ConnectionFailed.into()),
            Phase::Abandoned => Err(Usage::ConnectionClosed.into()),
            _ => Ok(()),
        }
    }

    /// Works off what was received, until more is needed or selection waits.
    fn process(&mut self) -> Result<(), Error> {
        loop {
            if self.is_suspended() {
                if self.context.reader.buffered() > MAX_BUFFERED_WHILE_SUSPENDED {
                    return self.fail(Violation::TooMuchWhileSelecting.into());
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
                Ok(Some(Incoming::ApplicationData(data))) => self.on_data(data),
                Ok(Some(Incoming::Alert(alert))) => self.on_alert(alert),
                Err(error) => Err(error),
            };
            self.settle(result)?;
        }
    }

    fn on_handshake(&mut self, message: &[u8]) -> Result<(), Error> {
        let mut reader = crate::wire::Reader::new(message);
        let next = match Handshake::read(&mut reader) {
            Ok((handshake, _)) => {
                let protected = self.context.reader.is_protected();
                self.context.trace_message(Direction::Received, message, protected);
                match core::mem::replace(&mut self.phase, Phase::Abandoned) {
                    Phase::Client(state) => {
                        state.on_handshake(&mut self.context, &handshake).map(Phase::Client)
                    }
                    Phase::Server(state) => {
                        state.on_handshake(&mut self.context, &handshake).map(Phase::Server)
                    }
                    phase => Ok(phase),
                }
            }
            Err(error) => Err(error),
        };
        self.advance(next)
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

    /// Goes to the next state, or fails.
    fn advance(&mut self, next: Result<Phase, Error>) -> Result<(), Error> {
        match next {
            Ok(phase) => {
                self.phase = phase;
                Ok(())
            }
            Err(error) => self.fail(error),
        }
    }

    /// Passes usage errors on; any other ends the connection.
    fn settle(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        match result {
            Err(error) if !error.is_usage() => self.fail(error),
            result => result,
        }
    }

    /// Ends the connection: the state with its secrets goes, the alert is queued, and so go the keys of both directions.
    fn fail(&mut self, error: Error) -> Result<(), Error> {
        self.phase = Phase::Failed(error);
        self.context.reader.clear();
        if let (Some(alert), false) = (error.alert(), self.send_closed) {
            // The connection has failed either way; without an alert the peer learns it from the transport.
            let _ = self.context.send_alert(alert);
        }
        self.context.writer.clear_sealer();
        Err(error)
    }
}

fn export(
    exporter: &Exporter,
    label: &str,
    context: Option<&[u8]>,
    out: &mut [u8],
) -> Result<(), Error> {
    let result = exporter.export(label, context.unwrap_or_default(), out);
    result.map_err(|_| Usage::ExporterLength.into())
}

/// Why a PSK was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The PSK or the list refused it.
    Psk(PskError),
    /// It is too late.
    Usage(Usage),
}

impl core::fmt::Display for AppendError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Psk(error) => error.fmt(f),
            Self::Usage(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AppendError {}

impl From<PskError> for AppendError {
    fn from(error: PskError) -> Self {
        Self::Psk(error)
    }
}

impl From<Usage> for AppendError {
    fn from(error: Usage) -> Self {
        Self::Usage(error)
    }
}
