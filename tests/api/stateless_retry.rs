//! HelloRetryRequests whose state is in a cookie (RFC 9846 section 4.3.2): the second ClientHello may go to a server
//! that knows nothing but the keys and the PSKs.

use std::sync::Arc;

use tls_psk::crypto::Random;
use tls_psk::keys::{EarlySecret, PskKind, Transcript};
use tls_psk::wire::{
    CipherSuite, ClientHello, ExtensionType, KeyShareEntry, NamedGroup, PskKeyExchangeMode, Reader,
    ServerHello,
};
use tls_psk::{
    AlertDescription, ClientConfig, Connection, CookieKeys, EarlyDataOutcome, EarlyDataParameters,
    Entropy, Error, Event, HashAlgorithm, Incompatible, SealingKeys, Selection, SelectionPolicy,
    ServerConfig, Usage, Violation,
};

use crate::support::{
    CHUNKINGS, Chunking, Pair, SUITES, configs, default_configs, deliver, drain, psk, supported,
};
use crate::test;

const KEY: [u8; 32] = [0x11; 32];

fn keys(keys: &[[u8; 32]]) -> CookieKeys {
    CookieKeys::new(SealingKeys::new(keys).unwrap())
}

/// A client that shares x25519, and a server with a cookie key that wants secp256r1.
fn retrying() -> (ClientConfig, ServerConfig) {
    let (client, mut server) = default_configs();
    server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    server.set_cookie_keys(keys(&[KEY]));
    (client, server)
}

/// The same, under one suite.
fn retrying_with(suite: CipherSuite) -> (ClientConfig, ServerConfig) {
    let (mut client, mut server) =
        configs(suite, NamedGroup::SECP256R1, PskKeyExchangeMode::PSK_DHE_KE);
    client.parameters_mut().set_groups(&[NamedGroup::X25519, NamedGroup::SECP256R1]).unwrap();
    server.set_cookie_keys(keys(&[KEY]));
    (client, server)
}

fn server(config: &ServerConfig) -> Connection {
    Connection::server(Arc::new(config.clone()), Entropy::from_seed([7; 32]))
}

/// A client that has answered a HelloRetryRequest, and the bytes on the wire.
struct Asked {
    /// The server that sent the HelloRetryRequest.
    pair: Pair,
    first: Vec<u8>,
    request: Vec<u8>,
    /// Records: a change_cipher_spec and the second ClientHello.
    answer: Vec<u8>,
}

fn asked(client: ClientConfig, server: ServerConfig) -> Asked {
    let mut pair = Pair::new(client, server);
    pair.client.start().unwrap();
    let hello = drain(&mut pair.client, &mut pair.client_events);
    pair.server.receive(&hello).unwrap();
    let request = drain(&mut pair.server, &mut pair.server_events);
    pair.client.receive(&request).unwrap();
    let answer = drain(&mut pair.client, &mut pair.client_events);
    let (first, request) = (handshake_message(&hello), handshake_message(&request));
    Asked { pair, first, request, answer }
}

impl Asked {
    /// The answer goes to another server.
    fn elsewhere(mut self, config: &ServerConfig, chunking: Chunking) -> Pair {
        self.pair.server = server(config);
        self.pair.server_events.clear();
        self.pair.chunking = chunking;
        self.pair.to_client.clear();
        deliver(&mut self.pair.server, &self.answer, chunking, &mut self.pair.server_error);
        self.pair.run();
        self.pair
    }

    fn second(&self) -> ClientHello {
        ClientHello::read(Reader::new(&handshake_message(&self.answer)[4..])).unwrap()
    }

    /// The second ClientHello changed, its binder made anew, as it is refused by the server that asked and by another
    /// one.
    fn refused(
        &self,
        config: &ServerConfig,
        change: impl Fn(&mut ClientHello),
    ) -> [Option<Error>; 2] {
        let mut second = self.second();
        change(&mut second);
        self.bind(&mut second);
        let record = record(&second.encode().unwrap());
        let mut same = asked_server(&self.first, config);
        [same.receive(&record).err(), server(config).receive(&record).err()]
    }

