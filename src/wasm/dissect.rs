//! Only in the demo page's build: messages, binders and records from elsewhere.

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::error::{Result, throw, throw_option};
use super::inspect::to_array;
use super::object::{Fields, bytes};
use crate::crypto::HashAlgorithm;
use crate::dissect;
use crate::keys::PskKind;
use crate::wire::CipherSuite;

/// The fields of handshake messages ("messages"), of records ("records") or of the content of a protected record
/// ("inner"), and where the bytes stop making sense, if they do: `{ fields, error?: { code, message, position } }`.
#[wasm_bindgen]
pub fn dissect(octets: &[u8], what: &str) -> JsValue {
    let dissection = match what {
        "records" => dissect::dissect_records(octets),
        "inner" => dissect::dissect_inner_plaintext(octets),
        _ => dissect::dissect(octets),
    };
    let object = Fields::new();
    object.set("fields", to_array(&dissection.fields));
    if let Some((error, position)) = dissection.error {
        let thrown = throw(error, "handshake");
        let _ = js_sys::Reflect::set(&thrown, &"position".into(), &(position as u32).into());
        object.set("error", thrown);
    }
    object.into_value()
}

/// A binder as a peer may have computed it: `{ transcriptHash, binder }`. `kind` is "external", "resumption" or
/// "imported"; with `import_hash`, "SHA-256" or "SHA-384", the secret is first imported for `identity`. `before` has
/// the first ClientHello and the HelloRetryRequest, `covered` the hashed part of the ClientHello.
#[wasm_bindgen(js_name = attemptBinder)]
pub fn attempt_binder(
    secret: Vec<u8>,
    hash: &str,
    kind: &str,
    import_hash: Option<String>,
    identity: &[u8],
    before: &[u8],
    covered: &[u8],
) -> Result<JsValue> {
    let secret = Zeroizing::new(secret);
    let kind = match kind {
        "external" => PskKind::External,
        "resumption" => PskKind::Resumption,
        "imported" => PskKind::Imported,
        _ => return Err(throw_option("kind is neither external nor resumption nor imported")),
    };
    let import = import_hash.map(|name| algorithm(&name)).transpose()?;
    let attempt = dissect::BinderAttempt {
        secret: &secret,
        hash: algorithm(hash)?,
        kind,
        import: import.map(|hash| (hash, identity)),
        before,
        covered,
    };
    let attempted = dissect::attempt_binder(&attempt).map_err(|e| throw(e, "handshake"))?;
    let fields = Fields::new();
    fields
        .set("transcriptHash", bytes(attempted.transcript_hash.as_ref()))
        .set("binder", bytes(attempted.binder.as_ref()));
    Ok(fields.into_value())
}

/// The traffic secrets that a leaked PSK gives under psk_ke: `{ clientHandshake, serverHandshake, clientApplication,
/// serverApplication }`. `hellos` are the messages up to the ServerHello, `flight` those up to the server's Finished.
#[wasm_bindgen(js_name = secretsOfLeakedPsk)]
pub fn secrets_of_leaked_psk(
    hash: &str,
    psk: Vec<u8>,
    hellos: &[u8],
    flight: &[u8],
) -> Result<JsValue> {
    let psk = Zeroizing::new(psk);
    let secrets = dissect::secrets_of_leaked_psk(algorithm(hash)?, &psk, hellos, flight);
    let fields = Fields::new();
    fields
        .set("clientHandshake", bytes(&secrets.client_handshake))
        .set("serverHandshake", bytes(&secrets.server_handshake))
        .set("clientApplication", bytes(&secrets.client_application))
        .set("serverApplication", bytes(&secrets.server_application));
    Ok(fields.into_value())
}

fn algorithm(name: &str) -> Result<HashAlgorithm> {
    match name {
        "SHA-256" => Ok(HashAlgorithm::Sha256),
        "SHA-384" => Ok(HashAlgorithm::Sha384),
        _ => Err(throw_option("the hash is neither SHA-256 nor SHA-384")),
    }
}

/// Opens the records of one direction with a secret from a key log.
#[wasm_bindgen]
pub struct RecordOpener(dissect::RecordOpener);

#[wasm_bindgen]
impl RecordOpener {
    /// The name of the cipher suite, and a traffic secret.
    #[wasm_bindgen(constructor)]
    pub fn new(suite: &str, secret: Vec<u8>) -> Result<Self> {
        let secret = Zeroizing::new(secret);
        CipherSuite::from_name(suite)
            .and_then(|suite| dissect::RecordOpener::new(suite, &secret))
            .map(Self)
            .ok_or_else(|| throw_option("the secret is not one of this cipher suite"))
    }

    /// The content of the next record, with its type and its padding.
    pub fn open(&mut self, record: &[u8]) -> Result<Vec<u8>> {
        self.0.open(record).map_err(|error| throw(error, "data"))
    }

    /// Advances to the key after a KeyUpdate.
    pub fn update(&mut self) {
        self.0.update();
    }
}
