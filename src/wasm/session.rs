//! `Session`.

use wasm_bindgen::prelude::*;

use super::error::{Result, throw_psk};
use crate::psk;

/// What a client stores of a connection to resume it later. `free()` wipes the secret.
#[wasm_bindgen]
pub struct Session(pub(super) psk::Session);

#[wasm_bindgen]
impl Session {
    /// Reads the bytes of `toBytes`.
    #[wasm_bindgen(js_name = fromBytes)]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        psk::Session::from_bytes(bytes).map(Self).map_err(throw_psk)
    }

    /// The session with its secret. Store it where only this client can read it.
    #[wasm_bindgen(js_name = toBytes)]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// The identity on the wire.
    #[wasm_bindgen(getter)]
    pub fn ticket(&self) -> Vec<u8> {
        self.0.ticket().to_vec()
    }

    /// The suite of the connection that it resumes.
    #[wasm_bindgen(getter, js_name = cipherSuite)]
    pub fn cipher_suite(&self) -> String {
        self.0.cipher_suite().to_string()
    }

    /// The most early data that the server accepts with it, in bytes.
    #[wasm_bindgen(getter, js_name = maxEarlyData)]
    pub fn max_early_data(&self) -> u32 {
        self.0.max_early_data()
    }

    /// The identity of the external PSK whose handshake it descends from.
    #[wasm_bindgen(getter, js_name = externalIdentity)]
    pub fn external_identity(&self) -> Option<Vec<u8>> {
        self.0.external_identity().map(<[u8]>::to_vec)
    }

    /// The name of the server that it resumes a connection to, or undefined.
    #[wasm_bindgen(getter, js_name = serverName)]
    pub fn server_name(&self) -> Option<String> {
        self.0.server_name().map(|name| String::from_utf8_lossy(name).into_owned())
    }

    /// When it expires, in milliseconds of the connection's clock.
    #[wasm_bindgen(getter, js_name = expiresAt)]
    pub fn expires_at(&self) -> f64 {
        self.0.expires_at() as f64
    }

    /// Whether a connection has used it.
    #[wasm_bindgen(getter)]
    pub fn used(&self) -> bool {
        self.0.is_used()
    }

    /// Allows more than one connection to use it.
    #[wasm_bindgen(js_name = allowReuse)]
    pub fn allow_reuse(&mut self) {
        self.0.allow_reuse();
    }
}