    /// Computes the binder of "client1", wherever it is offered.
    fn bind(&self, hello: &mut ClientHello) {
        let Some(mut offer) = hello.extensions.pre_shared_key.clone() else { return };
        let encoded = hello.encode().unwrap();
        let binder = self.binder(&encoded[..encoded.len() - offer.binders_len()]);
        for (psk, place) in offer.identities.iter().zip(&mut offer.binders) {
            if psk.identity == b"client1" {
                place.clone_from(&binder);
            }
        }
        hello.extensions.pre_shared_key = Some(offer);
    }

    /// The binder of "client1" over a second ClientHello that ends before its binders.
    fn binder(&self, truncated: &[u8]) -> Vec<u8> {
        let hash = HashAlgorithm::Sha256;
        let mut transcript = Transcript::from_message_hash(hash, hash.digest(&self.first).as_ref());
        transcript.add(&self.request);
        EarlySecret::new(hash, Some(hash.digest(b"client1").as_ref()))
            .binder_key(PskKind::External)
            .finished_key()
            .verify_data(&transcript.with_truncated(truncated))
            .as_ref()
            .to_vec()
    }
}

/// A server that has sent the same HelloRetryRequest once more: its randomness is that of [`Pair`]'s.
fn asked_server(first: &[u8], config: &ServerConfig) -> Connection {
    let mut server = Connection::server(Arc::new(config.clone()), Entropy::from_seed([2; 32]));
    server.receive(&record(first)).unwrap();
    drain(&mut server, &mut Vec::new());
    server
}

/// The first handshake message in plaintext records, of which each holds one.
fn handshake_message(mut records: &[u8]) -> Vec<u8> {
    while let [kind, _, _, high, low, rest @ ..] = records {
        let (content, tail) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        if *kind == 22 {
            return content.to_vec();
        }
        records = tail;
    }
    panic!("no handshake record");
}

fn record(message: &[u8]) -> Vec<u8> {
    let mut record = vec![22, 3, 3];
    record.extend((message.len() as u16).to_be_bytes());
    record.extend(message);
    record
}

fn cookie(asked: &Asked) -> Vec<u8> {
    let request = ServerHello::read(Reader::new(&asked.request[4..])).unwrap();
    assert!(request.is_retry());
    request.extensions.cookie.expect("a cookie")
}

#[test]
fn the_second_client_hello_can_go_to_another_server() {
    for suite in SUITES {
        for chunking in CHUNKINGS {
            for compatibility in [true, false] {
                let (mut client, server) = retrying_with(suite);
                client.parameters_mut().set_middlebox_compatibility(compatibility);
                client.parameters_mut().set_alpn(&[b"mqtt", b"h2"]).unwrap();
                client.set_server_name("broker.example").unwrap();
                let mut elsewhere = server.clone();
                elsewhere.parameters_mut().set_alpn(&[b"h2"]).unwrap();
                let mut pair = asked(client, server).elsewhere(&elsewhere, chunking);
                let negotiated = pair.assert_connected();
                assert!(negotiated.hello_retry_request);
                assert_eq!(negotiated.group, Some(NamedGroup::SECP256R1));
                assert_eq!(negotiated.cipher_suite, suite);
                assert_eq!(negotiated.alpn.as_deref(), Some(&b"h2"[..]));
                assert_eq!(negotiated.server_name.as_deref(), Some(&b"broker.example"[..]));
                // The first server has sent the compatibility record: a protected one follows the ServerHello.
                let [_, _, _, high, low, ..] = pair.to_client[..] else { panic!("a record") };
                let hello_len = 5 + usize::from(u16::from_be_bytes([high, low]));
                assert_eq!((pair.to_client[0], pair.to_client[hello_len]), (22, 23));
                pair.assert_echo(b"somewhere else");
            }
        }
    }
}

