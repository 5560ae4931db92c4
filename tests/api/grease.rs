//! GREASE (RFC 8701): our client offers reserved values, our server ignores them, and no server may select one.

use std::collections::HashSet;
use std::sync::Arc;

use tls_psk::crypto::{HashAlgorithm, Suite};
use tls_psk::keys::{EarlySecret, PskKind};
use tls_psk::record::Sealer;
use tls_psk::wire::{
    CipherSuite, ClientHello, ContentType, EncryptedExtensions, ExtensionType,
    HELLO_RETRY_REQUEST_RANDOM, KeyShareEntry, NamedGroup, OfferedPsks, ProtocolVersion,
    PskIdentity, PskKeyExchangeMode, Reader, ServerExtensions, ServerHello, SignatureScheme,
    grease,
};
use tls_psk::{ClientConfig, Connection, Entropy, Error, Event, Violation};

use crate::support::{CHUNKINGS, Pair, default_configs, drain};
use crate::test;

fn is_reserved(value: u16) -> bool {
    (0..16).any(|place| grease::two_bytes(place) == value)
}

/// A client that offers something in every list that takes a reserved value.
fn offering() -> ClientConfig {
    let (mut client, _) = default_configs();
    client.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    client
}

/// A client that has started, and its ClientHello.
fn started(config: ClientConfig, seed: u8) -> (Connection, ClientHello) {
    let mut client = Connection::client(Arc::new(config), Entropy::from_seed([seed; 32]));
    client.start().unwrap();
    let record = drain(&mut client, &mut Vec::new());
    let hello = ClientHello::read(Reader::new(&record[9..])).unwrap();
    (client, hello)
}

/// A handshake message in a separate record.
fn record(message: &[u8]) -> Vec<u8> {
    let mut record = vec![22, 3, 3];
    record.extend((message.len() as u16).to_be_bytes());
    record.extend(message);
    record
}

/// The message with an additional empty extension; its extension block is last and begins at `block`.
fn with_extension(mut message: Vec<u8>, block: usize, kind: u16) -> Vec<u8> {
    message.extend(kind.to_be_bytes());
    message.extend([0, 0]);
    let body = (message.len() - 4) as u32;
    message[1..4].copy_from_slice(&body.to_be_bytes()[1..]);
    let len = (message.len() - block - 2) as u16;
    message[block..block + 2].copy_from_slice(&len.to_be_bytes());
    message
}

#[test]
fn the_reserved_values_are_those_of_the_registries() {
    let pairs: Vec<u16> = (0..=255).map(grease::two_bytes).collect();
    assert_eq!((pairs[0], pairs[1], pairs[15]), (0x0a0a, 0x1a1a, 0xfafa));
    assert_eq!(pairs.iter().collect::<HashSet<_>>().len(), 16);
    let modes: Vec<u8> = (0..8).map(grease::psk_key_exchange_mode).collect();
    assert_eq!(modes, [0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4]);
    assert!(grease::is_protocol_name(&[0x0a, 0x0a]) && grease::is_protocol_name(&[0xfa, 0xfa]));
    for name in [&b"h2"[..], &[0x0a, 0x1a], &[0x0b, 0x0b], &[0x0a], &[0x0a, 0x0a, 0x0a]] {
        assert!(!grease::is_protocol_name(name));
    }
}

