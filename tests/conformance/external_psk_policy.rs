//! External PSKs: refused configurations (RFC 9257), and the results of the importer (RFC 9258).

use tls_psk::keys::PskKind;
use tls_psk::psk::import;
use tls_psk::wire::{CipherSuite, ClientHello, Reader};
use tls_psk::{
    ClientConfig, Connection, Entropy, ExternalPsk, HashAlgorithm, ImportedIdentity, Incompatible,
    PskError, ServerConfig, Usage, Violation,
};

use super::puppet::{
    Abort, PuppetClient, PuppetPsk, PuppetServer, Wire, assert_aborted, server, transmitted,
};
use super::support::{self, Pair, psk};
use super::{Alert, client_config, incompatible, server_config, shared_psk, test, violation};

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;
const SHA384: HashAlgorithm = HashAlgorithm::Sha384;
const NO_PSK: Abort = incompatible(Incompatible::NoAcceptablePsk, Alert::DECRYPT_ERROR);
const CONTEXT: &[u8] = b"client|server";

#[test]
fn an_identity_is_configured_once_whatever_its_hash_and_its_key() {
    let other_key = ExternalPsk::new(b"a", &[9; 32], SHA256).unwrap();
    let imported = |hash| psk("a", hash).with_context(CONTEXT).unwrap();
    for (first, second) in [
        (psk("a", SHA256), psk("a", SHA384)),
        (psk("a", SHA256), other_key),
        (imported(SHA256), imported(SHA384)),
        (imported(SHA256), imported(SHA256)),
    ] {
        let mut client = ClientConfig::new();
        let mut server = ServerConfig::new();
        client.append_psk(&first).unwrap();
        server.append_psk(&first).unwrap();
        assert_eq!(client.append_psk(&second), Err(PskError::DuplicateIdentity));
        assert_eq!(server.append_psk(&second), Err(PskError::DuplicateIdentity));
        assert_eq!((client.psks().len(), server.psks().len()), (1, 1));
    }
}

#[test]
fn an_imported_identity_is_encoded_field_by_field_and_read_strictly() {
    let identity = ImportedIdentity {
        external_identity: b"ab".to_vec(),
        context: b"xyz".to_vec(),
        target_protocol: 0x0304,
        target_kdf: 1,
    };
    let bytes = [0, 2, b'a', b'b', 0, 3, b'x', b'y', b'z', 3, 4, 0, 1];
    assert_eq!(identity.encode(), bytes);
    assert_eq!(ImportedIdentity::read(&bytes), Ok(identity));
    for len in 0..bytes.len() {
        assert!(ImportedIdentity::read(&bytes[..len]).is_err());
    }
    assert!(ImportedIdentity::read(&[&bytes[..], &[0]].concat()).is_err());
    assert!(ImportedIdentity::read(&[0, 0, 0, 0, 3, 4, 0, 1]).is_err(), "an empty identity");

    let long = ExternalPsk::new(&vec![b'a'; 65_000], &[7; 32], SHA256).unwrap();
    let too_long = Err(PskError::ImportedIdentityTooLong);
    assert_eq!(long.clone().with_context(&[b'x'; 528]).map(drop), too_long);
    assert!(long.clone().with_context(&[b'x'; 527]).is_ok());
    let context = vec![b'x'; 65_536];
    assert_eq!(long.with_context(&context).map(drop), Err(PskError::ContextTooLong));
}

/// The imported PSK of "client1" for a hash, with its key as the importer derives it.
fn imported(target: HashAlgorithm, kind: PskKind) -> PuppetPsk {
    let identity = ImportedIdentity {
        external_identity: b"client1".to_vec(),
        context: CONTEXT.to_vec(),
        target_protocol: ImportedIdentity::TLS13,
        target_kdf: target.kdf_id(),
    }
    .encode();
    let key = import(SHA256, &shared_psk().key, &identity, target).to_vec();
    PuppetPsk { identity, key, hash: target, kind }
}

/// A server that knows "client1" only as an imported PSK.
fn importing() -> ServerConfig {
    let mut config = ServerConfig::new();
    config.append_psk(&psk("client1", SHA256).with_context(CONTEXT).unwrap()).unwrap();
    config
}

fn assert_refused(row: &str, config: ServerConfig, psk: PuppetPsk, abort: Abort) {
    let mut client = PuppetClient::new(vec![psk]);
    let message = client.bind(client.hello().encode().unwrap());
    let mut server = server(config);
    let result = server.receive(&client.send_hello(&message));
    assert_aborted(row, &mut server, result, &mut client.wire, abort);
}

