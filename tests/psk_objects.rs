//! PSKs and their lists as an application uses them: their limits, refusals, and the state after a refused call; and
//! the parts of the wire that only external PSKs have. docs/psk-semantics.md has the whole list.

mod support;

use std::sync::Arc;

use support::{Chunking, Pair, default_configs, deliver, drain, psk};
use tls_psk::error::Usage;
use tls_psk::keys::{BinderKind, EarlySecret};
use tls_psk::psk::PskList;
use tls_psk::record::Sealer;
use tls_psk::wire::{
    CipherSuite, ClientHello, ContentType, EncryptedExtensions, KeyUpdateRequest, NamedGroup,
    ProtocolVersion, PskIdentity, PskKeyExchangeMode, Reader, ServerExtensions, ServerHello,
};
use tls_psk::{
    AlertDescription, AppendError, ClientConfig, Connection, Entropy, Error, Event, ExternalPsk,
    HashAlgorithm, Negotiated, PskError, PskKinds, PskOutcome, Selection, SelectionPolicy,
    ServerConfig, Violation,
};

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;
const SHA384: HashAlgorithm = HashAlgorithm::Sha384;
const SECRET: [u8; 32] = [0x5a; 32];

/// Why a PSK was refused, or nothing.
fn refusal(psk: Result<ExternalPsk, PskError>) -> Option<PskError> {
    psk.err()
}

/// A client that offers these, in this order.
fn client_of(psks: &[&ExternalPsk]) -> ClientConfig {
    let mut config = ClientConfig::new();
    for psk in psks {
        config.append_psk(psk).unwrap();
    }
    config
}

/// A server that has these, in this order.
fn server_of(psks: &[&ExternalPsk]) -> ServerConfig {
    let mut config = ServerConfig::new();
    for psk in psks {
        config.append_psk(psk).unwrap();
    }
    config
}

/// The negotiated parameters of a handshake between the two.
fn agreed(client: &ClientConfig, server: &ServerConfig) -> Negotiated {
    Pair::new(client.clone(), server.clone()).handshake().assert_connected().clone()
}

fn identity_of(negotiated: &Negotiated) -> &[u8] {
    negotiated.psk_identity.as_deref().unwrap()
}

// The PSK

#[test]
fn an_identity_holds_1_to_65535_bytes() {
    let of = |len: usize| ExternalPsk::new(&vec![b'x'; len], &SECRET, SHA256);
    assert_eq!(refusal(of(0)), Some(PskError::EmptyIdentity));
    assert_eq!(refusal(of(1)), None);
    assert_eq!(refusal(of(65_535)), None);
    assert_eq!(refusal(of(65_536)), Some(PskError::IdentityTooLong));
}

#[test]
fn a_secret_holds_16_to_65535_bytes_that_are_not_all_zero() {
    let of = |secret: &[u8]| refusal(ExternalPsk::new(b"a", secret, SHA256));
    assert_eq!(of(&[]), Some(PskError::EmptySecret));
    assert_eq!(of(&[1; 15]), Some(PskError::SecretTooShort));
    assert_eq!(of(&[1; 16]), None);
    assert_eq!(of(&[1; 65_535]), None);
    assert_eq!(of(&[1; 65_536]), Some(PskError::SecretTooLong));
    for len in [16, 32, 65_535] {
        let mut secret = vec![0; len];
        assert_eq!(of(&secret), Some(PskError::SecretAllZero));
        secret[len - 1] = 1;
        assert_eq!(of(&secret), None);
    }
}

#[test]
fn a_short_secret_takes_a_constructor_that_is_named_unsafe() {
    let of = |secret: &[u8]| refusal(ExternalPsk::with_unsafe_short_secret(b"a", secret, SHA256));
    assert_eq!(of(&[1]), None);
    // The rest of the rules still holds.
    assert_eq!(of(&[]), Some(PskError::EmptySecret));
    assert_eq!(of(&[0; 15]), Some(PskError::SecretAllZero));
    assert_eq!(of(&[1; 65_536]), Some(PskError::SecretTooLong));
}

