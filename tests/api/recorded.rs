//! The same handshakes natively, in Node and in browsers: the bytes must not depend on the platform.

use tls_psk::wire::{CipherSuite, NamedGroup, PskKeyExchangeMode};
use tls_psk::{Connection, Entropy, HashAlgorithm};

use crate::support::{Chunking, Pair, SUITES, configs, default_configs};
use crate::test;

/// The change to the configurations of a recorded handshake.
#[derive(Clone, Copy)]
struct Recorded {
    retry: bool,
    grease: bool,
}

const PLAIN: Recorded = Recorded { retry: false, grease: false };

/// SHA-256 of every byte both sides send in a seeded handshake with an echo, per suite and mode.
const RECORDED: [(CipherSuite, PskKeyExchangeMode, Recorded, &str); 6] = [
    (
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        PskKeyExchangeMode::PSK_DHE_KE,
        PLAIN,
        "e06c07e84ee5cf10dcc23784f9cfcd22797f13e8e48e3dc542bfa0c20985ba8a",
    ),
    (
        CipherSuite::TLS_AES_256_GCM_SHA384,
        PskKeyExchangeMode::PSK_DHE_KE,
        PLAIN,
        "5076931c89a3abcbfaf0ea7c7039a766f4982995c9e195165e75430966695a18",
    ),
    (
        CipherSuite::TLS_AES_128_GCM_SHA256,
        PskKeyExchangeMode::PSK_KE,
        PLAIN,
        "1ca46add44bffa5defedc7c2da01a77f0dfcdf1674b43ff8107eb97fe2f5a178",
    ),
    (
        CipherSuite::TLS_AES_128_GCM_SHA256,
        PskKeyExchangeMode::PSK_DHE_KE,
        Recorded { retry: true, ..PLAIN },
        "a08148f5ccc7b077fbb027184fc8dae3edd2dcf18f5e3205b8471e5ead45500a",
    ),
    (
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
        PskKeyExchangeMode::PSK_DHE_KE,
        Recorded { grease: true, ..PLAIN },
        "d721972744b3543009676c3f0ca4896d352bb0a6c627d92dfaa5056b6d73dd63",
    ),
    (
        CipherSuite::TLS_AES_256_GCM_SHA384,
        PskKeyExchangeMode::PSK_DHE_KE,
        Recorded { retry: true, grease: true },
        "0b00f95fe83857b57a547c9e594e6acbc75e8ed65d619e8df2de1500d924e3af",
    ),
];

#[test]
fn a_seeded_handshake_is_the_same_to_the_byte_everywhere() {
    for (suite, mode, Recorded { retry, grease }, recorded) in RECORDED {
        let (client, mut server) = {
            let (mut client, server) = configs(suite, NamedGroup::X25519, mode);
            let both = [NamedGroup::X25519, NamedGroup::SECP256R1];
            client.parameters_mut().set_groups(&both).unwrap();
            client.parameters_mut().set_grease(grease);
            (client, server)
        };
        if retry {
            server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
        }
        let mut pair = Pair::new(client, server).handshake();
        assert_eq!(pair.assert_connected().hello_retry_request, retry);
        pair.assert_echo(b"the same everywhere");
        let mut bytes = pair.to_server;
        bytes.extend(pair.to_client);
        let digest = format!("{:?}", HashAlgorithm::Sha256.digest(&bytes));
        assert_eq!(digest, recorded, "{suite} {mode} retry: {retry}, grease: {grease}");
    }
}

#[test]
fn every_suite_group_and_mode_connects() {
    let mut connected = 0;
    for suite in SUITES {
        for group in tls_psk::crypto::SUPPORTED_GROUPS {
            for mode in [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE] {
                let (client, server) = configs(suite, group, mode);
                let mut pair = Pair::new(client, server).chunked(Chunking::Bytes(7)).handshake();
                pair.assert_connected();
                pair.assert_echo(&[0x5a; 20_000]);
                connected += 1;
            }
        }
    }
    assert!(connected >= 12);
}

#[test]
fn the_platform_gives_randomness() {
    let (client, server) = default_configs();
    let mut hellos = Vec::new();
    for _ in 0..2 {
        let entropy = Entropy::from_os().unwrap();
        let mut connection = Connection::client(std::sync::Arc::new(client.clone()), entropy);
        connection.start().unwrap();
        hellos.push(connection.poll_transmit().unwrap());
    }
    assert_ne!(hellos[0], hellos[1]);
    let entropy = Entropy::from_os().unwrap();
    let mut connection = Connection::server(std::sync::Arc::new(server), entropy);
    connection.receive(&hellos[0]).unwrap();
    assert_eq!(connection.state(), "WAIT_FINISHED");
}
