//! What is read and written again is read as the same, and read spans are those of the input.

use tls_psk::dissect::{dissect, dissect_inner_plaintext, dissect_records};
use tls_psk::wire::{
    Alert, Certificate, CertificateRequest, CertificateVerify, ClientHello, EncryptedExtensions,
    Finished, Handshake, HandshakeType, KeyUpdate, NewSessionTicket, Reader, ServerHello,
};
use tls_psk::{ImportedIdentity, inspect, inspect_records};

/// Reads the input as everything that it could be.
pub fn codec(input: &[u8]) {
    let (spans, _) = inspect(input);
    assert!(spans.iter().all(|span| span.start <= span.end && span.end <= input.len()));
    let (spans, _) = inspect_records(input);
    assert!(spans.iter().all(|span| span.start <= span.end && span.end <= input.len()));
    dissect(input);
    dissect_records(input);
    dissect_inner_plaintext(input);
    if let Ok(identity) = ImportedIdentity::read(input) {
        assert_eq!(identity.encode(), input);
    }
    let _ = Alert::read(Reader::new(input));

    let mut reader = Reader::new(input);
    let Ok((message, _)) = Handshake::read(&mut reader) else { return };
    /// Reads a body, writes it, and reads it again.
    macro_rules! round_trip {
        ($read:expr, $encode:expr) => {
            if let Ok(first) = $read(message.body()) {
                if let Ok(written) = $encode(&first) {
                    let mut reader = Reader::new(&written);
                    let (message, _) = Handshake::read(&mut reader).expect("what was written");
                    let second = $read(message.body()).expect("what was written");
                    // GREASE and unknown extensions are not kept; what is kept is written as the same.
                    assert_eq!($encode(&second).unwrap(), written);
                }
            }
        };
    }
    match message.msg_type {
        HandshakeType::CLIENT_HELLO => round_trip!(ClientHello::read, ClientHello::encode),
        HandshakeType::SERVER_HELLO => round_trip!(ServerHello::read, ServerHello::encode),
        HandshakeType::ENCRYPTED_EXTENSIONS => {
            round_trip!(EncryptedExtensions::read, EncryptedExtensions::encode);
        }
        HandshakeType::CERTIFICATE => round_trip!(Certificate::read, Certificate::encode),
        HandshakeType::CERTIFICATE_REQUEST => {
            round_trip!(CertificateRequest::read, CertificateRequest::encode);
        }
        HandshakeType::CERTIFICATE_VERIFY => {
            round_trip!(CertificateVerify::read, CertificateVerify::encode);
        }
        HandshakeType::NEW_SESSION_TICKET => {
            round_trip!(NewSessionTicket::read, NewSessionTicket::encode);
        }
        HandshakeType::FINISHED => {
            round_trip!(|body| Finished::read(body, 32), Finished::encode);
        }
        HandshakeType::KEY_UPDATE => {
            round_trip!(KeyUpdate::read, |update: &KeyUpdate| update.encode())
        }
        _ => {}
    }
}
