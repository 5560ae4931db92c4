//! The handshake between our own endpoints: every mode, suite, group and chunking, and every way it fails.

use tls_psk::wire::{CipherSuite, KeyShareEntry, NamedGroup, PskKeyExchangeMode};
use tls_psk::{
    AlertDescription, ClientConfig, ConfigError, Direction, Error, Event, HashAlgorithm,
    Incompatible, PskError, PskOutcome, Selection, SelectionPolicy, ServerConfig, Usage, Violation,
};

use crate::support::{CHUNKINGS, Pair, SUITES, configs, default_configs, psk};
use crate::test;

#[test]
fn every_mode_suite_group_and_chunking_connects_and_echoes() {
    let data: Vec<u8> = (0..40_000_u32).map(|i| i as u8).collect();
    for suite in SUITES {
        for group in tls_psk::crypto::SUPPORTED_GROUPS {
            for mode in [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE] {
                for chunking in CHUNKINGS {
                    let (client, server) = configs(suite, group, mode);
                    let mut pair = Pair::new(client, server).chunked(chunking).handshake();
                    let negotiated = pair.assert_connected();
                    assert_eq!(negotiated.cipher_suite, suite);
                    assert_eq!(negotiated.psk_mode, Some(mode));
                    let expected = (mode == PskKeyExchangeMode::PSK_DHE_KE).then_some(group);
                    assert_eq!(negotiated.group, expected);
                    assert_eq!(negotiated.psk_identity.as_deref(), Some(&b"client1"[..]));
                    assert!(!negotiated.hello_retry_request);
                    pair.assert_echo(&data);
                }
            }
        }
    }
}

#[test]
fn hello_retry_request_recomputes_binders_with_every_suite_and_chunking() {
    for suite in SUITES {
        for (first, wanted) in [
            (NamedGroup::X25519, NamedGroup::SECP256R1),
            (NamedGroup::SECP256R1, NamedGroup::X25519),
            (NamedGroup::X25519MLKEM768, NamedGroup::X25519),
            (NamedGroup::X25519, NamedGroup::X25519MLKEM768),
        ] {
            for chunking in CHUNKINGS {
                let (mut client, mut server) =
                    configs(suite, first, PskKeyExchangeMode::PSK_DHE_KE);
                client.parameters_mut().set_groups(&[first, wanted]).unwrap();
                server.parameters_mut().set_groups(&[wanted]).unwrap();
                let mut pair = Pair::new(client, server).chunked(chunking).handshake();
                let negotiated = pair.assert_connected();
                assert!(negotiated.hello_retry_request);
                assert_eq!(negotiated.group, Some(wanted));
                pair.assert_echo(b"after a retry");
            }
        }
    }
}

#[test]
fn hello_retry_request_prunes_psks_of_another_hash_and_the_index_counts_in_the_second_list() {
    let (sha256, sha384) =
        (psk("small", HashAlgorithm::Sha256), psk("large", HashAlgorithm::Sha384));
    let mut client = ClientConfig::new();
    client.append_psk(&sha256).unwrap();
    client.append_psk(&sha384).unwrap();
    let mut server = ServerConfig::new();
    server.append_psk(&sha384).unwrap();
    server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    let pair = Pair::new(client, server).handshake();
    let negotiated = pair.assert_connected();
    assert_eq!(negotiated.psk_identity.as_deref(), Some(&b"large"[..]));
    assert_eq!(negotiated.psk_index, Some(0));
    assert_eq!(negotiated.cipher_suite, CipherSuite::TLS_AES_256_GCM_SHA384);
}

#[test]
fn a_seeded_handshake_is_reproducible_to_the_byte() {
    let run = || {
        let (client, server) = default_configs();
        let pair = Pair::new(client, server).handshake();
        pair.assert_connected();
        (pair.to_server, pair.to_client)
    };
    assert_eq!(run(), run());
}

#[test]
fn without_middlebox_compatibility_there_is_no_session_id_and_no_change_cipher_spec() {
    let (mut client, server) = default_configs();
    client.parameters_mut().set_middlebox_compatibility(false);
    let pair = Pair::new(client, server).handshake();
    pair.assert_connected();
    assert!(!record_types(&pair.to_server).contains(&20));
    assert!(!record_types(&pair.to_client).contains(&20));
}