#[test]
fn a_client_offers_one_reserved_value_in_each_list_but_the_modes_and_two_reserved_extensions() {
    for seed in 0..100 {
        let (_, hello) = started(offering(), seed);
        let extensions = &hello.extensions;
        let reserved = |values: &mut dyn Iterator<Item = u16>| {
            let values: Vec<bool> = values.map(is_reserved).collect();
            assert!(values[0] && values[1..].iter().all(|reserved| !reserved) && values.len() > 1);
        };
        let groups = extensions.supported_groups.as_ref().unwrap();
        reserved(&mut hello.cipher_suites.iter().map(|suite| suite.0));
        reserved(&mut groups.iter().map(|group| group.0));
        reserved(&mut extensions.signature_algorithms.iter().flatten().map(|scheme| scheme.0));
        reserved(&mut extensions.supported_versions.iter().flatten().map(|version| version.0));
        let alpn = extensions.alpn.as_ref().unwrap();
        assert!(grease::is_protocol_name(&alpn[0]) && alpn[1..] == [b"mqtt".to_vec()]);
        // In the order of supported_groups (RFC 9846 section 4.3.8).
        let shares = extensions.key_share.as_ref().unwrap();
        assert_eq!(shares.len(), 2);
        assert_eq!((shares[0].group, shares[1].group), (groups[0], groups[1]));
        assert_eq!(shares[0].key_exchange, [0]);
        let [(empty, nothing), (other, one)] = &extensions.other[..] else { panic!("two") };
        assert!(is_reserved(empty.0) && is_reserved(other.0) && empty != other);
        assert_eq!((nothing.as_slice(), one.as_slice()), (&[][..], &[0][..]));
        assert_eq!(extensions.order.last(), Some(&ExtensionType::PRE_SHARED_KEY));
    }
}

#[test]
fn the_modes_have_no_reserved_value_as_mbed_tls_refuses_the_hello_for_it() {
    const BOTH: [PskKeyExchangeMode; 2] =
        [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE];
    for modes in [&BOTH[..], &BOTH[..1], &BOTH[1..]] {
        for seed in 0..20 {
            let mut client = offering();
            client.parameters_mut().set_psk_modes(modes).unwrap();
            let (_, hello) = started(client, seed);
            assert_eq!(hello.extensions.psk_key_exchange_modes.as_deref(), Some(modes));
        }
    }
}

#[test]
fn the_values_differ_between_connections_and_follow_from_the_seed() {
    let suites: HashSet<u16> =
        (0..100).map(|seed| started(offering(), seed).1.cipher_suites[0].0).collect();
    assert!(suites.len() > 8, "only {suites:?}");
    assert_eq!(started(offering(), 7).1, started(offering(), 7).1);
}

#[test]
fn without_key_exchange_and_protocols_no_list_is_made_for_a_reserved_value() {
    let (mut client, _) = default_configs();
    client.parameters_mut().set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
    let (_, hello) = started(client, 1);
    let extensions = &hello.extensions;
    assert_eq!((&extensions.supported_groups, &extensions.key_share), (&None, &None));
    assert_eq!(extensions.alpn, None);
}

#[test]
fn a_client_can_do_without() {
    let mut client = offering();
    client.parameters_mut().set_grease(false);
    let (_, hello) = started(client, 1);
    assert_eq!(hello.cipher_suites.len(), 2);
    assert_eq!(hello.extensions.supported_versions, Some(vec![ProtocolVersion::TLS13]));
    assert_eq!(hello.extensions.alpn, Some(vec![b"mqtt".to_vec()]));
    assert_eq!(hello.extensions.other, []);
}

#[test]
fn a_second_client_hello_repeats_the_values_but_for_the_share() {
    for chunking in CHUNKINGS {
        let (_, mut server) = default_configs();
        server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
        server.parameters_mut().set_trace(true);
        let pair = Pair::new(offering(), server).chunked(chunking).handshake();
        assert!(pair.assert_connected().hello_retry_request);
        let hellos: Vec<ClientHello> = pair
            .server_events
            .iter()
            .filter_map(|event| match event {
                Event::Message { name: "client_hello", bytes, .. } => {
                    Some(ClientHello::read(Reader::new(&bytes[4..])).unwrap())
                }
                _ => None,
            })
            .collect();
        let [first, second] = &hellos[..] else { panic!("two ClientHellos") };
        let lasting = |hello: &ClientHello| {
            let mut hello = hello.clone();
            hello.extensions.key_share = None;
            hello.extensions.pre_shared_key = None;
            hello
        };
        assert_eq!(lasting(first), lasting(second));
        let shares = second.extensions.key_share.as_ref().unwrap();
        assert_eq!(shares.len(), 1);
        assert_eq!(shares[0].group, NamedGroup::SECP256R1);
    }
}

