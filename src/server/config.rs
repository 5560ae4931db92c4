//! The configuration of a server.

#[cfg(feature = "certificates")]
use super::ClientCertificates;
use super::{CertificateConfig, CookieKeys, TicketPolicy};
#[cfg(feature = "certificates")]
use crate::certificates::SharedCredentials;
use crate::endpoint::{ConfigError, Parameters};
use crate::psk::{ExternalPsk, PskError, PskKinds, PskList};

/// How the PSK is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectionPolicy {
    /// The first PSK of the server's list that the client offers and that fits a common cipher suite.
    #[default]
    FirstMatch,
    /// By the application, through [`crate::Connection::select`]: the handshake waits for it.
    Application,
}

/// What a server does with early data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EarlyDataPolicy {
    /// Skips it.
    #[default]
    Reject,
    /// Asks the application, after all checks of TLS. The application may accept only if it knows that the ClientHello
    /// is not a copy of one that was accepted before ([section 8]).
    ///
    /// [section 8]: https://www.rfc-editor.org/rfc/rfc9846#section-8
    Application,
}

/// A server's configuration, shared by any number of connections.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Preferences and limits.
    pub(crate) parameters: Parameters,
    /// How the PSK is selected.
    pub(crate) selection: SelectionPolicy,
    /// What to do with early data.
    pub(crate) early_data: EarlyDataPolicy,
    /// The largest difference between the client's and the server's view of a ticket's age with which early data is
    /// accepted, in milliseconds ([RFC 9846 section 8.3]).
    ///
    /// [RFC 9846 section 8.3]: https://www.rfc-editor.org/rfc/rfc9846#section-8.3
    pub(crate) early_data_window: u64,
    /// How many bytes of rejected early data are skipped, counted as records on the wire ([RFC 9846 section 4.3.10]).
    /// The limit is higher for a PSK that allows more early data.
    ///
    /// [RFC 9846 section 4.3.10]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
    pub(crate) max_skipped_early_data: usize,
    /// How many of the offered identities are looked up: the first ones; the rest are ignored. A ClientHello has room
    /// for more than a thousand, and each costs a look-up, here or in the application's store, before the client has
    /// proven anything.
    pub(crate) max_offered_psks: usize,
    /// How tickets are issued, and the keys that open them; without it there are no tickets. With it, tickets are
    /// accepted in addition to external PSKs, unless [`ServerConfig::set_psk_kinds`] says otherwise.
    pub(crate) tickets: Option<TicketPolicy>,
    /// Stores the state of a HelloRetryRequest in a cookie that these keys protect ([RFC 9846 section 4.3.2]): the
    /// client's answer may then go to another server that has the same keys, PSKs and policy. Without keys there is no
    /// cookie.
    ///
    /// [RFC 9846 section 4.3.2]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.2
    pub(crate) cookie_keys: Option<CookieKeys>,
    /// The configuration of certificates.
    pub(crate) certificates: CertificateConfig,
    pub(super) session_id_context: Vec<u8>,
    /// The setting, if there is one; otherwise it follows from the rest.
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
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Preferences and limits.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Preferences and limits, to be changed.
    pub fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    /// How the PSK is selected.
    #[must_use]
    pub fn selection(&self) -> SelectionPolicy {
        self.selection
    }

    /// Sets how the PSK is selected.
    pub fn set_selection(&mut self, policy: SelectionPolicy) {
        self.selection = policy;
    }

    /// Sets what to do with early data.
    pub fn set_early_data(&mut self, policy: EarlyDataPolicy) {
        self.early_data = policy;
    }

    /// Sets the largest difference between the client's and the server's view of a ticket's age with which early data
    /// is accepted, in milliseconds ([RFC 9846 section 8.3]). The default is 10,000.
    ///
    /// [RFC 9846 section 8.3]: https://www.rfc-editor.org/rfc/rfc9846#section-8.3
    pub fn set_early_data_window(&mut self, milliseconds: u64) {
        self.early_data_window = milliseconds;
    }

    /// Sets how many bytes of rejected early data are skipped, counted as records on the wire ([RFC 9846 section
    /// 4.3.10]). The limit is higher for a PSK that allows more early data. The default is 65,536.
    ///
    /// [RFC 9846 section 4.3.10]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
    pub fn set_max_skipped_early_data(&mut self, bytes: usize) {
        self.max_skipped_early_data = bytes;
    }

    /// Sets how many of the offered identities are looked up: the first ones; the rest are ignored. A ClientHello has
    /// space for more than a thousand, and each costs a look-up before the client has proven anything. The default is
    /// 32.
    pub fn set_max_offered_psks(&mut self, count: usize) {
        self.max_offered_psks = count;
    }

    /// How tickets are issued.
    #[must_use]
    pub fn tickets(&self) -> Option<&TicketPolicy> {
        self.tickets.as_ref()
    }

    /// How tickets are issued, to be changed.
    pub fn tickets_mut(&mut self) -> Option<&mut TicketPolicy> {
        self.tickets.as_mut()
    }

    /// Issues tickets, and accepts them in addition to external PSKs, unless [`ServerConfig::set_psk_kinds`] says
    /// otherwise.
    pub fn set_tickets(&mut self, policy: impl Into<Option<TicketPolicy>>) {
        self.tickets = policy.into();
    }

    /// The keys of cookies.
    #[must_use]
    pub fn cookie_keys(&self) -> Option<&CookieKeys> {
        self.cookie_keys.as_ref()
    }

    /// Stores the state of a HelloRetryRequest in a cookie that these keys protect ([RFC 9846 section 4.3.2]): the
    /// client's answer may then go to another server that has the same keys, PSKs and policy. Without keys there is no
    /// cookie.
    ///
    /// [RFC 9846 section 4.3.2]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.2
    pub fn set_cookie_keys(&mut self, keys: impl Into<Option<CookieKeys>>) {
        self.cookie_keys = keys.into();
    }

    /// Adds a copy of `psk` as the least preferred. A look-up costs the same for any number of PSKs.
    ///
    /// # Errors
    ///
    /// [`PskError::DuplicateIdentity`] and [`PskError::MixedKinds`].
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.psk_kinds().external() {
            return Err(PskError::MixedKinds);
        }
        self.psks.append(psk)
    }

    /// The name of the application that this server serves, up to 65535 bytes. Servers accept each other's tickets and
    /// cookies only if they have the same name, sealing keys, PSK modes and policy about client certificates. The
    /// default is an empty name.
    ///
    /// # Errors
    ///
    /// [`ConfigError::ContextTooLong`].
    pub fn set_session_id_context(&mut self, context: &[u8]) -> Result<(), ConfigError> {
        if context.len() > MAX_CONTEXT {
            return Err(ConfigError::ContextTooLong);
        }
        self.session_id_context = context.to_vec();
        Ok(())
    }

    /// Whether the server can authenticate itself by a certificate without a PSK; otherwise every client needs a PSK.
    pub(super) fn full_handshake(&self) -> bool {
        // Checks the first one, not the length of the list, so that a build without certificates knows the answer when
        // compiled.
        self.certificates.credentials.first().is_some_and(|first| first.are_here())
    }

    /// Whether the validity of client certificates is checked.
    pub(super) fn needs_time(&self) -> bool {
        self.certificates.clients.as_ref().is_some_and(|clients| clients.verification.needs_time())
    }

    /// Which kinds of PSK are accepted. The default: external ones, and tickets if there is a policy for them.
    #[must_use]
    pub fn psk_kinds(&self) -> PskKinds {
        let tickets = if self.tickets.is_some() { PskKinds::Both } else { PskKinds::External };
        self.kinds.unwrap_or(tickets)
    }

    /// Sets which kinds of PSK are accepted; each connection can override it.
    ///
    /// # Errors
    ///
    /// [`PskError::MixedKinds`] if PSKs of an excluded kind are present.
    pub fn set_psk_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        if !kinds.external() && !self.psks.is_empty() {
            return Err(PskError::MixedKinds);
        }
        self.kinds = Some(kinds);
        Ok(())
    }

    /// The PSKs, most preferred first.
    #[must_use]
    pub fn psks(&self) -> &PskList {
        &self.psks
    }
}

#[cfg(feature = "certificates")]
impl ServerConfig {
    /// The server's certificates.
    #[must_use]
    pub fn credentials(&self) -> &[SharedCredentials] {
        &self.certificates.credentials
    }

    /// Sets the server's certificates. It sends the first that is for the `server_name` and has a signature scheme that
    /// the client supports, or else the first with such a scheme. Without certificates, every client needs a PSK.
    pub fn set_credentials(&mut self, credentials: Vec<SharedCredentials>) {
        self.certificates.credentials = credentials;
    }

    /// The policy for client certificates.
    #[must_use]
    pub fn client_certificates(&self) -> Option<&ClientCertificates> {
        self.certificates.clients.as_ref()
    }

    /// Requests client certificates, only in full handshakes.
    pub fn set_client_certificates(&mut self, policy: impl Into<Option<ClientCertificates>>) {
        self.certificates.clients = policy.into();
    }

    /// Sends the certificate also in addition to an external PSK, to clients that request it (RFC 8773).
    pub fn set_certificate_with_psk(&mut self, on: bool) {
        self.certificates.with_external_psk = on;
    }
}
