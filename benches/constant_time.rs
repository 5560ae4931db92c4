//! Samples for `npm run constant-time`: operations on secret values, for two kinds of input that an attacker could tell
//! apart if their times differed. The kinds take turns at random, so that nothing else follows them.
//!
//! Each line of the output is a name, and the nanoseconds of each sample of the first kind and of the second.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use tls_psk::crypto::{AeadAlgorithm, AeadKey};
use tls_psk::keys::{EarlySecret, PskKind};
use tls_psk::{ClientConfig, Connection, Entropy, ExternalPsk, HashAlgorithm, ServerConfig};

/// Samples of both kinds together.
const SAMPLES: usize = 40_000;
const HASH: HashAlgorithm = HashAlgorithm::Sha256;
/// The PSKs of a server.
const MANY: usize = 1_000;

fn main() {
    let digest = HASH.digest(b"what is compared");
    let tags = [differing(digest.as_ref(), 0), differing(digest.as_ref(), 31)];
    // what the measurement must find
    sample("control: a comparison that stops early", 64, &tags, |tag| {
        let pairs = digest.as_ref().iter().zip(tag.iter());
        pairs.take_while(|(this, that)| black_box(this) == black_box(that)).count() == 32
    });
    sample("a comparison of MACs, wrong at first or at last", 64, &tags, |tag| digest.ct_eq(tag));

    let key = EarlySecret::new(HASH, Some(&[7; 32])).binder_key(PskKind::External).finished_key();
    let right = key.verify_data(&digest);
    let macs = [differing(right.as_ref(), 0), differing(right.as_ref(), 31)];
    sample("a binder or Finished, wrong at first or at last", 4, &macs, |mac| {
        key.verify(&digest, mac)
    });

    for algorithm in [AeadAlgorithm::Aes128Gcm, AeadAlgorithm::ChaCha20Poly1305] {
        let key = AeadKey::new(algorithm, &[7; 32][..algorithm.key_len()]).expect("its length");
        let mut sealed = vec![0; 64];
        key.seal(&[1; 12], &[2; 5], &mut sealed, 0).expect("a short record");
        let tag_at = sealed.len() - 16;
        let records = [differing(&sealed, tag_at), differing(&sealed, tag_at + 15)];
        sample(
            &format!("a tag of {algorithm:?}, wrong at first or at last"),
            4,
            &records,
            |record| key.open(&[1; 12], &[2; 5], record).is_ok(),
        );
    }

    let config = Arc::new(server(MANY));
    let refused = |hello: &mut [u8]| {
        let mut server = Connection::server(config.clone(), Entropy::from_seed([2; 32]));
        server.receive(hello).is_ok()
    };
    let [first, last, unknown] = [0, MANY - 1, MANY].map(|number| hello(&psk(number, 2)));
    let ends = [first.clone(), last];
    sample("a wrong key, for the first or the last identity of 1,000", 1, &ends, refused);
    let known = [first, unknown];
    sample("a wrong key, for a known or an unknown identity", 1, &known, refused);
    // with the right key, so that only the changed byte differs
    let right = hello(&psk(0, 1));
    let binders = [differing(&right, right.len() - 32), differing(&right, right.len() - 1)];
    sample("a binder in a ClientHello, wrong at first or at last", 1, &binders, refused);
}

/// The bytes with one bit changed.
fn differing(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    copy[at] ^= 1;
    copy
}

/// Prints samples, each of so many operations. None of them may succeed.
fn sample(
    name: &str,
    operations: usize,
    inputs: &[Vec<u8>; 2],
    operation: impl Fn(&mut [u8]) -> bool,
) {
    let mut samples = [Vec::new(), Vec::new()];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    // both kinds in the same memory, whose place has its own effect on time
    let mut copies = vec![Vec::with_capacity(inputs[0].len()); operations];
    for _ in 0..SAMPLES {
        // xorshift: the order need not be secret
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let kind = (state >> 32) as usize & 1;
        for copy in &mut copies {
            copy.clear();
            copy.extend_from_slice(&inputs[kind]);
        }
        let start = Instant::now();
        for copy in &mut copies {
            assert!(!black_box(operation(black_box(copy))), "{name}: it succeeded");
        }
        samples[kind].push(start.elapsed().as_nanos().to_string());
    }
    println!("{name}\t{}\t{}", samples[0].join(","), samples[1].join(","));
}

fn psk(number: usize, key: u8) -> ExternalPsk {
    ExternalPsk::new(format!("device-{number:04}").as_bytes(), &[key; 32], HASH)
        .expect("a valid PSK")
}

fn server(psks: usize) -> ServerConfig {
    let mut config = ServerConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    for number in 0..psks {
        config.append_psk(&psk(number, 1)).expect("identities that differ");
    }
    config
}

/// A ClientHello that offers the PSK.
fn hello(psk: &ExternalPsk) -> Vec<u8> {
    let mut config = ClientConfig::new();
    config.parameters_mut().set_allow_both_roles(true);
    config.append_psk(psk).expect("a list with room");
    let mut client = Connection::client(Arc::new(config), Entropy::from_seed([1; 32]));
    client.start().expect("a client that starts");
    client.poll_transmit().expect("a ClientHello")
}