/// A ServerHello or HelloRetryRequest with which the client would continue.
fn server_hello(hello: &ClientHello, retry: bool) -> ServerHello {
    let share = KeyShareEntry { group: NamedGroup::X25519, key_exchange: vec![9; 32] };
    ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: if retry { HELLO_RETRY_REQUEST_RANDOM } else { [7; 32] },
        legacy_session_id_echo: hello.legacy_session_id.clone(),
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions: ServerExtensions {
            selected_version: Some(ProtocolVersion::TLS13),
            server_share: (!retry).then_some(share),
            selected_group: retry.then_some(NamedGroup::SECP256R1),
            selected_identity: (!retry).then_some(0),
            ..ServerExtensions::default()
        },
    }
}

#[test]
fn what_the_refusals_are_made_from_is_not_refused() {
    for (retry, state) in [(false, "WAIT_EE"), (true, "WAIT_SH")] {
        let (mut client, hello) = started(offering(), 3);
        client.receive(&record(&server_hello(&hello, retry).encode().unwrap())).unwrap();
        assert_eq!(client.state(), state);
    }
}

#[test]
fn a_selected_reserved_suite_version_or_group_is_an_illegal_parameter() {
    type Change = fn(&ClientHello, &mut ServerHello);
    let suite: Change = |hello, answer| answer.cipher_suite = hello.cipher_suites[0];
    let version: Change = |hello, answer| {
        let offered = hello.extensions.supported_versions.as_ref().unwrap();
        answer.extensions.selected_version = Some(offered[0]);
    };
    let group: Change = |hello, answer| {
        let group = hello.extensions.supported_groups.as_ref().unwrap()[0];
        match &mut answer.extensions.server_share {
            Some(share) => share.group = group,
            None => answer.extensions.selected_group = Some(group),
        }
    };
    let cases = [
        (suite, false, Violation::CipherSuiteNotOffered),
        (suite, true, Violation::CipherSuiteNotOffered),
        (version, false, Violation::SelectedVersionWrong),
        (version, true, Violation::SelectedVersionWrong),
        (group, false, Violation::SelectedGroupNotOffered),
        (group, true, Violation::RetryGroupNotOffered),
    ];
    for (change, retry, violation) in cases {
        let (mut client, hello) = started(offering(), 3);
        let mut answer = server_hello(&hello, retry);
        change(&hello, &mut answer);
        let refused = client.receive(&record(&answer.encode().unwrap()));
        assert_eq!(refused, Err(violation.into()), "retry: {retry}");
        assert_eq!(violation.alert(), tls_psk::AlertDescription::ILLEGAL_PARAMETER);
    }
}

#[test]
fn a_reserved_extension_in_the_servers_hello_is_an_unsupported_extension() {
    for retry in [false, true] {
        let (mut client, hello) = started(offering(), 3);
        let answer = server_hello(&hello, retry).encode().unwrap();
        let block = 4 + 2 + 32 + 1 + hello.legacy_session_id.len() + 2 + 1;
        let answer = with_extension(answer, block, hello.extensions.other[0].0.0);
        let refused = client.receive(&record(&answer));
        assert_eq!(refused, Err(Violation::UnsolicitedExtension.into()), "retry: {retry}");
    }
}

/// The client's answer to EncryptedExtensions from a server under psk_ke that sends these.
fn answer_to(encrypted_extensions: impl Fn(&ClientHello) -> Vec<u8>) -> Result<(), Error> {
    let mut config = offering();
    config.parameters_mut().set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
    let mut client = Connection::client(Arc::new(config), Entropy::from_seed([3; 32]));
    client.start().unwrap();
    let first = drain(&mut client, &mut Vec::new());
    let hello = ClientHello::read(Reader::new(&first[9..])).unwrap();
    let mut answer = server_hello(&hello, false);
    answer.extensions.server_share = None;
    let answer = answer.encode().unwrap();
    client.receive(&record(&answer)).unwrap();

    let hash = HashAlgorithm::Sha256;
    let covered = hash.digest(&[&first[5..], &answer].concat());
    let keys = EarlySecret::new(hash, Some(hash.digest(b"client1").as_ref()))
        .into_handshake_secret(None)
        .server_handshake_traffic_secret(&covered)
        .keys(Suite::Aes128Gcm);
    let mut protected = Vec::new();
    let message = encrypted_extensions(&hello);
    Sealer::new(keys, u64::MAX).seal(ContentType::HANDSHAKE, &message, 0, &mut protected).unwrap();
    client.receive(&protected)
}