#[test]
fn the_second_client_hello_can_go_to_the_same_server() {
    for suite in SUITES {
        for chunking in CHUNKINGS {
            let (client, server) = retrying_with(suite);
            let mut pair = Pair::new(client, server).chunked(chunking).handshake();
            assert!(pair.assert_connected().hello_retry_request);
            pair.assert_echo(b"the same");
        }
    }
}

#[test]
fn there_is_a_cookie_only_with_keys_and_only_in_a_hello_retry_request() {
    let (client, mut config) = retrying();
    let asked_with = asked(client.clone(), config.clone());
    assert_eq!(asked_with.second().extensions.cookie, Some(cookie(&asked_with)));
    config.set_cookie_keys(None);
    assert_eq!(asked(client.clone(), config).second().extensions.cookie, None);

    let (_, mut config) = default_configs();
    config.set_cookie_keys(keys(&[KEY]));
    let pair = Pair::new(client, config).handshake();
    assert!(!pair.assert_connected().hello_retry_request);
}

#[test]
fn cookies_are_different_each_time_and_show_nothing_of_what_they_hold() {
    let (client, config) = retrying();
    let one = asked(client.clone(), config.clone());
    let mut other = server(&config);
    other.receive(&record(&one.first)).unwrap();
    let request = handshake_message(&drain(&mut other, &mut Vec::new()));
    let other = ServerHello::read(Reader::new(&request[4..])).unwrap().extensions.cookie.unwrap();
    let cookie = cookie(&one);
    assert_eq!(cookie.len(), other.len());
    // The key's identifier is all they have in common.
    assert_eq!(cookie[..4], other[..4]);
    for (at, window) in cookie.windows(4).enumerate().skip(1) {
        assert!(!other.windows(4).any(|w| w == window), "at {at}");
    }
    for digest in [&one.first[..], b"client1"].map(|bytes| HashAlgorithm::Sha256.digest(bytes)) {
        assert!(!cookie.windows(8).any(|window| digest.as_ref().windows(8).any(|w| w == window)));
    }
}

#[test]
fn a_missing_cookie_is_a_missing_extension_and_another_one_an_illegal_parameter() {
    let (client, config) = retrying();
    let asked = asked(client.clone(), config.clone());
    let [same, _] = asked.refused(&config, |second| second.extensions.cookie = None);
    assert_eq!(same, Some(Violation::RetryMissingCookie.into()));
    assert_eq!(same.unwrap().alert(), Some(AlertDescription::MISSING_EXTENSION));

    let other = Some(vec![1; 155]);
    for refused in asked.refused(&config, |second| second.extensions.cookie = other.clone()) {
        assert_eq!(refused, Some(Violation::RetryWrongCookie.into()));
        assert_eq!(refused.unwrap().alert(), Some(AlertDescription::ILLEGAL_PARAMETER));
    }

    let mut without = config;
    without.set_cookie_keys(None);
    let asked = self::asked(client, without.clone());
    let [same, elsewhere] =
        asked.refused(&without, |second| second.extensions.cookie = other.clone());
    assert_eq!(same, Some(Violation::RetryWrongCookie.into()));
    assert_eq!(elsewhere, Some(Violation::CookieWithoutRetry.into()));
}

#[test]
fn without_the_cookie_the_second_client_hello_is_a_first_one() {
    // Its binder covers what this server has not seen.
    let (client, config) = retrying();
    let asked = asked(client, config.clone());
    let [_, elsewhere] = asked.refused(&config, |second| second.extensions.cookie = None);
    assert_eq!(elsewhere, Some(Violation::BadBinder.into()));
}

