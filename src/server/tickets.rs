//! NewSessionTicket (RFC 9846 section 4.7.1), sent after the handshake.

use std::sync::Arc;

use crate::certificates::{expiry, keep_for_ticket};
use crate::crypto::{Digest, SealingKeys, Secret};
use crate::endpoint::{ConfigError, Context, Negotiated};
use crate::error::Error;
use crate::psk::{
    Authentication, MAX_TICKET_LEN, Resumable, Terms, TicketAge, TicketState, resumption_psk,
};
use crate::wire::NewSessionTicket;

/// Seven days, in seconds: the longest lifetime of a ticket.
const MAX_LIFETIME: u32 = 604_800;
/// The most tickets for each handshake, more than a client can use at once.
const MAX_COUNT: u8 = 16;
const MAX_REPLAY_SCOPE: usize = 255;

/// How a server issues tickets.
#[derive(Clone)]
pub struct TicketPolicy {
    keys: SealingKeys,
    count: u8,
    lifetime: u32,
    max_session_age: u32,
    max_early_data: u32,
    replay_scope: Vec<u8>,
}

impl TicketPolicy {
    /// One ticket for each handshake, valid for two hours, without early data; renewed for seven days after the full
    /// handshake. The keys open every ticket that they sealed, and so the early data of the resumed connection, and
    /// under `psk_ke` all its data. Servers that share the keys, their session id context and their policy resume each
    /// other's connections.
    #[must_use]
    pub fn new(keys: SealingKeys) -> Self {
        Self {
            keys,
            count: 1,
            lifetime: 7_200,
            max_session_age: MAX_LIFETIME,
            max_early_data: 0,
            replay_scope: Vec::new(),
        }
    }

    /// How many tickets follow each handshake, up to 16. With 0, older tickets can still resume.
    ///
    /// # Errors
    ///
    /// [`ConfigError::TooManyTickets`].
    pub fn set_count(&mut self, count: u8) -> Result<(), ConfigError> {
        if count > MAX_COUNT {
            return Err(ConfigError::TooManyTickets);
        }
        self.count = count;
        Ok(())
    }

    /// How long a ticket can be used, in seconds: up to seven days ([section 4.7.1]).
    ///
    /// # Errors
    ///
    /// [`ConfigError::BadTicketLifetime`].
    ///
    /// [section 4.7.1]: https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    pub fn set_lifetime(&mut self, seconds: u32) -> Result<(), ConfigError> {
        if !(1..=MAX_LIFETIME).contains(&seconds) {
            return Err(ConfigError::BadTicketLifetime);
        }
        self.lifetime = seconds;
        Ok(())
    }

    /// How long after the full handshake its connections can be resumed, in seconds: up to seven days, even if the
    /// tickets are renewed ([section 4.7.1]).
    ///
    /// # Errors
    ///
    /// [`ConfigError::BadSessionAge`].
    ///
    /// [section 4.7.1]: https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1
    pub fn set_max_session_age(&mut self, seconds: u32) -> Result<(), ConfigError> {
        if !(1..=MAX_LIFETIME).contains(&seconds) {
            return Err(ConfigError::BadSessionAge);
        }
        self.max_session_age = seconds;
        Ok(())
    }

    /// How much early data a ticket allows, in bytes, 0 for none; and the name of its replay store, 1 to 255 bytes. A
    /// server with another store rejects the early data, as it could not know whether it is a copy ([section 8]).
    ///
    /// # Errors
    ///
    /// [`ConfigError::BadReplayScope`].
    ///
    /// [section 8]: https://www.rfc-editor.org/rfc/rfc9846#section-8
    pub fn set_early_data(
        &mut self,
        max_size: u32,
        replay_scope: &[u8],
    ) -> Result<(), ConfigError> {
        if max_size > 0 && !(1..=MAX_REPLAY_SCOPE).contains(&replay_scope.len()) {
            return Err(ConfigError::BadReplayScope);
        }
        self.max_early_data = max_size;
        self.replay_scope = replay_scope.to_vec();
        Ok(())
    }

    pub(super) fn replay_scope(&self) -> &[u8] {
        &self.replay_scope
    }

    /// In milliseconds.
    pub(super) fn max_session_age(&self) -> u64 {
        u64::from(self.max_session_age) * 1000
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &SealingKeys {
        &self.keys
    }
}

