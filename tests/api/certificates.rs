//! The full handshake: certificates without a PSK, in addition to one, and of clients.

use std::sync::Arc;

use tls_psk::certificates::{
    Credentials, CredentialsError, KeySource, SignatureRequest, TrustAnchors, TrustError,
    Verification,
};
use tls_psk::crypto::Random;
use tls_psk::crypto::signature::SigningKey;
use tls_psk::server::ClientCertificates;
use tls_psk::wire::{
    CipherSuite, EncryptedExtensions, Handshake, NamedGroup, PskKeyExchangeMode, Reader,
    SignatureScheme,
};
use tls_psk::{
    AlertDescription, CertificateError, ClientConfig, EarlyDataParameters, Error, Event,
    HashAlgorithm, Incompatible, Negotiated, PskKinds, SealingKeys, Selection, SelectionPolicy,
    ServerConfig, Session, TicketPolicy, Usage, Violation,
};

use crate::support::certificates::{NAME, NOW, anchors, credentials, file};
use crate::support::{CHUNKINGS, Pair, SUITES, psk, supported};
use crate::test;

/// A client that knows the root and the server's name, and no PSK.
fn trusting() -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set_server_name(NAME).unwrap();
    client.set_verification(anchors("root"));
    client
}

/// A server with a certificate and no PSK.
fn certified(name: &str) -> ServerConfig {
    let mut server = ServerConfig::new();
    server.set_credentials(vec![credentials(name)]);
    server
}

fn pair(client: ClientConfig, server: ServerConfig) -> Pair {
    let mut pair = Pair::new(client, server);
    pair.client.set_time(NOW);
    pair.server.set_time(NOW);
    pair
}

fn connect(client: ClientConfig, server: ServerConfig) -> Pair {
    pair(client, server).handshake()
}

fn assert_full(pair: &mut Pair) -> Negotiated {
    let negotiated = pair.assert_connected().clone();
    assert!(negotiated.server_certificate);
    assert_eq!((&negotiated.psk_identity, negotiated.psk_kind), (&None, None));
    assert_eq!(pair.client.negotiated_psk_identity(), None);
    pair.assert_echo(b"without a PSK");
    negotiated
}

/// The client refuses, and the server receives the reason.
fn assert_client_refuses(pair: &Pair, cause: impl Into<Error>) {
    let error = cause.into();
    assert_eq!(pair.client_error, Some(error));
    assert_eq!(pair.server_error, error.alert().map(Error::AlertReceived));
    assert_eq!((pair.client.state(), pair.server.state()), ("FAILED", "FAILED"));
}

fn assert_server_refuses(pair: &Pair, cause: impl Into<Error>) {
    let error = cause.into();
    assert_eq!(pair.server_error, Some(error));
    assert_eq!(pair.client_error, error.alert().map(Error::AlertReceived));
}

#[test]
fn every_key_type_suite_group_and_chunking_connects() {
    for name in ["p256", "p384", "ed25519", "rsa"] {
        for suite in SUITES {
            for group in tls_psk::crypto::SUPPORTED_GROUPS {
                let (mut client, mut server) = (trusting(), certified(name));
                for parameters in [client.parameters_mut(), server.parameters_mut()] {
                    parameters.set_cipher_suites(&[suite]).unwrap();
                    parameters.set_groups(&[group]).unwrap();
                }
                let mut pair = connect(client, server);
                let negotiated = assert_full(&mut pair);
                assert_eq!(
                    (negotiated.cipher_suite, negotiated.group),
                    (supported(suite), Some(group))
                );
                assert_eq!(pair.client.peer_certificates(), credentials(name).chain());
                assert!(pair.server.peer_certificates().is_empty());
            }
        }
        for chunking in CHUNKINGS {
            let pair = pair(trusting(), certified(name)).chunked(chunking);
            assert_full(&mut pair.handshake());
        }
    }
}

