//! Connections that are suspended and resumed: they continue to the byte, and no state is used twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tls_psk::crypto::{Random, Suite};
use tls_psk::wire::{CipherSuite, KeyUpdateRequest, NamedGroup, PskKeyExchangeMode};
use tls_psk::{
    ClientConfig, Connection, Entropy, Error, Event, ExternalPsk, HashAlgorithm, Parameters,
    PskKinds, ResumeError, Role, SealingKeys, SelectionPolicy, ServerConfig, Session,
    SuspendedBytes, SuspendedConnection, TicketPolicy, Usage,
};

use crate::support::{SUITES, drain, hash_of, psk};
use crate::test;

/// Some moment in 2026.
const NOW: u64 = 1_780_000_000_000;
const SCOPE: &[u8] = b"object 7";
/// The most that the state of a PSK connection takes, in bytes.
const MAX_STATE: usize = 600;

fn keys(byte: u8) -> SealingKeys {
    SealingKeys::new(&[[byte; 32]]).unwrap()
}

/// A seed that no other connection has: the tests share a process, which refuses a state that it has resumed.
fn seed() -> [u8; 32] {
    static NEXT: AtomicU64 = AtomicU64::new(0x5eed);
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    seed
}

/// How a connection is carried from one life to the next.
#[derive(Clone, Copy)]
enum Way {
    Moved,
    Bytes,
    Sealed,
}

const WAYS: [Way; 3] = [Way::Moved, Way::Bytes, Way::Sealed];

fn carry(suspended: SuspendedConnection, way: Way) -> SuspendedConnection {
    match way {
        Way::Moved => suspended,
        Way::Bytes => SuspendedConnection::from_bytes(&suspended.to_bytes().unwrap()).unwrap(),
        Way::Sealed => {
            let sealed = suspended.seal(&keys(7), SCOPE, &mut Entropy::from_seed(seed())).unwrap();
            assert!(sealed.state.len() <= MAX_STATE, "{} bytes", sealed.state.len());
            SuspendedConnection::open(&keys(7), SCOPE, &sealed).unwrap()
        }
    }
}

fn resume(suspended: SuspendedConnection, parameters: &Parameters) -> Connection {
    let random = Entropy::from_seed(seed());
    let mut connection = Connection::resume(suspended, parameters, random).unwrap();
    connection.set_time(NOW);
    connection
}

/// One end, and all that it did.
struct End {
    connection: Option<Connection>,
    parameters: Parameters,
    events: Vec<Event>,
    sent: Vec<u8>,
    /// The bytes that are on their way to it.
    arriving: Vec<u8>,
    suspensions: u32,
}

impl End {
    fn new(connection: Connection, parameters: Parameters) -> Self {
        let (events, sent, arriving) = Default::default();
        Self { connection: Some(connection), parameters, events, sent, arriving, suspensions: 0 }
    }

    fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().unwrap()
    }

    fn drain(&mut self) -> Vec<u8> {
        let connection = self.connection.as_mut().unwrap();
        let bytes = drain(connection, &mut self.events);
        self.sent.extend(&bytes);
        bytes
    }

    /// Suspends and resumes it, if that is possible now.
    fn sleep(&mut self, way: Way) {
        match self.connection.take().unwrap().suspend() {
            Ok(suspended) => {
                self.suspensions += 1;
                self.connection = Some(resume(carry(suspended, way), &self.parameters));
            }
            Err(refused) => {
                let closed = refused.connection.state() == "CLOSED";
                assert_eq!((refused.reason, closed), (Usage::ConnectionClosed, true));
                self.connection = Some(refused.connection);
            }
        }
    }

    /// Everything that the application can see, as text; sessions by their bytes.
    fn seen(&mut self) -> String {
        let events: Vec<_> = self
            .events
            .iter()
            .map(|event| match event {
                Event::Session(session) => format!("{:?}", session.to_bytes()),
                event => format!("{event:?}"),
            })
            .collect();
        let connection = self.connection();
        let mut exported = [0; 32];
        connection.export_keying_material("test", Some(b"x"), &mut exported).unwrap();
        format!(
            "{events:?} {:?} {:?} {:?} {exported:?} {}",
            connection.negotiated(),
            connection.peer().map(|peer| (peer.external_identity(), peer.at())),
            connection.peer_certificates(),
            connection.state(),
        )
    }
}

