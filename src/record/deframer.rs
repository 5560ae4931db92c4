//! From a byte stream to records (RFC 9846 section 5.1).

use super::{HEADER_LEN, MAX_CIPHERTEXT, MAX_PLAINTEXT};
use crate::error::{Error, Violation};
use crate::wire::ContentType;

/// A record as it was on the wire.
pub(super) struct Record {
    pub content_type: ContentType,
    /// The header, which protection authenticates.
    pub header: [u8; HEADER_LEN],
    pub fragment: Vec<u8>,
}

/// Collects bytes until they make a record.
#[derive(Default)]
pub(super) struct Deframer {
    buffer: Vec<u8>,
    /// How much of `buffer` was handed out.
    consumed: usize,
}

impl Deframer {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their record, or to be asked for.
    pub(super) fn buffered(&self) -> usize {
        self.buffer.len() - self.consumed
    }

    pub(super) fn clear(&mut self) {
        self.buffer = Vec::new();
        self.consumed = 0;
    }

    /// The next record, if it is complete. What a header alone gives away is refused before its body arrives.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Error> {
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some(&first) = rest.first() else {
            // Nothing is left over: a burst's memory is not kept for a quiet connection.
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
