//! From handshake fragments to whole messages (RFC 9846 section 5.1).

use crate::error::{Error, Violation};
use crate::wire::{HandshakeType, handshake};

/// Proof that the handshake stream ends with the message in hand: no byte follows it in its record.
///
/// Messages that come before a change of keys must end their record. Setting a read key takes this proof, so
/// the check cannot be forgotten.
#[derive(Debug)]
pub struct Boundary(());

/// Joins handshake fragments.
#[derive(Default)]
pub struct HandshakeJoiner {
    buffer: Vec<u8>,
    consumed: usize,
}

impl HandshakeJoiner {
    /// Adds the fragment of one record.
    pub fn push(&mut self, fragment: &[u8]) {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        self.buffer.extend_from_slice(fragment);
    }

    /// The next whole message, header included.
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some(&[msg_type, a, b, c]) = rest.first_chunk::<{ handshake::HEADER_LEN }>() else {
            return Ok(None);
        };
        let len = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        // The length is judged before the body is buffered.
        if len > max_body_len(HandshakeType(msg_type)) {
            return Err(Violation::HandshakeMessageTooLong.into());
        }
        let Some(message) = rest.get(..handshake::HEADER_LEN + len) else { return Ok(None) };
        let message = message.to_vec();
        self.consumed += message.len();
        if self.consumed == self.buffer.len() {
            self.buffer = Vec::new();
            self.consumed = 0;
        }
        Ok(Some(message))
    }

    /// Whether no fragment waits for its rest.
    pub fn is_empty(&self) -> bool {
        self.consumed == self.buffer.len()
    }

    /// The proof that the last message ended its record.
    pub fn boundary(&self) -> Result<Boundary, Error> {
        if self.is_empty() { Ok(Boundary(())) } else { Err(Violation::NotAtRecordBoundary.into()) }
    }
}

/// The longest body that a message of this type may have, in bytes.
fn max_body_len(msg_type: HandshakeType) -> usize {
    match msg_type {
        // Two full vectors: cipher_suites and extensions; the rest takes less than 512.
        HandshakeType::CLIENT_HELLO => 2 * 0xffff + 512,
        HandshakeType::SERVER_HELLO | HandshakeType::NEW_SESSION_TICKET => 2 * 0xffff + 512,
        HandshakeType::ENCRYPTED_EXTENSIONS => 2 + 0xffff,
        // A chain of certificates.
        HandshakeType::CERTIFICATE | HandshakeType::CERTIFICATE_REQUEST => 1 << 18,
        HandshakeType::CERTIFICATE_VERIFY => 1 << 14,
        // Exact lengths are the parser's business; this only bounds memory.
        _ => 1 << 10,
    }
}
