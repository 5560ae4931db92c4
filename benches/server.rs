//! What a server's work depends on, and what it must not depend on: as ratios, measured side by side in one run.
//!
//! `cargo bench`, or `npm run bench`. Each ratio is that of two medians whose samples were taken in turn, so that a
//! machine that slows down slows both.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tls_psk::crypto::{SUPPORTED_GROUPS, Suite};
use tls_psk::wire::NamedGroup;
use tls_psk::{ClientConfig, Connection, Entropy, ExternalPsk, HashAlgorithm, ServerConfig};

/// Samples of each side.
const SAMPLES: usize = 300;
/// A full record, in bytes.
const RECORD: usize = 1 << 14;

fn main() {
    // What cargo passes on ("--bench"), and filters, are not looked at: everything takes seconds.
    println!("handshakes of a server with 100,000 PSKs against one with 1:");
    for place in [0, 50_000, 99_999] {
        report(&format!("the PSK at place {place}"), many_psks(place));
    }
    println!("refusals of an identity that is known against one that is not:");
    for (name, psk) in guessed() {
        report(name, refusals(&psk));
    }
    println!("handshakes by group, against {}:", SUPPORTED_GROUPS[0]);
    for group in &SUPPORTED_GROUPS[1..] {
        report(&group.to_string(), groups(SUPPORTED_GROUPS[0], *group));
    }
    println!("records of 16 KiB by cipher suite, against {}:", Suite::ALL[0]);
    for suite in &Suite::ALL[1..] {
        report(&suite.to_string(), suites(Suite::ALL[0], *suite));
    }
}

/// The medians of two kinds of work.
struct Compared {
    this: Duration,
    other: Duration,
}

fn report(name: &str, Compared { this, other }: Compared) {
    let ratio = this.as_secs_f64() / other.as_secs_f64();
    println!("  {name:<32} {ratio:>7.3}   ({this:.1?} : {other:.1?})");
}

/// Takes the samples in turn.
fn compare(mut this: impl FnMut() -> Duration, mut other: impl FnMut() -> Duration) -> Compared {
    let mut samples = [Vec::new(), Vec::new()];
    for _ in 0..SAMPLES {
        samples[0].push(this());
        samples[1].push(other());
    }
    let [this, other] = samples.map(|mut samples| {
        samples.sort_unstable();
        samples[samples.len() / 2]
    });
    Compared { this, other }
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn psk(identity: &str, hash: HashAlgorithm) -> ExternalPsk {
    let secret = hash.digest(identity.as_bytes());
    ExternalPsk::new(identity.as_bytes(), secret.as_ref(), hash).expect("a valid PSK")
}

fn client(psk: &ExternalPsk) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    config.append_psk(psk).expect("a list with room");
    config
}

fn server(psks: impl IntoIterator<Item = ExternalPsk>) -> ServerConfig {
    let mut config = ServerConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    for psk in psks {
        config.append_psk(&psk).expect("identities that differ");
    }
    config
}

/// A client's first flight.
fn hello(config: &ClientConfig) -> Vec<u8> {
    let entropy = Entropy::from_seed([1; 32]);
    let mut client = Connection::client(Arc::new(config.clone()), entropy);
    client.start().expect("a client that starts");
    client.poll_transmit().expect("a ClientHello")
}

/// The time in which a server answers a ClientHello, or refuses it.
fn answer(config: &Arc<ServerConfig>, hello: &[u8], accepted: bool) -> Duration {
    let mut server = Connection::server(config.clone(), Entropy::from_seed([2; 32]));
    time(|| assert_eq!(server.receive(hello).is_ok(), accepted))
}

fn many_psks(place: usize) -> Compared {
    let name = |n: usize| format!("device-{n}");
    let hash = HashAlgorithm::Sha256;
    let many = Arc::new(server((0..100_000).map(|n| psk(&name(n), hash))));
    let one = Arc::new(server([psk(&name(place), hash)]));
    let hello = hello(&client(&psk(&name(place), hash)));
    compare(|| answer(&many, &hello, true), || answer(&one, &hello, true))
}

/// PSKs whose identity a stranger might guess.
fn guessed() -> [(&'static str, ExternalPsk); 4] {
    let imported = |hash| psk("device-7", hash).with_context(b"a to b").expect("a short context");
    [
        ("SHA-256", psk("device-7", HashAlgorithm::Sha256)),
        ("SHA-384", psk("device-7", HashAlgorithm::Sha384)),
        ("imported, SHA-256", imported(HashAlgorithm::Sha256)),
        ("imported, SHA-384", imported(HashAlgorithm::Sha384)),
    ]
}

fn refusals(known: &ExternalPsk) -> Compared {
    let guess = |identity: &str| {
        let psk = ExternalPsk::new(identity.as_bytes(), &[0x66; 32], known.hash()).expect("a PSK");
        match known.context() {
            Some(context) => psk.with_context(context).expect("a short context"),
            None => psk,
        }
    };
    let config = Arc::new(server([known.clone()]));
    let (right, wrong) = (hello(&client(&guess("device-7"))), hello(&client(&guess("device-8"))));
    compare(|| answer(&config, &right, false), || answer(&config, &wrong, false))
}

fn groups(first: NamedGroup, second: NamedGroup) -> Compared {
    let shared = psk("device-7", HashAlgorithm::Sha256);
    let handshake = |group| {
        let (mut client, mut server) = (client(&shared), server([shared.clone()]));
        client.parameters_mut().set_groups(&[group]).expect("a supported group");
        server.parameters_mut().set_groups(&[group]).expect("a supported group");
        let (client, server) = (Arc::new(client), Arc::new(server));
        move || time(|| connected(&client, &server))
    };
    compare(handshake(second), handshake(first))
}

fn suites(first: Suite, second: Suite) -> Compared {
    let transfer = |suite: Suite| {
        let shared = psk("device-7", suite.hash());
        let (mut client, server) = (client(&shared), server([shared]));
        client
            .parameters_mut()
            .set_cipher_suites(&[suite.code_point()])
            .expect("a supported suite");
        let (mut client, mut server) = connected(&Arc::new(client), &Arc::new(server));
        let data = vec![0x5a; RECORD];
        move || {
            time(|| {
                client.send(&data).expect("a connection");
                while let Some(bytes) = client.poll_transmit() {
                    server.receive(&bytes).expect("a connection");
                }
                while server.poll_event().is_some() {}
            })
        }
    };
    compare(transfer(second), transfer(first))
}

/// Both ends of a connection, after the whole handshake.
fn connected(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> (Connection, Connection) {
    let mut client = Connection::client(client.clone(), Entropy::from_seed([1; 32]));
    let mut server = Connection::server(server.clone(), Entropy::from_seed([2; 32]));
    client.start().expect("a client that starts");
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
            assert!(client.negotiated().is_some() && server.negotiated().is_some());
            return (client, server);
        }
    }
}