#[test]
fn the_longest_identity_and_secret_that_fit_a_client_hello_connect() {
    let long = ExternalPsk::new(&[0xff; 65_000], &[7; 65_535], SHA384).unwrap();
    assert_eq!(identity_of(&agreed(&client_of(&[&long]), &server_of(&[&long]))).len(), 65_000);

    // The offer alone would fit. With the rest of the ClientHello it does not, which is said before anything is sent.
    let longest = ExternalPsk::new(&[0xff; 65_492], &SECRET, SHA256).unwrap();
    let mut pair = Pair::new(client_of(&[&longest]), ServerConfig::new());
    assert_eq!(pair.client.start(), Err(Usage::MessageTooLong.into()));
    assert!(drain(&mut pair.client, &mut Vec::new()).is_empty());
}

#[test]
fn identities_are_compared_byte_for_byte() {
    let identities: [&[u8]; 7] =
        [b"device", b"Device", b"device\0", b"\0device", b"devic", b"\xff\xfe", b"d\xc3\xa9vice"];
    let psks = identities.map(|identity| ExternalPsk::new(identity, &SECRET, SHA256).unwrap());
    let server = server_of(&psks.each_ref());
    for (identity, psk) in identities.iter().zip(&psks) {
        assert_eq!(identity_of(&agreed(&client_of(&[psk]), &server)), *identity);
    }
    let decomposed = ExternalPsk::new(b"de\xcc\x81vice", &SECRET, SHA256).unwrap();
    let pair = Pair::new(client_of(&[&decomposed]), server).handshake();
    assert_eq!(pair.server_error, Some(Violation::NoAcceptablePsk.into()));
}

#[test]
fn a_psks_hash_decides_which_suites_it_is_used_with() {
    for (hash, suite) in [
        (SHA256, CipherSuite::TLS_CHACHA20_POLY1305_SHA256),
        (SHA384, CipherSuite::TLS_AES_256_GCM_SHA384),
    ] {
        let psk = psk("a", hash);
        let negotiated = agreed(&client_of(&[&psk]), &server_of(&[&psk]));
        assert_eq!(negotiated.cipher_suite, suite);
    }
}

#[test]
fn nothing_shows_a_psks_secret() {
    let psk = ExternalPsk::new(b"device", &[0x5a; 32], SHA256).unwrap();
    let text = format!("{psk:?} {:?} {:?}", client_of(&[&psk]), server_of(&[&psk]));
    assert!(text.contains("ExternalPsk"));
    assert!(
        !text.contains("90, 90") && !text.contains("5a5a") && !text.contains("secret"),
        "{text}"
    );
}

// The list

#[test]
fn an_append_copies() {
    let mut client = ClientConfig::new();
    let mut server = ServerConfig::new();
    {
        let psk = psk("short-lived", SHA256);
        client.append_psk(&psk).unwrap();
        server.append_psk(&psk).unwrap();
    }
    assert_eq!(identity_of(&agreed(&client, &server)), b"short-lived");
}