#[test]
fn no_change_and_no_truncation_of_a_cookie_is_taken() {
    let (client, config) = retrying();
    let asked = asked(client, config.clone());
    let cookie = cookie(&asked);
    let refuse = |changed: Vec<u8>| {
        for refused in asked.refused(&config, |second| {
            second.extensions.cookie = Some(changed.clone());
        }) {
            assert_eq!(refused, Some(Violation::RetryWrongCookie.into()), "{changed:?}");
        }
    };
    for at in 0..cookie.len() {
        for bit in 0..8 {
            let mut changed = cookie.clone();
            changed[at] ^= 1 << bit;
            refuse(changed);
        }
        if at > 0 {
            refuse(cookie[..at].to_vec());
            refuse(cookie[at..].to_vec());
        }
    }
    for more in [[cookie.clone(), vec![0]].concat(), [vec![0], cookie.clone()].concat()] {
        refuse(more);
    }
    refuse([&cookie[..], &cookie[..]].concat());
    for refused in asked.refused(&config, |second| second.extensions.cookie = Some(Vec::new())) {
        assert_eq!(refused, Some(Error::Decode("cookie")));
    }
}

#[test]
fn a_cookie_opens_as_long_as_its_key_is_kept() {
    let (client, mut config) = retrying();
    let next = [0x22; 32];
    for (others, opens) in
        [(keys(&[next, KEY]), true), (keys(&[KEY, next]), true), (keys(&[next]), false)]
    {
        let asked = asked(client.clone(), config.clone());
        let mut elsewhere = config.clone();
        elsewhere.set_cookie_keys(others);
        let pair = asked.elsewhere(&elsewhere, Chunking::Whole);
        if opens {
            pair.assert_connected();
        } else {
            assert_eq!(pair.server_error, Some(Violation::RetryWrongCookie.into()));
            let alert = Error::AlertReceived(AlertDescription::ILLEGAL_PARAMETER);
            assert_eq!(pair.client_error, Some(alert));
        }
    }
    // A key that nobody chose.
    config.set_cookie_keys(CookieKeys::new(SealingKeys::generate(&mut Random::from_seed([3; 32]))));
    asked(client, config.clone()).elsewhere(&config, Chunking::Whole).assert_connected();
}

#[test]
fn what_the_same_keys_seal_for_another_purpose_is_no_cookie() {
    let (client, mut config) = retrying();
    let sealing = SealingKeys::new(&[KEY]).unwrap();
    config.set_cookie_keys(CookieKeys::new(sealing.clone()));
    let asked = asked(client, config.clone());
    let mut random = Random::from_seed([4; 32]);
    // The scope of a server without a context and without certificates, whose one mode is psk_dhe_ke.
    let rules = [&b"tls-psk scope 1"[..], &[0, 0, 0], &[1, 1], &[0]].concat();
    let scope = HashAlgorithm::Sha256.digest(&rules);
    let held = sealing.open("hello retry request cookie", &scope, &cookie(&asked)).unwrap();
    let ticket = sealing.seal("session ticket", &scope, &held, &mut random).unwrap();
    // And sealed contents that are not a cookie's are none either.
    let mut versions = vec![ticket];
    for changed in [&held[..held.len() - 1], &[&[9], &held[1..]].concat(), b""] {
        let purpose = "hello retry request cookie";
        let sealed = sealing.seal(purpose, &scope, changed, &mut random).unwrap();
        versions.push(sealed);
    }
    for sealed in versions {
        for refused in asked.refused(&config, |second| {
            second.extensions.cookie = Some(sealed.clone());
        }) {
            assert_eq!(refused, Some(Violation::RetryWrongCookie.into()));
        }
    }
}

