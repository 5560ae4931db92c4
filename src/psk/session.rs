//! A client's session: the PSK that a NewSessionTicket provisions (RFC 9846 section 4.7.1).

use core::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::list::offered_len;
use super::resumable::{MAX_TICKET_LEN, Resumable, Terms, TicketAge, resumption_psk};
use super::{Authentication, ExternalPsk, Psk, PskError};
use crate::crypto::{Secret, Suite};
use crate::wire::{NewSessionTicket, Writer};
use zeroize::Zeroizing;

/// What a client stores of a connection to resume it later.
///
/// It is used only once: a ticket that is sent twice lets an observer link the connections, and makes its early data
/// easier to replay ([RFC 9846 appendix C.4]). Clones share this state. The secret wipes itself and never shows in
/// `Debug`.
///
/// [RFC 9846 appendix C.4]: https://www.rfc-editor.org/rfc/rfc9846#appendix-C.4
#[derive(Clone)]
pub struct Session {
    connection: Resumable,
    ticket: Vec<u8>,
    used: Arc<AtomicBool>,
    reusable: bool,
}

/// The parameters of the connection that a ticket was issued on.
pub(crate) struct Issued<'a> {
    pub cipher_suite: Suite,
    pub resumption_secret: &'a Secret,
    pub alpn: Option<Vec<u8>>,
    pub terms: Terms,
}

/// The first byte of the encoding, its version.
const VERSION: u8 = 3;
/// The longest time from a full handshake to its last resumption, in milliseconds: seven days, even if tickets are
/// renewed (RFC 9846 section 4.7.1).
const MAX_AGE: u64 = 604_800_000;

impl Session {
    /// From a ticket that was received `now`; `None` if its lifetime is zero, or if it would leave too little space in
    /// a ClientHello.
    pub(crate) fn new(issued: Issued<'_>, ticket: NewSessionTicket, now: u64) -> Option<Self> {
        if ticket.ticket_lifetime == 0 || ticket.ticket.len() > MAX_TICKET_LEN {
            return None;
        }
        let key = resumption_psk(
            issued.cipher_suite.hash(),
            issued.resumption_secret,
            &ticket.ticket_nonce,
        );
        let connection = Resumable {
            cipher_suite: issued.cipher_suite,
            key,
            age: TicketAge { issued_at: now, age_add: ticket.ticket_age_add },
            lifetime: u64::from(ticket.ticket_lifetime) * 1000,
            max_early_data: ticket.max_early_data_size.unwrap_or(0),
            alpn: issued.alpn,
            terms: issued.terms,
        };
        Some(Self::of(connection, ticket.ticket))
    }

    fn of(connection: Resumable, ticket: Vec<u8>) -> Self {
        Self { connection, ticket, used: Arc::default(), reusable: false }
    }

    /// The session as bytes, including its secret. Store them where only this client can read them.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        self.connection.write(&mut w, VERSION, |w| w.vec16(|w| w.bytes(&self.ticket)));
        // Each part was read from a vector with the same or a smaller limit.
        Zeroizing::new(w.finish().unwrap_or_default())
    }

    /// Reads the bytes of [`Session::to_bytes`].
    ///
    /// # Errors
    ///
    /// [`PskError::BadSession`] and [`PskError::SessionVersion`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PskError> {
        match bytes.first() {
            Some(&VERSION) => {
                Resumable::read(bytes, VERSION, |r| Ok(r.vec16("ticket")?.rest().to_vec()))
                    .ok()
                    .filter(|(_, ticket)| !ticket.is_empty())
                    .map(|(connection, ticket)| Self::of(connection, ticket))
                    .ok_or(PskError::BadSession)
            }
            Some(1..) => Err(PskError::SessionVersion),
            _ => Err(PskError::BadSession),
        }
    }

    /// Allows more than one connection to use it, with the consequences described above.
    pub fn allow_reuse(&mut self) {
        self.reusable = true;
    }

    /// Whether a connection has used it. Exported bytes do not contain this.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !self.reusable && self.used.load(Ordering::Relaxed)
    }

    /// The suite of the connection that it resumes; it can be used with every suite of the same hash.
    #[must_use]
    pub fn cipher_suite(&self) -> Suite {
        self.connection.cipher_suite
    }

    /// The identity on the wire.
    #[must_use]
    pub fn ticket(&self) -> &[u8] {
        &self.ticket
    }

    /// The most early data that the server accepts with it, in bytes; 0 for none.
    #[must_use]
    pub fn max_early_data(&self) -> u32 {
        self.connection.max_early_data
    }

    /// The identity of the external PSK whose handshake it descends from.
    #[must_use]
    pub fn external_identity(&self) -> Option<&[u8]> {
        self.connection.terms.peer.external_identity()
    }

    /// The name of the server that it resumes a connection to. It is offered only to the same name.
    #[must_use]
    pub fn server_name(&self) -> Option<&[u8]> {
        self.connection.terms.server_name.as_deref()
    }

    /// How the server was authenticated in the full handshake that the session descends from.
    #[must_use]
    pub fn server(&self) -> &Authentication {
        &self.connection.terms.peer
    }

    /// Whether this PSK authenticated the server: it has the same identity, context and key.
    pub(crate) fn is_by(&self, psk: &ExternalPsk) -> bool {
        self.connection.terms.peer.is_by(psk, self.connection.cipher_suite.hash())
    }

    pub(crate) fn terms(&self) -> &Terms {
        &self.connection.terms
    }

    /// When it expires, in milliseconds of the connection's clock: with its ticket, and at the latest seven days after
    /// the full handshake.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        let last = self.server().at().saturating_add(MAX_AGE);
        self.connection.expires_at().min(last)
    }

    /// The PSK of the session.
    pub(crate) fn psk(&self) -> Psk {
        let mut psk = self.connection.psk(&self.ticket);
        psk.age = Some(self.connection.age);
        psk
    }

    /// The encoded bytes that it adds to an offer.
    pub(crate) fn offer_len(&self) -> usize {
        offered_len(self.ticket.len(), self.connection.key.len())
    }

    /// Marks it as used.
    pub(crate) fn mark_used(&self) {
        self.used.store(true, Ordering::Relaxed);
    }
}

impl PartialEq for Session {
    /// Two sessions are equal if they have the same ticket.
    fn eq(&self, other: &Self) -> bool {
        self.ticket == other.ticket
    }
}

impl Eq for Session {}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("cipher_suite", &self.cipher_suite())
            .finish_non_exhaustive()
    }
}
