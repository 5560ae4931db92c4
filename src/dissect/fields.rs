//! Bytes as fields, with the place where they stop making sense.

use core::cell::RefCell;

use crate::crypto::HashAlgorithm;
use crate::error::Error;
use crate::inspect::{inspect, inspect_all, inspect_content, inspect_records};
use crate::psk::ImportedIdentity;
use crate::wire::{ContentType, Reader, Span};

/// The fields of bytes, as far as the bytes make sense.
#[derive(Debug)]
pub struct Dissection {
    /// The fields in order, each before the fields inside it.
    pub fields: Vec<Span>,
    /// Why the bytes stop making sense, and at which byte: the end of the last field that was read.
    pub error: Option<(Error, usize)>,
}

/// As [`crate::inspect`]; an identity with the format of an imported one is split into fields as well.
pub fn dissect(messages: &[u8]) -> Dissection {
    finish(messages, inspect(messages))
}

/// As [`dissect`], for records in wire format.
pub fn dissect_records(records: &[u8]) -> Dissection {
    finish(records, inspect_records(records))
}

/// As [`dissect`], for the content of a protected record.
///
/// ```text
/// struct {
///     opaque content[TLSPlaintext.length];
///     ContentType type;
///     uint8 zeros[length_of_padding];
/// } TLSInnerPlaintext;
/// ```
/// RFC 9846 section 5.2.
pub fn dissect_inner_plaintext(inner: &[u8]) -> Dissection {
    let Some(content_len) = inner.iter().rposition(|byte| *byte != 0) else {
        let error = Some((Error::Decode("TLSInnerPlaintext"), 0));
        return Dissection { fields: Vec::new(), error };
    };
    let read = inspect_all(inner, |r| {
        r.structure("TLSInnerPlaintext", |r| {
            let content_type =
                inner.get(content_len).map_or(ContentType(0), |byte| ContentType(*byte));
            r.annotate_parent(content_type.name());
            r.structure("content", |r| {
                inspect_content(content_type, r.split("content", content_len)?)
            })?;
            ContentType::read(r, "type")?;
            let zeros = r.remaining();
            if zeros > 0 {
                r.bytes("zeros", zeros)?;
            }
            Ok(())
        })
    });
    finish(inner, read)
}

fn finish(bytes: &[u8], (mut fields, error): (Vec<Span>, Option<Error>)) -> Dissection {
    // A vector that is longer than the rest has no span, so the last span ends before it.
    let end = fields.last().map_or(0, |span| span.end);
    let error = error.map(|error| (error, end));
    open_imported_identities(bytes, &mut fields);
    Dissection { fields, error }
}

/// Adds the fields of an ImportedIdentity to identities with that format (RFC 9258 section 5.1).
fn open_imported_identities(bytes: &[u8], fields: &mut Vec<Span>) {
    let mut at = 0;
    while let Some(place) = next_identity(fields, at) {
        at = place + 1;
        let Some(identity) = fields.get_mut(place) else { return };
        let (start, depth) = (identity.start, identity.depth);
        let inside = bytes.get(identity.start..identity.end).unwrap_or_default();
        let Ok(parts) = ImportedIdentity::read(inside) else { continue };
        // Short identities may have this format by chance; a known target makes it likely that they are imported.
        let is_likely = parts.target_protocol == ImportedIdentity::TLS13
            && HashAlgorithm::ALL.iter().any(|hash| hash.kdf_id() == parts.target_kdf);
        if !is_likely {
            continue;
        }
        identity.name = "ImportedIdentity";
        let spans = RefCell::new(Vec::new());
        // It was read before, so this cannot fail.
        let _ = ImportedIdentity::read_from(&mut Reader::recording(inside, &spans));
        let inner = spans.into_inner().into_iter().map(|span| Span {
            start: span.start + start,
            end: span.end + start,
            depth: span.depth + depth + 1,
            ..span
        });
        fields.splice(at..at, inner);
    }
}

/// The contents of the next `identity` of a PskIdentity.
fn next_identity(fields: &[Span], from: usize) -> Option<usize> {
    let windows = fields.windows(3).enumerate().skip(from);
    windows
        .filter_map(|(at, window)| match window {
            [identity, length, opaque] => {
                let is_it = identity.name == "identity"
                    && length.name == "length"
                    && opaque.name == "opaque";
                is_it.then_some(at + 2)
            }
            _ => None,
        })
        .next()
}
