//! From a byte stream to records (RFC 9846 section 5.1).

use super::{HEADER_LEN, MAX_CIPHERTEXT, MAX_PLAINTEXT};
use crate::error::{Error, Violation};
use crate::wire::ContentType;

/// A record in wire format.
pub(super) struct Record {
    pub content_type: ContentType,
    /// The header, which protection authenticates.
    pub header: [u8; HEADER_LEN],
    pub fragment: Vec<u8>,
}

/// Collects bytes until a record is complete.
#[derive(Default)]
pub(super) struct Deframer {
    buffer: Vec<u8>,
    /// How much of `buffer` was returned.
    consumed: usize,
}

impl Deframer {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The buffered bytes: incomplete records, and records that were not requested yet.
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.consumed..).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.buffer = Vec::new();
        self.consumed = 0;
    }

    /// The next record, if it is complete. A header that is invalid by itself is refused before its body arrives.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Error> {
        let rest = self.rest();
        let Some(&first) = rest.first() else {
            // The buffer is empty: a quiet connection does not keep the memory of a burst.
            self.clear();
            return Ok(None);
        };
        let content_type = ContentType(first);
        if content_type.name().is_none() {
            return Err(Violation::UnknownContentType.into());
        }
        let Some((header, body)) = rest.split_first_chunk::<HEADER_LEN>() else { return Ok(None) };
        // legacy_record_version is ignored for all purposes.
        let [_, _, _, high, low] = *header;
        let len = usize::from(u16::from_be_bytes([high, low]));
        let max = if content_type == ContentType::APPLICATION_DATA {
            MAX_CIPHERTEXT
        } else {
            MAX_PLAINTEXT
        };
        if len > max {
            return Err(Violation::RecordOverflow.into());
        }
        let Some(fragment) = body.get(..len) else { return Ok(None) };
        let record = Record { content_type, header: *header, fragment: fragment.to_vec() };
        self.consumed += HEADER_LEN + len;
        Ok(Some(record))
    }
}
