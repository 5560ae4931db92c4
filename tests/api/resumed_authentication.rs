//! A ticket and a session are worth no more than the handshake that they come from.

use std::sync::Arc;

use tls_psk::certificates::{
    Credentials, CredentialsError, Decision, Verification, signed_content, verify_proof,
};
use tls_psk::crypto::Random;
use tls_psk::crypto::signature::SigningKey;
use tls_psk::keys::PskKind;
use tls_psk::server::ClientCertificates;
use tls_psk::wire::{CertificateVerify, PskKeyExchangeMode, SignatureScheme};
use tls_psk::{
    CertificateError, ClientConfig, Connection, EarlyDataOutcome, EarlyDataPolicy, Entropy, Event,
    ExternalPsk, HashAlgorithm, Incompatible, PskError, PskKinds, PskOutcome, SealingKeys,
    Selection, SelectionPolicy, ServerConfig, Session, SessionRefusal, TicketPolicy, Usage,
    Verdict, Violation,
};

use crate::support::certificates::{NAME, NOW, anchors, credentials, file};
use crate::support::{Pair, drain};
use crate::test;
use tls_psk::Role;

const HOUR: u64 = 3_600_000;

fn psk(identity: &str, secret: u8) -> ExternalPsk {
    ExternalPsk::new(identity.as_bytes(), &[secret; 32], HashAlgorithm::Sha256).unwrap()
}

/// Tickets by keys that all servers here share.
fn shared_tickets() -> TicketPolicy {
    TicketPolicy::new(SealingKeys::new(&[[1; 32]]).unwrap())
}

fn issuing() -> ServerConfig {
    let mut server = ServerConfig::new();
    server.set_tickets(shared_tickets());
    server
}

fn psk_server(psk: &ExternalPsk) -> ServerConfig {
    let mut server = issuing();
    server.append_psk(psk).unwrap();
    server
}

fn certified() -> ServerConfig {
    let mut server = issuing();
    server.set_credentials(vec![credentials("p256")]);
    server
}

fn asking(required: bool, verification: Verification) -> ServerConfig {
    let mut server = certified();
    server.set_client_certificates(ClientCertificates::new(verification, required));
    server
}

fn resuming() -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set_psk_kinds(PskKinds::Both).unwrap();
    client.parameters_mut().set_trace(true);
    client
}

fn psk_client(psk: &ExternalPsk) -> ClientConfig {
    let mut client = resuming();
    client.append_psk(psk).unwrap();
    client
}

fn trusting() -> ClientConfig {
    let mut client = resuming();
    client.set_server_name(NAME).unwrap();
    client.set_verification(anchors("root"));
    client
}

/// A pair at a time, whose applications answer what they are asked: certificates are accepted unless `decision` says
/// otherwise, and the PSK is the first match.
struct Meeting {
    pair: Pair,
    decision: Decision,
    asked_of_client: usize,
}

fn meet(now: u64, client: &ClientConfig, server: &ServerConfig) -> Meeting {
    let mut pair = Pair::new(client.clone(), server.clone());
    pair.client.set_time(now);
    pair.server.set_time(now);
    Meeting { pair, decision: Decision::Accept, asked_of_client: 0 }
}

impl Meeting {
    fn deciding(mut self, decision: Decision) -> Self {
        self.decision = decision;
        self
    }

    fn with(mut self, session: &Session) -> Self {
        let copy = Session::from_bytes(&session.to_bytes()).unwrap();
        self.pair.client.append_session(&copy).unwrap();
        self
    }

    fn run(mut self) -> Self {
        if let Err(error) = self.pair.client.start() {
            drain(&mut self.pair.client, &mut self.pair.client_events);
            self.pair.client_error = Some(error);
            return self;
        }
        loop {
            self.pair.run();
            if self.pair.client.certificate_to_verify().is_some() {
                self.asked_of_client += 1;
                let _ = self.pair.client.decide_certificate(self.decision);
            } else if self.pair.server.certificate_to_verify().is_some() {
                let _ = self.pair.server.decide_certificate(self.decision);
            } else {
                return self;
            }
        }
    }