impl core::fmt::Debug for TicketPolicy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TicketPolicy")
            .field("count", &self.count)
            .field("lifetime", &self.lifetime)
            .field("max_early_data", &self.max_early_data)
            .finish_non_exhaustive()
    }
}

/// A handshake that was just completed, for its tickets.
pub(super) struct Issue<'a> {
    pub(super) policy: &'a TicketPolicy,
    pub(super) scope: &'a Digest,
    pub(super) negotiated: &'a Negotiated,
    /// SHA-256 of the certificate that the server has sent.
    pub(super) server_certificate: Option<&'a Digest>,
    /// How the client was authenticated.
    pub(super) client: &'a Authentication,
}

impl Issue<'_> {
    /// Sends the tickets, unless the client could not use them or their content is too long.
    pub(super) fn send_tickets(
        &self,
        ctx: &mut Context,
        resumption_secret: &Secret,
    ) -> Result<(), Error> {
        let policy = self.policy;
        let suite = self.negotiated.cipher_suite;
        let seconds = self.lifetime(ctx.now);
        let Some(client) = self.kept_client().filter(|_| seconds > 0) else { return Ok(()) };
        let terms = Terms {
            server_name: self.negotiated.server_name.clone(),
            own_certificate: self.server_certificate.map(|digest| digest.as_ref().to_vec()),
            peer: Arc::new(client),
        };
        for index in 0..policy.count {
            // Unique among the tickets of the connection, which are all made here.
            let ticket_nonce = vec![index];
            let age_add = u32::from_be_bytes(ctx.random.array());
            let connection = Resumable {
                cipher_suite: suite,
                key: resumption_psk(suite.hash(), resumption_secret, &ticket_nonce),
                age: TicketAge { issued_at: ctx.now, age_add },
                lifetime: u64::from(seconds) * 1000,
                max_early_data: policy.max_early_data,
                alpn: self.negotiated.alpn.clone(),
                terms: terms.clone(),
            };
            let state = TicketState { connection, replay_scope: policy.replay_scope.clone() };
            let ticket = state.seal(&policy.keys, self.scope, &mut ctx.random)?;
            // With a long external identity, no client could offer the ticket.
            if ticket.len() > MAX_TICKET_LEN {
                return Ok(());
            }
            let message = NewSessionTicket {
                ticket_lifetime: seconds,
                ticket_age_add: age_add,
                ticket_nonce,
                ticket,
                max_early_data_size: Some(policy.max_early_data).filter(|size| *size > 0),
            };
            ctx.send_handshake(&message.encode()?)?;
        }
        Ok(())
    }

    /// The lifetime in seconds: that of the policy, but no longer than the authentication is valid.
    fn lifetime(&self, now: u64) -> u32 {
        let mut end = self.client.at().saturating_add(self.policy.max_session_age());
        // The client's certificate must be valid for as long.
        if let Some(expiry) = self.client.certificates().first().and_then(|own| expiry(own)) {
            end = end.min(expiry);
        }
        let seconds = u32::try_from(end.saturating_sub(now) / 1000).unwrap_or(u32::MAX);
        seconds.min(self.policy.lifetime)
    }

    /// The client's authentication as far as a ticket holds it; `None` if it is too long.
    fn kept_client(&self) -> Option<Authentication> {
        let mut client = self.client.clone();
        let fits = match &mut client.certificate {
            Some(certificate) => keep_for_ticket(&mut certificate.chain),
            None => true,
        };
        fits.then_some(client)
    }
}
