//! A server's tickets: the state of a connection, sealed and handed to the client, so that the server keeps nothing
//! (RFC 9846 section 4.7.1).

use super::{EarlyDataParameters, Psk};
use crate::crypto::{Random, SealingKeys, hash_of};
use crate::error::Error;
use crate::keys::BinderKind;
use crate::wire::{CipherSuite, Reader, Writer};
use zeroize::Zeroizing;

/// What sealing is told, so that a ticket is nothing but a ticket.
const PURPOSE: &str = "session ticket";
/// The first byte of the state, which changes with its encoding.
const VERSION: u8 = 1;

/// What is inside a ticket. Times are in milliseconds of the server's clock.
///
/// ```text
/// struct {
///     uint8 version = 1;
///     CipherSuite cipher_suite;
///     opaque key<1..255>;
///     uint64 issued_at;
///     uint64 lifetime;
///     uint32 ticket_age_add;
///     uint32 max_early_data_size;
///     opaque alpn<0..255>;
///     opaque external_identity<0..2^16-1>;
/// } TicketState;
/// ```
pub(crate) struct TicketState {
    pub cipher_suite: CipherSuite,
    pub key: Zeroizing<Vec<u8>>,
    pub issued_at: u64,
    pub lifetime: u64,
    pub age_add: u32,
    pub max_early_data: u32,
    pub alpn: Option<Vec<u8>>,
    pub external_identity: Option<Vec<u8>>,
}

impl TicketState {
    /// The ticket.
    pub fn seal(&self, keys: &SealingKeys, random: &mut Random) -> Result<Vec<u8>, Error> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.u16(self.cipher_suite.0);
        w.vec8(|w| w.bytes(&self.key));
        w.u64(self.issued_at);
        w.u64(self.lifetime);
        w.u32(self.age_add);
        w.u32(self.max_early_data);
        w.vec8(|w| w.bytes(self.alpn.as_deref().unwrap_or_default()));
        w.vec16(|w| w.bytes(self.external_identity.as_deref().unwrap_or_default()));
        let state = Zeroizing::new(w.finish()?);
        keys.seal(PURPOSE, &state, random).map_err(|_| Error::Internal("ticket sealing"))
    }

    /// What a ticket of ours holds, unless it has expired. Anything may come as a ticket; `None` for what is not one.
    pub fn open(keys: &SealingKeys, ticket: &[u8], now: u64) -> Option<Self> {
        let state = Self::read(&keys.open(PURPOSE, ticket)?).ok()?;
        let expired = now > state.issued_at.saturating_add(state.lifetime);
        (!expired).then_some(state)
    }

    fn read(state: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(state);
        if r.u8("version")? != VERSION {
            return Err(Error::Decode("version"));
        }
        let cipher_suite = CipherSuite(r.u16("cipher_suite")?);
        let key = Zeroizing::new(r.vec8("key")?.rest().to_vec());
        let issued_at = r.u64("issued_at")?;
        let lifetime = r.u64("lifetime")?;
        let age_add = r.u32("ticket_age_add")?;
        let max_early_data = r.u32("max_early_data_size")?;
        let alpn = r.vec8("alpn")?.rest().to_vec();
        let external_identity = r.vec16("external_identity")?.rest().to_vec();
        r.finish("TicketState")?;
        Ok(Self {
            cipher_suite,
            key,
            issued_at,
            lifetime,
            age_add,
            max_early_data,
            alpn: Some(alpn).filter(|alpn| !alpn.is_empty()),
            external_identity: Some(external_identity).filter(|identity| !identity.is_empty()),
        })
    }

    /// The PSK of `ticket`.
    pub fn into_psk(self, ticket: &[u8]) -> Option<Psk> {
        let hash = hash_of(self.cipher_suite)?;
        let mut psk = Psk::new(ticket.to_vec(), BinderKind::Resumption, hash, self.key);
        psk.early_data = (self.max_early_data > 0).then_some(EarlyDataParameters {
            max_size: self.max_early_data,
            cipher_suite: self.cipher_suite,
            alpn: self.alpn,
        });
        psk.external_identity = self.external_identity;
        Some(psk)
    }

    /// How far the client's view of the ticket's age is from ours, in milliseconds (RFC 9846 section 8.3). They
    /// differ by a round trip, and by what the clocks run apart.
    pub fn age_difference(&self, obfuscated_ticket_age: u32, now: u64) -> u64 {
        let client = u64::from(obfuscated_ticket_age.wrapping_sub(self.age_add));
        now.saturating_sub(self.issued_at).abs_diff(client)
    }
}
