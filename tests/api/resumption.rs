//! Session tickets: issued, kept, used once, refused.

use std::sync::Arc;

use tls_psk::keys::PskKind;
use tls_psk::wire::{CipherSuite, PskKeyExchangeMode};
use tls_psk::{
    ClientConfig, Connection, Entropy, Event, ExternalPsk, HashAlgorithm, Incompatible,
    PskConfigError, PskError, PskKinds, SealingKeys, Selection, SelectionPolicy, ServerConfig,
    Session, TicketPolicy, Usage,
};

use crate::support::{CHUNKINGS, Pair, SUITES, drain, hash_of, psk};
use crate::test;

const HOUR: u64 = 3_600_000;
/// Some moment in 2026.
const NOW: u64 = 1_780_000_000_000;

fn keys(byte: u8) -> SealingKeys {
    SealingKeys::new(&[[byte; 32]]).unwrap()
}

/// Configurations that share a PSK and resume.
fn resuming(hash: HashAlgorithm) -> (ClientConfig, ServerConfig) {
    let psk = psk("device-7", hash);
    let mut client = ClientConfig::new();
    client.set_psk_kinds(PskKinds::Both).unwrap();
    client.append_psk(&psk).unwrap();
    let mut server = ServerConfig::new();
    server.set_psk_kinds(PskKinds::Both).unwrap();
    server.append_psk(&psk).unwrap();
    server.set_tickets(TicketPolicy::new(keys(1)));
    (client, server)
}

fn at(now: u64, client: &ClientConfig, server: &ServerConfig) -> Pair {
    let mut pair = Pair::new(client.clone(), server.clone());
    pair.client.set_time(now);
    pair.server.set_time(now);
    pair
}

/// The sessions among the events.
fn sessions(events: &[Event]) -> Vec<Session> {
    let session = |event: &Event| match event {
        Event::Session(session) => Some(session.clone()),
        _ => None,
    };
    events.iter().filter_map(session).collect()
}

/// A session of a first connection.
fn first_session(client: &ClientConfig, server: &ServerConfig) -> Session {
    let pair = at(NOW, client, server).handshake();
    pair.assert_connected();
    let [session] = &sessions(&pair.client_events)[..] else { panic!("not one session") };
    session.clone()
}

/// A connection that offers only the session.
fn resume(now: u64, client: &ClientConfig, server: &ServerConfig, session: &Session) -> Pair {
    let mut alone = ClientConfig::new();
    *alone.parameters_mut() = client.parameters().clone();
    alone.set_psk_kinds(PskKinds::Resumption).unwrap();
    let mut pair = at(now, &alone, server);
    pair.client.append_session(session).unwrap();
    pair.handshake()
}

#[test]
fn a_ticket_resumes_with_every_suite_mode_and_chunking() {
    for suite in SUITES {
        for mode in [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE] {
            for chunking in CHUNKINGS {
                let (mut client, mut server) = resuming(hash_of(suite));
                for parameters in [client.parameters_mut(), server.parameters_mut()] {
                    parameters.set_cipher_suites(&[suite]).unwrap();
                    parameters.set_psk_modes(&[mode]).unwrap();
                }
                let pair = at(NOW, &client, &server).chunked(chunking).handshake();
                assert_eq!(pair.assert_connected().psk_kind, Some(PskKind::External));
                let session = sessions(&pair.client_events).remove(0);
                let mut pair = resume(NOW + 1000, &client, &server, &session);
                let negotiated = pair.assert_connected();
                assert_eq!(negotiated.psk_kind, Some(PskKind::Resumption));
                assert_eq!(negotiated.psk_identity.as_deref(), Some(session.ticket()));
                assert_eq!(negotiated.external_identity.as_deref(), Some(&b"device-7"[..]));
                assert_eq!(negotiated.psk_mode, Some(mode));
                pair.assert_echo(b"again");
            }
        }
    }
}

#[test]
fn a_ticket_of_a_resumed_connection_still_tells_the_external_identity() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let mut session = first_session(&client, &server);
    for round in 1..4 {
        let pair = resume(NOW + round * HOUR / 2, &client, &server, &session);
        let identity = pair.assert_connected().external_identity.clone();
        assert_eq!(identity.as_deref(), Some(&b"device-7"[..]));
        session = sessions(&pair.client_events).remove(0);
        assert_eq!(session.external_identity(), Some(&b"device-7"[..]));
    }
}