/// Both ends of a connection whose handshake is complete.
fn connect(client: &ClientConfig, server: &ServerConfig, seeds: [[u8; 32]; 2]) -> [End; 2] {
    connect_with(client, server, seeds, None)
}

/// As [`connect`], with a session to resume.
fn connect_with(
    client: &ClientConfig,
    server: &ServerConfig,
    seeds: [[u8; 32]; 2],
    session: Option<&Session>,
) -> [End; 2] {
    let (mut client, mut server) = (client.clone(), server.clone());
    client.parameters_mut().set_allow_both_roles(true);
    server.parameters_mut().set_allow_both_roles(true);
    let (of_client, of_server) = (client.parameters().clone(), server.parameters().clone());
    let mut a = Connection::client(Arc::new(client), Entropy::from_seed(seeds[0]));
    let mut b = Connection::server(Arc::new(server), Entropy::from_seed(seeds[1]));
    a.set_time(NOW);
    b.set_time(NOW);
    if let Some(session) = session {
        a.append_session(session).unwrap();
    }
    a.start().unwrap();
    let mut ends = [End::new(a, of_client), End::new(b, of_server)];
    while ends.iter_mut().any(|end| end.connection().negotiated().is_none()) {
        transfer(&mut ends);
        for end in &mut ends {
            let bytes = core::mem::take(&mut end.arriving);
            end.connection().receive(&bytes).unwrap();
        }
    }
    transfer(&mut ends);
    ends
}

/// What each has to send is on its way to the other.
fn transfer([a, b]: &mut [End; 2]) {
    b.arriving.extend(a.drain());
    a.arriving.extend(b.drain());
}

/// Plays a random conversation: writes, key updates and half-closes of both ends, in chunks that cut records. With a
/// way, both ends are suspended after each step.
fn converse(ends: &mut [End; 2], script: u64, way: Option<Way>) {
    let mut script_seed = [0; 32];
    script_seed[..8].copy_from_slice(&script.to_be_bytes());
    let mut random = Random::from_seed(script_seed);
    let mut next = |below: usize| u32::from_be_bytes(random.array()) as usize % below;
    for _ in 0..60 {
        let end = &mut ends[next(2)];
        // Past its close, an end can no longer write.
        match next(12) {
            0 => {
                let _ = end.connection().update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED);
            }
            1 => {
                let _ = end.connection().update_keys(KeyUpdateRequest::UPDATE_REQUESTED);
            }
            2 if next(12) == 0 => end.connection().close().unwrap(),
            2..=5 => {
                let most = [20, 20_000][next(2)];
                let text = vec![script as u8; next(most)];
                let _ = end.connection().send(&text);
            }
            _ => {
                let most = [4, 300, 20_000][next(3)];
                let count = next(most).min(end.arriving.len());
                let bytes: Vec<_> = end.arriving.drain(..count).collect();
                end.connection().receive(&bytes).unwrap();
            }
        }
        transfer(ends);
        if let Some(way) = way {
            ends.iter_mut().for_each(|end| end.sleep(way));
        }
    }
    while ends.iter().any(|end| !end.arriving.is_empty()) {
        for end in &mut *ends {
            let bytes = core::mem::take(&mut end.arriving);
            end.connection().receive(&bytes).unwrap();
        }
        transfer(ends);
    }
}

