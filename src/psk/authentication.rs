//! How a peer was authenticated, stored in tickets and sessions (RFC 9846 sections 2.2 and 4.7.1).

use core::fmt;

use super::external::imported_identity;
use super::{ExternalPsk, Psk};
use crate::crypto::HashAlgorithm;
use crate::error::Error;
use crate::wire::{Reader, Writer};

/// The length of a [`Fingerprint`], in bytes.
const FINGERPRINT_LEN: usize = 16;

/// Identifies the key of an external PSK, without revealing it.
pub(crate) type Fingerprint = [u8; FINGERPRINT_LEN];

/// How a peer was authenticated.
///
/// A resumed connection has the authentication of the full handshake that it descends from: a ticket holds the
/// client's, a session the server's. Resumption adds nothing to it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Authentication {
    pub(crate) psk: Option<PskOrigin>,
    pub(crate) certificate: Option<CertificateOrigin>,
    /// When the full handshake was, in milliseconds of the clock of the endpoint that stores this.
    pub(crate) at: u64,
}

/// An external PSK that the peer proved to hold.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PskOrigin {
    pub identity: Vec<u8>,
    /// The importer context of an imported PSK.
    pub context: Option<Vec<u8>>,
    pub fingerprint: Fingerprint,
}

/// Certificates whose key the peer proved to hold.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CertificateOrigin {
    /// In DER, the peer's own first.
    pub chain: Vec<Vec<u8>>,
    pub verdict: Verdict,
}

/// Who accepted a peer's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Path validation to a trust anchor.
    Anchors,
    /// The application, by the rules of this name.
    Application(Vec<u8>),
    /// Not accepted: the connection continued anyway.
    Unverified,
}

impl Authentication {
    /// By an external PSK.
    pub(crate) fn by_psk(psk: &Psk, at: u64) -> Self {
        let origin = psk.external_identity.as_ref().map(|identity| PskOrigin {
            identity: identity.clone(),
            context: psk.context.clone(),
            fingerprint: psk.fingerprint(),
        });
        Self { psk: origin, certificate: None, at }
    }

    /// Not authenticated yet: a certificate may follow.
    pub(crate) fn none(at: u64) -> Self {
        Self { psk: None, certificate: None, at }
    }

    /// Adds the certificates that the peer sent.
    pub(crate) fn set_certificate(&mut self, chain: Vec<Vec<u8>>, verdict: Verdict) {
        self.certificate = Some(CertificateOrigin { chain, verdict });
    }