#[test]
fn the_binder_tells_imported_keys_from_others() {
    let bad = violation(Violation::BadBinder, Alert::DECRYPT_ERROR);
    for target in [SHA256, SHA384] {
        let psk = imported(target, PskKind::Imported);
        let (_, server) = PuppetClient::connected(importing(), psk);
        assert_eq!(server.negotiated().unwrap().psk_kind, Some(PskKind::Imported));
        for kind in [PskKind::External, PskKind::Resumption] {
            assert_refused("another label", importing(), imported(target, kind), bad);
        }
    }
    // If only one side imports, the identities differ.
    assert_refused("plain to imported", importing(), shared_psk(), NO_PSK);
    let psk = imported(SHA256, PskKind::Imported);
    assert_refused("imported to plain", server_config(), psk, NO_PSK);
    let plain_key = PuppetPsk { key: shared_psk().key, ..imported(SHA256, PskKind::Imported) };
    assert_refused("the key itself, not derived", importing(), plain_key, bad);
}

#[test]
fn near_imported_identities_are_not_matched() {
    let genuine = ImportedIdentity::read(&imported(SHA256, PskKind::Imported).identity).unwrap();
    let with = |change: fn(&mut ImportedIdentity)| {
        let mut identity = genuine.clone();
        change(&mut identity);
        identity.encode()
    };
    for (row, identity) in [
        ("a byte behind it", [genuine.encode(), vec![0]].concat()),
        ("an unknown KDF", with(|i| i.target_kdf = 0x1234)),
        ("no KDF", with(|i| i.target_kdf = 0)),
        ("an unknown protocol", with(|i| i.target_protocol = 0x1234)),
        ("DTLS 1.3", with(|i| i.target_protocol = 0xfefc)),
        ("TLS 1.2", with(|i| i.target_protocol = 0x0303)),
        ("another context", with(|i| i.context = b"server|client".to_vec())),
        ("no context", with(|i| i.context.clear())),
        (
            "the context's end in the identity",
            with(|i| {
                i.external_identity.push(i.context.remove(0));
            }),
        ),
    ] {
        let key = import(SHA256, &shared_psk().key, &identity, SHA256).to_vec();
        let psk = PuppetPsk { identity, key, hash: SHA256, kind: PskKind::Imported };
        assert_refused(row, importing(), psk, NO_PSK);
    }
}

#[test]
fn one_imported_psk_is_offered_for_each_hash_of_the_suites_and_for_tls_13_alone() {
    let (aes128, aes256, chacha20) = (
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    );
    for (suites, kdfs) in [
        (&[aes128, chacha20][..], &[1][..]),
        (&[aes256], &[2]),
        (&[aes128, chacha20, aes256], &[1, 2]),
        (&[aes256, aes128], &[2, 1]),
    ] {
        let mut config = ClientConfig::new();
        config.parameters_mut().set_allow_both_roles(true);
        config.parameters_mut().set_cipher_suites(suites).unwrap();
        let psk = psk("client1", SHA256).with_context(CONTEXT).unwrap();
        config.append_psk(&psk).unwrap();
        let (_, puppet) = PuppetServer::start(config, vec![]);
        let offer = puppet.hello.extensions.pre_shared_key.unwrap();
        let mut offered = Vec::new();
        for (psk, binder) in offer.identities.iter().zip(&offer.binders) {
            let identity = ImportedIdentity::read(&psk.identity).unwrap();
            assert_eq!((identity.target_protocol, psk.obfuscated_ticket_age), (0x0304, 0));
            assert_eq!(binder.len(), if identity.target_kdf == 1 { 32 } else { 48 });
            offered.push(identity.target_kdf);
        }
        assert_eq!(offered, kdfs);
    }
}

