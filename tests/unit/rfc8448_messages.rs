//! The messages of RFC 8448, sections 3 to 5, read and encoded: tests/vectors/README.md says how to read them.
//!
//! NSS made them, whose extensions come in an order other than ours: hellos and EncryptedExtensions are encoded to the
//! published bytes once their extensions are put in the published order.

use std::collections::BTreeMap;

use super::test;
use super::vectors::{Vectors, rfc8448_resumed, rfc8448_retried, rfc8448_simple};
use crate::error::AlertDescription;
use crate::wire::handshake::HEADER_LEN;
use crate::wire::{
    Alert, CipherSuite, ClientExtensions, ClientHello, EncryptedExtensions, EndOfEarlyData,
    ExtensionType as Type, Finished, Handshake, HandshakeType, KeyShareEntry, NamedGroup as Group,
    NewSessionTicket, OfferedPsks, ProtocolVersion, PskIdentity, PskKeyExchangeMode, Reader,
    ServerExtensions, ServerHello, SignatureScheme,
};

/// RFC 5746.
const RENEGOTIATION_INFO: Type = Type(0xff01);
/// RFC 5077.
const SESSION_TICKET: Type = Type(35);
const SECP384R1: Group = Group(24);
const SECP521R1: Group = Group(25);

/// Header, version, random, empty session id, three suites and one compression method.
const CLIENT_HELLO_FIXED: usize = 4 + 2 + 32 + 1 + 8 + 2;
/// Header, version, random, empty session id, suite and compression method.
const SERVER_HELLO_FIXED: usize = 4 + 2 + 32 + 1 + 2 + 1;

/// A message's body, its type checked.
fn body(message: &[u8], msg_type: HandshakeType) -> Reader<'_> {
    let mut reader = Reader::new(message);
    let (frame, body) = Handshake::read(&mut reader).unwrap();
    assert!(reader.is_empty());
    assert_eq!(frame.msg_type, msg_type);
    body
}

/// The extensions of a message, which begin after `fixed` bytes.
fn extensions(message: &[u8], fixed: usize) -> BTreeMap<Type, &[u8]> {
    let mut reader = Reader::new(&message[fixed..]);
    let mut block = reader.vec16("extensions").unwrap();
    assert!(reader.is_empty());
    let mut extensions = BTreeMap::new();
    while !block.is_empty() {
        let kind = Type(block.u16("extension_type").unwrap());
        extensions.insert(kind, block.vec16("extension_data").unwrap().rest());
    }
    extensions
}

/// The message with its extensions in another order.
fn reorder(message: &[u8], fixed: usize, order: &[Type]) -> Vec<u8> {
    let extensions = extensions(message, fixed);
    let mut reordered = message[..fixed + 2].to_vec();
    for kind in order {
        let data = extensions[kind];
        reordered.extend(kind.0.to_be_bytes());
        reordered.extend((data.len() as u16).to_be_bytes());
        reordered.extend(data);
    }
    reordered
}

/// The first 32 bytes after a hello's header and version.
fn random(hello: &[u8]) -> [u8; 32] {
    hello[6..38].try_into().unwrap()
}

fn share(group: Group, key: &[u8]) -> KeyShareEntry {
    KeyShareEntry { group, key_exchange: key.to_vec() }
}

/// The one share of a first ClientHello.
fn x25519_share(trace: &Vectors) -> Option<Vec<KeyShareEntry>> {
    Some(vec![share(Group::X25519, trace.get("client x25519 public key"))])
}

/// The groups of sections 3 and 4: curves, then finite fields.
fn all_groups() -> Vec<Group> {
    let curves = [Group::X25519, Group::SECP256R1, SECP384R1, SECP521R1];
    curves.into_iter().chain((0x100..=0x104).map(Group)).collect()
}

/// The cookie of section 5, as it is in the middle of the HelloRetryRequest.
fn cookie(trace: &Vectors) -> Option<Vec<u8>> {
    let retry = trace.get("HelloRetryRequest");
    // Without its length.
    Some(extensions(retry, SERVER_HELLO_FIXED)[&Type::COOKIE][2..].to_vec())
}

