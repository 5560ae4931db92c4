//! Two endpoints and the wire between them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

#[cfg(feature = "certificates")]
pub mod certificates;

use std::sync::Arc;

use tls_psk::crypto::Suite;
use tls_psk::wire::{CipherSuite, NamedGroup, PskKeyExchangeMode};
use tls_psk::{
    ClientConfig, Connection, Entropy, Error, Event, ExternalPsk, HashAlgorithm, Negotiated,
    ServerConfig,
};

/// How bytes are divided on the way.
#[derive(Clone, Copy, Debug)]
pub enum Chunking {
    Bytes(usize),
    Whole,
}

pub const CHUNKINGS: [Chunking; 3] = [Chunking::Bytes(1), Chunking::Bytes(7), Chunking::Whole];

/// A PSK whose secret follows from its identity.
pub fn psk(identity: &str, hash: HashAlgorithm) -> ExternalPsk {
    let secret = hash.digest(identity.as_bytes());
    ExternalPsk::new(identity.as_bytes(), secret.as_ref(), hash).expect("a valid PSK")
}

/// The code points of the supported suites.
pub const SUITES: [CipherSuite; 3] =
    [Suite::ALL[0].code_point(), Suite::ALL[1].code_point(), Suite::ALL[2].code_point()];

/// The suite with this code point.
pub fn supported(suite: CipherSuite) -> Suite {
    Suite::of(suite).expect("a supported suite")
}

/// The hash that a suite's name ends in.
pub fn hash_of(suite: CipherSuite) -> HashAlgorithm {
    supported(suite).hash()
}

/// Configurations of both roles with one PSK that they share.
pub fn configs(
    suite: CipherSuite,
    group: NamedGroup,
    mode: PskKeyExchangeMode,
) -> (ClientConfig, ServerConfig) {
    let psk = psk("client1", hash_of(suite));
    let mut client = ClientConfig::new();
    let mut server = ServerConfig::new();
    for parameters in [client.parameters_mut(), server.parameters_mut()] {
        parameters.set_cipher_suites(&[suite]).unwrap();
        parameters.set_groups(&[group]).unwrap();
        parameters.set_psk_modes(&[mode]).unwrap();
    }
    client.append_psk(&psk).unwrap();
    server.append_psk(&psk).unwrap();
    (client, server)
}

/// Default configurations with one SHA-256 PSK that both share.
pub fn default_configs() -> (ClientConfig, ServerConfig) {
    let psk = psk("client1", HashAlgorithm::Sha256);
    let mut client = ClientConfig::new();
    client.parameters_mut().set_allow_both_roles(true);
    client.append_psk(&psk).unwrap();
    let mut server = ServerConfig::new();
    server.parameters_mut().set_allow_both_roles(true);
    server.append_psk(&psk).unwrap();
    (client, server)
}

/// A client, a server and the bytes between them.
pub struct Pair {
    pub client: Connection,
    pub server: Connection,
    pub chunking: Chunking,
    pub client_events: Vec<Event>,
    pub server_events: Vec<Event>,
    /// Every byte the client sent, and every byte the server sent.
    pub to_server: Vec<u8>,
    pub to_client: Vec<u8>,
    pub client_error: Option<Error>,
    pub server_error: Option<Error>,
}

impl Pair {
    pub fn new(mut client: ClientConfig, mut server: ServerConfig) -> Self {
        // A pair plays both sides in one process, which only tests should do.
        client.parameters_mut().set_allow_both_roles(true);
        server.parameters_mut().set_allow_both_roles(true);
        Self {
            client: Connection::client(Arc::new(client), Entropy::from_seed([1; 32])),
            server: Connection::server(Arc::new(server), Entropy::from_seed([2; 32])),
            chunking: Chunking::Whole,
            client_events: Vec::new(),
            server_events: Vec::new(),
            to_server: Vec::new(),
            to_client: Vec::new(),
            client_error: None,
            server_error: None,
        }
    }

    pub fn chunked(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Starts the client and carries bytes until nothing moves.
    pub fn handshake(mut self) -> Self {
        self.client.start().expect("the client starts");
        self.run();
        self
    }

    /// Carries bytes both ways until nothing moves.
    pub fn run(&mut self) {
        loop {
            let sent = drain(&mut self.client, &mut self.client_events);
            let received = drain(&mut self.server, &mut self.server_events);
            if sent.is_empty() && received.is_empty() {
                return;
            }
            self.to_server.extend(&sent);
            self.to_client.extend(&received);
            deliver(&mut self.server, &sent, self.chunking, &mut self.server_error);
            deliver(&mut self.client, &received, self.chunking, &mut self.client_error);
        }
    }

    /// Both are connected and agree.
    pub fn assert_connected(&self) -> &Negotiated {
        assert_eq!((self.client_error, self.server_error), (None, None));
        assert_eq!((self.client.state(), self.server.state()), ("CONNECTED", "CONNECTED"));
        assert_eq!(self.client.negotiated(), self.server.negotiated());
        let mut secrets = [[0; 32]; 2];
        self.client.export_keying_material("test", None, &mut secrets[0]).unwrap();
        self.server.export_keying_material("test", None, &mut secrets[1]).unwrap();
        assert_eq!(secrets[0], secrets[1]);
        self.client.negotiated().unwrap()
    }

    /// Data goes both ways unharmed.
    pub fn assert_echo(&mut self, data: &[u8]) {
        self.client.send(data).unwrap();
        self.run();
        let heard = take_data(&mut self.server_events);
        assert!(heard == data, "the server got {} bytes of {}", heard.len(), data.len());
        self.server.send(&heard).unwrap();
        self.run();
        let heard = take_data(&mut self.client_events);
        assert!(heard == data, "the client got {} bytes of {}", heard.len(), data.len());
    }
}

/// Everything that the connection wants to send; its events are stored.
pub fn drain(connection: &mut Connection, events: &mut Vec<Event>) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(more) = connection.poll_transmit() {
        bytes.extend(more);
    }
    while let Some(event) = connection.poll_event() {
        events.push(event);
    }
    bytes
}

/// Delivers bytes in chunks, up to the first error.
pub fn deliver(to: &mut Connection, bytes: &[u8], chunking: Chunking, error: &mut Option<Error>) {
    let size = match chunking {
        Chunking::Bytes(size) => size,
        Chunking::Whole => bytes.len().max(1),
    };
    for chunk in bytes.chunks(size) {
        match to.receive(chunk) {
            Ok(()) => {}
            // What is still on its way to a failed connection is lost.
            Err(Error::Usage(_)) if error.is_some() => return,
            Err(cause) => *error = Some(cause),
        }
    }
}

/// The application data among the events, which are used up.
pub fn take_data(events: &mut Vec<Event>) -> Vec<u8> {
    let mut data = Vec::new();
    for event in events.drain(..) {
        if let Event::Data(bytes) = event {
            data.extend(bytes);
        }
    }
    data
}
