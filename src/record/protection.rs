//! Record payload protection (RFC 9846 sections 5.2 to 5.5).

use super::HEADER_LEN;
use crate::crypto::{NONCE_LEN, TAG_LEN};
use crate::error::{Error, Violation};
use crate::keys::TrafficKeys;
use crate::wire::ContentType;

/// `legacy_record_version` of every record that is written.
pub(super) const LEGACY_RECORD_VERSION: [u8; 2] = [0x03, 0x03];

/// How many records before the limit of section 5.5 a new key is requested.
const REKEY_MARGIN: u64 = 1 << 10;

/// Protects the records of one direction.
pub struct Sealer {
    keys: TrafficKeys,
    sequence: u64,
    limit: u64,
    rekey_after: u64,
}

impl Sealer {
    /// Starts at sequence number 0. A new key is requested after `rekey_after` records, and in any case before the
    /// AEAD's limit.
    pub fn new(keys: TrafficKeys, rekey_after: u64) -> Self {
        let limit = keys.key.algorithm().record_limit();
        let rekey_after = rekey_after.min(limit.saturating_sub(REKEY_MARGIN));
        Self { keys, sequence: 0, limit, rekey_after }
    }

    /// Continues at a later sequence number.
    pub fn at(mut self, sequence: u64) -> Self {
        self.sequence = sequence;
        self
    }

    /// The sequence number of the next record.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Whether the key has protected enough records to be updated (section 5.5).
    pub fn wants_update(&self) -> bool {
        self.sequence >= self.rekey_after
    }

    /// Appends a `TLSCiphertext` to `out`.
    ///
    /// ```text
    /// struct {
    ///     opaque content[TLSPlaintext.length];
    ///     ContentType type;
    ///     uint8 zeros[length_of_padding];
    /// } TLSInnerPlaintext;
    /// ```
    pub fn seal(
        &mut self,
        content_type: ContentType,
        content: &[u8],
        padding: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if self.sequence >= self.limit {
            return Err(Error::Internal("the key's limit of records is reached"));
        }
        let length = content.len() + 1 + padding + TAG_LEN;
        let [high, low] = (length as u16).to_be_bytes();
        let [v0, v1] = LEGACY_RECORD_VERSION;
        let header = [ContentType::APPLICATION_DATA.0, v0, v1, high, low];
        out.reserve(HEADER_LEN + length);
        out.extend_from_slice(&header);
        let from = out.len();
        out.extend_from_slice(content);
        out.push(content_type.0);
        out.resize(out.len() + padding, 0);
        self.keys
            .key
            .seal(&nonce(&self.keys.iv, self.sequence), &header, out, from)
            .map_err(|_| Error::Internal("AEAD sealing failed"))?;
        self.sequence += 1;
        Ok(())
    }
}

/// Removes the protection of the records of one direction.
pub struct Opener {
    keys: TrafficKeys,
    sequence: u64,
}

impl Opener {
    /// Starts at sequence number 0.
    pub fn new(keys: TrafficKeys) -> Self {
        Self { keys, sequence: 0 }
    }

    /// Continues at a later sequence number.
    pub fn at(mut self, sequence: u64) -> Self {
        self.sequence = sequence;
        self
    }

    /// The sequence number of the next record.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Whether no record was opened with this key yet.
    pub fn is_fresh(&self) -> bool {
        self.sequence == 0
    }

    /// Opens one record in place: returns its content type and content, without padding.
    ///
    /// `max_inner` limits the inner plaintext, including content type and padding (section 5.2, RFC 8449).
    pub fn open(
        &mut self,
        header: &[u8; HEADER_LEN],
        fragment: &mut Vec<u8>,
        max_inner: usize,
    ) -> Result<ContentType, Error> {
        let nonce = nonce(&self.keys.iv, self.sequence);
        let inner_len = self
            .keys
            .key
            .open(&nonce, header, fragment)
            .map_err(|_| Violation::BadRecordMac)?
            .len();
        self.sequence += 1;
        fragment.truncate(inner_len);
        if inner_len > max_inner {
            return Err(Violation::RecordOverflow.into());
        }
        let end = fragment.iter().rposition(|byte| *byte != 0).ok_or(Violation::NoContentType)?;
        let content_type = fragment.get(end).copied().ok_or(Violation::NoContentType)?;
        fragment.truncate(end);
        Ok(ContentType(content_type))
    }
}

/// The IV with the sequence number `XORed` into its last eight bytes (section 5.3).
fn nonce(iv: &[u8; NONCE_LEN], sequence: u64) -> [u8; NONCE_LEN] {
    let mut nonce = *iv;
    for (byte, counter) in nonce.iter_mut().rev().zip(sequence.to_le_bytes()) {
        *byte ^= counter;
    }
    nonce
}
