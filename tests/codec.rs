//! Every message survives encoding and reading, and no prefix or extension of one is taken for it.

use tls_psk::wire::{
    CipherSuite, ClientExtensions, ClientHello, EncryptedExtensions, EndOfEarlyData, ExtensionType,
    Finished, HELLO_RETRY_REQUEST_RANDOM, Handshake, HandshakeType, KeyShareEntry, KeyUpdate,
    KeyUpdateRequest, NamedGroup, NewSessionTicket, OfferedPsks, ProtocolVersion, PskIdentity,
    PskKeyExchangeMode, Reader, ServerExtensions, ServerHello, SignatureScheme,
};
use tls_psk::{Error, Violation};

fn client_hello() -> ClientHello {
    ClientHello {
        legacy_version: ProtocolVersion::TLS12,
        random: [3; 32],
        legacy_session_id: vec![4; 32],
        cipher_suites: vec![CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite(0x1a1a)],
        legacy_compression_methods: vec![0],
        extensions: ClientExtensions {
            server_name: Some(b"broker.example".to_vec()),
            supported_groups: Some(vec![NamedGroup::X25519, NamedGroup(0x2a2a)]),
            signature_algorithms: Some(vec![SignatureScheme::ED25519]),
            alpn: Some(vec![b"mqtt".to_vec(), b"h2".to_vec()]),
            record_size_limit: Some(1024),
            early_data: true,
            supported_versions: Some(vec![ProtocolVersion::TLS13]),
            cookie: Some(vec![9; 3]),
            psk_key_exchange_modes: Some(vec![PskKeyExchangeMode::PSK_DHE_KE]),
            cert_with_extern_psk: true,
            key_share: Some(vec![KeyShareEntry {
                group: NamedGroup::X25519,
                key_exchange: vec![5; 32],
            }]),
            pre_shared_key: Some(OfferedPsks {
                identities: vec![
                    PskIdentity { identity: b"one".to_vec(), obfuscated_ticket_age: 0 },
                    PskIdentity { identity: b"two".to_vec(), obfuscated_ticket_age: u32::MAX },
                ],
                binders: vec![vec![1; 32], vec![2; 48]],
            }),
            other: vec![(ExtensionType(0x3a3a), vec![0])],
            order: Vec::new(),
        },
    }
}

fn server_hello(retry: bool) -> ServerHello {
    let share = KeyShareEntry { group: NamedGroup::X25519, key_exchange: vec![7; 32] };
    ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: if retry { HELLO_RETRY_REQUEST_RANDOM } else { [6; 32] },
        legacy_session_id_echo: vec![4; 32],
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions: ServerExtensions {
            selected_version: Some(ProtocolVersion::TLS13),
            server_share: (!retry).then_some(share),
            selected_group: retry.then_some(NamedGroup::SECP256R1),
            selected_identity: (!retry).then_some(1),
            cert_with_extern_psk: !retry,
            cookie: retry.then(|| vec![8; 5]),
            order: Vec::new(),
        },
    }
}

type Reading = fn(Reader<'_>) -> Result<Vec<u8>, Error>;

/// Each kind of message: its encoding, and a function that reads a body and encodes it anew.
fn messages() -> Vec<(Vec<u8>, Reading)> {
    let encrypted_extensions = EncryptedExtensions {
        server_name: true,
        supported_groups: Some(vec![NamedGroup::SECP256R1]),
        alpn: Some(b"mqtt".to_vec()),
        record_size_limit: Some(64),
        early_data: true,
        order: Vec::new(),
    };
    let ticket = NewSessionTicket {
        ticket_lifetime: 604_800,
        ticket_age_add: 0xdead_beef,
        ticket_nonce: vec![0],
        ticket: vec![1; 100],
        max_early_data_size: Some(16384),
    };
    let update = KeyUpdate { request_update: KeyUpdateRequest::UPDATE_REQUESTED };
    vec![
        (client_hello().encode().unwrap(), |r| ClientHello::read(r)?.encode()),
        (server_hello(false).encode().unwrap(), |r| ServerHello::read(r)?.encode()),
        (server_hello(true).encode().unwrap(), |r| ServerHello::read(r)?.encode()),
        (encrypted_extensions.encode().unwrap(), |r| EncryptedExtensions::read(r)?.encode()),
        (ticket.encode().unwrap(), |r| NewSessionTicket::read(r)?.encode()),
        (Finished { verify_data: vec![1; 32] }.encode().unwrap(), |r| {
            Finished::read(r, 32)?.encode()
        }),
        (update.encode().unwrap(), |r| KeyUpdate::read(r)?.encode()),
        (EndOfEarlyData.encode().unwrap(), |r| EndOfEarlyData::read(r)?.encode()),
    ]
}

#[test]
fn every_message_survives_encoding_and_reading() {
    for (bytes, reread) in messages() {
        let mut r = Reader::new(&bytes);
        let (message, body) = Handshake::read(&mut r).unwrap();
        assert!(r.is_empty());
        assert_eq!(message.bytes, bytes);
        assert_eq!(reread(body).unwrap(), bytes, "{}", message.name());
    }
}

#[test]
fn no_truncation_of_a_message_is_taken_for_a_message() {
    for (bytes, reread) in messages() {
        let body = &bytes[4..];
        for len in 0..body.len() {
            // A hello may end before its extensions, as one of an older version does.
            let older = reread(Reader::new(&body[..len])).is_ok_and(|_| {
                HandshakeType(bytes[0]) == HandshakeType::CLIENT_HELLO && len == 2 + 32 + 33 + 6 + 2
                    || HandshakeType(bytes[0]) == HandshakeType::SERVER_HELLO
                        && len == 2 + 32 + 33 + 3
            });
            if !older {
                let error = reread(Reader::new(&body[..len])).unwrap_err();
                assert!(matches!(error, Error::Decode(_)), "{error:?}");
            }
        }
    }
}

#[test]
fn no_message_has_slack_behind_it() {
    for (bytes, reread) in messages() {
        let mut body = bytes[4..].to_vec();
        body.push(0);
        assert!(matches!(reread(Reader::new(&body)), Err(Error::Decode(_))));
    }
}

#[test]
fn an_extension_twice_in_a_block_is_refused_wherever_it_stands() {
    for kind in [7, 8, 0x3a3a, 0xffff] {
        let mut hello = client_hello();
        hello.extensions = ClientExtensions::default();
        let kinds = [0x5a5a, kind, 0x7a7a, kind].map(ExtensionType);
        hello.extensions.other = kinds.map(|kind| (kind, vec![0; 2])).to_vec();
        let bytes = hello.encode().unwrap();
        let read = ClientHello::read(Reader::new(&bytes[4..]));
        assert_eq!(read, Err(Violation::DuplicateExtension.into()), "{kind:#x}");
    }
}

#[test]
fn every_byte_of_every_length_field_matters() {
    // Changing any one byte gives another message or an error, never the same message.
    for (bytes, reread) in messages() {
        let body = &bytes[4..];
        for at in 0..body.len() {
            for bit in 0..8 {
                let mut changed = body.to_vec();
                changed[at] ^= 1 << bit;
                if let Ok(encoded) = reread(Reader::new(&changed)) {
                    assert_ne!(encoded, bytes, "byte {at} of {:?} is not kept", bytes[0]);
                }
            }
        }
    }
}

#[test]
fn a_message_too_long_for_its_length_fields_is_refused_when_encoded() {
    let mut hello = client_hello();
    hello.extensions.other = vec![(ExtensionType(0x3a3a), vec![0; 0xfff0])];
    assert!(matches!(hello.encode(), Err(tls_psk::Error::Internal(_))));
}