    fn connected(&self) -> bool {
        (self.pair.client.state(), self.pair.server.state()) == ("CONNECTED", "CONNECTED")
    }

    fn resumed(&self) -> bool {
        self.connected()
            && self.pair.server.negotiated().unwrap().psk_kind == Some(PskKind::Resumption)
    }

    fn session(&self) -> Session {
        let mut events = self.pair.client_events.iter();
        let found = events.find_map(|event| match event {
            Event::Session(session) => Some(session.clone()),
            _ => None,
        });
        found.expect("a session")
    }

    fn refusals(&self) -> Vec<SessionRefusal> {
        let reason = |event: &Event| match event {
            Event::SessionRefused { reason, .. } => Some(*reason),
            _ => None,
        };
        self.pair.client_events.iter().filter_map(reason).collect()
    }
}

/// A session of a first connection.
fn session_of(client: &ClientConfig, server: &ServerConfig) -> Session {
    let first = meet(NOW, client, server).run();
    first.pair.assert_connected();
    first.session()
}

/// A client with only the session, like an attacker with a ticket.
fn alone(session: &Session, server: &ServerConfig) -> Meeting {
    let mut client = resuming();
    if let Some(name) = session.server_name() {
        client.set_server_name(core::str::from_utf8(name).unwrap()).unwrap();
    }
    if session.external_identity().is_none() {
        client.set_verification(Verification::application(b"anything"));
    }
    meet(NOW + 1000, &client, server).with(session).run()
}

#[test]
fn a_strangers_ticket_of_a_public_certificate_server_opens_no_psk_only_server() {
    let session = session_of(&trusting(), &certified());
    assert!(alone(&session, &certified()).resumed());
    let meeting = alone(&session, &psk_server(&psk("device-1", 1)));
    assert!(!meeting.connected());
    // One that has certificates as well, and the same policy for them, lets the stranger in as a stranger.
    let mut both = certified();
    both.append_psk(&psk("device-1", 1)).unwrap();
    let meeting = alone(&session, &both);
    assert!(meeting.resumed());
    assert!(!meeting.pair.server.peer().unwrap().is_authenticated());
    assert_eq!(meeting.pair.server.negotiated().unwrap().external_identity, None);
}

#[test]
fn a_ticket_of_a_client_without_a_certificate_opens_no_server_that_asks_for_one() {
    let session = session_of(&trusting(), &certified());
    for required in [true, false] {
        let server = asking(required, anchors("root"));
        assert!(!alone(&session, &server).resumed(), "{required}");
    }
    // Neither does that of a client which had none where it was optional open one where it is required.
    let session = session_of(&trusting(), &asking(false, anchors("root")));
    let optional = alone(&session, &asking(false, anchors("root")));
    assert!(optional.resumed());
    assert!(!optional.pair.server.peer().unwrap().is_authenticated());
    assert!(!alone(&session, &asking(true, anchors("root"))).resumed());
}

