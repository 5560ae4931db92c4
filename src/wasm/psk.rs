//! `ExternalPsk`.

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::error::{Result, throw_option, throw_psk};
use crate::crypto::{HashAlgorithm, Suite};
use crate::psk;
use crate::wire::CipherSuite;

/// A key that was provisioned to both sides outside of TLS. `free()` wipes the secret.
#[wasm_bindgen]
pub struct ExternalPsk(pub(super) psk::ExternalPsk);

#[wasm_bindgen]
impl ExternalPsk {
    /// Identity (1 to 65535 bytes, sent in clear), secret (16 to 65535 bytes), "SHA-256" (default) or "SHA-384".
    #[wasm_bindgen(constructor)]
    pub fn new(identity: &[u8], secret: Vec<u8>, hmac: Option<String>) -> Result<Self> {
        let secret = Zeroizing::new(secret);
        psk::ExternalPsk::new(identity, &secret, hash(hmac)?).map(Self).map_err(throw_psk)
    }

    /// As the constructor, for published test vectors with secrets of fewer than 16 bytes.
    #[wasm_bindgen(js_name = unsafeShort)]
    pub fn unsafe_short(identity: &[u8], secret: Vec<u8>, hmac: Option<String>) -> Result<Self> {
        let secret = Zeroizing::new(secret);
        psk::ExternalPsk::with_unsafe_short_secret(identity, &secret, hash(hmac)?)
            .map(Self)
            .map_err(throw_psk)
    }

    /// A copy that is imported (RFC 9258) with this context.
    #[wasm_bindgen(js_name = withContext)]
    pub fn with_context(&self, context: &[u8]) -> Result<Self> {
        self.0.clone().with_context(context).map(Self).map_err(throw_psk)
    }

    /// A copy that allows early data: at most this many bytes, protected by this suite, in this application protocol.
    #[wasm_bindgen(js_name = withEarlyData)]
    pub fn with_early_data(
        &self,
        max_size: u32,
        cipher_suite: &str,
        alpn: Option<String>,
    ) -> Result<Self> {
        let parameters = psk::EarlyDataParameters {
            max_size,
            cipher_suite: CipherSuite::from_name(cipher_suite)
                .and_then(Suite::of)
                .ok_or_else(|| throw_psk(psk::PskError::EarlyDataSuiteMismatch))?,
            alpn: alpn.map(String::into_bytes),
        };
        self.0.clone().with_early_data(parameters).map(Self).map_err(throw_psk)
    }

    /// The identity that it was made with.
    #[wasm_bindgen(getter)]
    pub fn identity(&self) -> Vec<u8> {
        self.0.identity().to_vec()
    }

    /// "SHA-256" or "SHA-384".
    #[wasm_bindgen(getter)]
    pub fn hmac(&self) -> String {
        self.0.hash().name().to_owned()
    }

    /// The importer context of an imported PSK.
    #[wasm_bindgen(getter)]
    pub fn context(&self) -> Option<Vec<u8>> {
        self.0.context().map(<[u8]>::to_vec)
    }
}

fn hash(hmac: Option<String>) -> Result<HashAlgorithm> {
    match hmac.as_deref() {
        None | Some("SHA-256") => Ok(HashAlgorithm::Sha256),
        Some("SHA-384") => Ok(HashAlgorithm::Sha384),
        Some(_) => Err(throw_option("hmac is neither SHA-256 nor SHA-384")),
    }
}
