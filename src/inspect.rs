//! Handshake messages and records as annotated fields, made by the codec that parses them.

use core::cell::RefCell;

use crate::error::Error;
use crate::wire::{
    Alert, Certificate, CertificateRequest, CertificateVerify, ClientHello, ContentType,
    EncryptedExtensions, EndOfEarlyData, Handshake, HandshakeType, KeyUpdate, NewSessionTicket,
    ProtocolVersion, Reader, ServerHello, Span,
};

/// The fields of one or more whole handshake messages, in order, each before the fields inside it.
///
/// If the bytes stop making sense, the fields up to there are returned, with the error.
pub fn inspect(messages: &[u8]) -> (Vec<Span>, Option<Error>) {
    inspect_all(messages, inspect_messages)
}

/// As [`inspect`], for one or more records in wire format: the parts that are in clear, including the handshake
/// messages if a record holds whole ones.
#[must_use]
pub fn inspect_records(records: &[u8]) -> (Vec<Span>, Option<Error>) {
    inspect_all(records, |r| {
        while !r.is_empty() {
            match r.peek().first() {
                Some(&PROTECTED) => r.structure("TLSCiphertext", inspect_ciphertext)?,
                _ => r.structure("TLSPlaintext", inspect_plaintext)?,
            }
        }
        Ok(())
    })
}

pub(crate) fn inspect_all(
    bytes: &[u8],
    read: impl FnOnce(&mut Reader<'_>) -> Result<(), Error>,
) -> (Vec<Span>, Option<Error>) {
    let spans = RefCell::new(Vec::new());
    let error = read(&mut Reader::recording(bytes, &spans)).err();
    (spans.into_inner(), error)
}

fn inspect_messages(r: &mut Reader<'_>) -> Result<(), Error> {
    while !r.is_empty() {
        r.structure("Handshake", inspect_message)?;
    }
    Ok(())
}

fn inspect_message(r: &mut Reader<'_>) -> Result<(), Error> {
    let (message, mut body) = Handshake::read(r)?;
    r.annotate_parent(message.msg_type.name());
    match message.msg_type {
        HandshakeType::CLIENT_HELLO => ClientHello::read(body).map(drop),
        HandshakeType::SERVER_HELLO => {
            let hello = ServerHello::read(body)?;
            r.annotate_parent(hello.is_retry().then_some("hello_retry_request"));
            Ok(())
        }
        HandshakeType::NEW_SESSION_TICKET => NewSessionTicket::read(body).map(drop),
        HandshakeType::END_OF_EARLY_DATA => EndOfEarlyData::read(body).map(drop),
        HandshakeType::ENCRYPTED_EXTENSIONS => EncryptedExtensions::read(body).map(drop),
        HandshakeType::CERTIFICATE => Certificate::read(body).map(drop),
        HandshakeType::CERTIFICATE_REQUEST => CertificateRequest::read(body).map(drop),
        HandshakeType::CERTIFICATE_VERIFY => CertificateVerify::read(body).map(drop),
        HandshakeType::FINISHED => {
            let len = body.remaining();
            body.bytes("verify_data", len).map(drop)
        }
        HandshakeType::KEY_UPDATE => KeyUpdate::read(body).map(drop),
        HandshakeType::MESSAGE_HASH => {
            let len = body.remaining();
            body.bytes("hash", len).map(drop)
        }
        _ => {
            body.rest();
            Ok(())
        }
    }
}

/// The first byte of every protected record.
const PROTECTED: u8 = ContentType::APPLICATION_DATA.0;

/// ```text
/// struct {
///     ContentType type;
///     ProtocolVersion legacy_record_version;
///     uint16 length;
///     opaque fragment[TLSPlaintext.length];
/// } TLSPlaintext;
/// ```
/// RFC 9846 section 5.1.
fn inspect_plaintext(r: &mut Reader<'_>) -> Result<(), Error> {
    let content_type = inspect_header(r, "type")?;
    inspect_content(content_type, r.vec16("fragment")?)
}

/// The content of a record in clear.
pub(crate) fn inspect_content(
    content_type: ContentType,
    mut content: Reader<'_>,
) -> Result<(), Error> {
    match content_type {
        ContentType::HANDSHAKE if holds_whole_messages(content.peek()) => {
            inspect_messages(&mut content)
        }
        ContentType::ALERT => Alert::read(content).map(drop),
        _ => {
            content.rest();
            Ok(())
        }
    }
}

/// ```text
/// struct {
///     ContentType opaque_type = application_data;
///     ProtocolVersion legacy_record_version = 0x0303;
///     uint16 length;
///     opaque encrypted_record[TLSCiphertext.length];
/// } TLSCiphertext;
/// ```
/// RFC 9846 section 5.2.
fn inspect_ciphertext(r: &mut Reader<'_>) -> Result<(), Error> {
    inspect_header(r, "opaque_type")?;
    r.vec16("encrypted_record")?.rest();
    Ok(())
}

fn inspect_header(r: &mut Reader<'_>, field: &'static str) -> Result<ContentType, Error> {
    let content_type = ContentType::read(r, field)?;
    r.annotate_parent(content_type.name());
    ProtocolVersion::read(r, "legacy_record_version")?;
    Ok(content_type)
}

/// Whether the bytes end at the end of a handshake message. A message that continues in the next record is not split
/// into fields.
fn holds_whole_messages(fragment: &[u8]) -> bool {
    let mut r = Reader::new(fragment);
    while !r.is_empty() {
        if Handshake::read(&mut r).is_err() {
            return false;
        }
    }
    true
}