#[test]
fn one_tenants_identity_is_not_another_tenants() {
    let tenants = [psk("device-1", 1), psk("device-1", 2)];
    let session = session_of(&psk_client(&tenants[0]), &psk_server(&tenants[0]));
    assert!(alone(&session, &psk_server(&tenants[0])).resumed());
    let meeting = alone(&session, &psk_server(&tenants[1]));
    assert_eq!(meeting.pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));

    // The application that looks up by the identity answers with its own tenant's key, which is compared.
    let mut server = issuing();
    server.set_selection(SelectionPolicy::Application);
    server.parameters_mut().set_trace(true);
    for (tenant, resumes) in tenants.iter().zip([true, false]) {
        let mut meeting = alone(&session, &server);
        let offered = meeting.pair.server.offered_psks().unwrap().next().unwrap();
        assert_eq!(offered.ticket.unwrap().client().external_identity(), Some(&b"device-1"[..]));
        assert_eq!(offered.ticket.unwrap().is_by(tenant), resumes);
        let selected = meeting.pair.server.select(Selection::Psk(tenant));
        assert_eq!(selected.is_ok(), resumes);
        meeting.pair.run();
        assert_eq!(meeting.resumed(), resumes);
        let withdrawn = Event::Psk { index: 0, outcome: PskOutcome::Withdrawn };
        assert_eq!(meeting.pair.server_events.contains(&withdrawn), !resumes);
    }
    // And it cannot accept a ticket without naming its PSK.
    let mut meeting = alone(&session, &server);
    let refused = meeting.pair.server.select(Selection::Offered(0));
    assert_eq!(refused, Err(Usage::NoPskForIdentity.into()));
}

#[test]
fn a_ticket_that_is_passed_over_leaves_the_next_identity_and_the_certificate() {
    let [old, new] = [psk("device-1", 1), psk("device-1", 2)];
    let session = session_of(&psk_client(&old), &psk_server(&old));
    // The client has the old key still, and another PSK.
    let other = psk("device-2", 3);
    let mut client = psk_client(&old);
    client.append_psk(&other).unwrap();
    let mut server = psk_server(&new);
    server.append_psk(&other).unwrap();
    let meeting = meet(NOW + 1, &client, &server).with(&session).run();
    // device-1 is preferred, as always, and its binder shows that the client does not have the new key.
    assert_eq!(meeting.pair.server_error, Some(Violation::BadBinder.into()));
    let mut only_other = issuing();
    only_other.append_psk(&other).unwrap();
    let meeting = meet(NOW + 1, &client, &only_other).with(&session).run();
    let negotiated = meeting.pair.assert_connected();
    assert_eq!((negotiated.psk_index, negotiated.psk_kind), (Some(2), Some(PskKind::External)));

    let session = session_of(&trusting(), &certified());
    let mut elsewhere = certified();
    elsewhere.set_session_id_context(b"elsewhere").unwrap();
    let meeting = meet(NOW + 1, &trusting(), &elsewhere).with(&session).run();
    assert!(meeting.pair.assert_connected().psk_kind.is_none());
}