    /// Whether the peer was authenticated: by a PSK, or by a certificate that was accepted.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.psk.is_some() || self.verdict().is_some_and(|verdict| *verdict != Verdict::Unverified)
    }

    /// The identity of the external PSK, if there was one.
    #[must_use]
    pub fn external_identity(&self) -> Option<&[u8]> {
        self.psk.as_ref().map(|psk| psk.identity.as_slice())
    }

    /// The importer context of the external PSK, if it was imported.
    #[must_use]
    pub fn context(&self) -> Option<&[u8]> {
        self.psk.as_ref()?.context.as_deref()
    }

    /// The certificates that the peer has sent, in DER, its own first. On a server that resumes a connection, as many
    /// of them as the ticket has space for.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        self.certificate.as_ref().map(|certificate| &certificate.chain[..]).unwrap_or_default()
    }

    /// Who accepted the certificates; `None` if there were none.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        self.certificate.as_ref().map(|certificate| &certificate.verdict)
    }

    /// When the full handshake was, in milliseconds of the connection's clock.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The wire identity of the PSK for suites with SHA-256: a list finds the PSK by any of its wire identities.
    pub(super) fn wire_identity(&self) -> Option<Vec<u8>> {
        let PskOrigin { identity, context, .. } = self.psk.as_ref()?;
        Some(match context {
            None => identity.clone(),
            Some(context) => imported_identity(identity, context, HashAlgorithm::Sha256),
        })
    }

    /// Whether this PSK authenticated the peer: it has the same identity and context, and for suites with `hash` the
    /// same key.
    pub(crate) fn is_by(&self, psk: &ExternalPsk, hash: HashAlgorithm) -> bool {
        self.names(psk)
            && self.psk.as_ref().zip(psk.for_hash(hash)).is_some_and(|(origin, psk)| {
                // Only this endpoint knows the two values, so the time of the comparison reveals nothing.
                origin.fingerprint == psk.fingerprint()
            })
    }

    /// Whether it names this PSK by identity and context; the key may have been replaced since.
    pub(crate) fn names(&self, psk: &ExternalPsk) -> bool {
        self.psk.as_ref().is_some_and(|origin| {
            origin.identity == psk.identity() && origin.context.as_deref() == psk.context()
        })
    }

    /// ```text
    /// struct {
    ///     uint64 at;
    ///     opaque fingerprint<0..16>;
    ///     opaque external_identity<0..2^16-1>;
    ///     opaque context<0..2^16>;
    ///     Verdict verdict;
    ///     opaque rules<0..255>;
    ///     opaque certificate_list<0..2^24-1>;
    /// } Authentication;
    /// ```
    /// An empty fingerprint stands for no PSK. A byte precedes a context, as the context may be empty.
    pub(crate) fn write(&self, w: &mut Writer) {
        w.u64(self.at);
        let psk = self.psk.as_ref();
        w.vec8(|w| w.bytes(psk.map(|psk| &psk.fingerprint[..]).unwrap_or_default()));
        w.vec16(|w| w.bytes(psk.map(|psk| &psk.identity[..]).unwrap_or_default()));
        w.vec24(|w| {
            if let Some(context) = self.context() {
                w.u8(1);
                w.bytes(context);
            }
        });
        let (code, rules): (u8, &[u8]) = match self.verdict() {
            None => (0, &[]),
            Some(Verdict::Anchors) => (1, &[]),
            Some(Verdict::Application(rules)) => (2, rules),
            Some(Verdict::Unverified) => (3, &[]),
        };
        w.u8(code);
        w.vec8(|w| w.bytes(rules));
        w.vec24(|w| {
            for certificate in self.certificates() {
                w.vec24(|w| w.bytes(certificate));
            }
        });
    }

    /// Reads the encoding of [`Authentication::write`].
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        let at = r.u64("at")?;
        let fingerprint = r.vec8("fingerprint")?.rest();
        let identity = r.vec16("external_identity")?.rest().to_vec();
        let mut context = r.vec24("context")?;
        let context = match context.is_empty() {
            true => None,
            false => {
                context.u8("context")?;
                Some(context.rest().to_vec())
            }
        };
        let psk = match *fingerprint {
            [] => None,
            _ => {
                let fingerprint =
                    fingerprint.try_into().map_err(|_| Error::Decode("fingerprint"))?;
                Some(PskOrigin { identity, context, fingerprint })
            }
        };
        let code = r.u8("verdict")?;
        let rules = r.vec8("rules")?.rest().to_vec();
        let mut list = r.vec24("certificate_list")?;
        let mut chain = Vec::new();
        while !list.is_empty() {
            chain.push(list.vec24("certificate")?.rest().to_vec());
        }
        let verdict = match code {
            0 => None,
            1 => Some(Verdict::Anchors),
            2 => Some(Verdict::Application(rules)),
            3 => Some(Verdict::Unverified),
            _ => return Err(Error::Decode("verdict")),
        };
        let certificate = verdict.map(|verdict| CertificateOrigin { chain, verdict });
        Ok(Self { psk, certificate, at })
    }
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A fingerprint is not a secret, but an attacker could test guesses of a weak key with it.
        f.debug_struct("Authentication")
            .field("psk", &self.psk.is_some())
            .field("certificates", &self.certificates().len())
            .field("verdict", &self.verdict())
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