fn read_ticket(message: &[u8]) -> NewSessionTicket {
    NewSessionTicket::read(body(message, HandshakeType::NEW_SESSION_TICKET)).unwrap()
}

/// What all ClientHellos have in common; `extensions` adds the rest.
fn client_hello(random: [u8; 32], extensions: ClientExtensions) -> ClientHello {
    let schemes = [
        0x0403, 0x0503, 0x0603, 0x0203, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201,
        0x0402, 0x0502, 0x0602, 0x0202,
    ];
    ClientHello {
        legacy_version: ProtocolVersion::TLS12,
        random,
        legacy_session_id: Vec::new(),
        cipher_suites: vec![
            CipherSuite::TLS_AES_128_GCM_SHA256,
            CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
            CipherSuite::TLS_AES_256_GCM_SHA384,
        ],
        legacy_compression_methods: vec![0],
        extensions: ClientExtensions {
            server_name: Some(b"server".to_vec()),
            signature_algorithms: Some(schemes.map(SignatureScheme).to_vec()),
            record_size_limit: Some(0x4001),
            supported_versions: Some(vec![ProtocolVersion::TLS13]),
            psk_key_exchange_modes: Some(vec![PskKeyExchangeMode::PSK_DHE_KE]),
            ..extensions
        },
    }
}

/// What all ServerHellos have in common.
fn server_hello(random: [u8; 32], extensions: ServerExtensions) -> ServerHello {
    ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random,
        legacy_session_id_echo: Vec::new(),
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions: ServerExtensions {
            selected_version: Some(ProtocolVersion::TLS13),
            ..extensions
        },
    }
}

fn expect_client_hello(
    trace: &mut Vectors,
    name: &str,
    extensions: impl FnOnce(&Vectors) -> ClientExtensions,
) {
    let message = trace.get(name);
    let hello = ClientHello::read(body(message, HandshakeType::CLIENT_HELLO)).unwrap();
    assert_eq!(hello, client_hello(random(message), extensions(trace)));
    let encoded = hello.encode().unwrap();
    trace.expect(name, &reorder(&encoded, CLIENT_HELLO_FIXED, &hello.extensions.order));
}

fn expect_server_hello(
    trace: &mut Vectors,
    name: &str,
    extensions: impl FnOnce(&Vectors) -> ServerExtensions,
) {
    let message = trace.get(name);
    let hello = ServerHello::read(body(message, HandshakeType::SERVER_HELLO)).unwrap();
    assert_eq!(hello, server_hello(random(message), extensions(trace)));
    let encoded = hello.encode().unwrap();
    trace.expect(name, &reorder(&encoded, SERVER_HELLO_FIXED, &hello.extensions.order));
}

