//! The PSKs that a connection can choose from.

use std::sync::Arc;

use super::{ServerConfig, TicketPolicy};
use crate::crypto::{HashAlgorithm, hash_of};
use crate::psk::{
    ExternalPsk, OfferedTicket, Psk, PskError, PskKinds, PskList, TicketState, key_of,
};
use crate::wire::{OfferedPsks, PskIdentity};

/// The configuration's PSKs, which are shared and may be many, the connection's own, and whatever its tickets hold.
pub(super) struct ServerPsks {
    pub(super) config: Arc<ServerConfig>,
    pub(super) kinds: PskKinds,
    own: PskList,
}

/// A PSK that an offered identity leads to.
pub(super) struct Match<'a> {
    /// Its place in the order of preference; smaller is preferred.
    pub(super) rank: usize,
    /// The hash of the suites it can be used with.
    pub(super) hash: HashAlgorithm,
    source: Source<'a>,
}

enum Source<'a> {
    External(&'a ExternalPsk),
    Ticket(Box<TicketState>),
}

/// What is known of a PSK that was offered with a ticket.
pub(super) struct TicketTimes {
    /// How far the client's view of the ticket's age is from ours, in milliseconds.
    pub(super) age_difference: u64,
    /// When the ticket expires, in milliseconds of our clock.
    pub(super) expires_at: u64,
}

impl ServerPsks {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        Self { kinds: config.psk_kinds(), config, own: PskList::new() }
    }

    /// Overrides the configuration's kinds. Not against PSKs that are there already.
    pub(super) fn set_kinds(&mut self, kinds: PskKinds) -> Result<(), PskError> {
        let none = self.config.psks().is_empty() && self.own.is_empty();
        if !kinds.external() && !none {
            return Err(PskError::MixedKinds);
        }
        self.kinds = kinds;
        Ok(())
    }

    pub(super) fn append(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        if !self.kinds.external() {
            return Err(PskError::MixedKinds);
        }
        let shared = psk
            .target_hashes()
            .iter()
            .any(|hash| self.config.psks().find(&psk.wire_identity(*hash)).is_some());
        if shared { Err(PskError::DuplicateIdentity) } else { self.own.append(psk) }
    }

    /// Finds the PSK of a wire identity. Tickets come first, as clients offer them first; then the configuration's
    /// PSKs in their order, then the connection's own.
    pub(super) fn find(&self, identity: &[u8], now: u64) -> Option<Match<'_>> {
        let shared = self.config.psks();
        let key = key_of(identity);
        let found = shared.find_key(&key).map(|found| (1, found));
        let found = found.or_else(|| Some((1 + shared.len(), self.own.find_key(&key)?)));
        if let Some((before, found)) = found {
            let source = Source::External(found.psk);
            return Some(Match { rank: before + found.rank, hash: found.hash, source });
        }
        let state = self.ticket(identity, now)?;
        let hash = hash_of(state.cipher_suite)?;
        Some(Match { rank: 0, hash, source: Source::Ticket(Box::new(state)) })
    }

    /// How tickets are issued, if they are.
    pub(super) fn ticket_policy(&self) -> Option<&TicketPolicy> {
        self.config.tickets.as_ref().filter(|_| self.kinds.resumption())
    }

    /// Issues no tickets to this client: it takes no mode in which it could use them (section 4.7.1).
    pub(super) fn withhold_tickets(&mut self) {
        self.kinds = PskKinds::External;
    }

    /// What a ticket of ours holds.
    fn ticket(&self, identity: &[u8], now: u64) -> Option<TicketState> {
        TicketState::open(self.ticket_policy()?.keys(), identity, now)
    }

    /// The identities of an offer that are looked at: the first ones, up to the configuration's limit.
    pub(super) fn looked_at<'a>(&self, offer: &'a OfferedPsks) -> &'a [PskIdentity] {
        let identities = offer.identities.as_slice();
        identities.get(..self.config.max_offered_psks).unwrap_or(identities)
    }

    /// Which of the offered identities are tickets of ours, for the application to see.
    pub(super) fn tickets(&self, offer: &OfferedPsks, now: u64) -> Vec<Option<OfferedTicket>> {
        self.looked_at(offer)
            .iter()
            .map(|psk| {
                let external_identity = self.ticket(&psk.identity, now)?.external_identity;
                Some(OfferedTicket { external_identity })
            })
            .collect()
    }

    /// When a ticket was issued as its client sees it and as we do; `None` when the identity is no ticket of ours.
    pub(super) fn ticket_times(&self, offered: &PskIdentity, now: u64) -> Option<TicketTimes> {
        let state = self.ticket(&offered.identity, now)?;
        Some(TicketTimes {
            age_difference: state.age_difference(offered.obfuscated_ticket_age, now),
            expires_at: state.issued_at.saturating_add(state.lifetime),
        })
    }
}

impl Match<'_> {
    /// The key, for the wire identity that led to it.
    pub(super) fn into_psk(self, identity: &[u8]) -> Option<Psk> {
        match self.source {
            Source::External(psk) => psk.for_wire_identity(identity.to_vec(), self.hash),
            Source::Ticket(state) => state.into_psk(identity),
        }
    }
}