/// Configurations with one PSK and tickets.
fn configs(suite: CipherSuite) -> (ClientConfig, ServerConfig) {
    let psk = psk("device-7", hash_of(suite));
    let mut client = ClientConfig::new();
    client.parameters_mut().set_cipher_suites(&[suite]).unwrap();
    client.set_psk_kinds(PskKinds::Both).unwrap();
    client.append_psk(&psk).unwrap();
    let mut server = ServerConfig::new();
    server.set_psk_kinds(PskKinds::Both).unwrap();
    server.append_psk(&psk).unwrap();
    server.set_tickets(TicketPolicy::new(keys(1)));
    (client, server)
}

fn assert_twins(client: &ClientConfig, server: &ServerConfig, scripts: u64) {
    for script in 0..scripts {
        for way in WAYS {
            let seeds = [seed(), seed()];
            let mut plain = connect(client, server, seeds);
            converse(&mut plain, script, None);
            let mut asleep = connect(client, server, seeds);
            converse(&mut asleep, script, Some(way));
            for (plain, asleep) in plain.iter_mut().zip(&mut asleep) {
                assert!(asleep.suspensions > 10, "{} suspensions", asleep.suspensions);
                assert!(plain.sent == asleep.sent, "script {script} sends other bytes");
                assert_eq!(plain.seen(), asleep.seen(), "script {script}");
            }
        }
    }
}

#[test]
fn a_suspended_connection_goes_on_to_the_byte() {
    for suite in SUITES {
        let (client, server) = configs(suite);
        assert_twins(&client, &server, 6);
    }
}

#[test]
fn every_setting_and_kind_of_connection_goes_on() {
    // psk_ke, an imported PSK, padding, small records, ALPN, a name, a HelloRetryRequest, and keys that are soon used
    // up.
    let key = ExternalPsk::new(b"epsk", &[9; 32], HashAlgorithm::Sha256).unwrap();
    let imported = key.with_context(b"ctx").unwrap();
    let mut client = ClientConfig::new();
    let mut server = ServerConfig::new();
    client.append_psk(&imported).unwrap();
    server.append_psk(&imported).unwrap();
    client.set_server_name("broker.example").unwrap();
    for parameters in [client.parameters_mut(), server.parameters_mut()] {
        parameters.set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
        parameters.set_alpn(&[b"mqtt"]).unwrap();
        parameters.set_record_size_limit(Some(100)).unwrap();
        parameters.set_padding_multiple(32);
        parameters.set_rekey_after_records(3);
    }
    assert_twins(&client, &server, 4);

    let (mut client, mut server) = configs(CipherSuite::TLS_AES_256_GCM_SHA384);
    let groups = [NamedGroup::X25519, NamedGroup::SECP256R1];
    client.parameters_mut().set_groups(&groups).unwrap();
    server.parameters_mut().set_groups(&groups[1..]).unwrap();
    assert_twins(&client, &server, 4);
}

