//! `Handshake`, the frame around every handshake message (RFC 9846 section 4).

use super::codec::{Reader, Writer};
use super::enums::HandshakeType;
use crate::error::Error;

/// The frame's header: one byte of type, three of length.
pub const HEADER_LEN: usize = 4;

/// A whole handshake message whose body is not parsed yet.
///
/// ```text
/// struct {
///     HandshakeType msg_type;
///     uint24 length;
///     select (Handshake.msg_type) { ... };
/// } Handshake;
/// ```
#[derive(Clone, Copy)]
pub struct Handshake<'a> {
    /// `msg_type`.
    pub msg_type: HandshakeType,
    /// The whole message with its header, as in the transcript.
    pub bytes: &'a [u8],
}

impl<'a> Handshake<'a> {
    /// Splits one message off the front of `r`.
    pub fn read(r: &mut Reader<'a>) -> Result<(Self, Reader<'a>), Error> {
        let start = r.peek();
        let msg_type = HandshakeType::read(r, "msg_type")?;
        let body = r.vec24(body_name(msg_type))?;
        let bytes = start.get(..HEADER_LEN + body.remaining()).unwrap_or(start);
        Ok((Self { msg_type, bytes }, body))
    }

    /// A reader over the body.
    pub fn body(&self) -> Reader<'a> {
        Reader::new(self.bytes.get(HEADER_LEN..).unwrap_or_default())
    }

    /// The message's name in the RFC.
    pub fn name(&self) -> &'static str {
        name_of(self.msg_type)
    }
}

/// A type's name in the RFC.
pub fn name_of(msg_type: HandshakeType) -> &'static str {
    msg_type.name().unwrap_or("an unknown handshake message")
}

/// The structure that follows a message's type.
pub fn body_name(msg_type: HandshakeType) -> &'static str {
    match msg_type {
        HandshakeType::CLIENT_HELLO => "ClientHello",
        HandshakeType::SERVER_HELLO => "ServerHello",
        HandshakeType::NEW_SESSION_TICKET => "NewSessionTicket",
        HandshakeType::END_OF_EARLY_DATA => "EndOfEarlyData",
        HandshakeType::ENCRYPTED_EXTENSIONS => "EncryptedExtensions",
        HandshakeType::CERTIFICATE => "Certificate",
        HandshakeType::CERTIFICATE_REQUEST => "CertificateRequest",
        HandshakeType::CERTIFICATE_VERIFY => "CertificateVerify",
        HandshakeType::FINISHED => "Finished",
        HandshakeType::KEY_UPDATE => "KeyUpdate",
        HandshakeType::MESSAGE_HASH => "message_hash",
        _ => "body",
    }
}

/// Encodes a message: the header and what `body` writes.
pub fn encode(msg_type: HandshakeType, body: impl FnOnce(&mut Writer)) -> Result<Vec<u8>, Error> {
    let mut w = Writer::new();
    w.u8(msg_type.0);
    w.vec24(body);
    w.finish()
}
