//! The secrets that a leaked PSK gives to an attacker who recorded a handshake without a key exchange (RFC 9846 section
//! 2.2).

use crate::crypto::HashAlgorithm;
use crate::keys::{EarlySecret, TrafficSecret};

/// Traffic secrets, as in a key log (RFC 9850), derived only from the PSK and the recording.
pub struct LeakedSecrets {
    /// `CLIENT_HANDSHAKE_TRAFFIC_SECRET`.
    pub client_handshake: Vec<u8>,
    /// `SERVER_HANDSHAKE_TRAFFIC_SECRET`.
    pub server_handshake: Vec<u8>,
    /// `CLIENT_TRAFFIC_SECRET_0`.
    pub client_application: Vec<u8>,
    /// `SERVER_TRAFFIC_SECRET_0`.
    pub server_application: Vec<u8>,
}

/// The secrets of a connection under psk_ke, whose key schedule has no secret input except the PSK.
///
/// `hellos` are the messages from ClientHello to ServerHello, `flight` those from there to the server's Finished.
/// Without `flight`, the application secrets are wrong. Under psk_dhe_ke, all of them are wrong.
pub fn secrets_of_leaked_psk(
    hash: HashAlgorithm,
    psk: &[u8],
    hellos: &[u8],
    flight: &[u8],
) -> LeakedSecrets {
    let to_server_hello = hash.digest(hellos);
    let to_finished = hash.digest(&[hellos, flight].concat());
    let handshake = EarlySecret::new(hash, Some(psk)).into_handshake_secret(None);
    let bytes = |secret: TrafficSecret| secret.as_bytes().to_vec();
    let client_handshake = bytes(handshake.client_handshake_traffic_secret(&to_server_hello));
    let server_handshake = bytes(handshake.server_handshake_traffic_secret(&to_server_hello));
    let main = handshake.into_main_secret();
    LeakedSecrets {
        client_handshake,
        server_handshake,
        client_application: bytes(main.client_application_traffic_secret(&to_finished)),
        server_application: bytes(main.server_application_traffic_secret(&to_finished)),
    }
}
