//! Messages, binders and records from elsewhere, as the demo page shows them.

use tls_psk::dissect::{
    BinderAttempt, RecordOpener, attempt_binder, check_binders, dissect, dissect_inner_plaintext,
    secrets_of_leaked_psk,
};
use tls_psk::keys::PskKind;
use tls_psk::wire::{
    CipherSuite, HandshakeType, NamedGroup, PskKeyExchangeMode, Span, SpanValue, Writer, handshake,
};
use tls_psk::{ClientConfig, Error, Event, ExternalPsk, HashAlgorithm, Violation};

use crate::support::{Pair, default_configs, psk};
use crate::test;
use crate::vectors::{rfc8448_resumed, rfc8448_simple};

/// The messages of a handshake, with their names, as the client saw them.
fn messages(pair: &Pair) -> Vec<(&'static str, Vec<u8>)> {
    let messages = pair.client_events.iter().filter_map(|event| match event {
        Event::Message { name, bytes, .. } => Some((*name, bytes.clone())),
        _ => None,
    });
    messages.collect()
}

/// A client with a plain PSK, two imported ones and a plain one of the other hash.
fn client_with_four() -> (ClientConfig, [ExternalPsk; 3]) {
    let (mut client, _) = default_configs();
    client.parameters_mut().set_trace(true);
    let imported = psk("pump", HashAlgorithm::Sha256).with_context(b"pump, hall").unwrap();
    let other = psk("vault", HashAlgorithm::Sha384);
    client.append_psk(&imported).unwrap();
    client.append_psk(&other).unwrap();
    (client, [psk("client1", HashAlgorithm::Sha256), imported, other])
}

#[test]
fn the_binders_of_a_first_client_hello_verify_with_their_psks_alone() {
    let (client, psks) = client_with_four();
    let (_, server) = default_configs();
    let pair = Pair::new(client, server).handshake();
    let (_, hello) = &messages(&pair)[0];
    let found = psks.each_ref().map(|psk| {
        let checks = check_binders(hello, psk).unwrap();
        checks
            .into_iter()
            .map(|check| (check.index, check.kind, check.expected.as_ref().len(), check.verified))
            .collect::<Vec<_>>()
    });
    assert_eq!(found[0], [(0, PskKind::External, 32, true)]);
    assert_eq!(found[1], [(1, PskKind::Imported, 32, true), (2, PskKind::Imported, 48, true)]);
    assert_eq!(found[2], [(3, PskKind::External, 48, true)]);

    let stranger = psk("stranger", HashAlgorithm::Sha256);
    assert!(check_binders(hello, &stranger).unwrap().is_empty());
    let wrong = ExternalPsk::new(b"client1", &[7; 32], HashAlgorithm::Sha256).unwrap();
    assert!(!check_binders(hello, &wrong).unwrap()[0].verified);
    // Any byte before the binders counts.
    let mut changed = hello.clone();
    changed[6] ^= 1;
    assert!(!check_binders(&changed, &psks[0]).unwrap()[0].verified);
}

#[test]
fn the_binders_of_a_second_client_hello_cover_the_first_and_the_retry() {
    let (client, psks) = client_with_four();
    let (_, mut server) = default_configs();
    server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    let pair = Pair::new(client, server).handshake();
    let all = messages(&pair);
    let names: Vec<_> = all.iter().take(3).map(|(name, _)| *name).collect();
    assert_eq!(names, ["client_hello", "hello_retry_request", "client_hello"]);
    let flight: Vec<u8> = all.iter().take(3).flat_map(|(_, bytes)| bytes.clone()).collect();
    // Those of the other hash are not offered again.
    assert!(check_binders(&flight, &psks[2]).unwrap().is_empty());
    for psk in &psks[..2] {
        let checks = check_binders(&flight, psk).unwrap();
        assert_eq!(checks.len(), 1);
        assert!(checks[0].verified);
        // Treated as a first one, it does not verify.
        assert!(!check_binders(&all[2].1, psk).unwrap()[0].verified);
    }
}