#[test]
fn a_refused_append_leaves_the_list_as_it_was() {
    let (first, second) = (psk("first", SHA256), psk("second", SHA384));
    let other_secret = ExternalPsk::new(b"first", &SECRET, SHA384).unwrap();
    let long = ExternalPsk::new(&[b'x'; 65_520], &SECRET, SHA256).unwrap();

    let mut client = client_of(&[&first]);
    assert_eq!(client.append_psk(&other_secret), Err(PskError::DuplicateIdentity));
    assert_eq!(client.append_psk(&long), Err(PskError::OfferTooLong));
    assert_eq!(client.set_psk_kinds(PskKinds::Resumption), Err(PskError::MixedKinds));
    assert_eq!(client.psks().len(), 1);

    let mut server = server_of(&[&second, &first]);
    assert_eq!(server.append_psk(&other_secret), Err(PskError::DuplicateIdentity));
    assert_eq!(server.set_psk_kinds(PskKinds::Resumption), Err(PskError::MixedKinds));
    assert_eq!(server.psks().len(), 2);
    assert_eq!(identity_of(&agreed(&client, &server)), b"first");

    // The same on the connections, over what their configurations hold.
    let mut pair = Pair::new(client, server);
    let duplicate = Err(AppendError::Psk(PskError::DuplicateIdentity));
    let too_long = Err(AppendError::Psk(PskError::OfferTooLong));
    assert_eq!(pair.client.append_psk(&other_secret), duplicate);
    assert_eq!(pair.client.append_psk(&long), too_long);
    assert_eq!(pair.server.append_psk(&other_secret), duplicate);
    pair.client.append_psk(&second).unwrap();
    assert_eq!(pair.client.append_psk(&second), duplicate);
    let mut pair = pair.handshake();
    assert_eq!(identity_of(pair.assert_connected()), b"second");
    let late = Err(AppendError::Usage(Usage::AlreadyStarted));
    assert_eq!(pair.client.append_psk(&first), late);
    assert!(pair.server.append_psk(&psk("late", SHA256)).is_err());
    pair.assert_echo(b"unharmed");
}

#[test]
fn a_clients_offer_takes_65535_encoded_bytes_and_not_one_more() {
    // Two length fields; for each PSK its identity, two more length fields, the age and the binder.
    let filling = 65_535 - 4 - (2 + 4 + 1 + 32);
    let of = |len: usize| ExternalPsk::new(&vec![b'x'; len], &SECRET, SHA256).unwrap();
    assert_eq!(ClientConfig::new().append_psk(&of(filling)), Ok(()));
    assert_eq!(ClientConfig::new().append_psk(&of(filling + 1)), Err(PskError::OfferTooLong));
    // A server offers nothing.
    let mut server = server_of(&[&of(65_535), &of(65_534), &of(65_533)]);
    assert_eq!(server.append_psk(&of(65_535)), Err(PskError::DuplicateIdentity));
}

#[test]
fn a_hundred_thousand_psks_are_one_list_of_a_server() {
    let list = |len: usize| {
        let mut list = PskList::new();
        for n in 0..len {
            let psk = ExternalPsk::new(format!("device-{n}").as_bytes(), &SECRET, SHA256).unwrap();
            list.append(&psk).unwrap();
        }
        list
    };
    let large = list(100_000);
    for rank in [0, 50_000, 99_999] {
        let found = large.find(format!("device-{rank}").as_bytes()).unwrap();
        assert_eq!(found.rank, rank);
    }
    assert!(large.find(b"device-100000").is_none());
}

#[test]
fn imported_and_plain_psks_share_one_list() {
    let plain = psk("plain", SHA256);
    let imported = psk("shared", SHA256).with_context(b"client=a server=b").unwrap();
    for (psks, kind, identity) in [
        ([&plain, &imported], BinderKind::External, b"plain"),
        ([&imported, &plain], BinderKind::Imported, b"share"),
    ] {
        // The client offers both; the server's order decides.
        let negotiated = agreed(&client_of(&[&plain, &imported]), &server_of(&psks));
        assert_eq!(negotiated.psk_kind, Some(kind));
        assert!(negotiated.external_identity.unwrap().starts_with(identity));
    }

    // Identities are unique as they are on the wire: the context tells imported ones apart, the hash does not.
    let mut server = server_of(&[&plain, &imported]);
    server.append_psk(&psk("shared", SHA256)).unwrap();
    server.append_psk(&psk("shared", SHA256).with_context(b"client=b server=a").unwrap()).unwrap();
    let same = psk("shared", SHA384).with_context(b"client=a server=b").unwrap();
    assert_eq!(server.append_psk(&same), Err(PskError::DuplicateIdentity));
}

