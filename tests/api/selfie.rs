//! Reflection (the Selfie attack, RFC 9257 section 4.1 and RFC 9258 appendix B): an endpoint that is client and server
//! with one PSK receives its own messages.
//!
//! Each test has its own identities, as the guard remembers them for the whole process.

use std::sync::Arc;

use tls_psk::{
    ClientConfig, Connection, Entropy, Error, ExternalPsk, HashAlgorithm, Incompatible,
    ServerConfig, Usage, Violation,
};

use crate::support::{Chunking, Pair, deliver, drain, psk};
use crate::test;

/// A node's client and its server, which an attacker connects with each other.
fn reflect(
    client_psk: &ExternalPsk,
    server_psk: &ExternalPsk,
    guarded: bool,
) -> (Connection, Connection, Option<Error>) {
    let mut client = ClientConfig::new();
    client.parameters_mut().set_allow_both_roles(!guarded);
    client.append_psk(client_psk).unwrap();
    let mut server = ServerConfig::new();
    server.parameters_mut().set_allow_both_roles(!guarded);
    server.append_psk(server_psk).unwrap();
    let mut client = Connection::client(Arc::new(client), Entropy::from_seed([1; 32]));
    let mut server = Connection::server(Arc::new(server), Entropy::from_seed([2; 32]));
    client.start().unwrap();
    let mut errors = (None, None);
    loop {
        let flight = drain(&mut client, &mut Vec::new());
        let answer = drain(&mut server, &mut Vec::new());
        if flight.is_empty() && answer.is_empty() {
            return (client, server, errors.0);
        }
        deliver(&mut server, &flight, Chunking::Whole, &mut errors.0);
        deliver(&mut client, &answer, Chunking::Whole, &mut errors.1);
    }
}

#[test]
fn without_protection_a_reflected_client_hello_succeeds() {
    let shared = psk("selfie/unprotected", HashAlgorithm::Sha256);
    let (client, server, error) = reflect(&shared, &shared, false);
    // The node now believes that it talks to its peer, and talks to itself.
    assert_eq!((client.state(), server.state(), error), ("CONNECTED", "CONNECTED", None));
}

#[test]
fn an_importer_context_that_names_the_roles_defeats_it() {
    let shared = psk("selfie/imported", HashAlgorithm::Sha256);
    // As client the node is A towards B; as server it is A for clients that are B.
    let as_client = shared.clone().with_context(b"client=A server=B").unwrap();
    let as_server = shared.with_context(b"client=B server=A").unwrap();
    for guarded in [false, true] {
        let (_, server, error) = reflect(&as_client, &as_server, guarded);
        assert_eq!(server.state(), "FAILED");
        assert_eq!(error, Some(Incompatible::NoAcceptablePsk.into()), "the identity is another");
    }
}

#[test]
fn the_guard_refuses_an_identity_that_the_process_used_as_a_client() {
    let shared = psk("selfie/guarded", HashAlgorithm::Sha256);
    let (_, server, error) = reflect(&shared, &shared, true);
    assert_eq!(server.state(), "FAILED");
    assert_eq!(error, Some(Incompatible::IdentityInBothRoles.into()));
    let alert = Some(Violation::BadBinder.alert());
    assert_eq!(error.unwrap().alert(), alert, "the attacker learns nothing");
}

#[test]
fn a_client_is_refused_an_identity_that_the_process_used_as_a_server() {
    let shared = psk("selfie/server first", HashAlgorithm::Sha256);
    let mut pair = Pair::new(ClientConfig::new(), ServerConfig::new());
    let mut server = ServerConfig::new();
    server.append_psk(&shared).unwrap();
    pair.server = Connection::server(Arc::new(server), Entropy::from_seed([2; 32]));
    // The client is another process: it does not take part in the guard.
    let mut client = ClientConfig::new();
    client.parameters_mut().set_allow_both_roles(true);
    client.append_psk(&shared).unwrap();
    pair.client = Connection::client(Arc::new(client), Entropy::from_seed([1; 32]));
    pair.handshake().assert_connected();

    let mut client = ClientConfig::new();
    client.append_psk(&shared).unwrap();
    let mut client = Connection::client(Arc::new(client), Entropy::from_seed([1; 32]));
    assert_eq!(client.start(), Err(Usage::IdentityInBothRoles.into()));
    assert_eq!(client.poll_transmit(), None, "nothing was sent");
}

#[test]
fn a_stranger_cannot_make_the_guard_refuse_anybody() {
    let known = psk("selfie/known", HashAlgorithm::Sha256);
    let forged = ExternalPsk::new(b"selfie/known", &[0x66; 32], HashAlgorithm::Sha256).unwrap();
    // A client that knows the identity and not the secret.
    let mut client = ClientConfig::new();
    client.parameters_mut().set_allow_both_roles(true);
    client.append_psk(&forged).unwrap();
    let mut stranger = Connection::client(Arc::new(client), Entropy::from_seed([1; 32]));
    stranger.start().unwrap();
    let mut server = ServerConfig::new();
    server.append_psk(&known).unwrap();
    let mut server = Connection::server(Arc::new(server), Entropy::from_seed([2; 32]));
    let error = server.receive(&stranger.poll_transmit().unwrap()).unwrap_err();
    assert_eq!(error, Violation::BadBinder.into());

    let mut client = ClientConfig::new();
    client.append_psk(&known).unwrap();
    let mut client = Connection::client(Arc::new(client), Entropy::from_seed([1; 32]));
    client.start().unwrap();
}
