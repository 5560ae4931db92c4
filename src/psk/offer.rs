//! The offer of a client, as the application of a server sees it while a selection is pending.

use std::sync::Arc;

use super::{Authentication, ExternalPsk, ImportedIdentity};
use crate::crypto::HashAlgorithm;
use crate::wire::PskIdentity;

/// The offered PSKs in the client's order, as many as the server considers: a cursor, and an iterator.
#[derive(Clone, Debug)]
pub struct OfferedPskList<'a> {
    /// The identities that are considered, which may be fewer than were offered.
    identities: &'a [PskIdentity],
    tickets: Vec<Option<&'a OfferedTicket>>,
    next: usize,
}

/// The content of a ticket that the server issued: the authentication of the client that it was issued to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedTicket {
    pub(crate) client: Arc<Authentication>,
    pub(crate) hash: HashAlgorithm,
}

impl OfferedTicket {
    /// How the client was authenticated in the full handshake that the ticket descends from.
    #[must_use]
    pub fn client(&self) -> &Authentication {
        &self.client
    }

    /// Whether this PSK authenticated the client: it has the same identity, context and key.
    #[must_use]
    pub fn is_by(&self, psk: &ExternalPsk) -> bool {
        self.client.is_by(psk, self.hash)
    }
}

/// One offered PSK.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OfferedPsk<'a> {
    /// Its place in the client's list, from 0.
    pub index: usize,
    /// The identity on the wire: opaque bytes that the client chose.
    pub identity: &'a [u8],
    /// Zero, or noise, for an external PSK ([RFC 9846 section 4.3.11.1]).
    ///
    /// [RFC 9846 section 4.3.11.1]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11.1
    pub obfuscated_ticket_age: u32,
    /// The content of the ticket, if it is one that the server issued and still accepts.
    pub ticket: Option<&'a OfferedTicket>,
}

impl OfferedPsk<'_> {
    /// The identity to look up in a store: for a ticket, that of the external PSK that it descends from; for an
    /// identity in the format of an imported one (RFC 9258), the one that was imported; otherwise the identity on the
    /// wire. A connection takes the PSK that is found only if the client has really offered it.
    #[must_use]
    pub fn external_identity(&self) -> Vec<u8> {
        let of_ticket = self.ticket.and_then(|ticket| ticket.client.external_identity());
        match (of_ticket, self.imported()) {
            (Some(identity), _) => identity.to_vec(),
            (None, Some(imported)) => imported.external_identity,
            (None, None) => self.identity.to_vec(),
        }
    }

    /// The parts of the identity, if it has the format of an imported one ([RFC 9258 section 5.1]).
    ///
    /// [RFC 9258 section 5.1]: https://www.rfc-editor.org/rfc/rfc9258#section-5.1
    #[must_use]
    pub fn imported(&self) -> Option<ImportedIdentity> {
        ImportedIdentity::read(self.identity).ok()
    }
}

impl<'a> OfferedPskList<'a> {
    pub(crate) fn new(
        identities: &'a [PskIdentity],
        tickets: Vec<Option<&'a OfferedTicket>>,
    ) -> Self {
        Self { identities, tickets, next: 0 }
    }

    /// Whether there is a next one.
    #[must_use]
    pub fn has_next(&self) -> bool {
        self.next < self.len()
    }

    /// Goes back to the first.
    pub fn reread(&mut self) {
        self.next = 0;
    }

    /// How many offered PSKs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.identities.len()
    }

    /// Whether none was offered; never true while a selection is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty()
    }

    /// The offered PSK at an index in the client's list.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<OfferedPsk<'a>> {
        self.identities.get(index).map(|psk| OfferedPsk {
            index,
            identity: &psk.identity,
            obfuscated_ticket_age: psk.obfuscated_ticket_age,
            ticket: self.tickets.get(index).copied().flatten(),
        })
    }
}

impl<'a> Iterator for OfferedPskList<'a> {
    type Item = OfferedPsk<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let psk = self.get(self.next)?;
        self.next += 1;
        Some(psk)
    }
}