#[test]
fn a_server_with_other_psks_refuses_as_it_would_refuse_a_first_client_hello() {
    let (client, config) = retrying();
    let strangers = config.clone();
    let mut others = ServerConfig::new();
    others.append_psk(&psk("someone else", HashAlgorithm::Sha256)).unwrap();
    let mut wrong_key = ServerConfig::new();
    let key = tls_psk::ExternalPsk::new(b"client1", &[9; 32], HashAlgorithm::Sha256).unwrap();
    wrong_key.append_psk(&key).unwrap();
    let mut wrong_hash = ServerConfig::new();
    wrong_hash.append_psk(&psk("client1", HashAlgorithm::Sha384)).unwrap();
    for (mut elsewhere, error) in [
        (others, Incompatible::NoAcceptablePsk.into()),
        (wrong_key, Violation::BadBinder.into()),
        (wrong_hash, Incompatible::NoAcceptablePsk.into()),
    ] {
        elsewhere.set_cookie_keys(strangers.cookie_keys().cloned().or(Some(keys(&[KEY]))));
        let pair = asked(client.clone(), config.clone()).elsewhere(&elsewhere, Chunking::Whole);
        assert_eq!(pair.server_error, Some(error));
        // One alert for all of them, and the same bytes.
        assert_eq!(pair.to_client, [21, 3, 3, 0, 2, 2, 51]);
    }
}

#[test]
fn a_server_that_is_configured_otherwise_does_not_go_on_with_what_it_would_not_negotiate() {
    type Change = fn(&mut ServerConfig);
    let cases: [(Change, Error); 4] = [
        (
            |server| server.parameters_mut().set_groups(&[NamedGroup::X25519]).unwrap(),
            Incompatible::NoCommonGroup.into(),
        ),
        (
            |server| server.parameters_mut().set_cipher_suites(&SUITES[1..]).unwrap(),
            Incompatible::NoCommonCipherSuite.into(),
        ),
        (
            // The cookie of another policy does not open.
            |server| server.parameters_mut().set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap(),
            Violation::RetryWrongCookie.into(),
        ),
        (
            |server| server.parameters_mut().set_alpn(&[b"imap"]).unwrap(),
            Incompatible::NoCommonApplicationProtocol.into(),
        ),
    ];
    for (change, error) in cases {
        let (mut client, config) = retrying();
        client.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
        let mut elsewhere = config.clone();
        change(&mut elsewhere);
        let pair = asked(client, config).elsewhere(&elsewhere, Chunking::Whole);
        assert_eq!(pair.server_error, Some(error));
    }
}

#[test]
fn a_second_client_hello_repeats_the_first_whoever_gets_it() {
    let (client, config) = retrying();
    let asked = asked(client, config.clone());
    assert_eq!(asked.refused(&config, |_| ()), [None, None]);
    // What it may change, add or drop (section 4.2.2).
    let padding = |second: &mut ClientHello| {
        second.extensions.other.push((ExtensionType::PADDING, vec![0; 9]));
    };
    assert_eq!(asked.refused(&config, padding), [None, None]);
    let reordered = |second: &mut ClientHello| second.extensions.other.reverse();
    assert_eq!(asked.refused(&config, reordered), [None, None]);
    let unknown = |second: &mut ClientHello| {
        let offer = second.extensions.pre_shared_key.as_mut().unwrap();
        let stranger = offer.identities[0].clone();
        offer
            .identities
            .insert(0, tls_psk::wire::PskIdentity { identity: b"stranger".to_vec(), ..stranger });
        offer.binders.insert(0, vec![0; 32]);
    };
    assert_eq!(asked.refused(&config, unknown), [None, None]);

    type Change = fn(&mut ClientHello);
    let cases: [(Change, Violation); 14] = [
        (|second| second.random[0] ^= 1, Violation::RetryChangedClientHello),
        (|second| second.legacy_session_id[31] ^= 1, Violation::RetryChangedClientHello),
        (|second| second.legacy_session_id.clear(), Violation::RetryChangedClientHello),
        (|second| second.cipher_suites.truncate(1), Violation::RetryChangedClientHello),
        (|second| second.cipher_suites.reverse(), Violation::RetryChangedClientHello),
        (
            |second| second.extensions.supported_groups.as_mut().unwrap().reverse(),
            Violation::RetryChangedClientHello,
        ),
        (
            |second| second.extensions.server_name = Some(b"other.example".to_vec()),
            Violation::RetryChangedClientHello,
        ),
        (|second| second.extensions.other[1].1.push(0), Violation::RetryChangedClientHello),
        (|second| second.extensions.pre_shared_key = None, Violation::RetryDroppedPsk),
        (
            |second| {
                let offer = second.extensions.pre_shared_key.as_mut().unwrap();
                offer.identities[0].identity = b"client2".to_vec();
            },
            Violation::RetryDroppedChosenIdentity,
        ),
        (|second| second.extensions.early_data = true, Violation::RetryKeepsEarlyData),
        (
            |second| {
                let shares = second.extensions.key_share.as_mut().unwrap();
                shares.push(KeyShareEntry { group: NamedGroup::X25519, key_exchange: vec![9; 32] });
            },
            Violation::RetryWrongKeyShare,
        ),
        (
            |second| {
                let share = KeyShareEntry { group: NamedGroup::X25519, key_exchange: vec![9; 32] };
                second.extensions.key_share = Some(vec![share]);
            },
            Violation::RetryWrongKeyShare,
        ),
        (|second| second.extensions.key_share = Some(Vec::new()), Violation::RetryWrongKeyShare),
    ];
    for (at, (change, violation)) in cases.into_iter().enumerate() {
        let refused = asked.refused(&config, change);
        assert_eq!(refused, [Some(violation.into()); 2], "case {at}");
    }
}

