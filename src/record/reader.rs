//! Reading: from bytes to handshake messages, alerts and application data.

use super::deframer::{Deframer, Record};
use super::joiner::{Boundary, HandshakeJoiner, Joined};
use super::protection::Opener;
use super::{HEADER_LEN, MAX_CIPHERTEXT, MAX_PLAINTEXT};
use crate::error::{Error, Violation};
use crate::wire::{Alert, ContentType, HandshakeType, Reader};

/// How many empty records are accepted without data between them: empty `application_data`, which costs a decryption,
/// and `user_canceled`.
const MAX_EMPTY_RECORDS: u32 = 32;
/// How many `change_cipher_spec` records are accepted in a handshake. Each side sends at most two.
const MAX_CHANGE_CIPHER_SPECS: u32 = 8;
/// The only valid `change_cipher_spec` in TLS 1.3 (RFC 9846 section 5).
const CHANGE_CIPHER_SPEC: &[u8] = &[1];

/// The content of a record.
pub enum Incoming {
    /// A whole handshake message, header included.
    Handshake(Vec<u8>),
    /// The header of a handshake message that is longer than is accepted for its type.
    TooLong(HandshakeType),
    /// Application data; may be empty.
    ApplicationData(Vec<u8>),
    /// An alert.
    Alert(Alert),
}

/// The reading half of the record layer.
pub struct RecordReader {
    deframer: Deframer,
    joiner: HandshakeJoiner,
    opener: Option<Opener>,
    /// The largest accepted inner plaintext, including the content type.
    max_inner: usize,
    accept_change_cipher_spec: bool,
    /// Bytes of rejected early data that may still be skipped (section 4.3.10).
    skip: Option<usize>,
    empty_records: u32,
    change_cipher_specs: u32,
}

/// What outlasts the suspension of a reader after the handshake.
#[derive(Default)]
pub struct ReaderState {
    /// The sequence number of the next record.
    pub sequence: u64,
    /// The largest accepted inner plaintext.
    pub max_inner: usize,
    /// The number of empty records since the last data.
    pub empty_records: u32,
    /// The beginning of a handshake message.
    pub handshake_message: Vec<u8>,
    /// The beginning of a record.
    pub record: Vec<u8>,
}

impl Default for RecordReader {
    fn default() -> Self {
        Self {
            deframer: Deframer::default(),
            joiner: HandshakeJoiner::default(),
            opener: None,
            max_inner: MAX_PLAINTEXT + 1,
            accept_change_cipher_spec: false,
            skip: None,
            empty_records: 0,
            change_cipher_specs: 0,
        }
    }
}