#[test]
fn with_middlebox_compatibility_each_side_sends_one_change_cipher_spec_with_or_without_retry() {
    for groups in [&[NamedGroup::X25519][..], &[NamedGroup::SECP256R1][..]] {
        let (client, mut server) = default_configs();
        server.parameters_mut().set_groups(groups).unwrap();
        let pair = Pair::new(client, server).handshake();
        pair.assert_connected();
        for bytes in [&pair.to_server, &pair.to_client] {
            assert_eq!(record_types(bytes).iter().filter(|kind| **kind == 20).count(), 1);
        }
    }
}

/// The content types of the records in `bytes`.
fn record_types(mut bytes: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        types.push(*kind);
        bytes = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
    }
    types
}

#[test]
fn chacha20_is_preferred_between_our_own_endpoints() {
    let (client, server) = default_configs();
    let pair = Pair::new(client, server).handshake();
    assert_eq!(pair.assert_connected().cipher_suite, CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
}

#[test]
fn the_psk_is_chosen_first_and_decides_the_suite() {
    let mut client = ClientConfig::new();
    client.append_psk(&psk("a", HashAlgorithm::Sha256)).unwrap();
    client.append_psk(&psk("b", HashAlgorithm::Sha384)).unwrap();
    let mut server = ServerConfig::new();
    server.append_psk(&psk("b", HashAlgorithm::Sha384)).unwrap();
    server.append_psk(&psk("a", HashAlgorithm::Sha256)).unwrap();
    let pair = Pair::new(client, server).handshake();
    let negotiated = pair.assert_connected();
    assert_eq!(negotiated.psk_identity.as_deref(), Some(&b"b"[..]));
    assert_eq!(negotiated.psk_index, Some(1));
    assert_eq!(negotiated.cipher_suite, CipherSuite::TLS_AES_256_GCM_SHA384);
}

/// The suite of a handshake in which the client prefers these and the server has named those, if any.
fn suite_between(
    client_suites: &[CipherSuite],
    server_suites: Option<&[CipherSuite]>,
) -> CipherSuite {
    let (mut client, mut server) = default_configs();
    client.parameters_mut().set_cipher_suites(client_suites).unwrap();
    if let Some(suites) = server_suites {
        server.parameters_mut().set_cipher_suites(suites).unwrap();
    }
    Pair::new(client, server).handshake().assert_connected().cipher_suite.code_point()
}

#[test]
fn a_server_that_names_no_suites_takes_the_clients_order() {
    // wolfSSL's PSK works only with the suite that it prefers; it aborts with another.
    let [chacha20, aes_128] =
        [CipherSuite::TLS_CHACHA20_POLY1305_SHA256, CipherSuite::TLS_AES_128_GCM_SHA256];
    for order in [[chacha20, aes_128], [aes_128, chacha20]] {
        assert_eq!(suite_between(&order, None), order[0]);
        assert_eq!(suite_between(&[&[SUITES[2]][..], &order].concat(), None), order[0]);
    }
    let (client, server) = default_configs();
    let negotiated = Pair::new(client, server).handshake();
    assert_eq!(negotiated.assert_connected().cipher_suite, chacha20);
}

#[test]
fn a_server_that_names_its_suites_chooses_by_their_order() {
    let [chacha20, aes_128] =
        [CipherSuite::TLS_CHACHA20_POLY1305_SHA256, CipherSuite::TLS_AES_128_GCM_SHA256];
    for order in [[chacha20, aes_128], [aes_128, chacha20]] {
        for client in [[chacha20, aes_128], [aes_128, chacha20]] {
            assert_eq!(suite_between(&client, Some(&order)), order[0]);
            assert_eq!(suite_between(&client, Some(&order[1..])), order[1]);
        }
    }
}

#[test]
fn a_client_offers_only_suites_that_fit_a_psk() {
    let mut client = ClientConfig::new();
    client.append_psk(&psk("b", HashAlgorithm::Sha384)).unwrap();
    client.parameters_mut().set_grease(false);
    client.parameters_mut().set_trace(true);
    let mut pair = Pair::new(client, ServerConfig::new());
    pair.client.start().unwrap();
    let hello = client_hello(&mut pair);
    assert_eq!(hello.cipher_suites, [CipherSuite::TLS_AES_256_GCM_SHA384]);
}

/// The ClientHello that the client's trace shows.
fn client_hello(pair: &mut Pair) -> tls_psk::wire::ClientHello {
    while let Some(event) = pair.client.poll_event() {
        if let Event::Message { name: "client_hello", bytes, .. } = event {
            return tls_psk::wire::ClientHello::read(tls_psk::wire::Reader::new(&bytes[4..]))
                .unwrap();
        }
    }
    panic!("no ClientHello in the trace");
}

#[test]
fn an_unknown_identity_before_a_known_one_is_skipped() {
    let known = psk("known", HashAlgorithm::Sha256);
    let mut client = ClientConfig::new();
    for identity in ["stranger", "another"] {
        client.append_psk(&psk(identity, HashAlgorithm::Sha256)).unwrap();
    }
    client.append_psk(&known).unwrap();
    let mut server = ServerConfig::new();
    server.append_psk(&known).unwrap();
    server.parameters_mut().set_trace(true);
    let pair = Pair::new(client, server).handshake();
    assert_eq!(pair.assert_connected().psk_index, Some(2));
    let outcomes: Vec<_> = pair
        .server_events
        .iter()
        .filter_map(|event| match event {
            Event::Psk { index, outcome } => Some((*index, *outcome)),
            _ => None,
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            (0, PskOutcome::Unknown),
            (1, PskOutcome::Unknown),
            (2, PskOutcome::Chosen),
            (2, PskOutcome::Verified),
        ]
    );
}

/// Both ends of a handshake in which no PSK is accepted: one alert, decrypt_error, whatever the cause.
fn assert_refused(pair: &Pair) {
    assert_eq!(pair.server.state(), "FAILED");
    assert_eq!(pair.client_error, Some(Error::AlertReceived(AlertDescription::DECRYPT_ERROR)));
    let sent =
        Event::Alert { direction: Direction::Sent, description: AlertDescription::DECRYPT_ERROR };
    assert_eq!(pair.server_events.iter().filter(|event| **event == sent).count(), 1);
    // The alert is all the client gets: seven bytes, the same for every cause.
    assert_eq!(pair.to_client, [21, 3, 3, 0, 2, 2, 51]);
}

#[test]
fn a_wrong_key_an_unknown_identity_and_a_declined_offer_look_alike() {
    let (client, _) = default_configs();

    let mut wrong_key = ServerConfig::new();
    let other = tls_psk::ExternalPsk::new(b"client1", &[7; 32], HashAlgorithm::Sha256).unwrap();
    wrong_key.append_psk(&other).unwrap();
    let pair = Pair::new(client.clone(), wrong_key).handshake();
    assert_eq!(pair.server_error, Some(Violation::BadBinder.into()));
    assert_refused(&pair);

    let mut unknown = ServerConfig::new();
    unknown.append_psk(&psk("someone else", HashAlgorithm::Sha256)).unwrap();
    let pair = Pair::new(client.clone(), unknown).handshake();
    assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
    assert_refused(&pair);

    let (_, mut declining) = default_configs();
    declining.set_selection(SelectionPolicy::Application);
    let mut pair = Pair::new(client.clone(), declining).handshake();
    let error = pair.server.select(Selection::None).unwrap_err();
    assert_eq!(error, Incompatible::NoAcceptablePsk.into());
    pair.run();
    assert_refused(&pair);

    // Known, and the client offers no suite of its hash.
    let mut unusable = ServerConfig::new();
    unusable.append_psk(&psk("client1", HashAlgorithm::Sha384)).unwrap();
    let pair = Pair::new(client, unusable).handshake();
    assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
    assert_refused(&pair);
}

#[test]
fn what_does_not_depend_on_the_client_is_a_handshake_failure() {
    type Change = fn(&mut ServerConfig);
    let cases: [(Change, Incompatible); 3] = [
        (
            |server| server.parameters_mut().set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap(),
            Incompatible::NoCommonPskMode,
        ),
        (
            |server| server.parameters_mut().set_cipher_suites(&[SUITES[2]]).unwrap(),
            Incompatible::NoCommonCipherSuite,
        ),
        (
            |server| server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap(),
            Incompatible::NoCommonGroup,
        ),
    ];
    for (change, cause) in cases {
        let (mut client, mut server) = default_configs();
        client.parameters_mut().set_groups(&[NamedGroup::X25519]).unwrap();
        change(&mut server);
        let pair = Pair::new(client, server).handshake();
        assert_eq!(pair.server_error, Some(cause.into()));
        let alert = Error::AlertReceived(AlertDescription::HANDSHAKE_FAILURE);
        assert_eq!(pair.client_error, Some(alert));
    }
}

#[test]
fn psk_ke_is_never_used_unless_both_sides_list_it() {
    let (mut client, server) = default_configs();
    client
        .parameters_mut()
        .set_psk_modes(&[PskKeyExchangeMode::PSK_KE, PskKeyExchangeMode::PSK_DHE_KE])
        .unwrap();
    let pair = Pair::new(client, server).handshake();
    assert_eq!(pair.assert_connected().psk_mode, Some(PskKeyExchangeMode::PSK_DHE_KE));
}

#[test]
fn a_late_selection_goes_on_where_it_stopped() {
    for chunking in CHUNKINGS {
        for retry in [false, true] {
            let (client, mut server) = default_configs();
            server.set_selection(SelectionPolicy::Application);
            if retry {
                server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
            }
            let mut pair = Pair::new(client, server).chunked(chunking).handshake();
            assert_eq!(pair.server.state(), "SELECTING_PSK");
            assert!(pair.to_client.is_empty());
            assert_eq!(pair.server_events, [Event::SelectPsk]);
            let mut offered = pair.server.offered_psks().unwrap();
            assert!(offered.has_next());
            assert_eq!(offered.next().unwrap().identity, b"client1");
            assert!(!offered.has_next() && offered.next().is_none());
            offered.reread();
            assert_eq!(offered.next().unwrap().index, 0);

            pair.server.select(Selection::Offered(0)).unwrap();
            assert!(pair.server.offered_psks().is_none());
            pair.run();
            assert_eq!(pair.assert_connected().hello_retry_request, retry);
            pair.assert_echo(b"late");
        }
    }
}

#[test]
fn selection_appends_and_chooses_in_one_step() {
    let (client, _) = default_configs();
    let mut server = ServerConfig::new();
    server.set_selection(SelectionPolicy::Application);
    let mut pair = Pair::new(client, server).handshake();
    let known = psk("client1", HashAlgorithm::Sha256);
    // After refused answers the selection is still pending.
    for (selection, usage) in [
        (Selection::Offered(0), Usage::NoPskForIdentity),
        (Selection::Offered(1), Usage::IdentityNotOffered),
        (Selection::Psk(&psk("stranger", HashAlgorithm::Sha256)), Usage::IdentityNotOffered),
    ] {
        assert_eq!(pair.server.select(selection), Err(usage.into()));
        assert_eq!(pair.server.state(), "SELECTING_PSK");
    }
    pair.server.select(Selection::Psk(&known)).unwrap();
    pair.run();
    pair.assert_connected();
    assert_eq!(pair.server.select(Selection::None), Err(Usage::NotSelecting.into()));
}

#[test]
fn a_psk_appended_while_selection_waits_can_be_chosen() {
    let (client, _) = default_configs();
    let mut server = ServerConfig::new();
    server.set_selection(SelectionPolicy::Application);
    let mut pair = Pair::new(client, server).handshake();
    let known = psk("client1", HashAlgorithm::Sha256);
    pair.server.append_psk(&known).unwrap();
    let duplicate = pair.server.append_psk(&known).unwrap_err();
    assert_eq!(duplicate, PskError::DuplicateIdentity.into());
    pair.server.select(Selection::FirstMatch).unwrap();
    pair.run();
    pair.assert_connected();
}

#[test]
fn a_cancelled_selection_fails_the_handshake_with_internal_error() {
    let (client, mut server) = default_configs();
    server.set_selection(SelectionPolicy::Application);
    let mut pair = Pair::new(client, server).handshake();
    assert!(pair.server.cancel_question().is_err());
    pair.run();
    let alert = Error::AlertReceived(AlertDescription::INTERNAL_ERROR);
    assert_eq!(pair.client_error, Some(alert));
}

#[test]
fn what_a_client_sends_while_selection_waits_is_bounded() {
    let (client, mut server) = default_configs();
    server.set_selection(SelectionPolicy::Application);
    let mut pair = Pair::new(client, server).handshake();
    let chunk = [23; 1 << 14];
    let error = (0..100).find_map(|_| pair.server.receive(&chunk).err());
    assert_eq!(error, Some(Violation::TooMuchWhileAsking.into()));
}

#[test]
fn a_client_without_psk_or_without_a_fitting_suite_does_not_start_and_can_be_mended() {
    let mut pair = Pair::new(ClientConfig::new(), ServerConfig::new());
    assert_eq!(pair.client.start(), Err(Usage::NoPsk.into()));
    pair.client.append_psk(&psk("client1", HashAlgorithm::Sha256)).unwrap();
    pair.client.start().unwrap();
    assert_eq!(pair.client.start(), Err(Usage::AlreadyStarted.into()));

    let mut config = ClientConfig::new();
    config.parameters_mut().set_cipher_suites(&[SUITES[2]]).unwrap();
    config.append_psk(&psk("client1", HashAlgorithm::Sha256)).unwrap();
    let mut pair = Pair::new(config, ServerConfig::new());
    assert_eq!(pair.client.start(), Err(Usage::NoUsableCipherSuite.into()));
}

#[test]
fn alpn_and_server_name_are_negotiated_and_visible_to_selection() {
    let (mut client, mut server) = default_configs();
    client.set_server_name("broker.example.").unwrap();
    client.parameters_mut().set_grease(false);
    client.parameters_mut().set_alpn(&[b"mqtt", b"http/1.1"]).unwrap();
    server.parameters_mut().set_alpn(&[b"http/1.1", b"mqtt"]).unwrap();
    server.set_selection(SelectionPolicy::Application);
    let mut pair = Pair::new(client.clone(), server.clone()).handshake();
    let hello = pair.server.client_hello().unwrap();
    assert_eq!(hello.extensions.server_name.as_deref(), Some(&b"broker.example"[..]));
    assert_eq!(hello.extensions.alpn.as_ref().map(Vec::len), Some(2));
    pair.server.select(Selection::FirstMatch).unwrap();
    pair.run();
    let negotiated = pair.assert_connected();
    assert_eq!(negotiated.alpn.as_deref(), Some(&b"http/1.1"[..]));
    assert_eq!(negotiated.server_name.as_deref(), Some(&b"broker.example"[..]));

    server.parameters_mut().set_alpn(&[b"imap"]).unwrap();
    let pair = Pair::new(client, server).handshake();
    let alert = Error::AlertReceived(AlertDescription::NO_APPLICATION_PROTOCOL);
    assert_eq!(pair.client_error, Some(alert));
}

#[test]
fn a_server_name_is_a_dns_name_and_no_address() {
    let mut client = ClientConfig::new();
    for (name, sent) in [
        ("broker.example", "broker.example"),
        ("broker.example.", "broker.example"),
        ("localhost", "localhost"),
        ("10.example", "10.example"),
        ("a.b2", "a.b2"),
    ] {
        client.set_server_name(name).unwrap();
        assert_eq!(client.server_name(), Some(sent.as_bytes()));
    }
    let long = "a".repeat(256);
    for name in
        ["", ".", "127.0.0.1", "127.0.0.1.", "::1", "fe80::1%eth0", "a b", "ä.example", &long]
    {
        assert_eq!(client.set_server_name(name), Err(ConfigError::BadServerName), "{name}");
    }
    assert_eq!(client.server_name(), Some(&b"a.b2"[..]));
}

#[test]
fn each_group_is_listed_and_shared_once_and_shares_are_of_listed_groups() {
    let share = |group| KeyShareEntry { group, key_exchange: vec![9; 32] };
    let (x25519, p256, other) = (NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup(0x6a6a));
    for (groups, shares, violation) in [
        (vec![x25519, other, x25519], vec![], Violation::DuplicateGroup),
        (vec![x25519, p256], vec![x25519, p256, x25519], Violation::DuplicateGroup),
        (vec![x25519], vec![x25519, p256], Violation::KeyShareNotInGroups),
    ] {
        let (mut client, server) = default_configs();
        client.parameters_mut().set_trace(true);
        let mut pair = Pair::new(client, server);
        pair.client.start().unwrap();
        let mut hello = client_hello(&mut pair);
        hello.extensions.supported_groups = Some(groups);
        hello.extensions.key_share = Some(shares.into_iter().map(share).collect());
        assert_eq!(pair.server.receive(&record(&hello)), Err(violation.into()));
    }
}

/// A ClientHello in a record.
fn record(hello: &tls_psk::wire::ClientHello) -> Vec<u8> {
    let message = hello.encode().unwrap();
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    [&[22, 3, 1], &length[..], &message].concat()
}

#[test]
fn an_imported_psk_is_offered_once_per_hash_and_bound_to_its_context() {
    let imported =
        |context: &[u8]| psk("device", HashAlgorithm::Sha256).with_context(context).unwrap();
    for suite in SUITES {
        let mut client = ClientConfig::new();
        client.append_psk(&imported(b"client|server")).unwrap();
        let mut server = ServerConfig::new();
        server.append_psk(&imported(b"client|server")).unwrap();
        server.parameters_mut().set_cipher_suites(&[suite]).unwrap();
        let pair = Pair::new(client.clone(), server).handshake();
        assert_eq!(pair.assert_connected().cipher_suite, suite);

        // Another context, or the plain PSK, is another identity.
        for other in [imported(b"server|client"), psk("device", HashAlgorithm::Sha256)] {
            let mut server = ServerConfig::new();
            server.append_psk(&other).unwrap();
            let pair = Pair::new(client.clone(), server).handshake();
            assert_refused(&pair);
        }
    }
}

#[test]
fn offered_psks_are_looked_up_up_to_a_limit() {
    let of = |n: usize| psk(&format!("device-{n}"), HashAlgorithm::Sha256);
    let mut client = ClientConfig::new();
    for n in 0..40 {
        client.append_psk(&of(n)).unwrap();
    }
    for (known, limit, connects) in
        [(31, None, true), (32, None, false), (39, Some(40), true), (2, Some(2), false)]
    {
        for policy in [SelectionPolicy::FirstMatch, SelectionPolicy::Application] {
            let mut server = ServerConfig::new();
            server.set_selection(policy);
            limit.into_iter().for_each(|limit| server.set_max_offered_psks(limit));
            server.append_psk(&of(known)).unwrap();
            let mut pair = Pair::new(client.clone(), server).handshake();
            if policy == SelectionPolicy::Application {
                let offered: Vec<_> = pair.server.offered_psks().unwrap().collect();
                assert_eq!(offered.len(), limit.unwrap_or(32));
                let found = pair.server.select(Selection::Psk(&of(known)));
                let beyond = Err(Usage::IdentityNotOffered.into());
                assert_eq!(found, if connects { Ok(()) } else { beyond });
                if !connects {
                    assert_eq!(pair.server.select(Selection::Offered(known)), beyond);
                    pair.server.select(Selection::FirstMatch).unwrap_err();
                }
                pair.run();
            }
            if connects {
                assert_eq!(pair.assert_connected().psk_index, Some(known as u16));
            } else {
                assert_eq!(pair.server.failure(), Some(Incompatible::NoAcceptablePsk.into()));
            }
        }
    }
}

#[test]
fn a_retry_finds_the_chosen_psk_again_and_the_whole_offer_is_read() {
    let of = |n: usize| psk(&format!("device-{n}"), HashAlgorithm::Sha256);
    let mut client = ClientConfig::new();
    client.parameters_mut().set_groups(&[NamedGroup::X25519, NamedGroup::SECP256R1]).unwrap();
    for n in 0..40 {
        client.append_psk(&of(n)).unwrap();
    }
    let mut server = ServerConfig::new();
    server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    server.append_psk(&of(31)).unwrap();
    let pair = Pair::new(client.clone(), server.clone()).handshake();
    assert!(pair.assert_connected().hello_retry_request);

    // The length of the last identity, far after the limit, is too short: the offer does not decode.
    let mut pair = Pair::new(client, server);
    pair.client.start().unwrap();
    let mut hello = pair.client.poll_transmit().unwrap();
    let last = hello.windows(11).rposition(|bytes| bytes == b"\0\x09device-39").unwrap();
    hello[last + 1] = 8;
    assert_eq!(pair.server.receive(&hello), Err(Error::Decode("identity")));
}