#[test]
fn a_resumed_session_goes_on_and_is_still_a_resumed_session() {
    let (client, server) = configs(CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
    let session = first_session(&client, &server);
    let (mut parts, mut whole) =
        (connect_with(&client, &server, [seed(), seed()], Some(&session)), 0);
    for way in WAYS {
        parts.iter_mut().for_each(|end| end.sleep(way));
        whole += 1;
        parts[1].connection().send(b"hello").unwrap();
        transfer(&mut parts);
        let bytes = core::mem::take(&mut parts[0].arriving);
        parts[0].connection().receive(&bytes).unwrap();
        transfer(&mut parts);
    }
    for end in &mut parts {
        assert_eq!(end.suspensions, whole);
        let negotiated = end.connection().negotiated().unwrap();
        assert_eq!(negotiated.psk_kind, Some(tls_psk::keys::PskKind::Resumption));
        assert_eq!(negotiated.external_identity.as_deref(), Some(&b"device-7"[..]));
        assert_eq!(end.connection().peer().unwrap().external_identity(), Some(&b"device-7"[..]));
    }
}

/// A session of a first connection, whose ticket arrives while the client is asleep.
fn first_session(client: &ClientConfig, server: &ServerConfig) -> Session {
    let [mut end, _] = connect(client, server, [seed(), seed()]);
    let bytes = core::mem::take(&mut end.arriving);
    let (first, rest) = bytes.split_at(9);
    end.connection().receive(first).unwrap();
    end.sleep(Way::Sealed);
    end.connection().receive(rest).unwrap();
    end.drain();
    let session = |event: &Event| match event {
        Event::Session(session) => Some(session.clone()),
        _ => None,
    };
    end.events.iter().find_map(session).expect("a session")
}

#[cfg(feature = "certificates")]
#[test]
fn certificates_of_the_peer_are_kept() {
    use crate::support::certificates::{NAME, anchors, credentials};
    let mut client = ClientConfig::new();
    client.set_verification(anchors("root"));
    client.set_server_name(NAME).unwrap();
    let mut server = ServerConfig::new();
    server.set_credentials(vec![credentials("p256")]);
    let [mut end, _] = connect(&client, &server, [seed(), seed()]);
    let before = end.connection().peer_certificates().to_vec();
    let suspended = end.connection.take().unwrap().suspend().unwrap();
    let bytes = suspended.to_bytes().unwrap();
    let suspended = SuspendedConnection::from_bytes(&bytes).unwrap();
    let connection = resume(suspended, &end.parameters);
    assert!(!before.is_empty());
    assert_eq!(connection.peer_certificates(), before);
    assert_eq!(connection.peer().unwrap().verdict(), Some(&tls_psk::Verdict::Anchors));
}

/// An established connection, client and server.
fn established() -> [End; 2] {
    let (client, server) = configs(CipherSuite::TLS_AES_128_GCM_SHA256);
    let mut ends = connect(&client, &server, [seed(), seed()]);
    let bytes = core::mem::take(&mut ends[0].arriving);
    ends[0].connection().receive(&bytes).unwrap();
    ends[0].drain();
    ends
}

fn suspend(end: &mut End) -> SuspendedConnection {
    end.connection.take().unwrap().suspend().unwrap()
}

fn attempt(bytes: &SuspendedBytes) -> Result<Connection, ResumeError> {
    let suspended = SuspendedConnection::from_bytes(bytes)?;
    Connection::resume(suspended, &Parameters::default(), Entropy::from_seed(seed()))
}

#[test]
fn a_state_is_used_once() {
    let [mut end, _] = established();
    let first = suspend(&mut end);
    assert_eq!((first.role(), first.counter()), (Role::Client, 1));
    let id = first.id();
    let first = first.to_bytes().unwrap();
    let second = attempt(&first).unwrap().suspend().unwrap();
    assert_eq!((second.id(), second.counter()), (id, 2));
    let second = second.to_bytes().unwrap();
    assert_eq!(attempt(&first).unwrap_err(), ResumeError::AlreadyResumed);
    let third = attempt(&second).unwrap().suspend().unwrap().to_bytes().unwrap();
    for older in [&first, &second] {
        assert_eq!(attempt(older).unwrap_err(), ResumeError::AlreadyResumed);
    }
    attempt(&third).unwrap();
    assert_eq!(attempt(&third).unwrap_err(), ResumeError::AlreadyResumed);
}

#[test]
fn what_cannot_be_described_is_refused_by_name_and_given_back() {
    let (client, server) = configs(CipherSuite::TLS_AES_128_GCM_SHA256);
    let refused = |connection: Connection, reason: Usage| -> Connection {
        let state = connection.state();
        assert_eq!(connection.check_suspendable(), Err(reason));
        let refused = connection.suspend().unwrap_err();
        assert_eq!((refused.reason, refused.connection.state()), (reason, state));
        refused.connection
    };

    let mut idle = Connection::client(Arc::new(client.clone()), Entropy::from_seed(seed()));
    idle = refused(idle, Usage::HandshakeNotComplete);
    idle.set_time(NOW);
    idle.start().unwrap();
    idle = refused(idle, Usage::HandshakeNotComplete);

    let mut asking = server.clone();
    asking.set_selection(SelectionPolicy::Application);
    let mut asking = Connection::server(Arc::new(asking), Entropy::from_seed(seed()));
    asking.set_time(NOW);
    asking.receive(&idle.poll_transmit().unwrap()).unwrap();
    refused(asking, Usage::QuestionPending);
    idle.close().unwrap();
    refused(idle, Usage::ConnectionClosed);

    let [mut end, mut peer] = established();
    end.connection().send(b"x").unwrap();
    let mut connection = refused(end.connection.take().unwrap(), Usage::OutputPending);
    let bytes = connection.poll_transmit().unwrap();
    peer.connection().receive(&bytes).unwrap();
    let mut other = refused(peer.connection.take().unwrap(), Usage::OutputPending);
    assert!(matches!(other.poll_event(), Some(Event::Data(_))));

    connection.close().unwrap();
    let bytes = connection.poll_transmit().unwrap();
    while connection.poll_event().is_some() {}
    // Half of it still lives.
    let half = connection.suspend().unwrap();
    let mut connection = resume(half, &end.parameters);
    assert_eq!(connection.send(b"x"), Err(Usage::ClosedForSending.into()));
    other.receive(&bytes).unwrap();
    other.close().unwrap();
    let bytes = other.poll_transmit().unwrap();
    while other.poll_event().is_some() {}
    refused(other, Usage::ConnectionClosed);
    connection.receive(&bytes).unwrap();
    while connection.poll_event().is_some() {}
    refused(connection, Usage::ConnectionClosed);

    let [mut end, _] = established();
    end.connection().receive(&[22, 3, 3, 0, 1, 0]).unwrap_err();
    end.drain();
    refused(end.connection.take().unwrap(), Usage::ConnectionFailed);
}

#[test]
fn changed_bytes_and_other_keys_scopes_and_versions_are_refused() {
    let [mut end, mut peer] = established();
    peer.connection().send(b"half of this has arrived").unwrap();
    let record = peer.drain();
    end.connection().receive(&record[..10]).unwrap();
    let suspended = suspend(&mut end);
    let random = &mut Entropy::from_seed(seed());
    let sealed = suspended.seal(&keys(7), SCOPE, random).unwrap();
    let open = |sealed: &SuspendedBytes| SuspendedConnection::open(&keys(7), SCOPE, sealed);

    let other = SuspendedConnection::open(&keys(8), SCOPE, &sealed);
    assert_eq!(other.unwrap_err(), ResumeError::NotSealed);
    let other = SuspendedConnection::open(&keys(7), b"object 8", &sealed);
    assert_eq!(other.unwrap_err(), ResumeError::NotSealed);
    for at in 0..sealed.state.len() {
        let mut changed = sealed.clone();
        changed.state[at] ^= 1;
        assert_eq!(open(&changed).unwrap_err(), ResumeError::NotSealed);
        changed.state.truncate(at);
        assert_eq!(open(&changed).unwrap_err(), ResumeError::NotSealed);
    }
    for at in 0..sealed.received.len() {
        let mut changed = sealed.clone();
        changed.received[at] ^= 1;
        assert_eq!(open(&changed).unwrap_err(), ResumeError::Received);
        changed.received.truncate(at);
        assert_eq!(open(&changed).unwrap_err(), ResumeError::Received);
    }

    // What was received belongs to one suspension.
    let [mut other, mut other_peer] = established();
    other_peer.connection().send(b"x").unwrap();
    let bytes = other_peer.drain();
    other.connection().receive(&bytes[..8]).unwrap();
    let other = suspend(&mut other).seal(&keys(7), SCOPE, random).unwrap();
    let mixed = SuspendedBytes { state: sealed.state.clone(), received: other.received };
    assert_eq!(open(&mixed).unwrap_err(), ResumeError::Received);

    let bytes = suspended.to_bytes().unwrap();
    for at in 0..bytes.state.len() {
        let cut = SuspendedBytes { state: bytes.state[..at].to_vec(), ..bytes.clone() };
        assert_eq!(attempt(&cut).unwrap_err(), ResumeError::Malformed);
    }
    let mut newer = bytes.clone();
    newer.state[0] += 1;
    assert_eq!(attempt(&newer).unwrap_err(), ResumeError::Version);
    let missing = SuspendedBytes { received: Vec::new(), ..bytes };
    assert_eq!(attempt(&missing).unwrap_err(), ResumeError::Received);

    let mut connection = resume(open(&sealed).unwrap(), &end.parameters);
    connection.receive(&record[10..]).unwrap();
    let data = connection.poll_event();
    assert_eq!(data, Some(Event::Data(b"half of this has arrived".to_vec())));
}

/// A state is read without a panic, whatever its bytes: an application may choose not to seal it.
#[test]
fn any_bytes_are_a_state_or_an_error() {
    let [mut end, _] = established();
    let good = suspend(&mut end).to_bytes().unwrap();
    for at in 0..good.state.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut changed = good.clone();
            changed.state[at] = value;
            let Ok(suspended) = SuspendedConnection::from_bytes(&changed) else { continue };
            let random = Entropy::from_seed(seed());
            let Ok(mut connection) = Connection::resume(suspended, &Parameters::default(), random)
            else {
                continue;
            };
            connection.set_time(NOW);
            let _ = connection.send(b"text");
            let _ = connection.receive(&[23, 3, 3, 0, 17]);
            let _ = connection.receive(&[0; 17]);
        }
    }
}