impl RecordReader {
    /// Buffers bytes, in chunks of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        self.deframer.push(bytes);
    }

    /// How many bytes are buffered and not processed yet.
    pub fn buffered(&self) -> usize {
        self.deframer.rest().len()
    }

    /// How many bytes are incomplete: of a record, and of a handshake message.
    pub fn unprocessed(&self) -> usize {
        self.deframer.rest().len() + self.joiner.rest().len()
    }

    /// Its state after the handshake, to continue with [`RecordReader::restore`].
    pub fn suspend(&self) -> ReaderState {
        ReaderState {
            sequence: self.opener.as_ref().map_or(0, Opener::sequence),
            max_inner: self.max_inner,
            empty_records: self.empty_records,
            handshake_message: self.joiner.rest().to_vec(),
            record: self.deframer.rest().to_vec(),
        }
    }

    /// Continues with the state, and with the key that it had.
    pub fn restore(&mut self, state: &ReaderState, opener: Opener) {
        self.set_max_inner(state.max_inner);
        self.empty_records = state.empty_records;
        self.joiner.push(&state.handshake_message);
        self.deframer.push(&state.record);
        self.opener = Some(opener.at(state.sequence));
    }

    /// Discards the buffered bytes and the read key.
    pub fn clear(&mut self) {
        self.opener = None;
        self.deframer.clear();
        self.joiner = HandshakeJoiner::default();
    }

    /// Changes the read key. The caller must first get the proof of a record boundary.
    pub fn set_opener(&mut self, opener: Opener, _at: Boundary) {
        self.opener = Some(opener);
    }

    /// Whether records are expected to be protected.
    pub fn is_protected(&self) -> bool {
        self.opener.is_some()
    }

    /// The proof that the last handshake message ended its record.
    pub fn boundary(&self) -> Result<Boundary, Error> {
        self.joiner.boundary()
    }

    /// Limits the inner plaintext of protected records, including content type and padding (RFC 8449).
    pub fn set_max_inner(&mut self, bytes: usize) {
        self.max_inner = bytes.min(MAX_PLAINTEXT + 1);
    }

    /// Whether to accept the compatibility `change_cipher_spec` now: after the first ClientHello and before the peer's
    /// Finished (section 5). During that time an unprotected alert is accepted, too.
    pub fn accept_change_cipher_spec(&mut self, accept: bool) {
        self.accept_change_cipher_spec = accept;
    }

    /// Skips rejected early data: up to `limit` bytes of records that do not open, until one does.
    pub fn skip_early_data(&mut self, limit: usize) {
        self.skip = Some(limit);
    }

    /// Ends the skipping.
    pub fn stop_skipping(&mut self) {
        self.skip = None;
    }

    /// The next complete message, alert or data, or `None` if more bytes are needed.
    pub fn next_incoming(&mut self) -> Result<Option<Incoming>, Error> {
        loop {
            match self.joiner.next_message() {
                Some(Joined::Message(message)) => return Ok(Some(Incoming::Handshake(message))),
                Some(Joined::TooLong(msg_type)) => return Ok(Some(Incoming::TooLong(msg_type))),
                None => {}
            }
            let Some(record) = self.deframer.next()? else { return Ok(None) };
            if let Some(incoming) = self.take_record(record)? {
                return Ok(Some(incoming));
            }
        }
    }

    fn take_record(&mut self, record: Record) -> Result<Option<Incoming>, Error> {
        let Record { content_type, header, mut fragment } = record;
        let Some(opener) = &mut self.opener else {
            if content_type == ContentType::APPLICATION_DATA && self.skip(fragment.len())? {
                self.refuse_interleaving()?;
                return Ok(None);
            }
            return self.take_plaintext(content_type, fragment);
        };
        match content_type {
            ContentType::APPLICATION_DATA => {}
            ContentType::CHANGE_CIPHER_SPEC => return self.take_plaintext(content_type, fragment),
            // A peer that fails before it has our keys can only send its alert in clear. The handshake ends either way,
            // but accepting the alert preserves the cause. Later, an attacker's close_notify would pass for the end of
            // the data.
            ContentType::ALERT if self.accept_change_cipher_spec && opener.is_fresh() => {
                return self.take_plaintext(content_type, fragment);
            }
            _ => return Err(Violation::UnprotectedRecord.into()),
        }
        let skippable = self.skip.is_some();
        let length = fragment.len();
        // Records are opened in place, and a record that does not open is dropped completely.
        let inner = match opener.open(&header, &mut fragment, self.max_inner) {
            Err(Error::Violation(Violation::BadRecordMac)) if skippable && self.skip(length)? => {
                return Ok(None);
            }
            result => result?,
        };
        self.skip = None;
        match inner {
            ContentType::HANDSHAKE | ContentType::ALERT => self.take_plaintext(inner, fragment),
            ContentType::APPLICATION_DATA => {
                self.refuse_interleaving()?;
                self.count_empty(fragment.is_empty())?;
                Ok(Some(Incoming::ApplicationData(fragment)))
            }
            ContentType::CHANGE_CIPHER_SPEC => Err(Violation::UnexpectedChangeCipherSpec.into()),
            _ => Err(Violation::UnknownContentType.into()),
        }
    }

    /// Handles a plaintext, whether it was protected or not.
    fn take_plaintext(
        &mut self,
        content_type: ContentType,
        fragment: Vec<u8>,
    ) -> Result<Option<Incoming>, Error> {
        match content_type {
            ContentType::HANDSHAKE if fragment.is_empty() => Err(Violation::EmptyRecord.into()),
            ContentType::HANDSHAKE => {
                self.joiner.push(&fragment);
                Ok(None)
            }
            ContentType::ALERT if fragment.is_empty() => Err(Violation::EmptyRecord.into()),
            ContentType::ALERT => {
                let alert = Alert::read(Reader::new(&fragment))?;
                // An error alert ends the connection even within a message; the peer's error is more useful than ours.
                if !alert.is_error() {
                    self.refuse_interleaving()?;
                    self.count_empty(true)?;
                }
                Ok(Some(Incoming::Alert(alert)))
            }
            ContentType::CHANGE_CIPHER_SPEC => {
                self.change_cipher_specs += 1;
                if !self.accept_change_cipher_spec
                    || fragment != CHANGE_CIPHER_SPEC
                    || self.change_cipher_specs > MAX_CHANGE_CIPHER_SPECS
                {
                    return Err(Violation::UnexpectedChangeCipherSpec.into());
                }
                self.refuse_interleaving()?;
                Ok(None)
            }
            _ => Err(Error::UnexpectedMessage { received: "application_data", state: "plaintext" }),
        }
    }

    fn refuse_interleaving(&self) -> Result<(), Error> {
        if self.joiner.is_empty() { Ok(()) } else { Err(Violation::InterleavedHandshake.into()) }
    }

    fn count_empty(&mut self, empty: bool) -> Result<(), Error> {
        self.empty_records = if empty { self.empty_records + 1 } else { 0 };
        if self.empty_records > MAX_EMPTY_RECORDS {
            return Err(Violation::TooManyEmptyRecords.into());
        }
        Ok(())
    }

    /// Whether a record of `len` bytes is skipped as rejected early data. Its header counts as well, so that empty
    /// records are limited, too.
    fn skip(&mut self, len: usize) -> Result<bool, Error> {
        let Some(left) = &mut self.skip else { return Ok(false) };
        match left.checked_sub(HEADER_LEN + len) {
            Some(rest) => {
                *left = rest;
                Ok(true)
            }
            None => Err(Violation::TooMuchEarlyData.into()),
        }
    }
}

// The deframer limits the length of protected records.
const _: () = assert!(MAX_CIPHERTEXT < u16::MAX as usize);
