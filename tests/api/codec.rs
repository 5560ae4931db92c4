//! Every message survives encoding and reading, and no shortened or extended message is accepted.

use tls_psk::wire::{
    CHANGEABLE, CipherSuite, ClientExtensions, ClientHello, EXTENSION_TABLE, EncryptedExtensions,
    EndOfEarlyData, ExtensionType, Finished, HELLO_RETRY_REQUEST_RANDOM, Handshake, HandshakeType,
    KeyShareEntry, KeyUpdate, KeyUpdateRequest, Messages, NamedGroup, NewSessionTicket,
    OfferedPsks, ProtocolVersion, PskIdentity, PskKeyExchangeMode, Reader, ServerExtensions,
    ServerHello, SignatureScheme,
};
use tls_psk::{Error, Violation};

use crate::test;

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

/// Each kind of message: its encoding, and a function that reads a body and encodes it again.
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
    // Changing a single byte gives another message or an error, never the same message.
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

/// The table of RFC 9846 section 4.3, without its references.
const TABLE_OF_THE_RFC: &str = "
    server_name                            | CH, EE, CR
    status_request                         | CH, CR, CT
    supported_groups                       | CH, EE
    signature_algorithms                   | CH, CR
    use_srtp                               | CH, EE
    heartbeat                              | CH, EE
    application_layer_protocol_negotiation | CH, EE
    client_certificate_type                | CH, EE
    server_certificate_type                | CH, EE
    padding                                | CH
    compress_certificate                   | CH, CR
    record_size_limit                      | CH, EE
    delegated_credential                   | CH, CR, CT
    supported_ekt_ciphers                  | CH, EE
    pre_shared_key                         | CH, SH
    early_data                             | CH, EE, NST
    supported_versions                     | CH, SH, HRR
    cookie                                 | CH, HRR
    psk_key_exchange_modes                 | CH
    certificate_authorities                | CH, CR
    oid_filters                            | CR
    post_handshake_auth                    | CH
    signature_algorithms_cert              | CH, CR
    key_share                              | CH, SH, HRR
    transparency_info                      | CH, CR, CT
    external_id_hash                       | CH, EE
    external_session_id                    | CH, EE
    quic_transport_parameters              | CH, EE
    ticket_request                         | CH, EE
    ech_outer_extensions                   | CH
    encrypted_client_hello                 | CH, HRR, EE
";

/// Lines that other documents add: RFC 8446 section 4.2, for RFC 6066, and RFC 8773 section 4.
const OTHER_LINES: &str = "
    max_fragment_length                    | CH, EE
    tls_cert_with_extern_psk               | CH, SH
";

const MESSAGES: [(&str, Messages); 7] = [
    ("CH", Messages::CH),
    ("SH", Messages::SH),
    ("EE", Messages::EE),
    ("CT", Messages::CT),
    ("CR", Messages::CR),
    ("NST", Messages::NST),
    ("HRR", Messages::HRR),
];

#[test]
fn each_extension_that_is_recognised_has_the_line_of_the_rfc() {
    let mut rows = EXTENSION_TABLE.iter();
    for line in [TABLE_OF_THE_RFC, OTHER_LINES].concat().lines().filter(|line| !line.is_empty()) {
        let (name, messages) = line.split_once('|').unwrap();
        let Some(kind) = ExtensionType::from_name(name.trim()) else { continue };
        let (row, ours) = rows.next().expect("a line that the table lacks");
        assert_eq!(*row, kind, "the next line");
        let theirs: Vec<&str> = messages.trim().split(", ").collect();
        for (abbreviation, message) in MESSAGES {
            let stands = theirs.contains(&abbreviation);
            assert_eq!(ours.contains(message), stands, "{kind} in {abbreviation}");
        }
    }
    assert_eq!(rows.next(), None, "a line that no document has");
    let unlisted = (0..=u16::MAX).map(ExtensionType).find(|kind| {
        kind.name().is_some() && !EXTENSION_TABLE.iter().any(|(listed, _)| listed == kind)
    });
    assert_eq!(unlisted, None, "a type with a name and no line");
}

#[test]
fn what_a_second_client_hello_may_change_can_be_left_out() {
    let mut hello = client_hello();
    hello.extensions.other.push((ExtensionType::PADDING, vec![0; 3]));
    for kind in CHANGEABLE {
        assert!(hello.extensions.has(kind), "{kind}");
    }
    hello.extensions.drop_changeable();
    for (kind, _) in EXTENSION_TABLE {
        let kept = client_hello().extensions.has(kind) && !CHANGEABLE.contains(&kind);
        assert_eq!(hello.extensions.has(kind), kept, "{kind}");
    }
}
