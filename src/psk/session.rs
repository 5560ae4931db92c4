//! A client's session: the PSK that a NewSessionTicket provisions (RFC 9846 section 4.7.1).

use core::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Verdict;
use super::list::offered_len;
use super::ticket::not_empty;
use super::{Authentication, EarlyDataParameters, ExternalPsk, Psk, PskError};
use crate::crypto::{HashAlgorithm, Prk, Secret, Suite};
use crate::error::Error;
use crate::wire::{CipherSuite, NewSessionTicket, Reader, Writer};
use zeroize::Zeroizing;

/// What a client stores of a connection to resume it later.
///
/// It is used only once: a ticket that is sent twice lets an observer link the connections, and makes its early data
/// easier to replay (RFC 9846 appendix C.4). Clones share this state. The secret wipes itself and never shows in
/// `Debug`.
#[derive(Clone)]
pub struct Session {
    cipher_suite: Suite,
    key: Zeroizing<Vec<u8>>,
    ticket: Vec<u8>,
    age: TicketAge,
    /// Milliseconds.
    lifetime: u64,
    max_early_data: u32,
    alpn: Option<Vec<u8>>,
    terms: Terms,
    used: Arc<AtomicBool>,
    reusable: bool,
}

/// The terms of a connection, which must be the same where a session resumes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// The server name that the client sent.
    pub server_name: Option<Vec<u8>>,
    /// SHA-256 of the client's certificate, if it had one to send.
    pub own_certificate: Option<Vec<u8>>,
    /// How the server was authenticated.
    pub server: Arc<Authentication>,
}

/// The time from which a ticket's age is counted, and the value that obscures it (RFC 9846 section 4.3.11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketAge {
    /// When the ticket was received, in milliseconds of the client's clock.
    pub received_at: u64,
    /// `ticket_age_add`.
    pub age_add: u32,
}

impl TicketAge {
    /// `obfuscated_ticket_age`: the age in milliseconds plus `ticket_age_add`, modulo 2^32.
    pub fn obfuscated(self, now: u64) -> u32 {
        // If the clock was set back, the age is zero, not negative.
        (now.saturating_sub(self.received_at) as u32).wrapping_add(self.age_add)
    }
}

impl Terms {
    /// Adds the certificate that the server sent.
    pub(crate) fn set_certificate(&mut self, chain: Vec<Vec<u8>>, verdict: Verdict) {
        Arc::make_mut(&mut self.server).set_certificate(chain, verdict);
    }
}

/// The parameters of the connection that a ticket was issued on.
pub(crate) struct Issued<'a> {
    pub cipher_suite: Suite,
    pub resumption_secret: &'a Secret,
    pub alpn: Option<Vec<u8>>,
    pub terms: Terms,
}

/// The longest ticket that is issued or stored, in bytes: half of the limit for the extensions of a ClientHello.
pub(crate) const MAX_TICKET_LEN: usize = 1 << 15;

