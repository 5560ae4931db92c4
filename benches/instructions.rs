//! Work whose instructions `tools/instructions.mjs` counts with valgrind: `instructions NAME TIMES`, without arguments
//! the names.
//!
//! Everything is seeded, so that the same program counts the same. What is prepared, and the start of the process, is
//! in the counts of any number of times, and falls out of their difference.

use std::hint::black_box;
use std::sync::Arc;

use tls_psk::crypto::Suite;
use tls_psk::wire::PskKeyExchangeMode;
use tls_psk::{ClientConfig, Connection, Entropy, ExternalPsk, HashAlgorithm, ServerConfig};

const HANDSHAKES: [(&str, PskKeyExchangeMode, usize); 3] = [
    ("handshake-psk_dhe_ke", PskKeyExchangeMode::PSK_DHE_KE, 1),
    ("handshake-psk_ke", PskKeyExchangeMode::PSK_KE, 1),
    ("handshake-psk_ke-100-psks", PskKeyExchangeMode::PSK_KE, 100),
];

const RECORDS: [(&str, Suite, usize); 4] = [
    ("record-chacha20-64", Suite::ChaCha20Poly1305, 64),
    ("record-chacha20-16384", Suite::ChaCha20Poly1305, 16_384),
    ("record-aes128-64", Suite::Aes128Gcm, 64),
    ("record-aes128-16384", Suite::Aes128Gcm, 16_384),
];

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [name, times] = &*arguments else {
        HANDSHAKES.iter().for_each(|(name, ..)| println!("{name}"));
        RECORDS.iter().for_each(|(name, ..)| println!("{name}"));
        return;
    };
    let times: usize = times.parse().expect("a number of times");
    let mut work = work(name);
    for _ in 0..times {
        work();
    }
}

/// What the name stands for, prepared.
fn work(name: &str) -> Box<dyn FnMut()> {
    if let Some((_, mode, psks)) = HANDSHAKES.iter().find(|(known, ..)| *known == name) {
        let (client, server) = configurations(*psks, |parameters| {
            parameters.set_psk_modes(&[*mode]).expect("a supported mode");
        });
        return Box::new(move || drop(black_box(connected(&client, &server))));
    }
    let (_, suite, length) =
        RECORDS.iter().find(|(known, ..)| *known == name).expect("one of the names");
    let (client, server) = configurations(1, |parameters| {
        parameters.set_cipher_suites(&[suite.code_point()]).expect("a supported suite");
    });
    let (mut client, mut server) = connected(&client, &server);
    let data = vec![0x5a; *length];
    Box::new(move || {
        client.send(&data).expect("a connection");
        exchange(&mut client, &mut server);
        while let Some(event) = server.poll_event() {
            drop(black_box(event));
        }
    })
}

/// A client with so many PSKs, and a server that knows the last of them.
fn configurations(
    psks: usize,
    set: impl Fn(&mut tls_psk::Parameters),
) -> (Arc<ClientConfig>, Arc<ServerConfig>) {
    let (mut client, mut server) = (ClientConfig::new(), ServerConfig::new());
    for parameters in [client.parameters_mut(), server.parameters_mut()] {
        parameters.set_allow_both_roles(true);
        set(parameters);
    }
    server.set_max_offered_psks(psks);
    for place in 0..psks {
        let identity = format!("device-{place}");
        let psk = ExternalPsk::new(identity.as_bytes(), &[7; 32], HashAlgorithm::Sha256);
        let psk = psk.expect("a valid PSK");
        client.append_psk(&psk).expect("a list with room");
        if place + 1 == psks {
            server.append_psk(&psk).expect("a list with room");
        }
    }
    (Arc::new(client), Arc::new(server))
}

/// Both ends of a connection, after the whole handshake.
fn connected(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> (Connection, Connection) {
    let mut client = Connection::client(client.clone(), Entropy::from_seed([1; 32]));
    let mut server = Connection::server(server.clone(), Entropy::from_seed([2; 32]));
    client.start().expect("a client that starts");
    exchange(&mut client, &mut server);
    assert!(client.negotiated().is_some() && server.negotiated().is_some());
    (client, server)
}

fn exchange(client: &mut Connection, server: &mut Connection) {
    loop {
        let mut quiet = true;
        while let Some(bytes) = client.poll_transmit() {
            server.receive(&bytes).expect("a server that accepts");
            quiet = false;
        }
        while let Some(bytes) = server.poll_transmit() {
            client.receive(&bytes).expect("a client that accepts");
            quiet = false;
        }
        if quiet {
            return;
        }
    }
}
