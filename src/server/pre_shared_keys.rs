//! The PSKs that a connection can select from.

use std::sync::Arc;

use super::scope::scope;
use super::{ServerConfig, TicketPolicy};
use crate::crypto::{Digest, HashAlgorithm};
use crate::psk::{
    ExternalPsk, Found, OfferedTicket, Psk, PskError, PskKinds, PskList, Terms, TicketState, key_of,
};
use crate::wire::{OfferedPsks, PskIdentity};

/// The configuration's PSKs, which are shared and may be many, and the connection's own.
pub(super) struct ServerPsks {
    pub(super) config: Arc<ServerConfig>,
    pub(super) kinds: PskKinds,
    scope: Option<Digest>,
    own: PskList,
}

/// A ticket that this server issued, at its place in the offer.
pub(super) struct Ticket {
    state: TicketState,
    /// The ticket as the application sees it; also checks whether it descends from a PSK.
    pub(super) offered: OfferedTicket,
}

impl Ticket {
    /// The difference between the client's and the server's view of the ticket's age, in milliseconds.
    pub(super) fn age_difference(&self, obfuscated_ticket_age: u32, now: u64) -> u64 {
        self.state.connection.age.difference(obfuscated_ticket_age, now)
    }

    /// When the ticket expires, in milliseconds of the server's clock.
    pub(super) fn expires_at(&self) -> u64 {
        self.state.connection.expires_at()
    }

    /// The store that distinguishes copies of its early data from originals.
    pub(super) fn replay_scope(&self) -> &[u8] {
        &self.state.replay_scope
    }

    /// The hash of the suites that it can be used with.
    pub(super) fn hash(&self) -> HashAlgorithm {
        self.offered.hash
    }

    /// The PSK of this ticket.
    pub(super) fn psk(&self, identity: &[u8]) -> Psk {
        self.state.connection.psk(identity)
    }
}

impl ServerPsks {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        let sealing = config.tickets.is_some() || config.cookie_keys.is_some();
        let scope = sealing.then(|| scope(&config));
        Self { kinds: config.psk_kinds(), scope, config, own: PskList::new() }
    }

    /// Overrides the configuration's kinds. Fails if PSKs of an excluded kind are present.
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

    /// Finds the external PSK of a wire identity, with its rank: the configuration's PSKs in their order come before
    /// the connection's own.
    pub(super) fn find(&self, identity: &[u8]) -> Option<Found<'_>> {
        let shared = self.config.psks();
        let key = key_of(identity);
        // both are looked at, whatever the first one has
        let (first, own) = (shared.find_key(&key), self.own.find_key(&key));
        first.or(own.map(|found| Found { rank: shared.len() + found.rank, ..found }))
    }

    /// How tickets are issued, if at all.
    pub(super) fn ticket_policy(&self) -> Option<&TicketPolicy> {
        self.config.tickets.as_ref().filter(|_| self.kinds.resumption())
    }

    /// The scope, which must be the same where a ticket or cookie is opened. Only a server that seals has one.
    pub(super) fn scope(&self) -> Option<&Digest> {
        self.scope.as_ref()
    }

    /// Issues no tickets to this client: it supports no mode in which it could use them (section 4.7.1).
    pub(super) fn withhold_tickets(&mut self) {
        self.kinds = PskKinds::External;
    }

    /// Opens the tickets among the offered identities. A ticket that does not meet this server's policy, or is too old,
    /// is `None`, like an identity that is not a ticket.
    pub(super) fn open_tickets(
        &self,
        offered: &[PskIdentity],
        server_name: Option<&[u8]>,
        now: u64,
    ) -> Vec<Option<Ticket>> {
        offered.iter().map(|psk| self.open(&psk.identity, server_name, now)).collect()
    }

    /// The identities of an offer that are considered: the first ones, up to the configuration's limit.
    pub(super) fn looked_at<'a>(&self, offer: &'a OfferedPsks) -> &'a [PskIdentity] {
        let identities = offer.identities.as_slice();
        identities.get(..self.config.max_offered_psks).unwrap_or(identities)
    }

    fn open(&self, ticket: &[u8], server_name: Option<&[u8]>, now: u64) -> Option<Ticket> {
        let policy = self.ticket_policy()?;
        let state = TicketState::open(policy.keys(), self.scope()?, ticket, now)?;
        let hash = state.connection.cipher_suite.hash();
        let Terms { server_name: name, own_certificate, peer } = &state.connection.terms;
        let fits = name.as_deref() == server_name
            && now <= peer.at().saturating_add(policy.max_session_age())
            && (peer.psk.is_some() || self.shows_again(own_certificate.as_deref()));
        let offered = OfferedTicket { client: peer.clone(), hash };
        fits.then_some(Ticket { state, offered })
    }

    /// Whether the server would still use the certificate of the full handshake. The authentication of clients is part
    /// of the scope.
    fn shows_again(&self, certificate: Option<&[u8]>) -> bool {
        let mut credentials = self.config.certificates.credentials.iter();
        certificate.is_some_and(|digest| {
            credentials.any(|credentials| credentials.digest().as_ref() == digest)
        })
    }

    /// Whether the client that this ticket was issued to is still accepted: by a PSK that still has the same key, or by
    /// the rules that the scope covers.
    pub(super) fn accepts(&self, ticket: &Ticket) -> bool {
        let OfferedTicket { client, hash } = &ticket.offered;
        if client.psk.is_none() {
            return true;
        }
        let listed = self.config.psks().named(client).or_else(|| self.own.named(client));
        self.kinds.external() && listed.is_some_and(|psk| client.is_by(psk, *hash))
    }
}