// Selection

#[test]
fn the_default_is_the_first_of_the_servers_list_whatever_the_clients_order() {
    let psks = ["a", "b", "c"].map(|name| psk(name, SHA256));
    let [a, b, c] = &psks;
    let server = server_of(&[b, c, a]);
    for (offer, index) in [([a, b, c], 1), ([b, a, c], 0), ([c, a, b], 2)] {
        let negotiated = agreed(&client_of(&offer), &server);
        assert_eq!(identity_of(&negotiated), b"b");
        assert_eq!(negotiated.psk_index, Some(index));
    }
    assert_eq!(identity_of(&agreed(&client_of(&[a, c]), &server)), b"c");
}

#[test]
fn the_application_is_asked_once_also_across_a_hello_retry_request() {
    for retry in [false, true] {
        let (client, mut server) = default_configs();
        server.selection = SelectionPolicy::Application;
        if retry {
            server.parameters.set_groups(&[NamedGroup::SECP256R1]).unwrap();
        }
        let mut pair = Pair::new(client, server).handshake();
        pair.server.select(Selection::Offered(0)).unwrap();
        pair.run();
        assert_eq!(pair.assert_connected().hello_retry_request, retry);
        let asked = pair.server_events.iter().filter(|event| **event == Event::SelectPsk).count();
        assert_eq!(asked, 1);
    }
}

#[test]
fn the_negotiated_identity_is_empty_before_and_the_same_on_both_sides_after() {
    let (client, mut server) = default_configs();
    server.selection = SelectionPolicy::Application;
    let mut pair = Pair::new(client.clone(), server).handshake();
    for connection in [&pair.client, &pair.server] {
        assert_eq!(connection.negotiated_psk_identity(), None);
    }
    pair.server.select(Selection::FirstMatch).unwrap();
    pair.run();
    for connection in [&pair.client, &pair.server] {
        assert_eq!(connection.negotiated_psk_identity(), Some(&b"client1"[..]));
    }

    let pair = Pair::new(client, server_of(&[&psk("another", SHA256)])).handshake();
    for connection in [&pair.client, &pair.server] {
        assert_eq!((connection.state(), connection.negotiated_psk_identity()), ("FAILED", None));
    }
}

// On the wire

/// The ClientHello of a client that was just started, and the client.
fn started(config: ClientConfig) -> (Connection, ClientHello) {
    let mut client = Connection::client(Arc::new(config), Entropy::from_seed([1; 32]));
    client.start().unwrap();
    let flight = drain(&mut client, &mut Vec::new());
    (client, ClientHello::read(Reader::new(&flight[9..])).unwrap())
}

/// A message in a record of its own.
fn record(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    [&[22, 3, 3], &length[..], message].concat()
}

/// Computes the binder of `psk`, which is the one in this place of the offer.
fn bind(hello: &mut ClientHello, index: usize, psk: &ExternalPsk, secret: &[u8]) {
    let encoded = hello.encode().unwrap();
    let offer = hello.extensions.pre_shared_key.as_mut().unwrap();
    let truncated = &encoded[..encoded.len() - offer.binders_len()];
    let binder = EarlySecret::new(psk.hash(), Some(secret))
        .binder_key(BinderKind::External)
        .finished_key()
        .verify_data(&psk.hash().digest(truncated));
    offer.binders[index] = binder.as_ref().to_vec();
}

#[test]
fn the_age_of_an_external_psk_is_sent_as_0_and_ignored_when_it_is_not() {
    let psk = ExternalPsk::new(b"device", &SECRET, SHA256).unwrap();
    let (_, mut hello) = started(client_of(&[&psk]));
    let offer = hello.extensions.pre_shared_key.as_mut().unwrap();
    let sent = PskIdentity { identity: b"device".to_vec(), obfuscated_ticket_age: 0 };
    assert_eq!(offer.identities, [sent]);

    offer.identities[0].obfuscated_ticket_age = 0xdead_beef;
    bind(&mut hello, 0, &psk, &SECRET);
    let mut config = server_of(&[&psk]);
    config.parameters.allow_both_roles = true;
    let mut server = Connection::server(Arc::new(config), Entropy::from_seed([2; 32]));
    server.receive(&record(&hello.encode().unwrap())).unwrap();
    assert_eq!(server.state(), "WAIT_FINISHED");
}