#[test]
fn tickets_and_external_psks_go_in_one_client_hello() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    // The ticket opens, so it is preferred; without its key, the external PSK after it is used.
    let mut other_keys = server.clone();
    other_keys.set_tickets(TicketPolicy::new(keys(2)));
    for (server, kind, index) in
        [(&server, PskKind::Resumption, 0), (&other_keys, PskKind::External, 1)]
    {
        let copy = Session::from_bytes(&session.to_bytes()).unwrap();
        let mut pair = at(NOW + 1, &client, server);
        pair.client.append_session(&copy).unwrap();
        let pair = pair.handshake();
        let negotiated = pair.assert_connected();
        assert_eq!((negotiated.psk_kind, negotiated.psk_index), (Some(kind), Some(index)));
    }
}

#[test]
fn a_session_survives_its_export_and_nothing_else_reads_as_one() {
    let (client, server) = resuming(HashAlgorithm::Sha384);
    let bytes = first_session(&client, &server).to_bytes();
    let imported = Session::from_bytes(&bytes).unwrap();
    assert_eq!(imported.to_bytes(), bytes);
    resume(NOW + 1, &client, &server, &imported).assert_connected();

    for end in 0..bytes.len() {
        assert_eq!(Session::from_bytes(&bytes[..end]), Err(PskError::BadSession));
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Session::from_bytes(&longer), Err(PskError::BadSession));
    let mut newer = bytes.to_vec();
    for version in [1, 2, 4] {
        newer[0] = version;
        assert_eq!(Session::from_bytes(&newer), Err(PskError::SessionVersion));
    }
    let mut other_hash = bytes.to_vec();
    other_hash[1..3].copy_from_slice(&CipherSuite::TLS_AES_128_GCM_SHA256.0.to_be_bytes());
    assert_eq!(Session::from_bytes(&other_hash), Err(PskError::BadSession));
}

#[test]
fn a_session_is_used_once_unless_reuse_is_allowed() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let mut session = first_session(&client, &server);
    resume(NOW, &client, &server, &session).assert_connected();
    let mut connection = at(NOW, &client, &server).client;
    let refused = connection.append_session(&session);
    assert_eq!(refused, Err(PskConfigError::Psk(PskError::SessionUsed)));
    session.allow_reuse();
    resume(NOW, &client, &server, &session).assert_connected();
    resume(NOW, &client, &server, &session).assert_connected();
}

#[test]
fn two_connections_that_hold_one_session_do_not_both_use_it() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let mut pairs = [at(NOW, &client, &server), at(NOW, &client, &server)];
    for pair in &mut pairs {
        pair.client.append_session(&session).unwrap();
    }
    let kinds = pairs.map(|pair| pair.handshake().assert_connected().psk_kind.unwrap());
    assert_eq!(kinds, [PskKind::Resumption, PskKind::External]);
}

#[test]
fn an_expired_session_is_refused_by_the_client_and_an_expired_ticket_by_the_server() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let late = NOW + 2 * HOUR + 1;
    assert_eq!(session.expires_at(), late - 1);
    let mut connection = at(late, &client, &server).client;
    let refused = connection.append_session(&session);
    assert_eq!(refused, Err(PskConfigError::Psk(PskError::SessionExpired)));

    // A client whose clock stands still.
    let mut alone = ClientConfig::new();
    alone.set_psk_kinds(PskKinds::Resumption).unwrap();
    let mut pair = at(NOW, &alone, &server);
    pair.server.set_time(late);
    pair.client.append_session(&session).unwrap();
    let pair = pair.handshake();
    assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
}

#[test]
fn the_count_the_lifetime_and_several_tickets_are_as_configured() {
    let (client, mut server) = resuming(HashAlgorithm::Sha256);
    let mut policy = TicketPolicy::new(keys(1));
    policy.set_count(3).unwrap();
    policy.set_lifetime(604_800).unwrap();
    assert!(policy.set_count(17).is_err() && policy.set_lifetime(604_801).is_err());
    assert!(policy.set_lifetime(0).is_err());
    server.set_tickets(policy.clone());
    let pair = at(NOW, &client, &server).handshake();
    let received = sessions(&pair.client_events);
    assert_eq!(received.len(), 3);
    for session in &received {
        assert_eq!(session.expires_at(), NOW + 7 * 24 * HOUR);
        resume(NOW + 6 * 24 * HOUR, &client, &server, session).assert_connected();
    }
    assert!(received[0] != received[1] && received[1] != received[2]);

    policy.set_count(0).unwrap();
    server.set_tickets(policy);
    let pair = at(NOW, &client, &server).handshake();
    pair.assert_connected();
    assert!(sessions(&pair.client_events).is_empty());
}

