//! Writing: from messages to records, protected once there is a key.

use super::protection::{LEGACY_RECORD_VERSION, Sealer};
use super::{HEADER_LEN, MAX_PLAINTEXT};
use crate::error::Error;
use crate::wire::ContentType;

/// `legacy_record_version` of the first ClientHello, for middleboxes (RFC 9846 section 5.1).
const FIRST_RECORD_VERSION: [u8; 2] = [0x03, 0x01];

/// The writing half of the record layer.
pub struct RecordWriter {
    out: Vec<u8>,
    sealer: Option<Sealer>,
    /// The separate key of alerts, if they have one; `Some(None)` sends them in clear.
    alerts: Option<Option<Sealer>>,
    /// The largest content of a protected record, without the content type.
    max_content: usize,
    /// Inner plaintexts are padded to a multiple of this.
    padding_multiple: usize,
    /// The next record holds the first ClientHello.
    first_hello: bool,
    change_cipher_spec_sent: bool,
}

/// What outlasts the suspension of a writer without output.
pub struct WriterState {
    /// The sequence number of the next record.
    pub sequence: u64,
    /// The largest content of a record.
    pub max_content: usize,
}

impl Default for RecordWriter {
    fn default() -> Self {
        Self {
            out: Vec::new(),
            sealer: None,
            alerts: None,
            max_content: MAX_PLAINTEXT,
            padding_multiple: 1,
            first_hello: false,
            change_cipher_spec_sent: false,
        }
    }
}

impl RecordWriter {
    /// Changes the write key. Everything written before is already in records.
    pub fn set_sealer(&mut self, sealer: Sealer) {
        self.sealer = Some(sealer);
        self.alerts = None;
    }

    /// Protects alerts with a separate key, or sends them in clear: a server that rejects early data cannot read
    /// records under the early data key. Only alerts may follow an alert.
    pub fn set_sealer_of_alerts(&mut self, sealer: Option<Sealer>) {
        self.alerts = Some(sealer);
    }

    /// Protects alerts like everything else.
    pub fn protect_alerts_as_all_else(&mut self) {
        self.alerts = None;
    }

    /// Drops the write key. A second ClientHello after rejected early data is in clear again; after a failure, nothing
    /// more is written.
    pub fn clear_sealer(&mut self) {
        self.sealer = None;
        self.alerts = None;
    }

    /// The write key in use.
    pub fn sealer(&mut self) -> Option<&mut Sealer> {
        self.sealer.as_mut()
    }

    /// Whether records are protected.
    pub fn is_protected(&self) -> bool {
        self.sealer.is_some()
    }

    /// Limits the inner plaintext of protected records to the peer's `record_size_limit`, which includes the content
    /// type and padding (RFC 8449 section 4).
    pub fn set_record_size_limit(&mut self, limit: usize) {
        self.max_content = limit.saturating_sub(1).clamp(1, MAX_PLAINTEXT);
    }

    /// The largest content of one protected record, in bytes.
    pub fn max_content(&self) -> usize {
        self.max_content
    }

    /// Pads every protected record so that its inner plaintext is a multiple of `bytes` (section 5.4).
    pub fn set_padding_multiple(&mut self, bytes: usize) {
        self.padding_multiple = bytes.clamp(1, MAX_PLAINTEXT);
    }

    /// Queues content as records, split if it is too long. Empty content makes one empty record.
    pub fn write(&mut self, content_type: ContentType, content: &[u8]) -> Result<(), Error> {
        if content_type == ContentType::ALERT
            && let Some(sealer) = self.alerts.take()
        {
            self.sealer = sealer;
        }
        let max = if self.sealer.is_some() { self.max_content } else { MAX_PLAINTEXT };
        let mut rest = content;
        loop {
            let (fragment, tail) = rest.split_at_checked(max).unwrap_or((rest, &[]));
            self.write_record(content_type, fragment)?;
            rest = tail;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Queues the compatibility `change_cipher_spec`, which is never protected (section 5). Each side sends one, at the
    /// first of the places that appendix E.4 names; later calls do nothing.
    pub fn write_change_cipher_spec(&mut self) {
        if !core::mem::replace(&mut self.change_cipher_spec_sent, true) {
            self.write_plaintext(ContentType::CHANGE_CIPHER_SPEC, &[1]);
        }
    }

    /// Marks the next record as that of the first ClientHello, which has a different version.
    pub fn expect_first_hello(&mut self) {
        self.first_hello = true;
    }

    /// Takes the queued bytes.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        if self.out.is_empty() { None } else { Some(core::mem::take(&mut self.out)) }
    }

    /// Whether bytes are queued.
    pub fn has_output(&self) -> bool {
        !self.out.is_empty()
    }

    /// Its state, to continue with [`RecordWriter::restore`]. Nothing may be queued.
    pub fn suspend(&self) -> WriterState {
        WriterState {
            sequence: self.sealer.as_ref().map_or(0, Sealer::sequence),
            max_content: self.max_content,
        }
    }

    /// Continues with the state, and with the key that it had.
    pub fn restore(&mut self, state: &WriterState, sealer: Sealer) {
        self.set_record_size_limit(state.max_content + 1);
        self.change_cipher_spec_sent = true;
        self.sealer = Some(sealer.at(state.sequence));
    }

    fn write_record(&mut self, content_type: ContentType, content: &[u8]) -> Result<(), Error> {
        let Some(sealer) = &mut self.sealer else {
            self.write_plaintext(content_type, content);
            return Ok(());
        };
        let inner = content.len() + 1;
        let padded = inner.next_multiple_of(self.padding_multiple).min(self.max_content + 1);
        sealer.seal(content_type, content, padded.saturating_sub(inner), &mut self.out)
    }

    fn write_plaintext(&mut self, content_type: ContentType, content: &[u8]) {
        let first = core::mem::take(&mut self.first_hello);
        let version = if first { FIRST_RECORD_VERSION } else { LEGACY_RECORD_VERSION };
        self.out.reserve(HEADER_LEN + content.len());
        self.out.push(content_type.0);
        self.out.extend_from_slice(&version);
        self.out.extend_from_slice(&(content.len() as u16).to_be_bytes());
        self.out.extend_from_slice(content);
    }
}
