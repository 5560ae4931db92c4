//! The presentation language (RFC 9846 section 3): reading and writing integers and vectors.
//!
//! Every read names its field. The name serves the error that says what could not be decoded, the span that
//! [`crate::inspect`] shows, and readers who compare the code with the RFC.

use core::cell::RefCell;

use crate::error::Error;

/// A field's place in the bytes that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span {
    /// The field's name in the RFC.
    pub name: &'static str,
    /// Offset of its first byte.
    pub start: usize,
    /// Offset after its last byte.
    pub end: usize,
    /// How many fields enclose it.
    pub depth: usize,
    /// What the bytes mean, if a name or a number says it better than hex.
    pub value: SpanValue,
}

/// What a field's bytes mean.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanValue {
    /// Opaque bytes, or a field that contains fields.
    Opaque,
    /// An unsigned integer.
    Uint(u32),
    /// A code point with a name.
    Named(&'static str),
}

/// Reads a byte slice from front to back; never beyond its end.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Offset of `rest` in the outermost slice.
    offset: usize,
    depth: usize,
    spans: Option<&'a RefCell<Vec<Span>>>,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0, depth: 0, spans: None }
    }

    /// Reads `bytes` and keeps a [`Span`] of every field in `spans`.
    pub fn recording(bytes: &'a [u8], spans: &'a RefCell<Vec<Span>>) -> Self {
        Self { rest: bytes, offset: 0, depth: 0, spans: Some(spans) }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The rest, without reading it.
    pub fn peek(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Reads exactly `len` bytes.
    pub fn bytes(&mut self, field: &'static str, len: usize) -> Result<&'a [u8], Error> {
        let bytes = self.take(field, len)?;
        self.record(field, len, SpanValue::Opaque);
        Ok(bytes)
    }

    /// Reads an array, an `opaque field[N]`.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Error> {
        self.bytes(field, N)?.try_into().map_err(|_| Error::Decode(field))
    }

    /// Reads a `uint8`.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, Error> {
        Ok(self.uint(field, 1)? as u8)
    }

    /// Reads a `uint16`.
    pub fn u16(&mut self, field: &'static str) -> Result<u16, Error> {
        Ok(self.uint(field, 2)? as u16)
    }

    /// Reads a `uint32`.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, Error> {
        self.uint(field, 4)
    }

    /// Reads a `uint64`.
    pub fn u64(&mut self, field: &'static str) -> Result<u64, Error> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// Reads a vector whose length takes one byte; the new reader holds its contents.
    pub fn vec8(&mut self, field: &'static str) -> Result<Reader<'a>, Error> {
        self.vector(field, 1)
    }

    /// Reads a vector whose length takes two bytes.
    pub fn vec16(&mut self, field: &'static str) -> Result<Reader<'a>, Error> {
        self.vector(field, 2)
    }

    /// Reads a vector whose length takes three bytes.
    pub fn vec24(&mut self, field: &'static str) -> Result<Reader<'a>, Error> {
        self.vector(field, 3)
    }

    /// Reads the rest: the contents of an `opaque` vector.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = core::mem::take(&mut self.rest);
        self.offset += rest.len();
        if !rest.is_empty() {
            self.record("opaque", rest.len(), SpanValue::Opaque);
        }
        rest
    }

    /// Fails unless everything was read: no structure has slack (RFC 9846 section 4.3).
    pub fn finish(self, field: &'static str) -> Result<(), Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(Error::Decode(field)) }
    }

    /// Gives the last field a name instead of its number.
    pub fn annotate(&self, name: Option<&'static str>) {
        if let (Some(spans), Some(name)) = (self.spans, name)
            && let Some(last) = spans.borrow_mut().last_mut()
        {
            last.value = SpanValue::Named(name);
        }
    }

    /// Gives a name to the enclosing field.
    pub fn annotate_parent(&self, name: Option<&'static str>) {
        if let (Some(spans), Some(name)) = (self.spans, name)
            && let Some(parent) =
                spans.borrow_mut().iter_mut().rfind(|span| span.depth + 1 == self.depth)
        {
            parent.value = SpanValue::Named(name);
        }
    }

    /// Reads a structure of several fields, and records it under its own name.
    pub fn structure<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let index = self.begin_structure(field);
        let result = read(self);
        self.end_structure(index);
        result
    }

    /// Records a structure whose end is not known yet; returns the index of its span.
    #[inline(never)]
    fn begin_structure(&mut self, field: &'static str) -> usize {
        self.record(field, 0, SpanValue::Opaque);
        self.depth += 1;
        self.spans.map_or(0, |spans| spans.borrow().len() - 1)
    }

    #[inline(never)]
    fn end_structure(&mut self, index: usize) {
        self.depth -= 1;
        if let Some(spans) = self.spans
            && let Some(span) = spans.borrow_mut().get_mut(index)
        {
            span.end = self.offset;
        }
    }

    /// Splits off the next `len` bytes, as the content of a field that has no length prefix.
    #[cfg(feature = "dissect")]
    pub(crate) fn split(&mut self, field: &'static str, len: usize) -> Result<Self, Error> {
        let start = self.clone();
        Ok(Self { rest: self.take(field, len)?, ..start })
    }

    fn uint(&mut self, field: &'static str, len: usize) -> Result<u32, Error> {
        let bytes = self.take(field, len)?;
        let value = bytes.iter().fold(0, |value, byte| (value << 8) | u32::from(*byte));
        self.record(field, len, SpanValue::Uint(value));
        Ok(value)
    }

    fn vector(&mut self, field: &'static str, prefix: usize) -> Result<Reader<'a>, Error> {
        let start = self.offset;
        let bytes = self.take(field, prefix)?;
        let len = bytes.iter().fold(0, |len, byte| (len << 8) | usize::from(*byte));
        let contents = self.take(field, len)?;
        if let Some(spans) = self.spans {
            self.push(spans, field, start, self.offset, SpanValue::Opaque);
            let value = SpanValue::Uint(len as u32);
            spans.borrow_mut().push(Span {
                name: "length",
                start,
                end: start + prefix,
                depth: self.depth + 1,
                value,
            });
        }
        Ok(Reader {
            rest: contents,
            offset: start + prefix,
            depth: self.depth + 1,
            spans: self.spans,
        })
    }

    fn take(&mut self, field: &'static str, len: usize) -> Result<&'a [u8], Error> {
        let (head, tail) = self.rest.split_at_checked(len).ok_or(Error::Decode(field))?;
        self.rest = tail;
        self.offset += len;
        Ok(head)
    }

    fn record(&self, field: &'static str, len: usize, value: SpanValue) {
        if let Some(spans) = self.spans {
            self.push(spans, field, self.offset - len, self.offset, value);
        }
    }

    fn push(
        &self,
        spans: &RefCell<Vec<Span>>,
        name: &'static str,
        start: usize,
        end: usize,
        value: SpanValue,
    ) {
        spans.borrow_mut().push(Span { name, start, end, depth: self.depth, value });
    }
}

/// The error of [`Writer::finish`] for a message that cannot be encoded.
pub const TOO_LONG: &str = "a message is too long to encode";

/// Writes integers and vectors. If a vector outgrows its length field, [`Writer::finish`] fails instead of returning a
/// wrong encoding.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    overflow: bool,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a `uint8`.
    pub fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    /// Writes a `uint16`.
    pub fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    /// Writes a `uint32`.
    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    /// Writes a `uint64`.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    /// Writes bytes unchanged.
    #[inline(never)]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes a vector whose length takes one byte.
    pub fn vec8(&mut self, contents: impl FnOnce(&mut Self)) {
        self.vector(1, contents);
    }

    /// Writes a vector whose length takes two bytes.
    pub fn vec16(&mut self, contents: impl FnOnce(&mut Self)) {
        self.vector(2, contents);
    }

    /// Writes a vector whose length takes three bytes.
    pub fn vec24(&mut self, contents: impl FnOnce(&mut Self)) {
        self.vector(3, contents);
    }

    /// The bytes, or an internal error if a vector did not fit its length field.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        if self.overflow { Err(Error::Internal(TOO_LONG)) } else { Ok(self.bytes) }
    }

    // Every vector has its own closure, and so its own copy of this function; the large parts are kept out of the
    // copies.
    fn vector(&mut self, prefix: usize, contents: impl FnOnce(&mut Self)) {
        let start = self.begin_vector(prefix);
        contents(self);
        self.end_vector(prefix, start);
    }

    /// Reserves space for the length; returns where the contents start.
    #[inline(never)]
    fn begin_vector(&mut self, prefix: usize) -> usize {
        self.bytes.resize(self.bytes.len() + prefix, 0);
        self.bytes.len()
    }

    #[inline(never)]
    fn end_vector(&mut self, prefix: usize, start: usize) {
        let len = self.bytes.len() - start;
        self.overflow |= len >> (8 * prefix) != 0;
        let field = self.bytes.get_mut(start - prefix..start).unwrap_or_default();
        for (to, shift) in field.iter_mut().rev().zip((0..).step_by(8)) {
            *to = (len >> shift) as u8;
        }
    }
}
