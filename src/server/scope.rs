//! The scope of tickets and cookies: everything that must be the same at the server that opens one and the server that
//! sealed it.
//!
//! It covers the rules that apply to all clients alike. What can change for one client, such as its PSK, is checked for
//! each ticket (`pre_shared_keys.rs`), so that a rotation of PSKs leaves the tickets of other clients alone.

use super::ServerConfig;
use crate::crypto::{Digest, HashAlgorithm};
use crate::wire::{PskKeyExchangeMode, Writer};

/// The version of the encoding of the rules.
const VERSION: &[u8] = b"tls-psk scope 1";

/// SHA-256 of the session id context, the PSK modes and the policy about certificates.
pub(super) fn scope(config: &ServerConfig) -> Digest {
    let modes = config.parameters.psk_modes();
    let modes = [PskKeyExchangeMode::PSK_KE, PskKeyExchangeMode::PSK_DHE_KE]
        .into_iter()
        .filter(|mode| modes.contains(mode));
    let mut w = Writer::new();
    w.bytes(VERSION);
    w.vec24(|w| w.bytes(&config.session_id_context));
    w.vec8(|w| modes.for_each(|mode| w.u8(mode.0)));
    w.u8(config.full_handshake().into());
    if config.full_handshake() {
        config.certificates.write_scope(&mut w);
    }
    // A context has a limit, so the encoding cannot fail.
    HashAlgorithm::Sha256.digest(&w.finish().unwrap_or_default())
}
