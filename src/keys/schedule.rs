//! The key schedule (RFC 9846 section 7.1), with one type for each secret of its left-hand side.
//!
//! Each type offers only the derivations of its stage and is consumed by the step to the next, so that no key can be
//! derived too early and no stage outlives its use.

use super::exporter::Exporter;
use super::traffic::{FinishedKey, TrafficSecret};
use crate::crypto::{Digest, HashAlgorithm, Prk, Secret, SharedSecret, extract};

/// The origin of a PSK, which decides the label of its binder key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PskKind {
    /// Provisioned outside of TLS: "ext binder".
    External,
    /// Provisioned by a NewSessionTicket: "res binder".
    Resumption,
    /// An external PSK that was imported: "imp binder" ([RFC 9258 section 5.2]).
    ///
    /// [RFC 9258 section 5.2]: https://www.rfc-editor.org/rfc/rfc9258#section-5.2
    Imported,
}

impl PskKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::External, Self::Resumption, Self::Imported];

    const fn label(self) -> &'static str {
        match self {
            Self::External => "ext binder",
            Self::Resumption => "res binder",
            Self::Imported => "imp binder",
        }
    }
}

/// `Early Secret = HKDF-Extract(0, PSK)`
#[derive(Clone)]
pub struct EarlySecret {
    stage: Stage,
}

impl EarlySecret {
    /// From a PSK, or from zeros without a PSK.
    pub fn new(hash: HashAlgorithm, psk: Option<&[u8]>) -> Self {
        let zeros = Secret::zeros(hash);
        let psk = psk.unwrap_or(zeros.as_bytes());
        Self { stage: Stage::new(hash, extract(hash, zeros.as_bytes(), psk)) }
    }

    /// `binder_key = Derive-Secret(., "ext binder" | "res binder" | "imp binder", "")`
    pub fn binder_key(&self, kind: PskKind) -> BinderKey {
        BinderKey { hash: self.stage.hash(), secret: self.stage.derive_empty(kind.label()) }
    }

    /// `client_early_traffic_secret`; the transcript is ClientHello.
    pub fn client_early_traffic_secret(&self, transcript: &Digest) -> TrafficSecret {
        self.stage.traffic("c e traffic", transcript)
    }

    /// `early_exporter_secret`; the transcript is ClientHello.
    pub fn early_exporter(&self, transcript: &Digest) -> Exporter {
        self.stage.exporter("e exp master", transcript)
    }

    /// The next stage, from the (EC)DHE shared secret, or from zeros under `psk_ke`.
    pub fn into_handshake_secret(self, shared: Option<&SharedSecret>) -> HandshakeSecret {
        HandshakeSecret { stage: self.stage.next(shared.map(SharedSecret::as_bytes)) }
    }

    /// The secret itself, for vectors and for showing the derivation.
    pub fn as_bytes(&self) -> &[u8] {
        self.stage.secret.as_bytes()
    }
}

/// The key of a PSK's binders (RFC 9846 section 4.3.11.2).
pub struct BinderKey {
    hash: HashAlgorithm,
    secret: Secret,
}

impl BinderKey {
    /// The MAC key, derived as a Finished key is.
    pub fn finished_key(&self) -> FinishedKey {
        FinishedKey::derive(&Prk::new(self.hash, self.secret.clone()))
    }

    /// The key itself, for vectors and for showing the derivation.
    pub fn as_bytes(&self) -> &[u8] {
        self.secret.as_bytes()
    }
}

/// `Handshake Secret = HKDF-Extract(Derive-Secret(Early Secret, "derived", ""), (EC)DHE)`
pub struct HandshakeSecret {
    stage: Stage,
}

impl HandshakeSecret {
    /// `client_handshake_traffic_secret`; the transcript is ClientHello...ServerHello.
    pub fn client_handshake_traffic_secret(&self, transcript: &Digest) -> TrafficSecret {
        self.stage.traffic("c hs traffic", transcript)
    }

    /// `server_handshake_traffic_secret`; the transcript is ClientHello...ServerHello.
    pub fn server_handshake_traffic_secret(&self, transcript: &Digest) -> TrafficSecret {
        self.stage.traffic("s hs traffic", transcript)
    }

    /// The next stage.
    pub fn into_main_secret(self) -> MainSecret {
        MainSecret { stage: self.stage.next(None) }
    }

    /// The secret itself, for vectors and for showing the derivation.
    pub fn as_bytes(&self) -> &[u8] {
        self.stage.secret.as_bytes()
    }
}

/// `Main Secret = HKDF-Extract(Derive-Secret(Handshake Secret, "derived", ""), 0)`
pub struct MainSecret {
    stage: Stage,
}

impl MainSecret {
    /// `client_application_traffic_secret_0`; the transcript is ClientHello...server Finished.
    pub fn client_application_traffic_secret(&self, transcript: &Digest) -> TrafficSecret {
        self.stage.traffic("c ap traffic", transcript)
    }

    /// `server_application_traffic_secret_0`; the transcript is ClientHello...server Finished.
    pub fn server_application_traffic_secret(&self, transcript: &Digest) -> TrafficSecret {
        self.stage.traffic("s ap traffic", transcript)
    }

    /// `exporter_secret`; the transcript is ClientHello...server Finished.
    pub fn exporter(&self, transcript: &Digest) -> Exporter {
        self.stage.exporter("exp master", transcript)
    }

    /// `resumption_secret`; the transcript is ClientHello...client Finished.
    pub fn resumption_secret(&self, transcript: &Digest) -> Secret {
        self.stage.derive("res master", transcript)
    }

    /// The secret itself, for vectors and for showing the derivation.
    pub fn as_bytes(&self) -> &[u8] {
        self.stage.secret.as_bytes()
    }
}

/// A secret of the left-hand side with the operations that all of them share.
#[derive(Clone)]
struct Stage {
    secret: Prk,
}

impl Stage {
    fn new(hash: HashAlgorithm, secret: Secret) -> Self {
        Self { secret: Prk::new(hash, secret) }
    }

    fn hash(&self) -> HashAlgorithm {
        self.secret.hash()
    }

    /// `Derive-Secret(Secret, Label, Messages)`
    fn derive(&self, label: &'static str, transcript: &Digest) -> Secret {
        self.secret.derive(label, transcript.as_ref())
    }

    fn derive_empty(&self, label: &'static str) -> Secret {
        self.derive(label, &self.hash().digest_of_nothing())
    }

    fn next(self, input: Option<&[u8]>) -> Self {
        let zeros = Secret::zeros(self.hash());
        let salt = self.derive_empty("derived");
        let secret = extract(self.hash(), salt.as_bytes(), input.unwrap_or(zeros.as_bytes()));
        Self::new(self.hash(), secret)
    }

    fn traffic(&self, label: &'static str, transcript: &Digest) -> TrafficSecret {
        TrafficSecret::new(self.hash(), self.derive(label, transcript))
    }

    fn exporter(&self, label: &'static str, transcript: &Digest) -> Exporter {
        Exporter::new(self.hash(), self.derive(label, transcript))
    }
}
