//! What a client's session and a server's ticket have in common: the state from which both resume a connection (RFC
//! 9846 section 4.7.1).

use std::sync::Arc;

use super::{Authentication, EarlyDataParameters, Psk, Verdict};
use crate::crypto::{HashAlgorithm, Prk, Secret, Suite};
use crate::error::Error;
use crate::wire::{CipherSuite, Reader, Writer};
use zeroize::Zeroizing;

/// The longest ticket that is issued or stored, in bytes: half of the limit for the extensions of a ClientHello.
pub(crate) const MAX_TICKET_LEN: usize = 1 << 15;

/// One side's state of a connection that can be resumed. Times are in milliseconds of this side's clock.
///
/// ```text
/// struct {
///     uint8 version;
///     CipherSuite cipher_suite;
///     opaque key<1..255>;
///     uint64 issued_at;
///     uint64 lifetime;
///     uint32 ticket_age_add;
///     uint32 max_early_data_size;
///     select (side) {
///         case client: opaque ticket<1..2^16-1>;
///         case server: opaque replay_scope<0..255>;
///     };
///     opaque alpn<0..2^16-1>;
///     opaque server_name<0..2^16-1>;
///     opaque own_certificate<0..2^16-1>;
///     Authentication peer;
/// } Resumable;
/// ```
#[derive(Clone)]
pub(crate) struct Resumable {
    pub cipher_suite: Suite,
    pub key: Zeroizing<Vec<u8>>,
    pub age: TicketAge,
    pub lifetime: u64,
    pub max_early_data: u32,
    pub alpn: Option<Vec<u8>>,
    pub terms: Terms,
}

/// The terms of a connection, which must be the same where it is resumed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// The server name that the client sent.
    pub server_name: Option<Vec<u8>>,
    /// SHA-256 of the certificate of this side, if it has one to send.
    pub own_certificate: Option<Vec<u8>>,
    /// How the peer was authenticated.
    pub peer: Arc<Authentication>,
}

impl Terms {
    /// Adds the certificate that the peer sent.
    pub(crate) fn set_certificate(&mut self, chain: Vec<Vec<u8>>, verdict: Verdict) {
        Arc::make_mut(&mut self.peer).set_certificate(chain, verdict);
    }
}

/// The time from which a ticket's age is counted, and the value that obscures it (RFC 9846 section 4.3.11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketAge {
    /// When the server issued the ticket or the client received it, in milliseconds of that side's clock.
    pub issued_at: u64,
    /// `ticket_age_add`.
    pub age_add: u32,
}

impl TicketAge {
    /// `obfuscated_ticket_age`: the age in milliseconds plus `ticket_age_add`, modulo 2^32.
    pub fn obfuscated(self, now: u64) -> u32 {
        // If the clock was set back, the age is zero, not negative.
        (now.saturating_sub(self.issued_at) as u32).wrapping_add(self.age_add)
    }

    /// The difference between the client's and the server's view of the age, in milliseconds (RFC 9846 section 8.3).
    /// They differ by a round trip, and by the drift of the clocks.
    pub fn difference(self, obfuscated_ticket_age: u32, now: u64) -> u64 {
        let client = u64::from(obfuscated_ticket_age.wrapping_sub(self.age_add));
        now.saturating_sub(self.issued_at).abs_diff(client)
    }
}

impl Resumable {
    /// Writes it, with the part of one side's own in between.
    pub(super) fn write(&self, w: &mut Writer, version: u8, own: impl FnOnce(&mut Writer)) {
        w.u8(version);
        w.u16(self.cipher_suite.code_point().0);
        w.vec8(|w| w.bytes(&self.key));
        w.u64(self.age.issued_at);
        w.u64(self.lifetime);
        w.u32(self.age.age_add);
        w.u32(self.max_early_data);
        own(w);
        for text in [&self.alpn, &self.terms.server_name, &self.terms.own_certificate] {
            w.vec16(|w| w.bytes(text.as_deref().unwrap_or_default()));
        }
        self.terms.peer.write(w);
    }

    /// Reads it to the end of the bytes, with the part of one side's own.
    pub(super) fn read<T>(
        bytes: &[u8],
        version: u8,
        own: impl FnOnce(&mut Reader<'_>) -> Result<T, Error>,
    ) -> Result<(Self, T), Error> {
        let mut r = Reader::new(bytes);
        if r.u8("version")? != version {
            return Err(Error::Decode("version"));
        }
        let cipher_suite =
            Suite::of(CipherSuite(r.u16("cipher_suite")?)).ok_or(Error::Decode("cipher_suite"))?;
        let key = Zeroizing::new(r.vec8("key")?.rest().to_vec());
        if key.len() != cipher_suite.hash().output_len() {
            return Err(Error::Decode("key"));
        }
        let issued_at = r.u64("issued_at")?;
        let lifetime = r.u64("lifetime")?;
        let age_add = r.u32("ticket_age_add")?;
        let max_early_data = r.u32("max_early_data_size")?;
        let own = own(&mut r)?;
        let mut optional = |field| {
            let bytes = r.vec16(field)?.rest();
            Ok::<_, Error>((!bytes.is_empty()).then(|| bytes.to_vec()))
        };
        let alpn = optional("alpn")?;
        let server_name = optional("server_name")?;
        let own_certificate = optional("own_certificate")?;
        let peer = Arc::new(Authentication::read(&mut r)?);
        r.finish("Resumable")?;
        let terms = Terms { server_name, own_certificate, peer };
        let age = TicketAge { issued_at, age_add };
        Ok((Self { cipher_suite, key, age, lifetime, max_early_data, alpn, terms }, own))
    }

    /// When the ticket expires, by its lifetime alone.
    pub fn expires_at(&self) -> u64 {
        self.age.issued_at.saturating_add(self.lifetime)
    }

    /// The PSK of `ticket`.
    pub fn psk(&self, ticket: &[u8]) -> Psk {
        let hash = self.cipher_suite.hash();
        let peer = self.terms.peer.clone();
        let mut psk = Psk::resuming(ticket.to_vec(), hash, self.key.clone(), peer);
        psk.early_data = (self.max_early_data > 0).then(|| EarlyDataParameters {
            max_size: self.max_early_data,
            cipher_suite: self.cipher_suite,
            alpn: self.alpn.clone(),
        });
        psk
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
