//! What this crate accepts, a second parser reads as the same. That parser is more lenient, so that what it accepts says
//! nothing.

use tls_parser::{
    SNIType, TlsClientHelloContents, TlsExtension, parse_tls_client_hello_extension,
    parse_tls_extension_unknown, parse_tls_handshake_client_hello,
    parse_tls_handshake_server_hello,
};
use tls_psk::wire::{
    ClientExtensions, ClientHello, ExtensionType, Handshake, HandshakeType, Reader, ServerHello,
};

/// Reads a ClientHello or a ServerHello with both parsers.
pub fn differential(input: &[u8]) {
    let Ok((message, _)) = Handshake::read(&mut Reader::new(input)) else { return };
    let body = &message.bytes[4..];
    match message.msg_type {
        HandshakeType::CLIENT_HELLO => {
            if let Ok(hello) = ClientHello::read(message.body()) {
                client_hello(&hello, body);
            }
        }
        HandshakeType::SERVER_HELLO => {
            if let Ok(hello) = ServerHello::read(message.body()) {
                server_hello(&hello, body);
            }
        }
        _ => {}
    }
}

fn client_hello(ours: &ClientHello, body: &[u8]) {
    let (rest, theirs) = parse_tls_handshake_client_hello(body).expect("a ClientHello");
    let TlsClientHelloContents { version, random, session_id, ciphers, comp, ext } = theirs;
    assert!(rest.is_empty());
    assert_eq!(ours.legacy_version.0, version.0);
    assert_eq!(ours.random, random);
    assert_eq!(ours.legacy_session_id, session_id.unwrap_or_default());
    let suites: Vec<_> = ciphers.iter().map(|suite| suite.0).collect();
    assert_eq!(ours.cipher_suites.iter().map(|suite| suite.0).collect::<Vec<_>>(), suites);
    let methods: Vec<_> = comp.iter().map(|method| method.0).collect();
    assert_eq!(ours.legacy_compression_methods, methods);

    let mut order = Vec::new();
    for (kind, bytes) in extensions(ext.unwrap_or_default()) {
        order.push(kind);
        client_extension(&ours.extensions, kind, bytes);
    }
    assert_eq!(ours.extensions.order, order);
}

/// Extensions with their types, each with its header.
fn extensions(mut rest: &[u8]) -> Vec<(ExtensionType, &[u8])> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (after, extension) = parse_tls_extension_unknown(rest).expect("an extension");
        let TlsExtension::Unknown(kind, _) = extension else { unreachable!("it names no other") };
        found.push((ExtensionType(kind.0), &rest[..rest.len() - after.len()]));
        rest = after;
    }
    found
}

/// Compares an extension that both parsers interpret.
fn client_extension(ours: &ClientExtensions, kind: ExtensionType, bytes: &[u8]) {
    let theirs = || parse_tls_client_hello_extension(bytes).expect("an extension").1;
    match kind {
        ExtensionType::SERVER_NAME => {
            let TlsExtension::SNI(names) = theirs() else { panic!("not server_name") };
            let host = names.iter().find(|(kind, _)| *kind == SNIType::HostName);
            assert_eq!(ours.server_name.as_deref(), host.map(|(_, name)| *name));
        }
        ExtensionType::SUPPORTED_GROUPS => {
            let TlsExtension::EllipticCurves(groups) = theirs() else { panic!("not groups") };
            let own = ours.supported_groups.iter().flatten().map(|group| group.0);
            assert!(own.eq(groups.iter().map(|group| group.0)));
        }
        ExtensionType::SIGNATURE_ALGORITHMS => {
            let TlsExtension::SignatureAlgorithms(schemes) = theirs() else {
                panic!("not schemes")
            };
            let own = ours.signature_algorithms.iter().flatten().map(|scheme| scheme.0);
            assert!(own.eq(schemes));
        }
        ExtensionType::ALPN => {
            let TlsExtension::ALPN(names) = theirs() else { panic!("not alpn") };
            assert_eq!(ours.alpn.clone().unwrap_or_default(), names);
        }
        ExtensionType::RECORD_SIZE_LIMIT => {
            let TlsExtension::RecordSizeLimit(limit) = theirs() else { panic!("not a limit") };
            assert_eq!(ours.record_size_limit, Some(limit));
        }
        ExtensionType::SUPPORTED_VERSIONS => {
            let TlsExtension::SupportedVersions(versions) = theirs() else {
                panic!("not versions")
            };
            let own = ours.supported_versions.iter().flatten().map(|version| version.0);
            assert!(own.eq(versions.iter().map(|version| version.0)));
        }
        ExtensionType::PSK_KEY_EXCHANGE_MODES => {
            let TlsExtension::PskExchangeModes(modes) = theirs() else { panic!("not modes") };
            let own = ours.psk_key_exchange_modes.iter().flatten().map(|mode| mode.0);
            assert!(own.eq(modes));
        }
        ExtensionType::COOKIE => {
            let TlsExtension::Cookie(content) = theirs() else { panic!("not a cookie") };
            assert_eq!(ours.cookie.as_deref(), content.get(2..));
        }
        ExtensionType::PRE_SHARED_KEY => {
            let TlsExtension::PreSharedKey(content) = theirs() else { panic!("not an offer") };
            let offer = ours.pre_shared_key.as_ref().expect("it was read");
            assert_eq!(offer.encoded_len(), content.len());
        }
        ExtensionType::KEY_SHARE => {
            let TlsExtension::KeyShare(content) = theirs() else { panic!("not key shares") };
            let shares = ours.key_share.iter().flatten();
            let len: usize = shares.map(|share| 4 + share.key_exchange.len()).sum();
            assert_eq!(2 + len, content.len());
        }
        _ => {}
    }
}

fn server_hello(ours: &ServerHello, body: &[u8]) {
    // It has no ServerHello of unknown versions.
    if !(0x0301..=0x0303).contains(&ours.legacy_version.0) {
        return;
    }
    let (rest, theirs) = parse_tls_handshake_server_hello(body).expect("a ServerHello");
    assert!(rest.is_empty());
    assert_eq!(ours.legacy_version.0, theirs.version.0);
    assert_eq!(ours.random, theirs.random);
    assert_eq!(ours.legacy_session_id_echo, theirs.session_id.unwrap_or_default());
    assert_eq!(ours.cipher_suite.0, theirs.cipher.0);
    assert_eq!(ours.legacy_compression_method, theirs.compression.0);
    let order: Vec<_> =
        extensions(theirs.ext.unwrap_or_default()).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(ours.extensions.order, order);
}