#[test]
fn among_three_nodes_a_context_that_names_both_ends_keeps_a_hello_from_a_third() {
    // A, B and C share one key; an attacker forwards A's messages for B to C.
    let between = |context: &[u8]| psk("group", SHA256).with_context(context).unwrap();
    let mut client = ClientConfig::new();
    client.append_psk(&between(b"A to B")).unwrap();
    let mut right = ServerConfig::new();
    right.append_psk(&between(b"A to B")).unwrap();
    right.append_psk(&between(b"C to B")).unwrap();
    let mut wrong = ServerConfig::new();
    wrong.append_psk(&between(b"A to C")).unwrap();
    wrong.append_psk(&between(b"B to C")).unwrap();
    Pair::new(client.clone(), right).handshake().assert_connected();
    let pair = Pair::new(client, wrong).handshake();
    assert_eq!(pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
}

#[test]
fn neither_secrets_nor_identities_show_in_debug_output() {
    let external = psk("device-7", SHA256);
    let (mut client, mut server) = (ClientConfig::new(), ServerConfig::new());
    client.append_psk(&external).unwrap();
    server.append_psk(&external.clone().with_context(CONTEXT).unwrap()).unwrap();
    let secret = SHA256.digest(b"device-7");
    let bytes = format!("{:?}", secret.as_ref());
    for text in [format!("{external:?}"), format!("{client:?}"), format!("{server:?}")] {
        assert!(text.contains("ExternalPsk") && !text.contains("device-7"), "{text}");
        let identity = format!("{:?}", b"device-7");
        for hidden in [&identity, &bytes, &format!("{secret:?}")] {
            assert!(!text.contains(hidden.trim_matches(['[', ']'])), "{text}");
        }
    }
}

#[test]
fn exporters_wait_for_the_handshake_and_take_no_context_for_an_empty_one() {
    let not_yet = Err(Usage::HandshakeNotComplete.into());
    let export = |connection: &Connection, label, context| {
        let mut out = [0; 40];
        connection.export_keying_material(label, context, &mut out).map(|()| out)
    };
    let (puppet, server) = PuppetClient::before_finished(server_config(), shared_psk());
    assert_eq!(export(&server, "label", None), not_yet);
    drop(puppet);
    let (client, _) = PuppetServer::before_finished(client_config(), vec![shared_psk()]);
    assert_eq!(export(&client, "label", None), not_yet);

    let (client, server) = support::default_configs();
    let pair = Pair::new(client, server).handshake();
    let none = export(&pair.client, "label", None).unwrap();
    assert_eq!(export(&pair.client, "label", Some(b"")), Ok(none));
    assert_eq!(export(&pair.server, "label", None), Ok(none));
    for (label, context) in [("label", Some(&b"x"[..])), ("lable", None), ("", None)] {
        let other = export(&pair.client, label, context).unwrap();
        assert_ne!(other, none);
        assert_eq!(export(&pair.server, label, context), Ok(other));
    }
}

/// Every way to truncate the flights of a whole handshake, for the configurations.
fn assert_prefixes_wait(client: ClientConfig, server_config: ServerConfig) {
    let mut client = client;
    client.parameters_mut().set_allow_both_roles(true);
    let mut client = Connection::client(client.into(), Entropy::from_seed([1; 32]));
    let mut server = server(server_config);
    client.start().unwrap();
    loop {
        let (to_server, to_client) = (transmitted(&mut client), transmitted(&mut server));
        if to_server.is_empty() && to_client.is_empty() {
            break;
        }
        for byte in to_server {
            server.receive(&[byte]).unwrap();
        }
        for byte in to_client {
            client.receive(&[byte]).unwrap();
        }
    }
    assert_eq!((client.state(), server.state()), ("CONNECTED", "CONNECTED"));
}

#[test]
fn flights_with_a_retry_an_importer_and_psk_ke_arrive_byte_by_byte_too() {
    let (client, mut server) = support::default_configs();
    server.parameters_mut().set_groups(&[tls_psk::wire::NamedGroup::SECP256R1]).unwrap();
    assert_prefixes_wait(client, server);
    let mut client = ClientConfig::new();
    client.append_psk(&psk("client1", SHA256).with_context(CONTEXT).unwrap()).unwrap();
    let modes = [tls_psk::wire::PskKeyExchangeMode::PSK_KE];
    client.parameters_mut().set_psk_modes(&modes).unwrap();
    let mut server = importing();
    server.parameters_mut().set_psk_modes(&modes).unwrap();
    assert_prefixes_wait(client, server);
}

#[test]
fn no_changed_byte_of_a_handshake_goes_unnoticed() {
    let (client_config, server_config) = (client_config(), server_config());
    let client = || {
        let config = client_config.clone().into();
        let mut client = Connection::client(config, Entropy::from_seed([1; 32]));
        client.start().unwrap();
        let hello = transmitted(&mut client);
        (client, hello)
    };
    let (mut original, hello) = client();
    let mut answering = server(server_config.clone());
    answering.receive(&hello).unwrap();
    let answer = transmitted(&mut answering);
    original.receive(&answer).unwrap();
    let finished = transmitted(&mut original);

    // The version of an unprotected record is ignored, and a change_cipher_spec has no meaning.
    let unread = |flight: &[u8], at: usize| {
        let mut start = 0;
        loop {
            let length = u16::from_be_bytes([flight[start + 3], flight[start + 4]]);
            let end = start + 5 + usize::from(length);
            if at < end {
                return flight[start] != 23 && (at == start + 1 || at == start + 2);
            }
            start = end;
        }
    };
    let changed = |flight: &[u8]| -> Vec<Vec<u8>> {
        let places = (0..flight.len()).filter(|at| !unread(flight, *at));
        let changes = places.flat_map(|at| [(at, 1), (at, 0x80), (at, 0xff)]);
        changes
            .map(|(at, by)| {
                let mut flight = flight.to_vec();
                flight[at] ^= by;
                flight
            })
            .collect()
    };
    let complete = |connection: &Connection| connection.negotiated().is_some();
    for hello in changed(&hello) {
        let mut server = server(server_config.clone());
        let result = server.receive(&hello);
        // An error, or a record that is now longer and incomplete.
        assert!(result.is_err() || server.state() == "START");
    }
    for answer in changed(&answer) {
        let (mut client, _) = client();
        let result = client.receive(&answer);
        assert!(result.is_err() || !complete(&client));
    }
    for finished in changed(&finished) {
        let mut server = server(server_config.clone());
        server.receive(&hello).unwrap();
        let result = server.receive(&finished);
        assert!(result.is_err() || !complete(&server));
    }
    let mut wire = Wire::default();
    wire.feed(&hello);
    assert!(ClientHello::read(Reader::new(&wire.next_message()[4..])).is_ok());
}