#[test]
fn rotated_keys_open_older_tickets_until_they_are_dropped() {
    let (client, mut server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let rotated = |keep| {
        let mut keys = keys(1);
        keys.rotate(&[2; 32], keep);
        TicketPolicy::new(keys)
    };
    let mut session_again = session.clone();
    session_again.allow_reuse();
    server.set_tickets(rotated(1));
    resume(NOW, &client, &server, &session_again).assert_connected();
    server.set_tickets(rotated(0));
    let pair = resume(NOW, &client, &server, &session_again);
    assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
}

#[test]
fn an_altered_ticket_is_an_unknown_identity() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let bytes = session.to_bytes();
    let start = bytes.windows(8).position(|window| window == &session.ticket()[..8]).unwrap();
    for at in (start..start + session.ticket().len()).step_by(3) {
        let mut altered = bytes.to_vec();
        altered[at] ^= 1;
        let altered = Session::from_bytes(&altered).unwrap();
        let pair = resume(NOW, &client, &server, &altered);
        assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()), "byte {at}");
    }
}

#[test]
fn external_mode_neither_sends_nor_takes_tickets_and_ignores_those_it_gets() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);

    // The server's tickets reach a client that does not resume.
    let mut external = ClientConfig::new();
    external.append_psk(&psk("device-7", HashAlgorithm::Sha256)).unwrap();
    let mut pair = at(NOW, &external, &server).handshake();
    pair.assert_connected();
    assert!(sessions(&pair.client_events).is_empty());
    pair.assert_echo(b"unharmed");

    // A server in external mode issues none, whatever its policy, and knows none.
    let mut server = server.clone();
    server.set_psk_kinds(PskKinds::External).unwrap();
    let pair = at(NOW, &client, &server).handshake();
    pair.assert_connected();
    assert!(sessions(&pair.client_events).is_empty());
    let pair = resume(NOW, &client, &server, &session);
    assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
}

#[test]
fn a_policy_for_tickets_is_enough_for_a_server_to_issue_and_take_them() {
    let (client, _) = resuming(HashAlgorithm::Sha256);
    let mut server = ServerConfig::new();
    server.append_psk(&psk("device-7", HashAlgorithm::Sha256)).unwrap();
    assert_eq!(server.psk_kinds(), PskKinds::External);
    server.set_tickets(TicketPolicy::new(keys(1)));
    assert_eq!(server.psk_kinds(), PskKinds::Both);
    let session = first_session(&client, &server);
    let pair = resume(NOW, &client, &server, &session);
    assert_eq!(pair.assert_connected().psk_kind, Some(PskKind::Resumption));
}

#[test]
fn who_may_meet_tickets_has_to_be_told_the_time() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let mut pair = Pair::new(client, server);
    assert_eq!(pair.client.start(), Err(Usage::TimeNotTold.into()));
    pair.client.set_time(NOW);
    pair.client.start().unwrap();
    let hello = drain(&mut pair.client, &mut Vec::new());
    assert_eq!(pair.server.receive(&hello), Err(Usage::TimeNotTold.into()));
    assert_eq!(pair.server.state(), "START");
    pair.server.set_time(NOW);
    pair.server.receive(&hello).unwrap();
    pair.run();
    pair.assert_connected();
}

#[test]
fn a_ticket_too_long_to_be_offered_is_not_issued() {
    for length in [32_000, 33_000, 65_300] {
        let long = ExternalPsk::new(&vec![b'x'; length], &[7; 32], HashAlgorithm::Sha256).unwrap();
        let mut client = ClientConfig::new();
        client.set_psk_kinds(PskKinds::Both).unwrap();
        client.append_psk(&long).unwrap();
        let mut server = ServerConfig::new();
        server.append_psk(&long).unwrap();
        server.set_tickets(TicketPolicy::new(keys(1)));
        let mut pair = at(NOW, &client, &server).handshake();
        pair.assert_connected();
        let issued = sessions(&pair.client_events);
        assert_eq!(issued.len(), usize::from(length < 32_768), "{length}");
        pair.assert_echo(b"unharmed");
        for session in issued {
            resume(NOW, &client, &server, &session).assert_connected();
        }
    }
}

#[test]
fn resumption_mode_takes_no_external_psk_and_no_ticket_that_descends_from_one() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let mut only = ServerConfig::new();
    only.set_psk_kinds(PskKinds::Resumption).unwrap();
    only.set_tickets(TicketPolicy::new(keys(1)));
    let refused = only.append_psk(&psk("device-7", HashAlgorithm::Sha256));
    assert_eq!(refused, Err(PskError::MixedKinds));
    let pair = resume(NOW, &client, &only, &session);
    assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
}