#[test]
fn client_hellos_are_read_and_encoded() {
    let [mut simple, mut resumed, mut retried] =
        [rfc8448_simple(), rfc8448_resumed(), rfc8448_retried()];

    expect_client_hello(&mut simple, "ClientHello", |trace| ClientExtensions {
        supported_groups: Some(all_groups()),
        key_share: x25519_share(trace),
        other: vec![(RENEGOTIATION_INFO, vec![0]), (SESSION_TICKET, Vec::new())],
        order: vec![
            Type::SERVER_NAME,
            RENEGOTIATION_INFO,
            Type::SUPPORTED_GROUPS,
            SESSION_TICKET,
            Type::KEY_SHARE,
            Type::SUPPORTED_VERSIONS,
            Type::SIGNATURE_ALGORITHMS,
            Type::PSK_KEY_EXCHANGE_MODES,
            Type::RECORD_SIZE_LIMIT,
        ],
        ..ClientExtensions::default()
    });

    let identity = read_ticket(simple.get("NewSessionTicket")).ticket;
    expect_client_hello(&mut resumed, "ClientHello", |trace| ClientExtensions {
        supported_groups: Some(all_groups()),
        early_data: true,
        key_share: x25519_share(trace),
        pre_shared_key: Some(OfferedPsks {
            identities: vec![PskIdentity { identity, obfuscated_ticket_age: 0xfad6_aacb }],
            binders: vec![trace.get("binder").to_vec()],
        }),
        other: vec![(RENEGOTIATION_INFO, vec![0]), (Type::PADDING, vec![0; 87])],
        order: vec![
            Type::SERVER_NAME,
            RENEGOTIATION_INFO,
            Type::SUPPORTED_GROUPS,
            Type::KEY_SHARE,
            Type::EARLY_DATA,
            Type::SUPPORTED_VERSIONS,
            Type::SIGNATURE_ALGORITHMS,
            Type::PSK_KEY_EXCHANGE_MODES,
            Type::RECORD_SIZE_LIMIT,
            Type::PADDING,
            Type::PRE_SHARED_KEY,
        ],
        ..ClientExtensions::default()
    });

    expect_client_hello(&mut retried, "first ClientHello", |trace| ClientExtensions {
        supported_groups: Some(vec![Group::X25519, Group::SECP256R1, SECP384R1]),
        key_share: x25519_share(trace),
        other: vec![(RENEGOTIATION_INFO, vec![0])],
        order: vec![
            Type::SERVER_NAME,
            RENEGOTIATION_INFO,
            Type::SUPPORTED_GROUPS,
            Type::KEY_SHARE,
            Type::SUPPORTED_VERSIONS,
            Type::SIGNATURE_ALGORITHMS,
            Type::PSK_KEY_EXCHANGE_MODES,
            Type::RECORD_SIZE_LIMIT,
        ],
        ..ClientExtensions::default()
    });

    expect_client_hello(&mut retried, "second ClientHello", |trace| ClientExtensions {
        supported_groups: Some(vec![Group::X25519, Group::SECP256R1, SECP384R1]),
        cookie: cookie(trace),
        key_share: Some(vec![share(Group::SECP256R1, trace.get("client P-256 public key"))]),
        other: vec![(RENEGOTIATION_INFO, vec![0]), (Type::PADDING, vec![0; 175])],
        order: vec![
            Type::SERVER_NAME,
            RENEGOTIATION_INFO,
            Type::SUPPORTED_GROUPS,
            Type::KEY_SHARE,
            Type::SUPPORTED_VERSIONS,
            Type::SIGNATURE_ALGORITHMS,
            Type::COOKIE,
            Type::PSK_KEY_EXCHANGE_MODES,
            Type::RECORD_SIZE_LIMIT,
            Type::PADDING,
        ],
        ..ClientExtensions::default()
    });

    assert_eq!(simple.compared() + resumed.compared() + retried.compared(), 4);
}

#[test]
fn server_hellos_are_read_and_encoded() {
    let [mut simple, mut resumed, mut retried] =
        [rfc8448_simple(), rfc8448_resumed(), rfc8448_retried()];

    expect_server_hello(&mut simple, "ServerHello", |trace| ServerExtensions {
        server_share: Some(share(Group::X25519, trace.get("server x25519 public key"))),
        order: vec![Type::KEY_SHARE, Type::SUPPORTED_VERSIONS],
        ..ServerExtensions::default()
    });

    expect_server_hello(&mut resumed, "ServerHello", |trace| ServerExtensions {
        selected_identity: Some(0),
        server_share: Some(share(Group::X25519, trace.get("server x25519 public key"))),
        order: vec![Type::PRE_SHARED_KEY, Type::KEY_SHARE, Type::SUPPORTED_VERSIONS],
        ..ServerExtensions::default()
    });

    expect_server_hello(&mut retried, "HelloRetryRequest", |trace| ServerExtensions {
        selected_group: Some(Group::SECP256R1),
        cookie: cookie(trace),
        order: vec![Type::KEY_SHARE, Type::COOKIE, Type::SUPPORTED_VERSIONS],
        ..ServerExtensions::default()
    });

    expect_server_hello(&mut retried, "ServerHello", |trace| ServerExtensions {
        server_share: Some(share(Group::SECP256R1, trace.get("server P-256 public key"))),
        order: vec![Type::KEY_SHARE, Type::SUPPORTED_VERSIONS],
        ..ServerExtensions::default()
    });

    assert_eq!(simple.compared() + resumed.compared() + retried.compared(), 4);
}

