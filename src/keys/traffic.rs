//! Traffic secrets and the keys derived from them (RFC 9846 sections 7.2, 7.3 and 4.5.3).

use crate::crypto::{AeadAlgorithm, AeadKey, Digest, HashAlgorithm, NONCE_LEN, Prk, Secret, Suite};

/// A `*_traffic_secret` of one direction.
#[derive(Clone)]
pub struct TrafficSecret {
    hash: HashAlgorithm,
    secret: Secret,
}

impl TrafficSecret {
    pub(super) fn new(hash: HashAlgorithm, secret: Secret) -> Self {
        Self { hash, secret }
    }

    /// A secret that was derived before: one of a key log, or of a suspended connection.
    pub(crate) fn restore(hash: HashAlgorithm, secret: Secret) -> Self {
        Self::new(hash, secret)
    }

    /// The record protection key and IV under `suite`.
    ///
    /// ```text
    /// [sender]_write_key = HKDF-Expand-Label(Secret, "key", "", key_length)
    /// [sender]_write_iv  = HKDF-Expand-Label(Secret, "iv", "", iv_length)
    /// ```
    pub fn keys(&self, suite: Suite) -> TrafficKeys {
        self.keys_by(suite, false)
    }

    /// As [`TrafficSecret::keys`], for the platform's AEAD if the platform has one.
    pub fn platform_keys(&self, suite: Suite) -> TrafficKeys {
        self.keys_by(suite, true)
    }

    fn keys_by(&self, suite: Suite, platform: bool) -> TrafficKeys {
        let secret = self.prk();
        let key = match suite.aead() {
            AeadAlgorithm::Aes128Gcm => AeadKey::aes_128_gcm(&secret.derive_array("key"), platform),
            AeadAlgorithm::Aes256Gcm => AeadKey::aes_256_gcm(&secret.derive_array("key"), platform),
            AeadAlgorithm::ChaCha20Poly1305 => {
                AeadKey::chacha20_poly1305(&secret.derive_array("key"), platform)
            }
        };
        TrafficKeys { key, iv: *secret.derive_array("iv") }
    }

    /// `finished_key = HKDF-Expand-Label(BaseKey, "finished", "", Hash.length)`
    pub fn finished_key(&self) -> FinishedKey {
        FinishedKey::derive(&self.prk())
    }

    /// `application_traffic_secret_N+1 = HKDF-Expand-Label(application_traffic_secret_N, "traffic upd", "",
    /// Hash.length)`
    pub fn next(&self) -> Self {
        Self { hash: self.hash, secret: self.prk().derive("traffic upd", &[]) }
    }

    /// Ready to derive from. It is not kept: the state of its HMAC key is several times as long as the secret.
    fn prk(&self) -> Prk {
        Prk::new(self.hash, self.secret.clone())
    }

    /// The secret itself, for the key log.
    pub fn as_bytes(&self) -> &[u8] {
        self.secret.as_bytes()
    }
}

/// The keys that protect the records of one direction.
pub struct TrafficKeys {
    /// The AEAD with its key.
    pub key: AeadKey,
    /// The static IV, `XORed` with the sequence number (section 5.3).
    pub iv: [u8; NONCE_LEN],
}

/// The MAC key of a Finished message or a PSK binder.
pub struct FinishedKey {
    hash: HashAlgorithm,
    secret: Secret,
}

impl FinishedKey {
    pub(super) fn derive(base: &Prk) -> Self {
        Self { hash: base.hash(), secret: base.derive("finished", &[]) }
    }

    /// `verify_data = HMAC(finished_key, Transcript-Hash)`
    pub fn verify_data(&self, transcript_hash: &Digest) -> Digest {
        let mac = self.hash.hmac(self.secret.as_bytes(), transcript_hash.as_ref());
        crate::crypto::steps::step(
            "hmac",
            self.hash.name(),
            "",
            &[("key", self.secret.as_bytes()), ("message", transcript_hash.as_ref())],
            mac.as_ref(),
        );
        mac
    }

    /// Compares in constant time.
    pub fn verify(&self, transcript_hash: &Digest, received: &[u8]) -> bool {
        self.verify_data(transcript_hash).ct_eq(received)
    }

    /// The key itself, for vectors and for showing the derivation.
    pub fn as_bytes(&self) -> &[u8] {
        self.secret.as_bytes()
    }
}