#[test]
fn a_state_is_small() {
    // The longest secrets, an identity of 64 bytes, and a ticket on top of it.
    let psk = ExternalPsk::new(&[b'i'; 64], &[3; 48], HashAlgorithm::Sha384).unwrap();
    let (mut client, mut server) = (ClientConfig::new(), ServerConfig::new());
    client.append_psk(&psk).unwrap();
    server.append_psk(&psk).unwrap();
    for end in &mut connect(&client, &server, [seed(), seed()]) {
        let length = suspend(end).to_bytes().unwrap().state.len();
        assert!(length <= MAX_STATE, "{length} bytes");
    }
    let (client, server) = configs(Suite::Aes256Gcm.code_point());
    let session = first_session(&client, &server);
    for end in &mut connect_with(&client, &server, [seed(), seed()], Some(&session)) {
        let length = suspend(end).to_bytes().unwrap().state.len();
        assert!(length <= MAX_STATE, "{length} bytes");
    }
}

#[test]
fn a_client_that_stores_sessions_must_be_told_the_time_again() {
    let [mut end, mut peer] = established();
    let suspended = suspend(&mut end);
    let random = Entropy::from_seed(seed());
    let mut connection = Connection::resume(suspended, &end.parameters, random).unwrap();
    peer.connection().send(b"x").unwrap();
    let bytes = peer.drain();
    assert_eq!(connection.receive(&bytes), Err(Error::Usage(Usage::TimeNotTold)));
    connection.set_time(NOW);
    connection.receive(&bytes).unwrap();
}

#[test]
fn debug_output_has_no_secrets() {
    let [mut end, _] = established();
    let suspended = suspend(&mut end);
    assert_eq!(format!("{suspended:?}"), "SuspendedConnection { role: Client, counter: 1, .. }");
    let bytes = suspended.to_bytes().unwrap();
    let expected = format!("SuspendedBytes {{ state: {}, received: 0 }}", bytes.state.len());
    assert_eq!(format!("{bytes:?}"), expected);
}