#[test]
fn the_connection_overrides_the_configuration_and_not_against_psks_that_are_there() {
    let mixed = Err(PskConfigError::Psk(PskError::MixedKinds));
    let (both_client, both_server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&both_client, &both_server);

    let mut connection = at(NOW, &ClientConfig::new(), &ServerConfig::new()).client;
    assert_eq!(connection.append_session(&session), mixed);
    connection.set_psk_kinds(PskKinds::Resumption).unwrap();
    assert_eq!(connection.append_psk(&psk("a", HashAlgorithm::Sha256)), mixed);
    connection.append_session(&session).unwrap();
    assert_eq!(connection.set_psk_kinds(PskKinds::External), mixed);
    connection.set_psk_kinds(PskKinds::Both).unwrap();
    connection.append_psk(&psk("a", HashAlgorithm::Sha256)).unwrap();
    assert_eq!(connection.set_psk_kinds(PskKinds::Resumption), mixed);
    connection.start().unwrap();
    let late = connection.set_psk_kinds(PskKinds::Both);
    assert_eq!(late, Err(PskConfigError::Usage(Usage::AlreadyStarted)));

    // On a server, over the configuration's own list.
    let mut pair = at(NOW, &both_client, &both_server);
    assert_eq!(pair.server.set_psk_kinds(PskKinds::Resumption), mixed);
    pair.server.set_psk_kinds(PskKinds::External).unwrap();
    let pair = pair.handshake();
    pair.assert_connected();
    assert!(sessions(&pair.client_events).is_empty(), "the override holds");

    let mut config = ClientConfig::new();
    config.append_psk(&psk("a", HashAlgorithm::Sha256)).unwrap();
    assert_eq!(config.set_psk_kinds(PskKinds::Resumption), Err(PskError::MixedKinds));
    assert_eq!(config.psk_kinds(), PskKinds::External);
}

#[test]
fn the_application_can_choose_a_ticket_or_decline_it() {
    let (client, mut server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    server.set_selection(SelectionPolicy::Application);
    for (choice, kind) in [(0, PskKind::Resumption), (1, PskKind::External)] {
        let copy = Session::from_bytes(&session.to_bytes()).unwrap();
        let mut pair = at(NOW + 5, &client, &server);
        pair.client.append_session(&copy).unwrap();
        let mut pair = pair.handshake();
        let offered: Vec<_> = pair.server.offered_psks().unwrap().collect();
        assert_eq!(offered.len(), 2);
        assert_eq!(offered[0].identity, copy.ticket());
        let device = Some(&b"device-7"[..]);
        assert_eq!(offered[0].ticket.unwrap().client().external_identity(), device);
        assert_eq!(offered[1].ticket, None);
        pair.server.select(Selection::Offered(choice)).unwrap();
        pair.run();
        assert_eq!(pair.assert_connected().psk_kind, Some(kind));
    }
}

#[test]
fn a_ticket_survives_a_hello_retry_request() {
    let (mut client, mut server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let groups = [tls_psk::wire::NamedGroup::X25519, tls_psk::wire::NamedGroup::SECP256R1];
    client.parameters_mut().set_groups(&groups).unwrap();
    server.parameters_mut().set_groups(&groups[1..]).unwrap();
    let pair = resume(NOW + 1, &client, &server, &session);
    let negotiated = pair.assert_connected();
    assert!(negotiated.hello_retry_request);
    assert_eq!(negotiated.psk_kind, Some(PskKind::Resumption));
}

#[test]
fn an_offer_of_sessions_and_psks_must_fit_one_client_hello() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let long = ExternalPsk::new(&[b'x'; 65_300], &[7; 32], HashAlgorithm::Sha256).unwrap();
    let mut connection = Connection::client(Arc::new(client), Entropy::from_seed([3; 32]));
    connection.append_session(&session).unwrap();
    let refused = connection.append_psk(&long);
    assert_eq!(refused, Err(PskConfigError::Psk(PskError::OfferTooLong)));
    connection.set_time(NOW);
    connection.start().unwrap();
    drain(&mut connection, &mut Vec::new());
}

#[test]
fn nothing_shows_a_sessions_secret() {
    let (client, server) = resuming(HashAlgorithm::Sha256);
    let session = first_session(&client, &server);
    let text = format!("{session:?} {:?}", server.tickets());
    assert!(text.contains("Session") && !text.contains("key"), "{text}");
}
