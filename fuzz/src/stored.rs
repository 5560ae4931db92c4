//! What an application stores and gives back: sessions, suspended connections, certificates, keys.

use tls_psk::{
    Connection, Credentials, ExternalPsk, HashAlgorithm, Parameters, Role, Session, SuspendedBytes,
    SuspendedConnection, TrustAnchors,
};

use crate::endpoints::{NOW, drain, ends, fresh};
use crate::input::Input;

/// Reads the input as something that was stored, and uses what comes of it.
pub fn stored(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 5 {
        0 => session(input.rest()),
        1 => {
            let received = input.bytes(64).to_vec();
            suspended(&SuspendedBytes { state: input.rest().to_vec(), received });
        }
        2 => {
            let key = input.bytes(600);
            let _ = Credentials::from_pem(input.rest(), key);
        }
        3 => {
            if let Ok(anchors) = TrustAnchors::from_pem(input.rest()) {
                let _ = anchors.verify_path(Role::Server, &[], NOW);
            }
        }
        _ => {
            let mut anchors = TrustAnchors::default();
            let certificate = input.rest();
            let _ = anchors.add_der(certificate);
            let _ = anchors.verify_path(Role::Server, &[certificate.to_vec()], NOW);
            let _ = ExternalPsk::new(certificate, certificate, HashAlgorithm::Sha256);
        }
    }
}

fn session(bytes: &[u8]) {
    let Ok(session) = Session::from_bytes(bytes) else { return };
    let written = session.to_bytes();
    assert_eq!(Session::from_bytes(&written).expect("what was written").to_bytes(), written);
    let [mut client, mut server] = ends();
    if client.append_session(&session).is_ok() && client.start().is_ok() {
        let hello = drain(&mut client, |_| {});
        // It was not sealed by this server, so that its ticket does not open.
        let _ = server.receive(&hello);
    }
}

fn suspended(bytes: &SuspendedBytes) {
    let Ok(state) = SuspendedConnection::from_bytes(bytes) else { return };
    let written = state.to_bytes().expect("it was read");
    assert_eq!(SuspendedConnection::from_bytes(&written).unwrap().to_bytes().unwrap(), written);
    let Ok(mut connection) = Connection::resume(state, &Parameters::default(), fresh()) else {
        return;
    };
    connection.set_time(NOW);
    let _ = connection.send(b"text");
    let _ = connection.receive(&[23, 3, 3, 0, 17]);
    let _ = connection.receive(&[0; 17]);
    let _ = connection.suspend();
}
