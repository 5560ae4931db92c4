//! `Connection`.

use wasm_bindgen::prelude::*;

use super::config::{Config, EitherConfig, psk_kinds};
use super::error::{Result, throw, throw_answer, throw_option, throw_psk, throw_usage};
use super::event;
use super::offer::OfferedPskList;
use super::psk::ExternalPsk;
use super::roles;
use super::session::Session;
use super::wiping::StackWiper;
use crate::connection::{self, Entropy};
use crate::endpoint::PskConfigError;
use crate::error::Error;
use crate::server::Selection;
use crate::wire::KeyUpdateRequest;

/// One connection. After every call drain `pollTransmit()` and `pollEvent()`, whether it threw or not.
#[wasm_bindgen]
pub struct Connection {
    pub(super) inner: connection::Connection,
    connected: bool,
    /// Whether this is a client with PSKs.
    offers: bool,
    /// The last field, so that the stack is overwritten after the other fields were dropped.
    _stack: StackWiper,
}

#[wasm_bindgen]
impl Connection {
    /// A connection in the role of the configuration. A seed of 32 bytes makes it reproducible, for tests and
    /// demonstrations.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &Config, seed: Option<Vec<u8>>) -> Result<Self> {
        let random = match seed {
            Some(seed) => Entropy::from_seed(
                seed.try_into().map_err(|_| throw_option("a seed holds exactly 32 bytes"))?,
            ),
            None => Entropy::from_os()
                .map_err(|_| throw(Error::Internal("no randomness"), "configuration"))?,
        };
        roles::share();
        let inner = match &config.0 {
            EitherConfig::Client(config) => connection::Connection::client(config.clone(), random),
            EitherConfig::Server(config) => connection::Connection::server(config.clone(), random),
        };
        let offers = matches!(&config.0, EitherConfig::Client(config) if !config.psks().is_empty());
        Ok(Self { inner, connected: false, offers, _stack: StackWiper })
    }

    /// Adds a copy of `psk`: on a client before `start`, on a server until the PSK is selected.
    #[wasm_bindgen(js_name = appendPsk)]
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<()> {
        let result = self.inner.append_psk(&psk.0);
        self.check_append(result)
    }

    /// Client, before `start`: offers to resume a session, before all external PSKs.
    #[wasm_bindgen(js_name = appendSession)]
    pub fn append_session(&mut self, session: &Session) -> Result<()> {
        let result = self.inner.append_session(&session.0);
        self.offers |= result.is_ok();
        self.check_append(result)
    }

    /// Overrides the configuration's kinds of PSK: "external", "resumption" or "both".
    #[wasm_bindgen(js_name = setPskKinds)]
    pub fn set_psk_kinds(&mut self, kinds: &str) -> Result<()> {
        let result = self.inner.set_psk_kinds(psk_kinds(kinds)?);
        self.check_append(result)
    }

    /// Sets the time, in milliseconds since the Unix epoch. Tickets and certificates need it.
    #[wasm_bindgen(js_name = setTime)]
    pub fn set_time(&mut self, now: f64) {
        self.inner.set_time(now as u64);
    }

    /// Begins the handshake: a client queues its ClientHello.
    pub fn start(&mut self) -> Result<()> {
        let result = self.inner.start();
        self.check(result)
    }

    /// Processes bytes from the transport, in chunks of any size.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<()> {
        let answers = self.offers && self.inner.state() == "WAIT_SH";
        match self.inner.receive(bytes) {
            Err(error @ Error::AlertReceived(_)) if answers => Err(throw_answer(error)),
            result => self.check(result),
        }
    }

    /// Tells the connection that the transport has ended; throws unless close_notify was received before.
    #[wasm_bindgen(js_name = transportClosed)]
    pub fn transport_closed(&mut self) -> Result<()> {
        let result = self.inner.transport_closed();
        self.check(result)
    }

    /// Client, once started: how many bytes of early data can be sent now, or undefined.
    #[wasm_bindgen(getter, js_name = earlyDataLimit)]
    pub fn early_data_limit(&mut self) -> Option<u32> {
        self.inner.early_data_limit().map(|limit| limit as u32)
    }

    /// Client: queues early data, all of it or none.
    #[wasm_bindgen(js_name = sendEarlyData)]
    pub fn send_early_data(&mut self, data: &[u8]) -> Result<()> {
        let result = self.inner.send_early_data(data);
        self.check(result)
    }

    /// Server: accepts or rejects early data.
    #[wasm_bindgen(js_name = decideEarlyData)]
    pub fn decide_early_data(&mut self, accepted: bool) -> Result<()> {
        let result = self.inner.decide_early_data(accepted);
        self.check(result)
    }

    /// Queues application data.
    pub fn send(&mut self, plaintext: &[u8]) -> Result<()> {
        let result = self.inner.send(plaintext);
        self.check(result)
    }

    /// Changes the sending key, and on request the peer's.
    #[wasm_bindgen(js_name = updateKeys)]
    pub fn update_keys(&mut self, request_peer: bool) -> Result<()> {
        let request = if request_peer {
            KeyUpdateRequest::UPDATE_REQUESTED
        } else {
            KeyUpdateRequest::UPDATE_NOT_REQUESTED
        };
        let result = self.inner.update_keys(request);
        self.check(result)
    }

    /// Queues close_notify; reading continues.
    pub fn close(&mut self) -> Result<()> {
        let result = self.inner.close();
        self.check(result)
    }

    /// Fails the handshake while a selection, decision, verdict or signature is pending that the application cannot
    /// give.
    #[wasm_bindgen(js_name = cancelQuestion)]
    pub fn cancel_question(&mut self) {
        // The application caused the failure and knows it.
        let _ = self.inner.cancel_question();
    }

    /// Bytes for the transport, or undefined.
    #[wasm_bindgen(js_name = pollTransmit)]
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.inner.poll_transmit()
    }

    /// The next event, or undefined.
    #[wasm_bindgen(js_name = pollEvent)]
    pub fn poll_event(&mut self) -> JsValue {
        match self.inner.poll_event() {
            Some(event) => event::to_object(event, &self.inner),
            None => JsValue::UNDEFINED,
        }
    }

    /// The offer, while a selection is pending.
    #[wasm_bindgen(js_name = offeredPsks)]
    pub fn offered_psks(&self) -> Option<OfferedPskList> {
        self.inner.offered_psks().map(OfferedPskList::new)
    }

    /// Whether to read from the transport now: not while the application decides and enough bytes are buffered.
    #[wasm_bindgen(getter, js_name = wantsRead)]
    pub fn wants_read(&self) -> bool {
        self.inner.wants_read()
    }

    /// Whether the handshake waits for an answer of the application.
    #[wasm_bindgen(getter)]
    pub fn asking(&self) -> bool {
        self.inner.is_asking()
    }

    /// Selects the offered PSK with this index; the connection must have a PSK with its identity.
    #[wasm_bindgen(js_name = selectOffered)]
    pub fn select_offered(&mut self, index: u32) -> Result<()> {
        self.select(Selection::Offered(index as usize))
    }

    /// Selects `psk`, whose identity must be among the offered ones.
    #[wasm_bindgen(js_name = selectPsk)]
    pub fn select_psk(&mut self, psk: &ExternalPsk) -> Result<()> {
        self.select(Selection::Psk(&psk.0))
    }

    /// Selects the first of the server's own PSKs that is offered.
    #[wasm_bindgen(js_name = selectDefault)]
    pub fn select_default(&mut self) -> Result<()> {
        self.select(Selection::FirstMatch)
    }

    /// Selects no PSK, after the same work as selecting `psk`: for applications that make PSKs on demand, and have
    /// none.
    #[wasm_bindgen(js_name = selectUnknown)]
    pub fn select_unknown(&mut self, psk: &ExternalPsk) -> Result<()> {
        self.select(Selection::Unknown(&psk.0))
    }

    /// Selects no PSK.
    #[wasm_bindgen(js_name = selectNone)]
    pub fn select_none(&mut self) -> Result<()> {
        self.select(Selection::None)
    }

    /// Exports keying material (RFC 9846 section 7.5).
    #[wasm_bindgen(js_name = exportKeyingMaterial)]
    pub fn export_keying_material(
        &self,
        label: &str,
        context: Option<Vec<u8>>,
        length: u32,
    ) -> Result<Vec<u8>> {
        let mut out = vec![0; (length as usize).min(MAX_EXPORT + 1)];
        self.inner
            .export_keying_material(label, context.as_deref(), &mut out)
            .map_err(|error| throw(error, self.phase()))?;
        Ok(out)
    }

    /// Exports keying material from the early exporter (RFC 9846 section 7.5).
    #[wasm_bindgen(js_name = exportEarlyKeyingMaterial)]
    pub fn export_early_keying_material(
        &self,
        label: &str,
        context: Option<Vec<u8>>,
        length: u32,
    ) -> Result<Vec<u8>> {
        let mut out = vec![0; (length as usize).min(MAX_EXPORT + 1)];
        self.inner
            .export_early_keying_material(label, context.as_deref(), &mut out)
            .map_err(|error| throw(error, self.phase()))?;
        Ok(out)
    }

    /// The state's name (RFC 9846 appendix A).
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.inner.state().to_owned()
    }
}