#[test]
fn the_order_of_extensions_may_change_whoever_gets_it() {
    // The order of the encoding is fixed, so two empty extensions are swapped in the bytes.
    let (mut client, config) = retrying();
    client.parameters_mut().set_grease(false);
    let asked = asked(client, config.clone());
    let message = handshake_message(&asked.answer);
    let extension = |kind: ExtensionType| {
        let at = message.windows(2).rposition(|two| two == kind.0.to_be_bytes()).unwrap();
        let len = usize::from(u16::from_be_bytes([message[at + 2], message[at + 3]]));
        at..at + 4 + len
    };
    let versions = extension(ExtensionType::SUPPORTED_VERSIONS);
    let cookie = extension(ExtensionType::COOKIE);
    let modes = extension(ExtensionType::PSK_KEY_EXCHANGE_MODES);
    assert_eq!((versions.end, cookie.end), (cookie.start, modes.start));
    let mut swapped = [
        &message[..versions.start],
        &message[modes.clone()],
        &message[cookie],
        &message[versions],
        &message[modes.end..],
    ]
    .concat();
    // The one binder, of SHA-256, is the last that there is.
    let binder = swapped.len() - 32;
    let anew = asked.binder(&swapped[..binder - 3]);
    swapped[binder..].copy_from_slice(&anew);
    for mut server in [asked_server(&asked.first, &config), server(&config)] {
        server.receive(&record(&swapped)).unwrap();
        assert_eq!(server.state(), "WAIT_FINISHED");
    }
}

#[test]
fn a_cookie_does_not_fit_another_clients_second_client_hello() {
    let (client, config) = retrying();
    let asked = asked(client.clone(), config.clone());
    let mut other = Connection::client(Arc::new(client), Entropy::from_seed([9; 32]));
    other.start().unwrap();
    let mut first_server = server(&config);
    first_server.receive(&drain(&mut other, &mut Vec::new())).unwrap();
    other.receive(&drain(&mut first_server, &mut Vec::new())).unwrap();
    let answer = drain(&mut other, &mut Vec::new());
    let mut second = ClientHello::read(Reader::new(&handshake_message(&answer)[4..])).unwrap();
    second.extensions.cookie = Some(cookie(&asked));
    asked.bind(&mut second);
    let refused = server(&config).receive(&record(&second.encode().unwrap()));
    assert_eq!(refused, Err(Violation::RetryChangedClientHello.into()));
}