#[test]
fn only_the_binder_of_the_chosen_psk_is_checked() {
    let (good, bad) = (psk("good", SHA256), psk("bad", SHA256));
    let not_the_clients = ExternalPsk::new(b"bad", &[7; 32], SHA256).unwrap();
    let client = client_of(&[&bad, &good]);
    let mut server = server_of(&[&good, &not_the_clients]);
    server.parameters.trace = true;
    let pair = Pair::new(client.clone(), server).handshake();
    assert_eq!(identity_of(pair.assert_connected()), b"good");
    assert!(
        pair.server_events.contains(&Event::Psk { index: 0, outcome: PskOutcome::NotPreferred })
    );

    // Chosen, it fails, whatever else was offered.
    let pair = Pair::new(client, server_of(&[&not_the_clients, &good])).handshake();
    assert_eq!(pair.server_error, Some(Violation::BadBinder.into()));
}

#[test]
fn an_offer_is_checked_whole_before_anything_is_chosen_from_it() {
    let psks = [psk("a", SHA256), psk("b", SHA256)];
    let server = Arc::new(server_of(&psks.each_ref()));
    let (_, hello) = started(client_of(&psks.each_ref()));
    type Change = fn(&mut Vec<PskIdentity>, &mut Vec<Vec<u8>>);
    let cases: [(Change, Option<Error>); 5] = [
        (|_, binders| binders.truncate(1), Some(Violation::BinderCountMismatch.into())),
        (|identities, _| identities.truncate(1), Some(Violation::BinderCountMismatch.into())),
        (|identities, _| identities[1].identity.clear(), None),
        (|_, binders| binders[1].truncate(31), None),
        (|identities, binders| (identities.clear(), binders.clear()).0, None),
    ];
    for (change, violation) in cases {
        let mut hello = hello.clone();
        let offer = hello.extensions.pre_shared_key.as_mut().unwrap();
        change(&mut offer.identities, &mut offer.binders);
        let mut connection = Connection::server(server.clone(), Entropy::from_seed([2; 32]));
        let error = connection.receive(&record(&hello.encode().unwrap())).unwrap_err();
        match violation {
            Some(violation) => assert_eq!(error, violation),
            None => assert!(matches!(error, Error::Decode(_)), "{error:?}"),
        }
    }
}

#[test]
fn an_offer_that_is_not_the_last_extension_is_an_illegal_parameter() {
    let psk = psk("a", SHA256);
    let (_, hello) = started(client_of(&[&psk]));
    let mut message = hello.encode().unwrap();
    // Behind version and random, the session id, the suites and the null method.
    let block =
        4 + 2 + 32 + 1 + hello.legacy_session_id.len() + 2 + 2 * hello.cipher_suites.len() + 2;
    // An additional empty, unknown extension.
    message.extend([0xfe, 0x00, 0, 0]);
    for (at, width) in [(1, 3), (block, 2)] {
        let length = message.len() - at - width;
        message[at..at + width].copy_from_slice(&length.to_be_bytes()[8 - width..]);
    }
    let mut server = Connection::server(Arc::new(server_of(&[&psk])), Entropy::from_seed([2; 32]));
    let error = server.receive(&record(&message)).unwrap_err();
    assert_eq!(error, Violation::PreSharedKeyNotLast.into());
    assert_eq!(error.alert(), Some(AlertDescription::ILLEGAL_PARAMETER));
    assert_eq!(Violation::BadBinder.alert(), AlertDescription::DECRYPT_ERROR);
}