/// 255 times the longest hash: more is refused, and so never allocated.
const MAX_EXPORT: usize = 255 * 48;

impl Connection {
    /// A connection whose handshake is complete.
    #[cfg(feature = "suspension")]
    pub(super) fn connected(inner: connection::Connection) -> Self {
        Self { inner, connected: true, offers: false, _stack: StackWiper }
    }

    fn select(&mut self, selection: Selection<'_>) -> Result<()> {
        let result = self.inner.select(selection);
        self.check(result)
    }

    pub(super) fn check(&mut self, result: core::result::Result<(), Error>) -> Result<()> {
        let was_connected = self.connected;
        self.connected |= self.inner.negotiated().is_some();
        let phase = if was_connected { "data" } else { self.phase() };
        // The secrets of the handshake end with it.
        if result.is_err() || self.connected != was_connected {
            StackWiper::wipe();
        }
        result.map_err(|error| throw(error, phase))
    }

    fn check_append(&self, result: core::result::Result<(), PskConfigError>) -> Result<()> {
        result.map_err(|error| match error {
            PskConfigError::Psk(error) => throw_psk(error),
            PskConfigError::Usage(usage) => throw_usage(usage, self.phase()),
        })
    }

    fn phase(&self) -> &'static str {
        match self.inner.state() {
            "CLOSED" => "closed",
            _ if self.connected => "data",
            _ => "handshake",
        }
    }
}
