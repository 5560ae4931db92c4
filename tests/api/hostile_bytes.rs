//! Broken flights: whatever is changed on the wire, nothing panics and the two sides never disagree about the result.

use tls_psk::crypto::Random;
use tls_psk::{Connection, Error};

use crate::support::{Chunking, Pair, default_configs, deliver, drain};
use crate::test;

/// How many broken flights each role is fed.
const FLIGHTS: usize = if cfg!(target_arch = "wasm32") { 5_000 } else { 50_000 };

/// A change to a flight on the way.
fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    let pick = |random: &mut Random, below: usize| {
        u32::from_be_bytes(random.array()) as usize % below.max(1)
    };
    if bytes.is_empty() {
        return;
    }
    let at = pick(random, bytes.len());
    match pick(random, 8) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, random.array::<1>()[0]),
        2 => drop(bytes.remove(at)),
        3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][pick(random, 5)],
        4 => {
            // Repeat a piece, as a replay would.
            let end = (at + pick(random, 64)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        5 => {
            let other = pick(random, bytes.len());
            bytes.swap(at, other);
        }
        _ => bytes[at] ^= 1 << pick(random, 8),
    }
}

/// A failed connection has reported this once, sends at most one alert, and accepts nothing more.
fn assert_ended_cleanly(connection: &mut Connection, error: Error) {
    assert!(!error.is_usage(), "peer bytes caused {error:?}");
    assert!(!matches!(error, Error::Internal(_)), "peer bytes caused {error:?}");
    assert_eq!(connection.state(), "FAILED");
    assert!(connection.receive(b"more").is_err_and(|error| error.is_usage()));
    assert!(connection.send(b"more").is_err_and(|error| error.is_usage()));
    let mut events = Vec::new();
    drain(connection, &mut events);
    assert!(drain(connection, &mut events).is_empty());
}

#[test]
fn broken_client_flights_never_make_a_server_panic_or_lie() {
    let (client, server) = default_configs();
    let mut original = Pair::new(client, server.clone());
    original.client.start().unwrap();
    let hello = drain(&mut original.client, &mut Vec::new());

    let server = std::sync::Arc::new(server);
    let mut random = Random::from_seed([42; 32]);
    let mut refused = 0;
    for _ in 0..FLIGHTS {
        let mut flight = hello.clone();
        for _ in 0..1 + random.array::<1>()[0] % 3 {
            damage(&mut random, &mut flight);
        }
        let entropy = tls_psk::Entropy::from_seed([9; 32]);
        let mut connection = Connection::server(server.clone(), entropy);
        let mut error = None;
        deliver(&mut connection, &flight, Chunking::Whole, &mut error);
        if let Some(error) = error {
            refused += 1;
            assert_ended_cleanly(&mut connection, error);
        } else if connection.state() == "WAIT_FINISHED" {
            // Only bytes that no binder covers can have changed: the version in the record's header.
            assert_eq!(strip_versions(&flight), strip_versions(&hello));
        }
    }
    assert!(refused > FLIGHTS / 2, "only {refused} flights were refused");
}

#[test]
fn broken_server_flights_never_make_a_client_panic_or_lie() {
    let (client, server) = default_configs();
    let mut original = Pair::new(client.clone(), server);
    original.client.start().unwrap();
    let hello = drain(&mut original.client, &mut Vec::new());
    deliver(&mut original.server, &hello, Chunking::Whole, &mut original.server_error);
    let answer = drain(&mut original.server, &mut Vec::new());

    let client = std::sync::Arc::new(client);
    let mut random = Random::from_seed([43; 32]);
    let mut refused = 0;
    for _ in 0..FLIGHTS {
        let mut flight = answer.clone();
        for _ in 0..1 + random.array::<1>()[0] % 3 {
            damage(&mut random, &mut flight);
        }
        let entropy = tls_psk::Entropy::from_seed([1; 32]);
        let mut connection = Connection::client(client.clone(), entropy);
        connection.start().unwrap();
        drain(&mut connection, &mut Vec::new());
        let mut error = None;
        deliver(&mut connection, &flight, Chunking::Whole, &mut error);
        if let Some(error) = error {
            refused += 1;
            assert_ended_cleanly(&mut connection, error);
        } else if connection.state() == "CONNECTED" {
            // The version in a plaintext header and a change_cipher_spec more or less change nothing.
            assert_eq!(handshake_records(&flight), handshake_records(&answer));
        }
    }
    assert!(refused > FLIGHTS / 2, "only {refused} flights were refused");
}

#[test]
fn every_prefix_of_a_flight_only_waits_for_more() {
    let (client, server) = default_configs();
    let mut pair = Pair::new(client, server).chunked(Chunking::Bytes(1));
    pair.client.start().unwrap();
    let hello = drain(&mut pair.client, &mut Vec::new());
    for byte in &hello {
        assert_eq!(pair.server.state(), "START");
        pair.server.receive(&[*byte]).unwrap();
    }
    let answer = drain(&mut pair.server, &mut Vec::new());
    for byte in &answer {
        assert_ne!(pair.client.state(), "CONNECTED");
        pair.client.receive(&[*byte]).unwrap();
    }
    let finished = drain(&mut pair.client, &mut Vec::new());
    for byte in &finished {
        assert_eq!(pair.server.state(), "WAIT_FINISHED");
        pair.server.receive(&[*byte]).unwrap();
    }
    assert_eq!(pair.server.state(), "CONNECTED");
}

/// Records without their version bytes.
fn records(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut records = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        let len = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        records.push((*kind, &rest[..len]));
        bytes = &rest[len..];
    }
    records
}

/// The concatenated contents of the handshake records, as the division into records does not matter.
fn strip_versions(bytes: &[u8]) -> Vec<u8> {
    let mut hello: Vec<u8> = records(bytes)
        .iter()
        .filter(|(kind, _)| *kind == 22)
        .flat_map(|(_, fragment)| fragment.to_vec())
        .collect();
    // What follows the first message belongs to the next flight.
    if let [_, a, b, c, ..] = hello[..] {
        hello.truncate(4 + u32::from_be_bytes([0, a, b, c]) as usize);
    }
    hello
}

/// The ServerHello and the first two protected records, which carry the rest of the handshake.
fn handshake_records(bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut records = records(bytes);
    records.retain(|(kind, _)| *kind != 20);
    records.truncate(3);
    records
}
