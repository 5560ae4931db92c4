//! From handshake fragments to whole messages (RFC 9846 section 5.1).

use crate::error::{Error, Violation};
use crate::wire::{HandshakeType, handshake};

/// What the joiner comes to next.
pub enum Joined {
    /// A whole message, header included.
    Message(Vec<u8>),
    /// The header of a message of this type that is longer than is taken. Nothing of its body was kept.
    TooLong(HandshakeType),
}

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

    /// The next whole message, if there is one.
    pub fn next_message(&mut self) -> Option<Joined> {
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let &[msg_type, a, b, c] = rest.first_chunk::<{ handshake::HEADER_LEN }>()?;
        let len = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        // The length is judged before the body is buffered.
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

    /// Whether no fragment waits for its rest.
    pub fn is_empty(&self) -> bool {
        self.consumed == self.buffer.len()
    }

    /// The proof that the last message ended its record.
    pub fn boundary(&self) -> Result<Boundary, Error> {
        if self.is_empty() { Ok(Boundary(())) } else { Err(Violation::NotAtRecordBoundary.into()) }
    }
}

/// Why a message of a type that is expected, and that is longer than is taken, is refused.
pub fn refusal_of_length(msg_type: HandshakeType) -> Error {
    match msg_type {
        // Longer ones can be encoded; the limit is ours.
        HandshakeType::CERTIFICATE => Violation::HandshakeMessageTooLong.into(),
        _ => Error::Decode(handshake::body_name(msg_type)),
    }
}

/// The longest body that is taken of this type, in bytes. What is longer cannot be decoded, a chain of certificates
/// excepted.
fn max_body_len(msg_type: HandshakeType) -> usize {
    match msg_type {
        // Two full vectors: cipher_suites and extensions; the rest takes less than 512.
        HandshakeType::CLIENT_HELLO => 2 * 0xffff + 512,
        HandshakeType::SERVER_HELLO | HandshakeType::NEW_SESSION_TICKET => 2 * 0xffff + 512,
        HandshakeType::ENCRYPTED_EXTENSIONS => 2 + 0xffff,
        HandshakeType::CERTIFICATE_REQUEST => 1 + 0xff + 2 + 0xffff,
        HandshakeType::CERTIFICATE => 1 << 18,
        HandshakeType::CERTIFICATE_VERIFY => 2 + 2 + 0xffff,
        // Exact lengths are the parser's business; this only bounds memory.
        _ => 1 << 10,
    }
}