#[test]
fn servers_resume_each_others_connections_where_keys_context_and_policy_are_the_same() {
    let device = psk("device-1", 1);
    let mut here = psk_server(&device);
    here.set_session_id_context(b"mqtt").unwrap();
    let session = session_of(&psk_client(&device), &here);
    assert!(alone(&session, &here.clone()).resumed());
    // A rotation of other PSKs changes nothing.
    let mut rotated = here.clone();
    rotated.append_psk(&psk("device-2", 2)).unwrap();
    assert!(alone(&session, &rotated).resumed());
    let mut other_context = here.clone();
    other_context.set_session_id_context(b"coap").unwrap();
    let mut other_modes = here.clone();
    let modes = [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE];
    other_modes.parameters_mut().set_psk_modes(&modes).unwrap();
    let mut other_keys = here.clone();
    other_keys.set_tickets(TicketPolicy::new(SealingKeys::new(&[[2; 32]]).unwrap()));
    for elsewhere in [other_context, other_modes, other_keys] {
        let meeting = alone(&session, &elsewhere);
        assert_eq!(meeting.pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
    }
    assert!(here.set_session_id_context(&[0; 65_536]).is_err());
}

#[test]
fn early_data_of_a_ticket_is_for_the_store_that_knows_its_copies() {
    let device = psk("device-1", 1);
    let server = |scope: &[u8]| {
        let mut server = psk_server(&device);
        server.set_early_data(EarlyDataPolicy::Application);
        server.tickets_mut().unwrap().set_early_data(1000, scope).unwrap();
        server
    };
    let mut client = psk_client(&device);
    client.set_early_data(true);
    let session = session_of(&client, &server(b"one store"));
    for (scope, asked) in [(&b"one store"[..], true), (b"another", false)] {
        let mut meeting = meet(NOW + 1, &client, &server(scope)).with(&session);
        meeting.pair.client.start().unwrap();
        meeting.pair.client.send_early_data(b"early").unwrap();
        meeting.pair.run();
        assert_eq!(meeting.pair.server.early_data_request().is_some(), asked);
        if asked {
            meeting.pair.server.decide_early_data(true).unwrap();
            meeting.pair.run();
        }
        let outcome = if asked { EarlyDataOutcome::Accepted } else { EarlyDataOutcome::Rejected };
        assert_eq!(meeting.pair.assert_connected().early_data, outcome);
        assert!(meeting.resumed(), "the connection resumes all the same");
    }
    let mut policy = shared_tickets();
    assert!(policy.set_early_data(1, b"").is_err() && policy.set_early_data(1, &[0; 256]).is_err());
    assert!(policy.set_early_data(0, b"").is_ok());
}

#[test]
fn a_ticket_ends_with_the_psk_that_it_descends_from() {
    let [device, replaced] = [psk("device-1", 1), psk("device-1", 2)];
    let session = session_of(&psk_client(&device), &psk_server(&device));
    for server in [psk_server(&psk("device-2", 1)), psk_server(&replaced), issuing()] {
        assert!(!alone(&session, &server).connected());
    }
    // The same secret under another context or hash is another PSK.
    let imported = device.clone().with_context(b"a context").unwrap();
    assert!(!alone(&session, &psk_server(&imported)).connected());
    // A PSK that only this connection has counts.
    let mut meeting = meet(NOW + 1, &resuming(), &issuing()).with(&session);
    meeting.pair.server.append_psk(&device).unwrap();
    assert!(meeting.run().resumed());
}

#[test]
fn tickets_of_tickets_end_seven_days_after_the_full_handshake_and_sooner_if_told() {
    let device = psk("device-1", 1);
    for (max_age, days) in [(None, 7), (Some(86_400), 1)] {
        let mut server = psk_server(&device);
        if let Some(seconds) = max_age {
            server.tickets_mut().unwrap().set_max_session_age(seconds).unwrap();
        }
        let client = psk_client(&device);
        let mut session = session_of(&client, &server);
        let end = NOW + days * 24 * HOUR;
        let mut now = NOW;
        while now + HOUR < end {
            now += HOUR;
            let meeting = meet(now, &client, &server).with(&session).run();
            assert!(meeting.resumed(), "{} hours", (now - NOW) / HOUR);
            assert_eq!(meeting.pair.server.peer().unwrap().at(), NOW);
            session = meeting.session();
            assert!(session.expires_at() <= end);
        }
        // A server with a correct clock refuses the offer of a client with a wrong one.
        let mut late = meet(end - 1, &client, &server).with(&session);
        late.pair.server.set_time(end + 1);
        assert!(!late.run().resumed());
    }
    let mut policy = shared_tickets();
    assert!(policy.set_max_session_age(0).is_err() && policy.set_max_session_age(604_801).is_err());
}

#[test]
fn a_ticket_of_a_client_certificate_ends_with_the_certificate() {
    let mut client = trusting();
    client.set_credentials(credentials("client"));
    let mut server = asking(true, anchors("root"));
    server.tickets_mut().unwrap().set_lifetime(604_800).unwrap();
    let session = session_of(&client, &server);
    assert!(session.expires_at() > NOW + 6 * 24 * HOUR);
    let resumed = meet(NOW + HOUR, &client, &server).with(&session).run();
    assert!(resumed.resumed());
    let peer = resumed.pair.server.peer().unwrap();
    assert_eq!(peer.verdict(), Some(&Verdict::Anchors));
    assert_eq!(peer.certificates()[0], credentials("client").chain()[0]);
    assert!(peer.is_authenticated());
}

#[test]
fn a_ticket_is_issued_for_as_long_as_the_clients_certificate_is_valid() {
    let mut client = trusting();
    client.set_credentials(credentials("ending"));
    let mut server = asking(true, anchors("root"));
    server.tickets_mut().unwrap().set_lifetime(604_800).unwrap();
    let session = session_of(&client, &server);
    // The certificate ends three hours after NOW.
    assert_eq!(session.expires_at(), NOW + 3 * HOUR);
    let again = meet(NOW + 2 * HOUR, &client, &server).with(&session).run();
    assert!(again.resumed());
    assert_eq!(again.session().expires_at(), NOW + 3 * HOUR);
}

#[test]
fn a_certificate_whose_key_usage_is_not_to_sign_is_refused_on_both_sides() {
    let ours = Credentials::from_pem(&file("agreeing.chain"), &file("agreeing.key"));
    assert_eq!(ours.err(), Some(CredentialsError::KeyUsage));
    let digest = HashAlgorithm::Sha256.digest(b"a transcript");
    for (name, expected) in [
        ("agreeing", Err(CertificateError::NoDigitalSignature.into())),
        ("signing", Ok(())),
        // Without the extension every usage is allowed.
        ("p256", Ok(())),
    ] {
        let pem = String::from_utf8(file(name)).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
        let chain = vec![base64(&body)];
        let key = SigningKey::from_pem(&file(&format!("{name}.key"))).unwrap();
        let content = signed_content(Role::Server, &digest);
        let algorithm = SignatureScheme::ECDSA_SECP256R1_SHA256;
        let signature = key.sign(algorithm, &content, &mut Random::from_seed([5; 32])).unwrap();
        let proof = CertificateVerify { algorithm, signature };
        assert_eq!(verify_proof(&chain, Role::Server, &digest, &proof), expected, "{name}");
    }
    let mut server = certified();
    server.set_credentials(vec![credentials("signing")]);
    assert!(meet(NOW, &trusting(), &server).run().connected());
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(|byte| ALPHABET.iter().position(|digit| *digit == byte).unwrap() as u32)
        .collect();
    let mut bytes = Vec::new();
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}

#[test]
fn a_ticket_is_not_for_another_name_and_not_for_another_certificate_of_the_server() {
    let session = session_of(&trusting(), &certified());
    let mut renewed = certified();
    renewed.set_credentials(vec![credentials("p384")]);
    let meeting = meet(NOW + 1, &trusting(), &renewed).with(&session).run();
    assert!(meeting.connected() && !meeting.resumed(), "a full handshake with the new one");

    let device = psk("device-1", 1);
    let mut named = psk_client(&device);
    named.set_server_name("a.example").unwrap();
    let session = session_of(&named, &psk_server(&device));
    let mut other = psk_client(&device);
    other.set_server_name("b.example").unwrap();
    let meeting = meet(NOW + 1, &other, &psk_server(&device)).with(&session).run();
    assert!(meeting.connected() && !meeting.resumed());
    assert_eq!(meeting.refusals(), [SessionRefusal::ServerName]);
}

#[test]
fn a_session_is_offered_where_a_full_handshake_would_accept_its_server() {
    let session = session_of(&trusting(), &certified());
    let refused = |client: &ClientConfig, reason: SessionRefusal| {
        let meeting = meet(NOW + 1, client, &certified()).with(&session).run();
        assert!(!meeting.resumed());
        assert_eq!(meeting.refusals(), [reason]);
    };
    let mut strict = trusting();
    strict.set_verification(anchors("other-root"));
    refused(&strict, SessionRefusal::CertificateNotVerified);
    let mut elsewhere = trusting();
    elsewhere.set_server_name("elsewhere.example").unwrap();
    refused(&elsewhere, SessionRefusal::ServerName);
    let mut by_psk = psk_client(&psk("device-1", 1));
    by_psk.set_server_name(NAME).unwrap();
    refused(&by_psk, SessionRefusal::CertificatesNotAccepted);
    let mut another_client = trusting();
    another_client.set_credentials(credentials("client"));
    refused(&another_client, SessionRefusal::OwnCertificate);

    // Without anything else to offer, the connection does not start.
    let mut alone = resuming();
    alone.set_server_name("elsewhere.example").unwrap();
    let meeting = meet(NOW + 1, &alone, &certified()).with(&session).run();
    assert_eq!(meeting.pair.client_error, Some(Usage::NoSession.into()));

    // Those of a PSK go with the PSK.
    let [device, replaced] = [psk("device-1", 1), psk("device-1", 2)];
    let session = session_of(&psk_client(&device), &psk_server(&device));
    let meeting = meet(NOW + 1, &psk_client(&replaced), &psk_server(&device)).with(&session).run();
    assert_eq!(meeting.refusals(), [SessionRefusal::Psk]);
    let mut by_certificate = resuming();
    by_certificate.set_verification(Verification::application(b"any"));
    let meeting = meet(NOW + 1, &by_certificate, &certified()).with(&session).run();
    assert_eq!(meeting.refusals(), [SessionRefusal::Psk]);
}

#[test]
fn one_lax_connection_to_an_impostor_does_not_help_it_with_a_strict_one() {
    // The impostor has a certificate for another name.
    let mut impostor = issuing();
    impostor.set_credentials(vec![credentials("other-name")]);
    let mut lax = trusting();
    lax.set_verification(Verification::application(b"lax"));
    let first = meet(NOW, &lax, &impostor).deciding(Decision::Unverified).run();
    assert!(first.connected());
    let peer = first.pair.client.peer().unwrap();
    assert_eq!((peer.verdict(), peer.is_authenticated()), (Some(&Verdict::Unverified), false));
    let session = first.session();

    let meeting = meet(NOW + 1, &trusting(), &impostor).with(&session).run();
    assert!(!meeting.connected());
    assert_eq!(meeting.refusals(), [SessionRefusal::CertificateNotVerified]);
    // As lax as before, it resumes, is asked again, and is not authenticated.
    let meeting = meet(NOW + 1, &lax, &impostor).with(&session).deciding(Decision::Unverified);
    let meeting = meeting.run();
    assert!(meeting.resumed());
    assert_eq!(meeting.asked_of_client, 1);
    assert!(!meeting.pair.client.peer().unwrap().is_authenticated());
}

#[test]
fn an_application_judges_a_resumed_server_unless_it_accepted_it_by_the_same_rules() {
    let judging = |rules: &[u8]| {
        let mut client = trusting();
        client.set_verification(Verification::application(rules));
        client.set_early_data(true);
        client
    };
    let mut server = certified();
    server.tickets_mut().unwrap().set_early_data(1000, b"store").unwrap();
    let session = session_of(&judging(b"pin 1"), &server);
    let again = meet(NOW + 1, &judging(b"pin 1"), &server).with(&session).run();
    assert!(again.resumed());
    assert_eq!(again.asked_of_client, 0);
    let verdict = Verdict::Application(b"pin 1".to_vec());
    assert_eq!(again.pair.client.peer().unwrap().verdict(), Some(&verdict));

    for (decision, connects) in [(Decision::Accept, true), (Decision::Refuse, false)] {
        let mut meeting = meet(NOW + 1, &judging(b"pin 2"), &server).with(&session);
        meeting.pair.client.set_time(NOW + 1);
        let meeting = meeting.deciding(decision).run();
        assert_eq!(meeting.asked_of_client, 1);
        assert_eq!((meeting.resumed(), meeting.connected()), (connects, connects));
    }
    // No early data is sent to a server that was not verified yet.
    let mut meeting = meet(NOW + 1, &judging(b"pin 2"), &server).with(&session);
    meeting.pair.client.start().unwrap();
    assert_eq!(meeting.pair.client.early_data_limit(), None);
    let mut meeting = meet(NOW + 1, &judging(b"pin 1"), &server).with(&session);
    meeting.pair.client.start().unwrap();
    assert_eq!(meeting.pair.client.early_data_limit(), Some(1000));
}

#[test]
fn with_certificates_all_suites_are_offered_beside_a_session() {
    let session = session_of(&trusting(), &certified());
    let mut server = certified();
    let suite = tls_psk::wire::CipherSuite::TLS_AES_256_GCM_SHA384;
    server.parameters_mut().set_cipher_suites(&[suite]).unwrap();
    let meeting = meet(NOW + 1, &trusting(), &server).with(&session).run();
    assert_eq!(meeting.pair.assert_connected().cipher_suite, suite);
    assert!(!meeting.resumed());
}

#[test]
fn a_reflected_resumption_is_refused() {
    // Two nodes are clients and servers of each other, with contexts that name the roles, and share ticket keys.
    let shared = psk("nodes", 7);
    let a_to_b = shared.clone().with_context(b"client=A server=B").unwrap();
    let b_to_a = shared.with_context(b"client=B server=A").unwrap();
    let session = session_of(&psk_client(&a_to_b), &psk_server(&a_to_b));
    // A's client, reflected to A's server.
    let meeting = meet(NOW + 1, &psk_client(&a_to_b), &psk_server(&b_to_a)).with(&session).run();
    assert_eq!(meeting.pair.server_error, Some(Incompatible::NoAcceptablePsk.into()));
}

#[test]
fn the_guard_knows_tickets() {
    let device = psk("guard of tickets", 1);
    let session = session_of(&psk_client(&device), &psk_server(&device));
    let guarded = |mut client: ClientConfig| {
        client.parameters_mut().set_allow_both_roles(false);
        let mut client = Connection::client(Arc::new(client), Entropy::from_seed([1; 32]));
        client.set_time(NOW + 1);
        client
    };
    let mut server = psk_server(&device);
    server.parameters_mut().set_allow_both_roles(false);
    let mut alone = resuming();
    alone.set_psk_kinds(PskKinds::Resumption).unwrap();
    let mut client = guarded(alone);
    client.append_session(&session).unwrap();
    client.start().unwrap();
    let hello = drain(&mut client, &mut Vec::new());
    let mut server = Connection::server(Arc::new(server), Entropy::from_seed([2; 32]));
    server.set_time(NOW + 1);
    let refused = server.receive(&hello);
    assert_eq!(refused, Err(Incompatible::IdentityInBothRoles.into()));
}

#[test]
fn nothing_is_true_by_default() {
    let meeting = meet(NOW, &trusting(), &asking(false, anchors("root"))).run();
    let [of_client, of_server] = [meeting.pair.server.peer(), meeting.pair.client.peer()];
    assert!(!of_client.unwrap().is_authenticated() && of_client.unwrap().verdict().is_none());
    assert!(of_server.unwrap().is_authenticated());
    assert_eq!(of_server.unwrap().at(), NOW);
    assert!(meet(NOW, &trusting(), &certified()).pair.client.peer().is_none());
    let exported = session_of(&trusting(), &certified()).to_bytes();
    let mut older = exported.to_vec();
    older[0] = 1;
    assert_eq!(Session::from_bytes(&older), Err(PskError::SessionVersion));
}

/// A small generator, so that the pairs are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

fn random_server(dice: &mut Dice) -> ServerConfig {
    let mut server = issuing();
    match dice.below(5) {
        0 => {}
        1 => server.append_psk(&psk("device-1", 1)).unwrap(),
        2 => server.append_psk(&psk("device-1", 2)).unwrap(),
        3 => server.append_psk(&psk("device-2", 1)).unwrap(),
        _ => server.append_psk(&psk("device-1", 1).with_context(b"context").unwrap()).unwrap(),
    }
    if dice.below(3) > 0 {
        server.set_credentials(vec![credentials(["p256", "p384"][dice.below(2)])]);
        let verification = match dice.below(6) {
            0 | 1 => None,
            2 => Some(anchors("root")),
            3 => Some(anchors("other-root")),
            4 => Some(Verification::application(b"rules 1")),
            _ => Some(Verification::application(b"rules 2")),
        };
        server.set_client_certificates(
            verification.map(|rules| ClientCertificates::new(rules, dice.below(2) == 0)),
        );
    }
    if dice.below(4) == 0 {
        server.set_session_id_context(b"context").unwrap();
    }
    if dice.below(4) == 0 {
        let modes = [PskKeyExchangeMode::PSK_DHE_KE, PskKeyExchangeMode::PSK_KE];
        server.parameters_mut().set_psk_modes(&modes).unwrap();
    }
    server
}

fn random_client(dice: &mut Dice) -> ClientConfig {
    let mut client = resuming();
    match dice.below(4) {
        0 => {}
        1 => client.append_psk(&psk("device-1", 1)).unwrap(),
        2 => client.append_psk(&psk("device-1", 2)).unwrap(),
        _ => client.append_psk(&psk("device-1", 1).with_context(b"context").unwrap()).unwrap(),
    }
    client.set_server_name([NAME, "other.example"][usize::from(dice.below(5) == 0)]).unwrap();
    if dice.below(4) > 0 {
        client.set_verification(match dice.below(4) {
            0 | 1 => anchors("root"),
            2 => anchors("other-root"),
            _ => Verification::application(b"rules"),
        });
    }
    if dice.below(2) == 0 {
        client.set_credentials(credentials("client"));
    }
    client
}

/// The rules of the servers' applications: those of name 2 refuse every client.
fn decision_of(server: &ServerConfig) -> Decision {
    match server.client_certificates() {
        Some(ClientCertificates { verification: Verification::Application { rules }, .. })
            if rules == b"rules 2" =>
        {
            Decision::Refuse
        }
        _ => Decision::Accept,
    }
}

#[test]
fn a_resumption_succeeds_only_where_the_full_handshake_would_have() {
    let mut dice = Dice(10);
    let (mut resumptions, mut refusals) = (0, 0);
    for round in 0..700 {
        let issued = random_server(&mut dice);
        let client = random_client(&mut dice);
        let first = meet(NOW, &client, &issued).deciding(decision_of(&issued)).run();
        let got_session = first.connected()
            && first.pair.client_events.iter().any(|event| matches!(event, Event::Session(_)));
        if !got_session {
            continue;
        }
        let session = first.session();
        // The same policies half of the time, as two random ones seldom have anything in common.
        let asked = if dice.below(2) == 0 { issued.clone() } else { random_server(&mut dice) };
        let now = if dice.below(2) == 0 { client.clone() } else { random_client(&mut dice) };
        let verdict = decision_of(&asked);
        let full = meet(NOW + HOUR, &now, &asked).deciding(verdict).run();
        let again = meet(NOW + HOUR, &now, &asked).with(&session).deciding(verdict).run();
        if !again.resumed() {
            refusals += 1;
            continue;
        }
        resumptions += 1;
        let has_anything = now.verification().is_some() || !now.psks().is_empty();
        assert!(full.connected() || !has_anything, "round {round}: {asked:?} {now:?}");
        let [before, after] = [&first, &again].map(|meeting| meeting.pair.server.peer().unwrap());
        assert_eq!(before.external_identity(), after.external_identity(), "round {round}");
        assert_eq!(before.verdict(), after.verdict());
        assert_eq!(before.is_authenticated(), after.is_authenticated());
        assert_eq!(before.at(), after.at());
        if has_anything {
            // The client's authentication is the same as in a full handshake.
            let anew = full.pair.server.peer().unwrap();
            assert_eq!(anew.is_authenticated(), after.is_authenticated(), "round {round}");
        }
    }
    assert!(resumptions > 40 && refusals > 80, "{resumptions} resumed, {refusals} did not");
}