#[test]
fn keys_are_read_in_every_form() {
    for (chain, key) in [
        ("p256", "p256.key"),
        ("p256", "p256.sec1.key"),
        ("p384", "p384.key"),
        ("p384", "p384.sec1.key"),
        ("ed25519", "ed25519.key"),
        ("rsa", "rsa.key"),
        ("rsa", "rsa.pkcs1.key"),
    ] {
        let chain = file(&format!("{chain}.chain"));
        Credentials::from_pem(&chain, &file(key)).unwrap_or_else(|error| panic!("{key}: {error}"));
        // The same without the armour.
        let body: String = String::from_utf8(file(key)).unwrap();
        let body = body.lines().filter(|line| !line.starts_with("-----")).collect::<String>();
        SigningKey::from_der(&base64(&body)).unwrap();
    }
}

/// Decodes what a PEM file holds between its lines.
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().take_while(|byte| *byte != b'=') {
        bits = bits << 6 | ALPHABET.iter().position(|a| *a == byte).unwrap() as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

#[test]
fn an_authority_with_a_short_rsa_key_is_refused_for_that() {
    let pair = connect(trusting(), certified("below-short"));
    assert_client_refuses(&pair, CertificateError::KeyTooShort);
}

#[test]
fn without_the_time_no_certificate_is_judged() {
    let mut pair = Pair::new(trusting(), certified("p256"));
    assert_eq!(pair.client.start(), Err(Usage::TimeNotTold.into()));
    pair.client.set_time(NOW);
    pair.handshake().assert_connected();

    // The same for a server that requests a certificate; its client's hello is not lost.
    let mut server = certified("p256");
    let verification = anchors("root");
    server.set_client_certificates(ClientCertificates::new(verification, false));
    let mut pair = Pair::new(trusting(), server);
    pair.client.set_time(NOW);
    pair.client.start().unwrap();
    let hello = pair.client.poll_transmit().unwrap();
    assert_eq!(pair.server.receive(&hello), Err(Usage::TimeNotTold.into()));
    pair.server.set_time(NOW);
    pair.server.receive(&hello).unwrap();
    pair.run();
    pair.assert_connected();
}

#[test]
fn credentials_that_cannot_work_are_refused_at_once() {
    let refused = |chain: &[u8], key: &[u8]| Credentials::from_pem(chain, key).unwrap_err();
    let (chain, key) = (file("p256.chain"), file("p256.key"));
    assert_eq!(refused(&chain, &file("p384.key")), CredentialsError::KeyMismatch);
    assert_eq!(refused(&chain, &file("client.key")), CredentialsError::KeyMismatch);
    let short = refused(&file("short-rsa.chain"), &file("short-rsa.key"));
    assert_eq!(short, CredentialsError::RsaKeyTooShort);
    let outside = [SignatureScheme::RSA_PSS_RSAE_SHA256];
    let short = Credentials::from_pem_with_external_key(&file("short-rsa.chain"), &outside);
    assert_eq!(short.unwrap_err(), CredentialsError::RsaKeyTooShort);
    assert_eq!(refused(&chain, b"no key"), CredentialsError::BadPrivateKey);
    assert_eq!(refused(b"no certificate", &key), CredentialsError::NoCertificate);
    assert_eq!(refused(&key, &key), CredentialsError::NoCertificate);
    let broken = vec![vec![0x30, 0]];
    let external = KeySource::External(vec![SignatureScheme::ED25519]);
    let error = Credentials::new(broken, external).unwrap_err();
    assert_eq!(error, CredentialsError::BadCertificate);
    let none = Credentials::from_pem_with_external_key(&chain, &[SignatureScheme(0x0401)]);
    assert_eq!(none.unwrap_err(), CredentialsError::NoScheme);
    assert_eq!(TrustAnchors::from_pem(b"nothing").unwrap_err(), TrustError::NoAnchor);
    assert!(!format!("{:?}", credentials("p256")).contains("key"));
}

#[test]
fn a_retry_asks_for_another_group_without_a_psk_too() {
    for cookies in [false, true] {
        let (mut client, mut server) = (trusting(), certified("p256"));
        client.parameters_mut().set_groups(&[NamedGroup::X25519, NamedGroup::SECP256R1]).unwrap();
        server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
        if cookies {
            let keys = SealingKeys::new(&[[3; 32]]).unwrap();
            server.set_cookie_keys(tls_psk::server::CookieKeys::new(keys));
        }
        let negotiated = assert_full(&mut connect(client, server));
        assert!(negotiated.hello_retry_request);
    }
}

/// A client that trusts the root and has a PSK, and a server that knows it and has a certificate.
fn both() -> (ClientConfig, ServerConfig) {
    let psk = psk("client1", HashAlgorithm::Sha256);
    let (mut client, mut server) = (trusting(), certified("p256"));
    client.append_psk(&psk).unwrap();
    server.append_psk(&psk).unwrap();
    (client, server)
}

#[test]
fn a_psk_goes_before_a_certificate() {
    let (client, server) = both();
    let pair = connect(client, server);
    let negotiated = pair.assert_connected();
    assert_eq!(negotiated.psk_identity.as_deref(), Some(&b"client1"[..]));
    assert!(!negotiated.server_certificate);
    assert!(pair.client.peer_certificates().is_empty());
}

#[test]
fn an_unknown_identity_a_declined_offer_and_no_offer_fall_back_to_the_certificate() {
    let (client, mut server) = both();
    let mut stranger = trusting();
    stranger.append_psk(&psk("stranger", HashAlgorithm::Sha256)).unwrap();
    assert_full(&mut connect(stranger, server.clone()));
    assert_full(&mut connect(trusting(), server.clone()));

    server.set_selection(SelectionPolicy::Application);
    let mut pair = connect(client, server.clone());
    assert_eq!(pair.server.state(), "SELECTING_PSK");
    pair.server.select(Selection::None).unwrap();
    pair.run();
    assert_full(&mut pair);
    // The application is not asked if there is nothing to choose from.
    assert_full(&mut connect(trusting(), server));
}

#[test]
fn a_psk_mode_that_is_not_common_falls_back_too() {
    let (mut client, server) = both();
    client.parameters_mut().set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
    assert_full(&mut connect(client, server));
}

#[test]
fn a_bad_binder_of_a_chosen_psk_is_fatal_all_the_same() {
    let (_, server) = both();
    let mut client = trusting();
    let forged = tls_psk::ExternalPsk::new(b"client1", &[9; 32], HashAlgorithm::Sha256).unwrap();
    client.append_psk(&forged).unwrap();
    assert_server_refuses(&connect(client, server), Violation::BadBinder);
}

#[test]
fn a_client_without_verification_takes_no_certificate() {
    let (_, server) = both();
    let mut client = ClientConfig::new();
    client.append_psk(&psk("stranger", HashAlgorithm::Sha256)).unwrap();
    assert_client_refuses(&connect(client, server), Incompatible::PskNotSelected);
    let mut nobody = pair(ClientConfig::new(), certified("p256"));
    assert_eq!(nobody.client.start(), Err(Usage::NoPsk.into()));
}

#[test]
fn what_path_validation_finds_ends_in_its_own_alert() {
    for (name, error, alert) in [
        ("other-name", CertificateError::WrongName, AlertDescription::BAD_CERTIFICATE),
        ("expired", CertificateError::Expired, AlertDescription::CERTIFICATE_EXPIRED),
        ("future", CertificateError::NotYetValid, AlertDescription::CERTIFICATE_EXPIRED),
        ("client", CertificateError::WrongUsage, AlertDescription::UNSUPPORTED_CERTIFICATE),
    ] {
        let pair = connect(trusting(), certified(name));
        assert_client_refuses(&pair, error);
        assert_eq!(error.alert(), alert);
    }
    let mut distrustful = trusting();
    distrustful.set_verification(anchors("other-root"));
    let pair = connect(distrustful, certified("p256"));
    assert_client_refuses(&pair, CertificateError::UnknownIssuer);
    assert_eq!(CertificateError::UnknownIssuer.alert(), AlertDescription::UNKNOWN_CA);

    // Without a name to check, a certificate for any name would be accepted.
    let mut nameless = ClientConfig::new();
    nameless.set_verification(anchors("root"));
    let pair = connect(nameless, certified("p256"));
    assert_client_refuses(&pair, CertificateError::WrongName);
}

#[test]
fn a_corrupt_chain_and_one_without_its_intermediate_are_refused() {
    let key = || KeySource::Local(Arc::new(SigningKey::from_pem(&file("p256.key")).unwrap()));
    let serve = |chain: Vec<Vec<u8>>| {
        let mut server = ServerConfig::new();
        server.set_credentials(vec![Arc::new(Credentials::new(chain, key()).unwrap())]);
        connect(trusting(), server)
    };
    let chain = credentials("p256").chain().to_vec();
    assert_client_refuses(&serve(chain[..1].to_vec()), CertificateError::UnknownIssuer);

    let mut broken = chain.clone();
    *broken[0].last_mut().unwrap() ^= 1;
    assert_client_refuses(&serve(broken), CertificateError::BadSignature);

    let mut long = chain.clone();
    long.resize(100, chain[1].clone());
    assert_client_refuses(&serve(long), CertificateError::ChainTooLong);
}

#[test]
fn the_certificate_is_chosen_by_name_and_by_what_the_client_can_verify() {
    let mut server = ServerConfig::new();
    server.set_credentials(["other-name", "rsa", "p256"].into_iter().map(credentials).collect());
    let shown = |name: &str, server: &ServerConfig| {
        let mut client = ClientConfig::new();
        client.set_server_name(name).unwrap();
        client.set_verification(Verification::application(b"test"));
        let mut pair = connect(client, server.clone());
        let request = pair.client.certificate_to_verify().unwrap();
        assert_eq!(request.server_name, Some(name.as_bytes()));
        let chain = request.chain.to_vec();
        pair.client.decide_certificate(true).unwrap();
        pair.run();
        pair.assert_connected();
        chain
    };
    assert_eq!(shown(NAME, &server), credentials("rsa").chain());
    assert_eq!(shown("a.many.example", &server), credentials("rsa").chain());
    assert_eq!(shown("other.example", &server), credentials("other-name").chain());
    assert_eq!(shown("unknown.example", &server), credentials("other-name").chain());
}

#[test]
fn a_server_that_goes_by_the_name_says_so() {
    for (name, said) in [("p256", true), ("other-name", false)] {
        let mut client = trusting();
        client.parameters_mut().set_trace(true);
        let pair = connect(client, certified(name));
        let extensions = pair.client_events.iter().find_map(|event| match event {
            Event::Message { name: "encrypted_extensions", bytes, .. } => {
                let (_, body) = Handshake::read(&mut Reader::new(bytes)).unwrap();
                Some(EncryptedExtensions::read(body).unwrap())
            }
            _ => None,
        });
        assert_eq!(extensions.unwrap().server_name, said, "{name}");
    }
}

#[test]
fn the_application_can_judge_the_certificate_and_take_its_time() {
    for (accepted, chunking) in [(true, CHUNKINGS[0]), (true, CHUNKINGS[2]), (false, CHUNKINGS[2])]
    {
        let mut client = ClientConfig::new();
        client.set_verification(Verification::application(b"test"));
        let mut pair = pair(client, certified("p256")).chunked(chunking).handshake();
        assert_eq!(pair.client.state(), "VERIFYING_CERTIFICATE");
        assert!(pair.client_events.contains(&Event::VerifyCertificate));
        let chain = pair.client.certificate_to_verify().unwrap().chain.to_vec();
        assert_eq!(chain.len(), 2);
        let decided = pair.client.decide_certificate(accepted);
        pair.run();
        if accepted {
            assert_full(&mut pair);
            assert_eq!(pair.client.peer_certificates(), chain);
        } else {
            assert_eq!(decided, Err(CertificateError::Refused.into()));
            let alert = Error::AlertReceived(AlertDescription::CERTIFICATE_UNKNOWN);
            assert_eq!(pair.server_error, Some(alert));
        }
        let late = pair.client.decide_certificate(true);
        assert!(matches!(late, Err(Error::Usage(_))));
    }
}

/// A server with an external key.
fn with_key_elsewhere() -> ServerConfig {
    let scheme = [SignatureScheme::ECDSA_SECP256R1_SHA256];
    let external = Credentials::from_pem_with_external_key(&file("p256.chain"), &scheme).unwrap();
    let mut server = ServerConfig::new();
    server.set_credentials(vec![Arc::new(external)]);
    server
}

/// The signature of the external key.
fn sign(key: &str, request: SignatureRequest<'_>) -> Vec<u8> {
    let key = SigningKey::from_pem(&file(key)).unwrap();
    key.sign(request.scheme, request.content, &mut Random::from_seed([7; 32])).unwrap()
}

#[test]
fn the_application_can_sign_and_take_its_time() {
    let mut pair = connect(trusting(), with_key_elsewhere());
    assert_eq!(pair.server.state(), "SIGNING");
    assert!(pair.server_events.contains(&Event::Sign));
    let signature = sign("p256.key", pair.server.to_sign().unwrap());
    pair.server.sign(signature).unwrap();
    pair.run();
    assert_full(&mut pair);
    assert_eq!(pair.server.sign(Vec::new()), Err(Usage::NotSigning.into()));
}

#[test]
fn a_signature_that_does_not_verify_ends_the_handshake_before_it_is_sent() {
    for signature in
        [|pair: &Pair| sign("client.key", pair.server.to_sign().unwrap()), |_: &Pair| Vec::new()]
    {
        let mut pair = connect(trusting(), with_key_elsewhere());
        let signature = signature(&pair);
        let error = pair.server.sign(signature).unwrap_err();
        assert_eq!(error, Error::BadSignature);
        pair.run();
        let alert = Error::AlertReceived(AlertDescription::INTERNAL_ERROR);
        assert_eq!(pair.client_error, Some(alert));
    }
}

#[test]
fn a_request_for_a_signature_tells_whose_key_it_is() {
    let mut server = with_key_elsewhere();
    server.set_credentials([&[credentials("other-name")], server.credentials()].concat());
    let mut pair = connect(trusting(), server);
    let request = pair.server.to_sign().unwrap();
    assert_eq!(request.credentials, 1);
    let signature = sign("p256.key", request);
    pair.server.sign(signature).unwrap();
    pair.run();
    assert_full(&mut pair);
}

#[test]
fn a_signature_that_nobody_makes_can_be_given_up() {
    let mut pair = connect(trusting(), with_key_elsewhere());
    assert!(pair.server.cancel_question().is_err());
    assert_eq!(pair.server.state(), "FAILED");
}

/// A server that requests client certificates.
fn asking(required: bool, verification: Verification) -> ServerConfig {
    let mut server = certified("p256");
    server.set_client_certificates(ClientCertificates::new(verification, required));
    server
}

#[test]
fn both_sides_can_show_certificates() {
    for name in ["p256", "rsa"] {
        let mut server = asking(true, anchors("root"));
        server.set_credentials(vec![credentials(name)]);
        let mut client = trusting();
        client.set_credentials(credentials("client"));
        for chunking in CHUNKINGS {
            let mut pair = pair(client.clone(), server.clone()).chunked(chunking).handshake();
            assert_full(&mut pair);
            assert_eq!(pair.server.peer_certificates(), credentials("client").chain());
        }
    }
}

#[test]
fn a_client_without_a_certificate_is_let_in_only_where_none_is_required() {
    assert_full(&mut connect(trusting(), asking(false, anchors("root"))));
    let pair = connect(trusting(), asking(true, anchors("root")));
    assert_eq!(pair.server_error, Some(CertificateError::Required.into()));
    let alert = Error::AlertReceived(AlertDescription::CERTIFICATE_REQUIRED);
    assert_eq!(pair.client_error, Some(alert));
}

#[test]
fn a_client_certificate_is_judged_like_any_other() {
    for (name, violation) in
        [("p256", CertificateError::WrongUsage), ("expired", CertificateError::Expired)]
    {
        let mut client = trusting();
        client.set_credentials(credentials(name));
        let pair = connect(client, asking(true, anchors("root")));
        assert_eq!(pair.server_error, Some(violation.into()));
    }
    let mut client = trusting();
    client.set_credentials(credentials("client"));
    let mut pair = connect(client, asking(true, Verification::application(b"test")));
    assert_eq!(pair.server.state(), "VERIFYING_CERTIFICATE");
    pair.server.decide_certificate(true).unwrap();
    pair.run();
    assert_full(&mut pair);
}

#[test]
fn a_clients_key_can_be_elsewhere_too() {
    let scheme = [SignatureScheme::ECDSA_SECP256R1_SHA256];
    let external = Credentials::from_pem_with_external_key(&file("client.chain"), &scheme).unwrap();
    let mut client = trusting();
    client.set_credentials(Arc::new(external));
    let mut pair = connect(client, asking(true, anchors("root")));
    assert_eq!(pair.client.state(), "SIGNING");
    let signature = sign("client.key", pair.client.to_sign().unwrap());
    pair.client.sign(signature).unwrap();
    pair.run();
    assert_full(&mut pair);
    assert_eq!(pair.server.peer_certificates(), credentials("client").chain());
}

#[test]
fn no_client_is_asked_for_a_certificate_under_a_psk() {
    let (client, mut server) = both();
    server.set_client_certificates(asking(true, anchors("root")).client_certificates().cloned());
    let pair = connect(client, server);
    assert!(!pair.assert_connected().server_certificate);
}

/// As [`both`], with a certificate in addition to the PSK.
fn beside() -> (ClientConfig, ServerConfig) {
    let (mut client, mut server) = both();
    client.set_certificate_with_psk(true);
    server.set_certificate_with_psk(true);
    (client, server)
}

#[test]
fn a_certificate_can_stand_beside_an_external_psk() {
    for chunking in CHUNKINGS {
        let (client, server) = beside();
        let mut pair = pair(client, server).chunked(chunking).handshake();
        let negotiated = pair.assert_connected();
        assert!(negotiated.server_certificate);
        assert_eq!(negotiated.psk_identity.as_deref(), Some(&b"client1"[..]));
        assert_eq!(negotiated.psk_mode, Some(PskKeyExchangeMode::PSK_DHE_KE));
        assert_eq!(pair.client.peer_certificates(), credentials("p256").chain());
        pair.assert_echo(b"both");
    }
}

#[test]
fn a_certificate_beside_a_psk_is_judged_and_takes_both_sides_to_want() {
    let (mut client, server) = beside();
    client.set_verification(anchors("other-root"));
    assert_client_refuses(&connect(client, server), CertificateError::UnknownIssuer);

    let (client, mut server) = beside();
    server.set_certificate_with_psk(false);
    assert!(!connect(client, server).assert_connected().server_certificate);
    let (mut client, server) = beside();
    client.set_certificate_with_psk(false);
    assert!(!connect(client, server).assert_connected().server_certificate);
}

#[test]
fn a_certificate_beside_a_psk_goes_with_a_retry_and_without_early_data_or_requests() {
    let suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    let parameters = EarlyDataParameters::new(100, supported(suite));
    let psk = psk("client1", HashAlgorithm::Sha256).with_early_data(parameters).unwrap();
    let (mut client, mut server) = (trusting(), asking(true, anchors("root")));
    client.append_psk(&psk).unwrap();
    client.set_early_data(true);
    client.set_certificate_with_psk(true);
    server.append_psk(&psk).unwrap();
    server.set_early_data(tls_psk::EarlyDataPolicy::Application);
    server.set_certificate_with_psk(true);
    server.parameters_mut().set_groups(&[NamedGroup::SECP256R1]).unwrap();
    let mut pair = pair(client, server);
    pair.client.start().unwrap();
    assert_eq!(pair.client.early_data_limit(), None);
    pair.run();
    let negotiated = pair.assert_connected();
    assert!(negotiated.server_certificate && negotiated.hello_retry_request);
}

fn session_of(pair: &Pair) -> Option<Session> {
    pair.client_events.iter().find_map(|event| match event {
        Event::Session(session) => Some(session.clone()),
        _ => None,
    })
}

#[test]
fn a_client_that_takes_none_of_the_servers_psk_modes_gets_no_tickets() {
    let (mut client, mut server) = (trusting(), certified("p256"));
    client.set_psk_kinds(PskKinds::Resumption).unwrap();
    server.set_psk_kinds(PskKinds::Resumption).unwrap();
    server.set_tickets(TicketPolicy::new(SealingKeys::new(&[[1; 32]]).unwrap()));
    client.parameters_mut().set_psk_modes(&[PskKeyExchangeMode::PSK_KE]).unwrap();
    let mut pair = connect(client, server);
    assert!(session_of(&pair).is_none());
    assert_full(&mut pair);
}

#[test]
fn a_full_handshake_yields_tickets_and_they_resume_without_a_certificate() {
    let (mut client, mut server) = (trusting(), certified("p256"));
    client.set_psk_kinds(PskKinds::Resumption).unwrap();
    server.set_psk_kinds(PskKinds::Resumption).unwrap();
    server.set_tickets(TicketPolicy::new(SealingKeys::new(&[[1; 32]]).unwrap()));
    let mut first = connect(client.clone(), server.clone());
    let session = session_of(&first).unwrap();
    assert_full(&mut first);
    let mut second = pair(client, server);
    second.client.append_session(&session).unwrap();
    let second = second.handshake();
    let negotiated = second.assert_connected();
    assert!(!negotiated.server_certificate);
    assert_eq!(negotiated.external_identity, None);
}

#[test]
fn the_configurations_say_what_they_are_for() {
    let (client, server) = (ClientConfig::new(), ServerConfig::new());
    assert!(client.verification().is_none() && server.credentials().is_empty());
}

#[cfg(feature = "webpki-roots")]
#[test]
fn mozillas_authorities_are_there_and_trust_no_private_one() {
    let anchors = TrustAnchors::mozilla();
    assert!(format!("{anchors:?}").contains("anchors: 1"), "some hundred: {anchors:?}");
    let mut client = trusting();
    client.set_verification(Verification::Anchors(Arc::new(anchors)));
    let pair = connect(client, certified("p256"));
    assert_client_refuses(&pair, CertificateError::UnknownIssuer);
}

#[cfg(not(feature = "rsa-signing"))]
#[test]
fn without_the_feature_for_them_rsa_keys_have_to_be_outside() {
    let chain = file("rsa.chain");
    for key in ["rsa.key", "rsa.pkcs1.key"] {
        let error = Credentials::from_pem(&chain, &file(key)).unwrap_err();
        assert_eq!(error, CredentialsError::RsaSigning);
    }
    let schemes = [SignatureScheme::RSA_PSS_RSAE_SHA256];
    assert!(Credentials::from_pem_with_external_key(&chain, &schemes).is_ok());
}
