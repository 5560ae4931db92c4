//! Handshake messages as annotated fields, made by the codec that parses them.

use core::cell::RefCell;

use crate::error::Error;
use crate::wire::{
    ClientHello, EncryptedExtensions, Handshake, HandshakeType, KeyUpdate, NewSessionTicket,
    Reader, ServerHello, Span,
};

/// The fields of one or more whole handshake messages, in their order, each before the fields inside it.
///
/// Where the bytes stop making sense the fields up to there are returned, with the error.
pub fn inspect(messages: &[u8]) -> (Vec<Span>, Option<Error>) {
    let spans = RefCell::new(Vec::new());
    let mut r = Reader::recording(messages, &spans);
    let mut error = None;
    while !r.is_empty() && error.is_none() {
        error = r.structure("Handshake", inspect_one).err();
    }
    (spans.into_inner(), error)
}

fn inspect_one<'a>(r: &mut Reader<'a>) -> Result<(), Error> {
    let (message, mut body) = Handshake::read(r)?;
    match message.msg_type {
        HandshakeType::CLIENT_HELLO => ClientHello::read(body).map(drop),
        HandshakeType::SERVER_HELLO => ServerHello::read(body).map(drop),
        HandshakeType::ENCRYPTED_EXTENSIONS => EncryptedExtensions::read(body).map(drop),
        HandshakeType::NEW_SESSION_TICKET => NewSessionTicket::read(body).map(drop),
        HandshakeType::KEY_UPDATE => KeyUpdate::read(body).map(drop),
        HandshakeType::FINISHED => {
            let len = body.remaining();
            body.bytes("verify_data", len).map(drop)
        }
        _ => {
            body.rest();
            Ok(())
        }
    }
}
