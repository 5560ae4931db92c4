//! NewSessionTicket (RFC 9846 section 4.7.1), sent behind the handshake.

use crate::crypto::{SealingKeys, Secret, hash_of};
use crate::endpoint::{ConfigError, Context, Negotiated};
use crate::error::Error;
use crate::psk::{MAX_TICKET_LEN, TicketState, resumption_psk};
use crate::wire::NewSessionTicket;

/// Seven days, in seconds: the longest lifetime of a ticket.
const MAX_LIFETIME: u32 = 604_800;
/// More tickets than any client can use at once.
const MAX_COUNT: u8 = 16;

/// How a server issues tickets.
#[derive(Clone)]
pub struct TicketPolicy {
    keys: SealingKeys,
    count: u8,
    lifetime: u32,
    max_early_data: u32,
}

impl TicketPolicy {
    /// One ticket for each handshake, good for two hours, without early data. Whoever holds the keys can open every
    /// ticket that they sealed, and with it resume the connection; servers that share them resume each other's.
    pub fn new(keys: SealingKeys) -> Self {
        Self { keys, count: 1, lifetime: 7_200, max_early_data: 0 }
    }

    /// How many tickets each handshake is followed by, up to 16. None still lets older ones resume.
    pub fn set_count(&mut self, count: u8) -> Result<(), ConfigError> {
        if count > MAX_COUNT {
            return Err(ConfigError::TooManyTickets);
        }
        self.count = count;
        Ok(())
    }

    /// How long a ticket can be used, in seconds: up to seven days (section 4.7.1).
    pub fn set_lifetime(&mut self, seconds: u32) -> Result<(), ConfigError> {
        if !(1..=MAX_LIFETIME).contains(&seconds) {
            return Err(ConfigError::BadTicketLifetime);
        }
        self.lifetime = seconds;
        Ok(())
    }

    /// How much early data a ticket allows, in bytes; 0 for none.
    pub fn set_max_early_data(&mut self, bytes: u32) {
        self.max_early_data = bytes;
    }

    /// The keys.
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

/// Sends the tickets of a handshake that was just completed.
pub(super) fn send_tickets(
    ctx: &mut Context,
    policy: &TicketPolicy,
    negotiated: &Negotiated,
    resumption_secret: &Secret,
) -> Result<(), Error> {
    let suite = negotiated.cipher_suite;
    let hash = hash_of(suite).ok_or(Error::Internal("suite without a hash"))?;
    for index in 0..policy.count {
        // Unique among the tickets of the connection, which all come from here.
        let ticket_nonce = vec![index];
        let age_add = u32::from_be_bytes(ctx.random.array());
        let state = TicketState {
            cipher_suite: suite,
            key: resumption_psk(hash, resumption_secret, &ticket_nonce),
            issued_at: ctx.now,
            lifetime: u64::from(policy.lifetime) * 1000,
            age_add,
            max_early_data: policy.max_early_data,
            alpn: negotiated.alpn.clone(),
            external_identity: negotiated.external_identity.clone(),
        };
        let ticket = NewSessionTicket {
            ticket_lifetime: policy.lifetime,
            ticket_age_add: age_add,
            ticket_nonce,
            ticket: state.seal(&policy.keys, &mut ctx.random)?,
            max_early_data_size: Some(policy.max_early_data).filter(|size| *size > 0),
        };
        // A long external identity makes a ticket that no client could offer. The connection is as good without.
        if ticket.ticket.len() > MAX_TICKET_LEN {
            return Ok(());
        }
        ctx.send_handshake(&ticket.encode()?)?;
    }
    Ok(())
}
