//! `pre_shared_key` in the ClientHello (RFC 9846 section 4.3.11).

use super::codec::{Reader, Writer};
use super::extensions::read_list;
use crate::error::{Error, Violation};

/// ```text
/// struct {
///     opaque identity<1..2^16-1>;
///     uint32 obfuscated_ticket_age;
/// } PskIdentity;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PskIdentity {
    /// A label for the key: opaque bytes, sent in clear.
    pub identity: Vec<u8>,
    /// Zero for external PSKs, and ignored there when received.
    pub obfuscated_ticket_age: u32,
}

/// ```text
/// opaque PskBinderEntry<32..255>;
///
/// struct {
///     PskIdentity identities<7..2^16-1>;
///     PskBinderEntry binders<33..2^16-1>;
/// } OfferedPsks;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedPsks {
    /// The offered identities, most preferred first.
    pub identities: Vec<PskIdentity>,
    /// One binder for each identity, in the same order.
    pub binders: Vec<Vec<u8>>,
}

impl OfferedPsks {
    /// An empty offer, which has no encoding.
    pub fn none() -> Self {
        Self { identities: Vec::new(), binders: Vec::new() }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        let identities = read_list(r.vec16("identities")?, "identities", |r| {
            r.structure("PskIdentity", |r| {
                let identity = r.vec16("identity")?.rest().to_vec();
                let obfuscated_ticket_age = r.u32("obfuscated_ticket_age")?;
                if identity.is_empty() {
                    return Err(Error::Decode("identity"));
                }
                Ok(PskIdentity { identity, obfuscated_ticket_age })
            })
        })?;
        let binders = read_list(r.vec16("binders")?, "binders", |r| {
            let binder = r.vec8("PskBinderEntry")?.rest().to_vec();
            if binder.len() < 32 { Err(Error::Decode("PskBinderEntry")) } else { Ok(binder) }
        })?;
        if identities.len() != binders.len() {
            return Err(Violation::BinderCountMismatch.into());
        }
        Ok(Self { identities, binders })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.vec16(|w| {
            for psk in &self.identities {
                w.vec16(|w| w.bytes(&psk.identity));
                w.u32(psk.obfuscated_ticket_age);
            }
        });
        w.vec16(|w| self.binders.iter().for_each(|binder| w.vec8(|w| w.bytes(binder))));
    }

    /// The encoded length of `binders` with its length field, which the transcript of a binder excludes (section
    /// 4.3.11.2).
    pub fn binders_len(&self) -> usize {
        2 + self.binders.iter().map(|binder| 1 + binder.len()).sum::<usize>()
    }

    /// The part that the binders cover of a ClientHello that ends with this offer.
    pub fn truncated<'a>(&self, client_hello: &'a [u8]) -> &'a [u8] {
        let len = client_hello.len().saturating_sub(self.binders_len());
        client_hello.get(..len).unwrap_or_default()
    }

    /// The encoded length of the whole structure.
    pub fn encoded_len(&self) -> usize {
        let identities: usize = self.identities.iter().map(|psk| 6 + psk.identity.len()).sum();
        2 + identities + self.binders_len()
    }
}
