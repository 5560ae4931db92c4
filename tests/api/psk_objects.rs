//! PSKs and their lists as an application uses them: their limits, refusals, and the state after a refused call.
//! docs/psk-semantics.md has the whole list.

use tls_psk::error::Usage;
use tls_psk::keys::PskKind;
use tls_psk::psk::PskList;
use tls_psk::wire::{KeyUpdateRequest, NamedGroup};
use tls_psk::{
    ClientConfig, Event, ExternalPsk, HashAlgorithm, ImportedIdentity, Negotiated, PskConfigError,
    PskError, PskKinds, Selection, SelectionPolicy, ServerConfig,
};

use crate::support::{Chunking, Pair, default_configs, deliver, drain, psk, take_data};
use crate::test;

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;
const SHA384: HashAlgorithm = HashAlgorithm::Sha384;
const SECRET: [u8; 32] = [0x5a; 32];
const CONTEXT: &[u8] = b"client|server";

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
    let duplicate = Err(PskConfigError::Psk(PskError::DuplicateIdentity));
    let too_long = Err(PskConfigError::Psk(PskError::OfferTooLong));
    assert_eq!(pair.client.append_psk(&other_secret), duplicate);
    assert_eq!(pair.client.append_psk(&long), too_long);
    assert_eq!(pair.server.append_psk(&other_secret), duplicate);
    pair.client.append_psk(&second).unwrap();
    assert_eq!(pair.client.append_psk(&second), duplicate);
    let mut pair = pair.handshake();
    assert_eq!(identity_of(pair.assert_connected()), b"second");
    let late = Err(PskConfigError::Usage(Usage::AlreadyStarted));
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
            let imported = n % 2 == 1;
            let psk = if imported { psk.with_context(CONTEXT).unwrap() } else { psk };
            list.append(&psk).unwrap();
        }
        list
    };
    let large = list(100_000);
    for rank in [0, 50_000, 99_999] {
        let identity = format!("device-{rank}").into_bytes();
        let imported = ImportedIdentity {
            external_identity: identity.clone(),
            context: CONTEXT.to_vec(),
            target_protocol: ImportedIdentity::TLS13,
            target_kdf: SHA256.kdf_id(),
        };
        let [plain, imported] = [identity, imported.encode()].map(|identity| large.find(&identity));
        let (found, other) = if rank % 2 == 1 { (imported, plain) } else { (plain, imported) };
        assert_eq!(found.map(|found| found.rank), Some(rank));
        assert!(other.is_none());
    }
    assert!(large.find(b"device-100000").is_none());
}

#[test]
fn imported_and_plain_psks_share_one_list() {
    let plain = psk("plain", SHA256);
    let imported = psk("shared", SHA256).with_context(b"client=a server=b").unwrap();
    for (psks, kind, identity) in [
        ([&plain, &imported], PskKind::External, b"plain"),
        ([&imported, &plain], PskKind::Imported, b"share"),
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
        server.set_selection(SelectionPolicy::Application);
        if retry {
            server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
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
    server.set_selection(SelectionPolicy::Application);
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
    assert_eq!(take_data(&mut pair.server_events), b"with new keys both ways");
    pair.assert_echo(b"and back");
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
    client.parameters_mut().set_padding_multiple(256);
    let mut pair = Pair::new(client, server_of(&[&psk])).handshake();
    pair.assert_connected();
    let mut lengths = Vec::new();
    for length in [1, 2, 100, 255, 256, 300] {
        pair.client.send(&vec![b'x'; length]).unwrap();
        let bytes = drain(&mut pair.client, &mut Vec::new());
        lengths.push(bytes.len());
        deliver(&mut pair.server, &bytes, Chunking::Whole, &mut pair.server_error);
        drain(&mut pair.server, &mut pair.server_events);
        assert_eq!(take_data(&mut pair.server_events).len(), length);
    }
    // Header and tag around one or two blocks; the content's type takes a byte of the last one.
    let (one, two) = (5 + 256 + 16, 5 + 512 + 16);
    assert_eq!(lengths, [one, one, one, one, two, two]);
}