/// The first byte of the encoding, its version.
const VERSION: u8 = 2;
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
        Some(Self {
            cipher_suite: issued.cipher_suite,
            key,
            ticket: ticket.ticket,
            age: TicketAge { received_at: now, age_add: ticket.ticket_age_add },
            lifetime: u64::from(ticket.ticket_lifetime) * 1000,
            max_early_data: ticket.max_early_data_size.unwrap_or(0),
            alpn: issued.alpn,
            terms: issued.terms,
            used: Arc::default(),
            reusable: false,
        })
    }

    /// The session as bytes, including its secret. Store them where only this client can read them.
    ///
    /// ```text
    /// struct {
    ///     uint8 version = 2;
    ///     CipherSuite cipher_suite;
    ///     opaque key<1..255>;
    ///     opaque ticket<1..2^16-1>;
    ///     uint64 received_at;
    ///     uint32 ticket_age_add;
    ///     uint64 lifetime;
    ///     uint32 max_early_data_size;
    ///     opaque alpn<0..255>;
    ///     opaque server_name<0..255>;
    ///     opaque own_certificate<0..32>;
    ///     Authentication server;
    /// } Session;
    /// ```
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.u16(self.cipher_suite.code_point().0);
        w.vec8(|w| w.bytes(&self.key));
        w.vec16(|w| w.bytes(&self.ticket));
        w.u64(self.age.received_at);
        w.u32(self.age.age_add);
        w.u64(self.lifetime);
        w.u32(self.max_early_data);
        for text in [&self.alpn, &self.terms.server_name, &self.terms.own_certificate] {
            w.vec8(|w| w.bytes(text.as_deref().unwrap_or_default()));
        }
        self.terms.server.write(&mut w);
        // Each part was read from a vector with the same or a smaller limit.
        Zeroizing::new(w.finish().unwrap_or_default())
    }

    /// Reads the bytes of [`Session::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PskError> {
        match bytes.first() {
            Some(&VERSION) => Self::read(bytes).ok().flatten().ok_or(PskError::BadSession),
            Some(1..) => Err(PskError::SessionVersion),
            _ => Err(PskError::BadSession),
        }
    }

    fn read(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let mut r = Reader::new(bytes);
        r.u8("version")?;
        let cipher_suite = Suite::of(CipherSuite(r.u16("cipher_suite")?));
        let key = Zeroizing::new(r.vec8("key")?.rest().to_vec());
        let ticket = r.vec16("ticket")?.rest().to_vec();
        let received_at = r.u64("received_at")?;
        let age_add = r.u32("ticket_age_add")?;
        let lifetime = r.u64("lifetime")?;
        let max_early_data = r.u32("max_early_data_size")?;
        let mut optional = |field| Ok::<_, Error>(not_empty(r.vec8(field)?.rest()));
        let alpn = optional("alpn")?;
        let server_name = optional("server_name")?;
        let own_certificate = optional("own_certificate")?;
        let server = Arc::new(Authentication::read(&mut r)?);
        r.finish("Session")?;
        let fits = |suite: &Suite| suite.hash().output_len() == key.len() && !ticket.is_empty();
        let Some(cipher_suite) = cipher_suite.filter(fits) else { return Ok(None) };
        Ok(Some(Self {
            cipher_suite,
            key,
            ticket,
            age: TicketAge { received_at, age_add },
            lifetime,
            max_early_data,
            alpn,
            terms: Terms { server_name, own_certificate, server },
            used: Arc::default(),
            reusable: false,
        }))
    }

    /// Allows more than one connection to use it, with the consequences described above.
    pub fn allow_reuse(&mut self) {
        self.reusable = true;
    }

    /// Whether a connection has used it. Exported bytes do not contain this.
    pub fn is_used(&self) -> bool {
        !self.reusable && self.used.load(Ordering::Relaxed)
    }

    /// The suite of the connection that it resumes; it can be used with every suite of the same hash.
    pub fn cipher_suite(&self) -> Suite {
        self.cipher_suite
    }

    /// The identity on the wire.
    pub fn ticket(&self) -> &[u8] {
        &self.ticket
    }

    /// The most early data that the server accepts with it, in bytes; 0 for none.
    pub fn max_early_data(&self) -> u32 {
        self.max_early_data
    }

    /// The identity of the external PSK whose handshake it descends from.
    pub fn external_identity(&self) -> Option<&[u8]> {
        self.terms.server.external_identity()
    }

    /// The name of the server that it resumes a connection to. It is offered only to the same name.
    pub fn server_name(&self) -> Option<&[u8]> {
        self.terms.server_name.as_deref()
    }

    /// How the server was authenticated in the full handshake that the session descends from.
    pub fn server(&self) -> &Authentication {
        &self.terms.server
    }

    /// Whether this PSK authenticated the server: it has the same identity, context and key.
    pub(crate) fn is_by(&self, psk: &ExternalPsk) -> bool {
        self.terms.server.is_by(psk, self.cipher_suite.hash())
    }

    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// When it expires, in milliseconds of the connection's clock: with its ticket, and at the latest seven days after
    /// the full handshake.
    pub fn expires_at(&self) -> u64 {
        let ticket = self.age.received_at.saturating_add(self.lifetime);
        ticket.min(self.terms.server.at().saturating_add(MAX_AGE))
    }

    /// The PSK of the session.
    pub(crate) fn psk(&self) -> Psk {
        let hash = self.cipher_suite.hash();
        let early_data = (self.max_early_data > 0).then(|| EarlyDataParameters {
            max_size: self.max_early_data,
            cipher_suite: self.cipher_suite,
            alpn: self.alpn.clone(),
        });
        let server = self.terms.server.clone();
        let mut psk = Psk::resuming(self.ticket.clone(), hash, self.key.clone(), server);
        psk.early_data = early_data;
        psk.age = Some(self.age);
        psk
    }

    /// The encoded bytes that it adds to an offer.
    pub(crate) fn offer_len(&self) -> usize {
        offered_len(self.ticket.len(), self.key.len())
    }

    /// Marks it as used.
    pub(crate) fn mark_used(&self) {
        self.used.store(true, Ordering::Relaxed);
    }
}

/// `PSK = HKDF-Expand-Label(resumption_secret, "resumption", ticket_nonce, Hash.length)`
/// (RFC 9846 section 4.7.1)
pub(crate) fn resumption_psk(
    hash: HashAlgorithm,
    resumption_secret: &Secret,
    ticket_nonce: &[u8],
) -> Zeroizing<Vec<u8>> {
    let psk = Prk::new(hash, resumption_secret.clone()).derive("resumption", ticket_nonce);
    Zeroizing::new(psk.as_bytes().to_vec())
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
        f.debug_struct("Session").field("cipher_suite", &self.cipher_suite).finish_non_exhaustive()
    }
}