#[test]
fn a_binder_can_be_attempted_in_each_kind() {
    let vector = rfc8448_resumed();
    let resumed = BinderAttempt {
        secret: vector.get("PSK"),
        hash: HashAlgorithm::Sha256,
        kind: PskKind::Resumption,
        import: None,
        before: &[],
        covered: vector.get("truncated ClientHello"),
    };
    let found = attempt_binder(&resumed).unwrap();
    assert_eq!(found.transcript_hash.as_ref(), vector.get("binder hash"));
    assert_eq!(found.binder.as_ref(), vector.get("binder"));
    let external = BinderAttempt { kind: PskKind::External, ..resumed };
    assert_ne!(attempt_binder(&external).unwrap().binder.as_ref(), vector.get("binder"));

    // Of a second ClientHello, imported and not, as the check of the same PSK expects it.
    let (client, psks) = client_with_four();
    let (_, mut server) = default_configs();
    server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    let all = messages(&Pair::new(client, server).handshake());
    let before = [&all[0].1[..], &all[1].1].concat();
    let flight = [&before[..], &all[2].1].concat();
    let offer = dissect(&all[2].1).fields;
    let binders = offer.iter().find(|span| span.name == "binders").unwrap();
    let identities: Vec<_> = offer.iter().filter(|span| span.name == "ImportedIdentity").collect();
    for (psk, name, import) in
        [(&psks[0], "client1", None), (&psks[1], "pump", Some(identities[0]))]
    {
        let secret = HashAlgorithm::Sha256.digest(name.as_bytes());
        let expected = check_binders(&flight, psk).unwrap();
        let attempt = BinderAttempt {
            secret: secret.as_ref(),
            hash: HashAlgorithm::Sha256,
            kind: expected[0].kind,
            import: import.map(|span| (HashAlgorithm::Sha256, &all[2].1[span.start..span.end])),
            before: &before,
            covered: &all[2].1[..binders.start],
        };
        let found = attempt_binder(&attempt).unwrap();
        assert_eq!(found.binder.as_ref(), expected[0].expected.as_ref());
    }
    let cut = BinderAttempt { before: &before[..40], ..resumed };
    assert!(matches!(attempt_binder(&cut), Err(Error::Decode(_))));
}

#[test]
fn what_has_no_binders_to_check_says_so() {
    let (client, psks) = client_with_four();
    let (_, server) = default_configs();
    let pair = Pair::new(client, server).handshake();
    let all = messages(&pair);
    assert_eq!(all[1].0, "server_hello");
    let error = |messages: &[u8]| check_binders(messages, &psks[0]).unwrap_err();
    assert!(matches!(error(&all[1].1), Error::UnexpectedMessage { .. }));
    assert!(matches!(error(&all[2].1), Error::UnexpectedMessage { .. }));
    // A ServerHello cannot come between two ClientHellos.
    let flight = [&all[0].1[..], &all[1].1, &all[0].1].concat();
    assert!(matches!(error(&flight), Error::UnexpectedMessage { .. }));
    assert_eq!(error(&all[0].1[..60]), Error::Decode("ClientHello"));
    let hello = rfc8448_simple();
    assert!(check_binders(hello.get("ClientHello"), &psks[0]).unwrap().is_empty());
}

fn names(spans: &[Span]) -> Vec<&'static str> {
    spans.iter().map(|span| span.name).collect()
}

#[test]
fn an_imported_identity_is_taken_apart_in_its_place() {
    let (client, _) = client_with_four();
    let (_, server) = default_configs();
    let pair = Pair::new(client, server).handshake();
    let (_, hello) = &messages(&pair)[0];
    let dissection = dissect(hello);
    assert_eq!(dissection.error, None);
    let at = dissection.fields.iter().position(|span| span.name == "ImportedIdentity").unwrap();
    assert_eq!(
        names(&dissection.fields[at - 2..at + 9]),
        [
            "identity",
            "length",
            "ImportedIdentity",
            "external_identity",
            "length",
            "opaque",
            "context",
            "length",
            "opaque",
            "target_protocol",
            "target_kdf",
        ]
    );
    let text = |span: &Span| String::from_utf8_lossy(&hello[span.start..span.end]).into_owned();
    assert_eq!(text(&dissection.fields[at + 3]), "pump");
    assert_eq!(text(&dissection.fields[at + 6]), "pump, hall");
    assert_eq!(
        names(&dissection.fields).iter().filter(|name| **name == "ImportedIdentity").count(),
        2
    );
    // Every byte stays in one leaf.
    let mut covered = 0;
    for (at, span) in dissection.fields.iter().enumerate() {
        let next = dissection.fields.get(at + 1);
        if next.is_none_or(|next| next.depth <= span.depth) {
            assert_eq!(span.start, covered);
            covered = span.end;
        }
    }
    assert_eq!(covered, hello.len());
}

#[test]
fn bytes_that_stop_making_sense_do_so_at_a_byte() {
    let vectors = rfc8448_resumed();
    let hello = vectors.get("ClientHello");
    assert_eq!(dissect(hello).error, None);
    for len in 1..hello.len() {
        let (error, position) = dissect(&hello[..len]).error.unwrap();
        assert!(matches!(error, Error::Decode(_)), "{len}: {error}");
        assert!(position <= len.min(4), "the message's own length is what does not fit");
    }
    // The session identifier is said to be longer than it is allowed to be.
    let mut changed = hello.to_vec();
    changed[4 + 2 + 32] = 33;
    let (error, position) = dissect(&changed).error.unwrap();
    assert_eq!((error, position), (Error::Decode("legacy_session_id"), 4 + 2 + 32 + 1 + 33));
}

