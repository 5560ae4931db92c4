//! From handshake fragments to whole messages (RFC 9846 section 5.1).

use crate::error::{Error, Violation};
use crate::wire::{HandshakeType, handshake};

/// The next result of the joiner.
pub enum Joined {
    /// A whole message, header included.
    Message(Vec<u8>),
    /// The header of a message that is longer than is accepted for its type. Its body was not buffered.
    TooLong(HandshakeType),
}

/// Proof that the handshake stream ends with the current message: no byte follows it in its record.
///
/// A message before a change of keys must end its record. Setting a read key requires this proof, so the check cannot
/// be forgotten.
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

    /// The next whole message, if there is one.
    pub fn next_message(&mut self) -> Option<Joined> {
        let rest = self.rest();
        let &[msg_type, a, b, c] = rest.first_chunk::<{ handshake::HEADER_LEN }>()?;
        let len = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        // The length is checked before the body is buffered.
        let msg_type = HandshakeType(msg_type);
        if len > max_body_len(msg_type) {
            return Some(Joined::TooLong(msg_type));
        }
        let message = rest.get(..handshake::HEADER_LEN + len)?;
        let message = message.to_vec();
        self.consumed += message.len();
        if self.consumed == self.buffer.len() {
            self.buffer = Vec::new();
            self.consumed = 0;
        }
        Some(Joined::Message(message))
    }

    /// The bytes of an incomplete message.
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.consumed..).unwrap_or_default()
    }

    /// Whether no message is incomplete.
    pub fn is_empty(&self) -> bool {
        self.consumed == self.buffer.len()
    }

    /// The proof that the last message ended its record.
    pub fn boundary(&self) -> Result<Boundary, Error> {
        if self.is_empty() { Ok(Boundary(())) } else { Err(Violation::NotAtRecordBoundary.into()) }
    }
}

/// The error for a message of an expected type that is longer than is accepted.
pub fn refusal_of_length(msg_type: HandshakeType) -> Error {
    match msg_type {
        // Longer ones can be encoded; the limit is that of this implementation.
        HandshakeType::CERTIFICATE => Violation::HandshakeMessageTooLong.into(),
        _ => Error::Decode(handshake::body_name(msg_type)),
    }
}

/// The longest accepted body of this type, in bytes. Longer bodies cannot be valid, except for a Certificate.
fn max_body_len(msg_type: HandshakeType) -> usize {
    match msg_type {
        // Two full vectors: cipher_suites and extensions; the rest takes less than 512.
        HandshakeType::CLIENT_HELLO => 2 * 0xffff + 512,
        HandshakeType::SERVER_HELLO | HandshakeType::NEW_SESSION_TICKET => 2 * 0xffff + 512,
        HandshakeType::ENCRYPTED_EXTENSIONS => 2 + 0xffff,
        HandshakeType::CERTIFICATE_REQUEST => 1 + 0xff + 2 + 0xffff,
        HandshakeType::CERTIFICATE => 1 << 18,
        HandshakeType::CERTIFICATE_VERIFY => 2 + 2 + 0xffff,
        // The parser checks the exact length; this only limits memory.
        _ => 1 << 10,
    }
}