#[test]
fn a_reserved_value_in_encrypted_extensions_is_refused() {
    let protocol = |name: &[u8]| {
        EncryptedExtensions { alpn: Some(name.to_vec()), ..EncryptedExtensions::default() }
            .encode()
            .unwrap()
    };
    assert_eq!(answer_to(|_| protocol(b"mqtt")), Ok(()));
    let reserved = answer_to(|hello| protocol(&hello.extensions.alpn.as_ref().unwrap()[0]));
    assert_eq!(reserved, Err(Violation::AlpnNotOffered.into()));
    for place in 0..16 {
        let extension =
            answer_to(|_| with_extension(protocol(b"mqtt"), 4, grease::two_bytes(place)));
        assert_eq!(extension, Err(Violation::UnsolicitedExtension.into()));
    }
}

#[test]
fn a_server_ignores_every_reserved_value_wherever_it_stands() {
    let (_, mut server) = default_configs();
    server.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    for last in [false, true] {
        let mut config = offering();
        config.parameters_mut().set_grease(false);
        let (_, mut hello) = started(config, 5);
        let at = |len: usize| if last { len } else { 0 };
        let extensions = &mut hello.extensions;
        for place in 0..16 {
            let value = grease::two_bytes(place);
            hello.cipher_suites.insert(at(hello.cipher_suites.len()), CipherSuite(value));
            let groups = extensions.supported_groups.as_mut().unwrap();
            groups.insert(at(groups.len()), NamedGroup(value));
            let shares = extensions.key_share.as_mut().unwrap();
            let key_exchange = vec![place; 1 + usize::from(place)];
            let share = KeyShareEntry { group: NamedGroup(value), key_exchange };
            shares.insert(at(shares.len()), share);
            let schemes = extensions.signature_algorithms.as_mut().unwrap();
            schemes.insert(at(schemes.len()), SignatureScheme(value));
            let names = extensions.alpn.as_mut().unwrap();
            names.insert(at(names.len()), value.to_be_bytes().to_vec());
            let versions = extensions.supported_versions.as_mut().unwrap();
            versions.insert(at(versions.len()), ProtocolVersion(value));
            extensions.other.push((ExtensionType(value), vec![place; usize::from(place)]));
        }
        for place in 0..8 {
            let modes = extensions.psk_key_exchange_modes.as_mut().unwrap();
            modes.insert(at(modes.len()), PskKeyExchangeMode(grease::psk_key_exchange_mode(place)));
        }
        bind(&mut hello);
        let mut connection =
            Connection::server(Arc::new(server.clone()), Entropy::from_seed([2; 32]));
        connection.receive(&record(&hello.encode().unwrap())).unwrap();
        assert_eq!(connection.state(), "WAIT_FINISHED");
    }
}

/// Offers the only PSK of the default configurations, with its binder.
fn bind(hello: &mut ClientHello) {
    let hash = HashAlgorithm::Sha256;
    let identity = PskIdentity { identity: b"client1".to_vec(), obfuscated_ticket_age: 0 };
    let mut offer = OfferedPsks { identities: vec![identity], binders: vec![vec![0; 32]] };
    hello.extensions.pre_shared_key = Some(offer.clone());
    let encoded = hello.encode().unwrap();
    let truncated = &encoded[..encoded.len() - offer.binders_len()];
    let binder = EarlySecret::new(hash, Some(hash.digest(b"client1").as_ref()))
        .binder_key(PskKind::External)
        .finished_key()
        .verify_data(&hash.digest(truncated));
    offer.binders = vec![binder.as_ref().to_vec()];
    hello.extensions.pre_shared_key = Some(offer);
}