#[test]
fn encrypted_extensions_are_read_and_encoded() {
    let simple = EncryptedExtensions {
        server_name: true,
        supported_groups: Some(all_groups()),
        record_size_limit: Some(0x4001),
        order: vec![Type::SUPPORTED_GROUPS, Type::RECORD_SIZE_LIMIT, Type::SERVER_NAME],
        ..EncryptedExtensions::default()
    };
    let mut resumed = EncryptedExtensions { early_data: true, ..simple.clone() };
    resumed.order.push(Type::EARLY_DATA);
    let retried = EncryptedExtensions {
        supported_groups: Some(vec![Group::SECP256R1, SECP384R1, Group::X25519]),
        ..simple.clone()
    };
    let mut compared = 0;
    let expected =
        [(rfc8448_simple(), simple), (rfc8448_resumed(), resumed), (rfc8448_retried(), retried)];
    for (mut trace, expected) in expected {
        let body = body(trace.get("EncryptedExtensions"), HandshakeType::ENCRYPTED_EXTENSIONS);
        let extensions = EncryptedExtensions::read(body).unwrap();
        assert_eq!(extensions, expected);
        let encoded = extensions.encode().unwrap();
        trace.expect("EncryptedExtensions", &reorder(&encoded, HEADER_LEN, &expected.order));
        compared += trace.compared();
    }
    assert_eq!(compared, 3);
}

#[test]
fn finished_messages_are_read_and_encoded() {
    let mut compared = 0;
    for mut trace in [rfc8448_simple(), rfc8448_resumed(), rfc8448_retried()] {
        for side in ["client", "server"] {
            let name = format!("{side} Finished");
            let body = body(trace.get(&name), HandshakeType::FINISHED);
            let finished = Finished::read(body, 32).unwrap();
            trace.expect(&format!("{side} verify_data"), &finished.verify_data);
            trace.expect(&name, &finished.encode().unwrap());
        }
        compared += trace.compared();
    }
    assert_eq!(compared, 12);
}

#[test]
fn a_new_session_ticket_is_read_and_encoded() {
    let mut trace = rfc8448_simple();
    let message = trace.get("NewSessionTicket").to_vec();
    let ticket = read_ticket(&message);
    assert_eq!(ticket.ticket_lifetime, 30);
    assert_eq!(ticket.ticket_age_add, 0xfad6_aac5);
    trace.expect("ticket nonce", &ticket.ticket_nonce);
    // Before it come header, lifetime, age_add, nonce and the length; after it, 10 bytes of extensions.
    assert_eq!(ticket.ticket, message[4 + 4 + 4 + 3 + 2..message.len() - 10]);
    assert_eq!(ticket.max_early_data_size, Some(1024));
    trace.expect("NewSessionTicket", &ticket.encode().unwrap());
    assert_eq!(trace.compared(), 2);
}

#[test]
fn end_of_early_data_is_read_and_encoded() {
    let mut trace = rfc8448_resumed();
    let body = body(trace.get("EndOfEarlyData"), HandshakeType::END_OF_EARLY_DATA);
    let message = EndOfEarlyData::read(body).unwrap().encode().unwrap();
    trace.expect("EndOfEarlyData", &message);
    assert_eq!(trace.compared(), 1);
}

#[test]
fn closure_alerts_are_read_and_encoded() {
    let mut compared = 0;
    for mut trace in [rfc8448_simple(), rfc8448_resumed(), rfc8448_retried()] {
        for name in ["client alert", "server alert"] {
            let alert = Alert::read(Reader::new(trace.get(name))).unwrap();
            assert_eq!(alert.description, AlertDescription::CLOSE_NOTIFY);
            trace.expect(name, &alert.encode());
        }
        compared += trace.compared();
    }
    assert_eq!(compared, 6);
}
