//! Endpoints with fixed keys and fixed randomness.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tls_psk::{
    ClientConfig, Connection, Entropy, Error, Event, ExternalPsk, HashAlgorithm, PskKinds,
    SealingKeys, ServerConfig, TicketPolicy,
};

/// Some moment in 2026, in milliseconds.
pub const NOW: u64 = 1_780_000_000_000;

/// Bytes of a peer cause neither a usage error nor an internal one.
pub fn check_error(error: Error) {
    assert!(!error.is_usage(), "the peer's bytes are called a mistake of the application: {error}");
    assert!(!matches!(error, Error::Internal(_)), "the peer's bytes break the endpoint: {error}");
}

/// A fatal error is final.
pub fn check_end(connection: &mut Connection) {
    assert_eq!(connection.state(), "FAILED");
    while connection.poll_transmit().is_some() {}
    while connection.poll_event().is_some() {}
    assert!(connection.receive(b"more").is_err_and(|error| error.is_usage()));
    assert!(connection.send(b"more").is_err_and(|error| error.is_usage()));
    assert!(connection.poll_transmit().is_none() && connection.poll_event().is_none());
}

/// The configurations of a device and its server: two PSKs, tickets, both modes.
pub fn configs() -> &'static (Arc<ClientConfig>, Arc<ServerConfig>) {
    static CONFIGS: OnceLock<(Arc<ClientConfig>, Arc<ServerConfig>)> = OnceLock::new();
    CONFIGS.get_or_init(|| {
        let plain = ExternalPsk::new(b"device", &[5; 32], HashAlgorithm::Sha256).unwrap();
        let imported = ExternalPsk::new(b"other", &[6; 32], HashAlgorithm::Sha384)
            .and_then(|psk| psk.with_context(b"context"))
            .unwrap();
        let mut client = ClientConfig::new();
        let mut server = ServerConfig::new();
        client.set_psk_kinds(PskKinds::Both).unwrap();
        server.set_psk_kinds(PskKinds::Both).unwrap();
        server.set_tickets(TicketPolicy::new(SealingKeys::new(&[[7; 32]]).unwrap()));
        for psk in [&plain, &imported] {
            client.append_psk(psk).unwrap();
            server.append_psk(psk).unwrap();
        }
        client.parameters_mut().set_allow_both_roles(true);
        server.parameters_mut().set_allow_both_roles(true);
        (Arc::new(client), Arc::new(server))
    })
}

/// A client and a server that have not spoken yet.
pub fn ends() -> [Connection; 2] {
    ends_of(b"")
}

/// As [`ends`], with the randomness of an input: connections of different inputs have different identifiers, and those
/// of one input are always the same.
pub fn ends_of(input: &[u8]) -> [Connection; 2] {
    let (client, server) = configs();
    let seed = |role: &[u8]| {
        let digest = HashAlgorithm::Sha256.digest(&[role, input].concat());
        Entropy::from_seed(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    };
    let mut client = Connection::client(client.clone(), seed(b"client"));
    let mut server = Connection::server(server.clone(), seed(b"server"));
    client.set_time(NOW);
    server.set_time(NOW);
    [client, server]
}

/// A seed that was not used before: a process resumes a state of one connection only once.
pub fn fresh() -> Entropy {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut seed = [3; 32];
    seed[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Entropy::from_seed(seed)
}

/// Everything that a connection has to send. Its events are passed on.
pub fn drain(connection: &mut Connection, mut on_event: impl FnMut(Event)) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(more) = connection.poll_transmit() {
        bytes.extend(more);
    }
    while let Some(event) = connection.poll_event() {
        on_event(event);
    }
    bytes
}

/// The handshake of both ends, without a fuzzer in between.
pub fn connected() -> [Connection; 2] {
    let [mut client, mut server] = ends();
    client.start().unwrap();
    loop {
        let there = drain(&mut client, |_| {});
        server.receive(&there).unwrap();
        let back = drain(&mut server, |_| {});
        client.receive(&back).unwrap();
        if there.is_empty() && back.is_empty() {
            return [client, server];
        }
    }
}