#[test]
fn a_leaked_psk_gives_the_secrets_of_psk_ke_and_none_of_psk_dhe_ke() {
    for (mode, leaks) in
        [(PskKeyExchangeMode::PSK_KE, true), (PskKeyExchangeMode::PSK_DHE_KE, false)]
    {
        let (mut client, mut server) = default_configs();
        for parameters in [client.parameters_mut(), server.parameters_mut()] {
            parameters.set_key_log(true);
            parameters.set_trace(true);
            parameters.set_psk_modes(&[mode]).unwrap();
        }
        let pair = Pair::new(client, server).handshake();
        let all = messages(&pair);
        let hellos = [&all[0].1[..], &all[1].1].concat();
        let flight = [&all[2].1[..], &all[3].1].concat();
        let psk = HashAlgorithm::Sha256.digest(b"client1");
        let secrets = secrets_of_leaked_psk(HashAlgorithm::Sha256, psk.as_ref(), &hellos, &flight);
        for (label, ours) in [
            ("CLIENT_HANDSHAKE_TRAFFIC_SECRET ", secrets.client_handshake),
            ("SERVER_HANDSHAKE_TRAFFIC_SECRET ", secrets.server_handshake),
            ("CLIENT_TRAFFIC_SECRET_0 ", secrets.client_application),
            ("SERVER_TRAFFIC_SECRET_0 ", secrets.server_application),
        ] {
            let line = pair.client_events.iter().find_map(|event| match event {
                Event::KeyLog(line) => line.strip_prefix(label),
                _ => None,
            });
            let hex: String = ours.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(line.unwrap().ends_with(&hex), leaks, "{label}");
        }
    }
}

#[test]
fn protected_records_are_opened_with_the_key_log() {
    let (mut client, mut server) = default_configs();
    client.parameters_mut().set_key_log(true);
    client.parameters_mut().set_padding_multiple(64);
    server.parameters_mut().set_padding_multiple(64);
    let suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    for parameters in [client.parameters_mut(), server.parameters_mut()] {
        parameters.set_cipher_suites(&[suite]).unwrap();
    }
    let mut pair = Pair::new(client, server).handshake();
    let secret = |label: &str| {
        let line = pair.client_events.iter().find_map(|event| match event {
            Event::KeyLog(line) => line.strip_prefix(label).map(str::to_owned),
            _ => None,
        });
        let hex = line.unwrap().rsplit(' ').next().unwrap().to_owned();
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect::<Vec<u8>>()
    };
    let key = secret("CLIENT_TRAFFIC_SECRET_0 ");
    let other = secret("SERVER_TRAFFIC_SECRET_0 ");
    pair.to_server.clear();
    pair.assert_echo(b"hello");
    assert!(RecordOpener::new(suite, &key[1..]).is_none());
    assert!(RecordOpener::new(CipherSuite(0x1301 + 77), &key).is_none());
    let mut wrong = RecordOpener::new(suite, &other).unwrap();
    assert_eq!(wrong.open(&pair.to_server), Err(Violation::BadRecordMac.into()));

    let mut opener = RecordOpener::new(suite, &key).unwrap();
    let inner = opener.open(&pair.to_server).unwrap();
    assert!(inner.starts_with(b"hello\x17\0\0"));
    assert_eq!(inner.len() % 64, 0);
    let dissection = dissect_inner_plaintext(&inner);
    assert_eq!(dissection.error, None);
    assert_eq!(
        names(&dissection.fields),
        ["TLSInnerPlaintext", "content", "opaque", "type", "zeros"]
    );
    assert_eq!(dissection.fields[0].value, SpanValue::Named("application_data"));
    assert_eq!(opener.open(&[23, 3, 3]), Err(Error::Decode("TLSCiphertext")));

    // After a KeyUpdate only the next key opens them.
    pair.to_server.clear();
    pair.client.update_keys(tls_psk::wire::KeyUpdateRequest::UPDATE_NOT_REQUESTED).unwrap();
    pair.run();
    let inner = opener.open(&pair.to_server).unwrap();
    let fields = dissect_inner_plaintext(&inner).fields;
    assert_eq!(names(&fields)[..3], ["TLSInnerPlaintext", "content", "Handshake"]);
    pair.to_server.clear();
    pair.assert_echo(b"again");
    assert_eq!(opener.open(&pair.to_server), Err(Violation::BadRecordMac.into()));
    opener.update();
    assert!(opener.open(&pair.to_server).unwrap().starts_with(b"again\x17"));
}

#[test]
fn an_inner_plaintext_of_zeros_has_no_type() {
    let dissection = dissect_inner_plaintext(&[0; 20]);
    assert_eq!(dissection.error, Some((Error::Decode("TLSInnerPlaintext"), 0)));
    let finished = handshake::encode(HandshakeType::FINISHED, |w| w.bytes(&[1; 32])).unwrap();
    let mut w = Writer::new();
    w.bytes(&finished);
    w.u8(22);
    let fields = dissect_inner_plaintext(&w.finish().unwrap()).fields;
    assert_eq!(
        names(&fields),
        [
            "TLSInnerPlaintext",
            "content",
            "Handshake",
            "msg_type",
            "Finished",
            "length",
            "verify_data",
            "type"
        ]
    );
}
