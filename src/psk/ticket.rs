//! A server's tickets: the state of a connection, sealed and sent to the client, so that the server stores nothing (RFC
//! 9846 section 4.7.1).

use std::sync::Arc;

use super::{Authentication, EarlyDataParameters, Psk};
use crate::crypto::{Digest, Random, SealingKeys, Suite};
use crate::error::Error;
use crate::wire::{CipherSuite, Reader, Writer};
use zeroize::Zeroizing;

/// The purpose for sealing, so that a ticket cannot be used as anything else.
const PURPOSE: &str = "session ticket";
/// The first byte of the state, the version of its encoding.
const VERSION: u8 = 2;

/// The content of a ticket. Times are in milliseconds of the server's clock.
///
/// ```text
/// struct {
///     uint8 version = 2;
///     CipherSuite cipher_suite;
///     opaque key<1..255>;
///     uint64 issued_at;
///     uint64 lifetime;
///     uint32 ticket_age_add;
///     uint32 max_early_data_size;
///     opaque replay_scope<0..255>;
///     opaque alpn<0..2^16-1>;
///     opaque server_name<0..2^16-1>;
///     opaque server_certificate<0..2^16-1>;
///     Authentication client;
/// } TicketState;
/// ```
pub(crate) struct TicketState {
    pub cipher_suite: Suite,
    pub key: Zeroizing<Vec<u8>>,
    pub issued_at: u64,
    pub lifetime: u64,
    pub age_add: u32,
    pub max_early_data: u32,
    /// The store that distinguishes copies of its early data from originals.
    pub replay_scope: Vec<u8>,
    pub alpn: Option<Vec<u8>>,
    /// The server name that the client sent.
    pub server_name: Option<Vec<u8>>,
    /// SHA-256 of the certificate that authenticated the server, if one did.
    pub server_certificate: Option<Vec<u8>>,
    /// How the client was authenticated.
    pub client: Arc<Authentication>,
}

impl TicketState {
    /// The ticket, for servers of the same scope.
    pub fn seal(
        &self,
        keys: &SealingKeys,
        scope: &Digest,
        random: &mut Random,
    ) -> Result<Vec<u8>, Error> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.u16(self.cipher_suite.code_point().0);
        w.vec8(|w| w.bytes(&self.key));
        w.u64(self.issued_at);
        w.u64(self.lifetime);
        w.u32(self.age_add);
        w.u32(self.max_early_data);
        w.vec8(|w| w.bytes(&self.replay_scope));
        for text in [&self.alpn, &self.server_name, &self.server_certificate] {
            w.vec16(|w| w.bytes(text.as_deref().unwrap_or_default()));
        }
        self.client.write(&mut w);
        let state = Zeroizing::new(w.finish()?);
        keys.seal(PURPOSE, scope, &state, random).map_err(|_| Error::Internal("ticket sealing"))
    }

    /// The content of a ticket of this scope, unless it has expired; `None` if the bytes are not a ticket.
    pub fn open(keys: &SealingKeys, scope: &Digest, ticket: &[u8], now: u64) -> Option<Self> {
        let state = Self::read(&keys.open(PURPOSE, scope, ticket)?).ok()?;
        let expired = now > state.expires_at();
        (!expired).then_some(state)
    }

    fn read(state: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(state);
        if r.u8("version")? != VERSION {
            return Err(Error::Decode("version"));
        }
        let cipher_suite =
            Suite::of(CipherSuite(r.u16("cipher_suite")?)).ok_or(Error::Decode("cipher_suite"))?;
        let key = Zeroizing::new(r.vec8("key")?.rest().to_vec());
        let issued_at = r.u64("issued_at")?;
        let lifetime = r.u64("lifetime")?;
        let age_add = r.u32("ticket_age_add")?;
        let max_early_data = r.u32("max_early_data_size")?;
        let replay_scope = r.vec8("replay_scope")?.rest().to_vec();
        let mut optional = |field| Ok::<_, Error>(not_empty(r.vec16(field)?.rest()));
        let alpn = optional("alpn")?;
        let server_name = optional("server_name")?;
        let server_certificate = optional("server_certificate")?;
        let client = Arc::new(Authentication::read(&mut r)?);
        r.finish("TicketState")?;
        Ok(Self {
            cipher_suite,
            key,
            issued_at,
            lifetime,
            age_add,
            max_early_data,
            replay_scope,
            alpn,
            server_name,
            server_certificate,
            client,
        })
    }

    /// The PSK of `ticket`.
    pub fn psk(&self, ticket: &[u8]) -> Psk {
        let hash = self.cipher_suite.hash();
        let mut psk = Psk::resuming(ticket.to_vec(), hash, self.key.clone(), self.client.clone());
        psk.early_data = (self.max_early_data > 0).then_some(EarlyDataParameters {
            max_size: self.max_early_data,
            cipher_suite: self.cipher_suite,
            alpn: self.alpn.clone(),
        });
        psk
    }

    /// When it expires, in milliseconds of the server's clock.
    pub fn expires_at(&self) -> u64 {
        self.issued_at.saturating_add(self.lifetime)
    }

    /// The difference between the client's and the server's view of the ticket's age, in milliseconds (RFC 9846 section
    /// 8.3). They differ by a round trip, and by the drift of the clocks.
    pub fn age_difference(&self, obfuscated_ticket_age: u32, now: u64) -> u64 {
        let client = u64::from(obfuscated_ticket_age.wrapping_sub(self.age_add));
        now.saturating_sub(self.issued_at).abs_diff(client)
    }
}

/// The bytes, or `None` if they are empty.
pub(super) fn not_empty(bytes: &[u8]) -> Option<Vec<u8>> {
    (!bytes.is_empty()).then(|| bytes.to_vec())
}