#[test]
fn no_changed_byte_of_a_second_client_hello_is_taken() {
    let (client, config) = retrying();
    let asked = asked(client, config.clone());
    let message = handshake_message(&asked.answer);
    let config = Arc::new(config);
    for at in 0..message.len() {
        let mut changed = message.clone();
        changed[at] ^= 1 << (at % 8);
        let mut server = Connection::server(config.clone(), Entropy::from_seed([7; 32]));
        // A longer message waits for its rest.
        let refused = server.receive(&record(&changed)).is_err();
        assert!(refused || server.state() == "START", "byte {at}");
    }
    for len in 0..asked.answer.len() {
        let mut server = Connection::server(config.clone(), Entropy::from_seed([7; 32]));
        server.receive(&asked.answer[..len]).unwrap();
        assert_eq!(server.state(), "START");
    }
}

#[test]
fn a_change_cipher_spec_may_come_first_only_where_a_second_client_hello_may() {
    let (_, mut config) = default_configs();
    let compatibility = [20, 3, 3, 0, 1, 1];
    let refused = server(&config).receive(&compatibility);
    assert_eq!(refused, Err(Violation::UnexpectedChangeCipherSpec.into()));
    config.set_cookie_keys(keys(&[KEY]));
    assert_eq!(server(&config).receive(&compatibility), Ok(()));
    let refused = server(&config).receive(&[20, 3, 3, 0, 1, 2]);
    assert_eq!(refused, Err(Violation::UnexpectedChangeCipherSpec.into()));
}

#[test]
fn the_identity_that_was_chosen_stays_chosen() {
    // The other server would prefer another one of the offered.
    let (sha256, first) = (HashAlgorithm::Sha256, psk("first", HashAlgorithm::Sha256));
    let mut client = ClientConfig::new();
    client.append_psk(&psk("client1", sha256)).unwrap();
    client.append_psk(&first).unwrap();
    let mut config = ServerConfig::new();
    config.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    config.set_cookie_keys(keys(&[KEY]));
    let mut elsewhere = config.clone();
    config.append_psk(&first).unwrap();
    elsewhere.append_psk(&psk("client1", sha256)).unwrap();
    let missing = asked(client.clone(), config.clone()).elsewhere(&elsewhere, Chunking::Whole);
    assert_eq!(missing.server_error, Some(Incompatible::NoAcceptablePsk.into()));

    elsewhere.append_psk(&first).unwrap();
    let pair = asked(client, config).elsewhere(&elsewhere, Chunking::Whole);
    let negotiated = pair.assert_connected();
    assert_eq!(negotiated.psk_identity.as_deref(), Some(&b"first"[..]));
    assert_eq!(negotiated.psk_index, Some(1));
}

#[test]
fn the_chosen_identity_counts_in_the_second_list_and_its_hash_decides() {
    let mut client = ClientConfig::new();
    client.append_psk(&psk("small", HashAlgorithm::Sha256)).unwrap();
    client.append_psk(&psk("large", HashAlgorithm::Sha384)).unwrap();
    let mut config = ServerConfig::new();
    config.append_psk(&psk("large", HashAlgorithm::Sha384)).unwrap();
    config.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    config.set_cookie_keys(keys(&[KEY]));
    let pair = asked(client, config.clone()).elsewhere(&config, Chunking::Bytes(7));
    let negotiated = pair.assert_connected();
    assert_eq!(negotiated.psk_index, Some(0));
    assert_eq!(negotiated.cipher_suite, CipherSuite::TLS_AES_256_GCM_SHA384);
}

#[test]
fn an_imported_psk_goes_on_elsewhere() {
    for suite in SUITES {
        let imported = psk("device", HashAlgorithm::Sha256).with_context(b"client|server").unwrap();
        let mut client = ClientConfig::new();
        client.append_psk(&imported).unwrap();
        let mut config = ServerConfig::new();
        config.append_psk(&imported).unwrap();
        config.parameters_mut().set_cipher_suites(&[suite]).unwrap();
        config.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
        config.set_cookie_keys(keys(&[KEY]));
        let mut elsewhere = config.clone();
        elsewhere.parameters_mut().set_cipher_suites(&SUITES).unwrap();
        for selection in [SelectionPolicy::FirstMatch, SelectionPolicy::Application] {
            elsewhere.set_selection(selection);
            let asked = asked(client.clone(), config.clone());
            let mut pair = asked.elsewhere(&elsewhere, Chunking::Whole);
            if selection == SelectionPolicy::Application {
                pair.server.select(Selection::Psk(&imported)).unwrap();
                pair.run();
            }
            assert_eq!(pair.assert_connected().cipher_suite, suite);
        }
    }
}