/// The answer to a client's hello by a server under psk_ke.
fn server_hello(hello: &ClientHello) -> Vec<u8> {
    let answer = ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: [7; 32],
        legacy_session_id_echo: hello.legacy_session_id.clone(),
        cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        legacy_compression_method: 0,
        extensions: ServerExtensions {
            selected_version: Some(ProtocolVersion::TLS13),
            selected_identity: Some(0),
            ..ServerExtensions::default()
        },
    };
    answer.encode().unwrap()
}

/// Messages in one record, protected as the first one of a side after `transcript`, under psk_ke.
fn protected(transcript: &[u8], from_server: bool, messages: &[u8]) -> Vec<u8> {
    let so_far = SHA256.digest(transcript);
    let secret = EarlySecret::new(SHA256, Some(&SECRET)).into_handshake_secret(None);
    let secret = match from_server {
        true => secret.server_handshake_traffic_secret(&so_far),
        false => secret.client_handshake_traffic_secret(&so_far),
    };
    let keys = secret.keys(CipherSuite::TLS_AES_128_GCM_SHA256).unwrap();
    let mut bytes = Vec::new();
    Sealer::new(keys, u64::MAX).seal(ContentType::HANDSHAKE, messages, 0, &mut bytes).unwrap();
    bytes
}

/// Certificate, CertificateRequest and CertificateVerify with minimal content, as nothing should read them.
const CERTIFICATE_MESSAGES: [(&[u8], &str); 3] = [
    (&[11, 0, 0, 4, 0, 0, 0, 0], "certificate"),
    (&[13, 0, 0, 3, 0, 0, 0], "certificate_request"),
    (&[15, 0, 0, 4, 4, 3, 0, 0], "certificate_verify"),
];

#[test]
fn certificates_and_requests_for_them_are_unexpected_under_a_psk() {
    let psk = ExternalPsk::new(b"device", &SECRET, SHA256).unwrap();
    let mut config = client_of(&[&psk]);
    config.parameters.set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
    config.parameters.set_cipher_suites(&[CipherSuite::TLS_AES_128_GCM_SHA256]).unwrap();
    let mut server_config = server_of(&[&psk]);
    server_config.parameters = config.parameters.clone();
    server_config.parameters.allow_both_roles = true;

    for (message, name) in CERTIFICATE_MESSAGES {
        // From the server, to a client that waits for its Finished.
        let (mut client, hello) = started(config.clone());
        let hello_bytes = hello.encode().unwrap();
        let answer = server_hello(&hello);
        client.receive(&record(&answer)).unwrap();
        let extensions = EncryptedExtensions::default().encode().unwrap();
        let messages = [&extensions[..], message].concat();
        let transcript = [&hello_bytes[..], &answer].concat();
        let error = client.receive(&protected(&transcript, true, &messages)).unwrap_err();
        assert!(
            matches!(error, Error::UnexpectedMessage { received, .. } if received == name),
            "{error:?}"
        );

        // From the client, to a server that waits for its Finished.
        let mut server =
            Connection::server(Arc::new(server_config.clone()), Entropy::from_seed([2; 32]));
        server.receive(&record(&hello_bytes)).unwrap();
        let flight = drain(&mut server, &mut Vec::new());
        let length = usize::from(u16::from_be_bytes([flight[3], flight[4]]));
        let transcript = [&hello_bytes[..], &flight[5..5 + length]].concat();
        let error = server.receive(&protected(&transcript, false, message)).unwrap_err();
        assert!(
            matches!(error, Error::UnexpectedMessage { received, .. } if received == name),
            "{error:?}"
        );
    }
}

