//! What a server is told.

use super::{CertificateConfig, CookieKeys, TicketPolicy};
use crate::endpoint::{ConfigError, Parameters};
use crate::psk::{ExternalPsk, PskError, PskKinds, PskList};

/// Who selects the PSK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelectionPolicy {
    /// The first PSK of the server's list that the client offers and that fits a common cipher suite.
    #[default]
    FirstMatch,
    /// The application, through [`crate::Connection::select`]: the handshake waits for it.
    Application,
}

/// What a server does with early data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyDataPolicy {
    /// Skips it.
    #[default]
    Reject,
    /// Asks the application, once everything that TLS can check was checked. Whoever accepts has to know that the
    /// ClientHello is not a copy of one that was accepted before (section 8).
    Application,
}

/// A server's configuration, shared by any number of connections.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Preferences and limits.
    pub parameters: Parameters,
    /// Who selects the PSK.
    pub selection: SelectionPolicy,
    /// What becomes of early data.
    pub early_data: EarlyDataPolicy,
    /// How far a client's view of its ticket's age may be from ours if early data is to be taken, in milliseconds
    /// (RFC 9846 section 8.3).
    pub early_data_window: u64,
    /// How many bytes of early data, records as on the wire, are skipped when it is not accepted
    /// (RFC 9846 section 4.3.10). They may be more under a PSK that allows more early data.
    pub max_skipped_early_data: usize,
    /// How many of the offered identities are looked up, the first ones; those behind them are as good as not offered. A
    /// ClientHello has room for more than a thousand, and each costs a look-up, here or in the application's store, before
    /// the client has proven anything.
    pub max_offered_psks: usize,
    /// How tickets are issued, and by which keys they open; without it there are none. With it tickets are accepted
    /// beside external PSKs, unless [`ServerConfig::set_psk_kinds`] says otherwise.
    pub tickets: Option<TicketPolicy>,
    /// Lets the client keep the state of a HelloRetryRequest in a cookie that these keys protect
    /// (RFC 9846 section 4.3.2): its answer may then go to another server that has the same keys, PSKs and policy.
    /// Without them there is no cookie.
    pub cookie_keys: Option<CookieKeys>,
    /// What it does with certificates.
    pub certificates: CertificateConfig,
    pub(super) session_id_context: Vec<u8>,
    /// As it was set; otherwise it follows from the rest.
    kinds: Option<PskKinds>,
    psks: PskList,
}

/// The longest session id context, in bytes.
const MAX_CONTEXT: usize = 0xffff;

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            parameters: Parameters::default(),
            selection: SelectionPolicy::default(),
            early_data: EarlyDataPolicy::default(),
            early_data_window: 10_000,
            max_skipped_early_data: 1 << 16,
            max_offered_psks: 32,
            tickets: None,
            cookie_keys: None,
            certificates: CertificateConfig::default(),
            session_id_context: Vec::new(),
            kinds: None,
            psks: PskList::new(),
        }
    }
}

impl ServerConfig {
    /// A configuration with the defaults and no PSK.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a copy of `psk` as the least preferred. A lookup costs the same however many there are.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.psk_kinds().external() {
            return Err(PskError::MixedKinds);
        }
        self.psks.append(psk)
    }

    /// Names the application that this server serves, in up to 65535 bytes. Servers accept each other's tickets and
    /// cookies only if this is the same on both, together with their sealing keys, PSK modes and policy about client
    /// certificates. It is empty unless set.
    pub fn set_session_id_context(&mut self, context: &[u8]) -> Result<(), ConfigError> {
        if context.len() > MAX_CONTEXT {
            return Err(ConfigError::ContextTooLong);
        }
        self.session_id_context = context.to_vec();
        Ok(())
    }

    /// Whether the server can prove who it is by a certificate alone; otherwise every client needs a PSK.
    pub(super) fn full_handshake(&self) -> bool {
        // The first one is asked, and not the list for its length, so that a build without certificates knows the answer.
        self.certificates.credentials.first().is_some_and(|first| first.are_here())
    }

    /// Whether clients' certificates are judged by their validity.
    pub(super) fn needs_time(&self) -> bool {
        self.certificates.clients.as_ref().is_some_and(|clients| clients.verification.needs_time())
    }

    /// Which kinds of PSK are accepted: external ones, and tickets if there is a policy for them, unless set otherwise.
    pub fn psk_kinds(&self) -> PskKinds {
        let tickets = if self.tickets.is_some() { PskKinds::Both } else { PskKinds::External };
        self.kinds.unwrap_or(tickets)
    }

    /// Sets which kinds of PSK are accepted; each connection can override it. Not against PSKs that are there already.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        if !kinds.external() && !self.psks.is_empty() {
            return Err(PskError::MixedKinds);
        }
        self.kinds = Some(kinds);
        Ok(())
    }

    /// The PSKs, most preferred first.
    pub fn psks(&self) -> &PskList {
        &self.psks
    }
}