#[test]
fn the_application_is_asked_again_and_can_only_confirm_or_decline() {
    let sha256 = HashAlgorithm::Sha256;
    let mut client = ClientConfig::new();
    for identity in ["other", "client1"] {
        client.append_psk(&psk(identity, sha256)).unwrap();
    }
    let (_, config) = retrying();
    let mut elsewhere = ServerConfig::new();
    elsewhere.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    elsewhere.set_cookie_keys(config.cookie_keys().cloned());
    elsewhere.set_selection(SelectionPolicy::Application);
    for identity in ["other", "client1"] {
        elsewhere.append_psk(&psk(identity, sha256)).unwrap();
    }
    let waiting = || {
        let asked = asked(client.clone(), config.clone());
        let pair = asked.elsewhere(&elsewhere, Chunking::Bytes(7));
        assert_eq!(pair.server.state(), "SELECTING_PSK");
        assert_eq!(pair.server_events, [Event::SelectPsk]);
        assert_eq!(pair.server.offered_psks().unwrap().len(), 2);
        assert_eq!(pair.server.client_hello().unwrap().extensions.server_name, None);
        pair
    };
    let (known, other) = (psk("client1", sha256), psk("other", sha256));
    for confirming in [Selection::FirstMatch, Selection::Offered(1), Selection::Psk(&known)] {
        let mut pair = waiting();
        for refused in [
            Selection::Offered(0),
            Selection::Psk(&other),
            Selection::Psk(&psk("stranger", sha256)),
        ] {
            assert_eq!(pair.server.select(refused), Err(Usage::IdentitySettled.into()));
            assert_eq!(pair.server.state(), "SELECTING_PSK");
        }
        let nowhere = pair.server.select(Selection::Offered(2));
        assert_eq!(nowhere, Err(Usage::IdentityNotOffered.into()));
        pair.server.select(confirming).unwrap();
        pair.run();
        let negotiated = pair.assert_connected();
        assert_eq!(negotiated.psk_identity.as_deref(), Some(&b"client1"[..]));
        assert_eq!(negotiated.psk_index, Some(1));
        assert!(negotiated.hello_retry_request);
    }
    let mut pair = waiting();
    let declined = pair.server.select(Selection::None).unwrap_err();
    assert_eq!(declined, Incompatible::NoAcceptablePsk.into());
    pair.run();
    assert_eq!(pair.to_client, [21, 3, 3, 0, 2, 2, 51]);
}

#[test]
fn early_data_of_the_first_client_hello_is_rejected_wherever_the_second_goes() {
    let parameters = EarlyDataParameters::new(1000, supported(SUITES[0]));
    let psk = psk("client1", HashAlgorithm::Sha256).with_early_data(parameters).unwrap();
    let mut client = ClientConfig::new();
    client.append_psk(&psk).unwrap();
    client.set_early_data(true);
    let mut config = ServerConfig::new();
    config.append_psk(&psk).unwrap();
    config.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    config.set_cookie_keys(keys(&[KEY]));
    let mut pair = asked(client, config.clone()).elsewhere(&config, Chunking::Whole);
    assert_eq!(pair.assert_connected().early_data, EarlyDataOutcome::Rejected);
    assert!(pair.client_events.contains(&Event::EarlyDataRejected));
    pair.assert_echo(b"late");
}

#[test]
fn cookie_keys_do_not_show_in_debug_output() {
    let (_, config) = retrying();
    assert_eq!(format!("{:?}", config.cookie_keys()), "Some(CookieKeys { .. })");
}