#[test]
fn the_same_handshake_goes_on_with_a_finished_in_place_of_a_certificate() {
    // What the refusals above are made from is not what is refused.
    let psk = ExternalPsk::new(b"device", &SECRET, SHA256).unwrap();
    let mut config = client_of(&[&psk]);
    config.parameters.set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
    let (mut client, hello) = started(config);
    let answer = server_hello(&hello);
    client.receive(&record(&answer)).unwrap();
    let transcript = [&hello.encode().unwrap()[..], &answer].concat();
    let extensions = EncryptedExtensions::default().encode().unwrap();
    let secret = EarlySecret::new(SHA256, Some(&SECRET)).into_handshake_secret(None);
    let secret = secret.server_handshake_traffic_secret(&SHA256.digest(&transcript));
    let covered = SHA256.digest(&[&transcript[..], &extensions].concat());
    let verify_data = secret.finished_key().verify_data(&covered);
    let messages = [&extensions[..], &[20, 0, 0, 32], verify_data.as_ref()].concat();
    client.receive(&protected(&transcript, true, &messages)).unwrap();
    assert_eq!(client.state(), "CONNECTED");
}

// After the handshake

#[test]
fn keys_are_updated_by_each_side_alone_and_on_request() {
    let psk = psk("device", SHA384);
    let mut pair = Pair::new(client_of(&[&psk]), server_of(&[&psk])).handshake();
    pair.client.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED).unwrap();
    pair.run();
    assert_eq!(updates(&pair), (0, 1));
    pair.assert_echo(b"with a new key there");
    pair.server.update_keys(KeyUpdateRequest::UPDATE_REQUESTED).unwrap();
    // A second request before the answer says nothing new.
    let pending = pair.server.update_keys(KeyUpdateRequest::UPDATE_REQUESTED);
    assert_eq!(pending, Err(Usage::KeyUpdatePending.into()));
    pair.run();
    assert_eq!(updates(&pair), (1, 0));
    // The answer goes before the client's next data.
    pair.client.send(b"with new keys both ways").unwrap();
    pair.run();
    assert_eq!(updates(&pair), (1, 1));
    assert_eq!(support::take_data(&mut pair.server_events), b"with new keys both ways");
    pair.assert_echo(b"and back");
}

#[test]
fn a_key_is_changed_when_it_was_used_enough() {
    let psk = psk("device", SHA256);
    let mut client = client_of(&[&psk]);
    client.parameters.rekey_after_records = 3;
    let mut pair = Pair::new(client, server_of(&[&psk])).handshake();
    for _ in 0..10 {
        pair.client.send(b"one record").unwrap();
    }
    pair.run();
    // A KeyUpdate is a record of the old key.
    let (_, changes) = updates(&pair);
    assert!((3..=5).contains(&changes), "{changes} changes in ten records");
    assert_eq!(support::take_data(&mut pair.server_events), b"one record".repeat(10));
}

/// How many key updates of the other side each side has reported, in the pending events.
fn updates(pair: &Pair) -> (usize, usize) {
    let count = |events: &[Event]| events.iter().filter(|e| **e == Event::KeyUpdated).count();
    (count(&pair.client_events), count(&pair.server_events))
}

#[test]
fn padding_hides_how_long_the_data_is() {
    let psk = psk("device", SHA256);
    let mut client = client_of(&[&psk]);
    client.parameters.padding_multiple = 256;
    let mut pair = Pair::new(client, server_of(&[&psk])).handshake();
    pair.assert_connected();
    let mut lengths = Vec::new();
    for length in [1, 2, 100, 255, 256, 300] {
        pair.client.send(&vec![b'x'; length]).unwrap();
        let bytes = drain(&mut pair.client, &mut Vec::new());
        lengths.push(bytes.len());
        deliver(&mut pair.server, &bytes, Chunking::Whole, &mut pair.server_error);
        drain(&mut pair.server, &mut pair.server_events);
        assert_eq!(support::take_data(&mut pair.server_events).len(), length);
    }
    // Header and tag around one or two blocks; the content's type takes a byte of the last one.
    let (one, two) = (5 + 256 + 16, 5 + 512 + 16);
    assert_eq!(lengths, [one, one, one, one, two, two]);
}
