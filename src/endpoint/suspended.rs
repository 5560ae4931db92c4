//! The encoding of an established connection that is suspended: what it negotiated, who the peer is, and its secrets.

use super::established::{Established, Resumption, TrafficSecrets};
use super::event::{EarlyDataOutcome, Negotiated};
use crate::crypto::{Secret, Suite};
use crate::error::Error;
use crate::keys::{Exporter, PskKind, TrafficSecret};
use crate::psk::{Authentication, Terms};
use crate::wire::{CipherSuite, NamedGroup, PskKeyExchangeMode, Reader, Writer};

/// Where a mode or a group has no value.
const NONE: u8 = 0xff;

const UPDATE_OWED: u8 = 1;
const UPDATE_REQUESTED: u8 = 2;
const SERVER_CERTIFICATE: u8 = 4;
const HELLO_RETRY_REQUEST: u8 = 8;
const EARLY_EXPORTER: u8 = 16;
const RESUMES: u8 = 32;

impl Established {
    /// ```text
    /// struct {
    ///     CipherSuite cipher_suite;
    ///     uint8 flags;
    ///     uint8 key_updates;
    ///     uint8 tickets;
    ///     opaque client_or_server_application_traffic_secret_N[Hash.length];
    ///     opaque peer_application_traffic_secret_N[Hash.length];
    ///     opaque exporter_secret[Hash.length];
    ///     select (early_exporter) {
    ///         case true: opaque early_exporter_secret[Hash.length];
    ///     };
    ///     select (resumes) {
    ///         case true: opaque resumption_secret[Hash.length];
    ///     };
    ///     opaque own_certificate<0..32>;
    ///     Negotiated negotiated;
    ///     Authentication peer;
    /// } Established;
    /// ```
    pub fn write(&self, w: &mut Writer) {
        let negotiated = &self.negotiated;
        let flags = [
            (UPDATE_OWED, self.update_owed),
            (UPDATE_REQUESTED, self.update_requested),
            (SERVER_CERTIFICATE, negotiated.server_certificate),
            (HELLO_RETRY_REQUEST, negotiated.hello_retry_request),
            (EARLY_EXPORTER, self.early_exporter.is_some()),
            (RESUMES, self.resumption.is_some()),
        ];
        w.u16(self.suite.code_point().0);
        w.u8(flags.iter().filter(|(_, set)| *set).map(|(flag, _)| flag).sum());
        // Their limits are far lower.
        w.u8(self.key_updates as u8);
        w.u8(self.tickets as u8);
        w.bytes(self.secrets.send.as_bytes());
        w.bytes(self.secrets.receive.as_bytes());
        w.bytes(self.exporter.as_bytes());
        if let Some(exporter) = &self.early_exporter {
            w.bytes(exporter.as_bytes());
        }
        let resumption = self.resumption.as_ref();
        if let Some(resumption) = resumption {
            w.bytes(resumption.secret.as_bytes());
        }
        let own_certificate = resumption.and_then(|it| it.terms.own_certificate.as_deref());
        w.vec8(|w| w.bytes(own_certificate.unwrap_or_default()));
        negotiated.write(w);
        self.peer.write(w);
    }

    /// Reads the encoding of [`Established::write`].
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        let suite =
            Suite::of(CipherSuite(r.u16("cipher_suite")?)).ok_or(Error::Decode("cipher_suite"))?;
        let flags = r.u8("flags")?;
        let key_updates = r.u8("key_updates")?.into();
        let tickets = r.u8("tickets")?.into();
        let hash = suite.hash();
        let mut secret = |field| {
            Secret::from_bytes(hash, r.bytes(field, hash.output_len())?).ok_or(Error::Decode(field))
        };
        let secrets = TrafficSecrets {
            send: TrafficSecret::restore(hash, secret("application_traffic_secret")?),
            receive: TrafficSecret::restore(hash, secret("application_traffic_secret")?),
        };
        let exporter = Exporter::restore(hash, secret("exporter_secret")?);
        let early_exporter = (flags & EARLY_EXPORTER != 0)
            .then(|| secret("early_exporter_secret").map(|secret| Exporter::restore(hash, secret)))
            .transpose()?;
        let resumption_secret =
            (flags & RESUMES != 0).then(|| secret("resumption_secret")).transpose()?;
        let own_certificate = optional(r.vec8("own_certificate")?);
        let negotiated = Negotiated {
            server_certificate: flags & SERVER_CERTIFICATE != 0,
            hello_retry_request: flags & HELLO_RETRY_REQUEST != 0,
            ..Negotiated::read(r, suite)?
        };
        let peer = Authentication::read(r)?;
        let resumption = resumption_secret.map(|secret| Resumption {
            secret,
            terms: Terms {
                server_name: negotiated.server_name.clone(),
                own_certificate,
                peer: peer.clone().into(),
            },
        });
        Ok(Self {
            update_owed: flags & UPDATE_OWED != 0,
            update_requested: flags & UPDATE_REQUESTED != 0,
            key_updates,
            tickets,
            ..Self::new(negotiated, secrets, exporter, early_exporter, peer, resumption)
        })
    }
}

impl Negotiated {
    /// ```text
    /// struct {
    ///     opaque psk_identity<0..2^16-1>;
    ///     uint16 psk_index;
    ///     uint8 psk_kind;
    ///     opaque external_identity<0..2^16-1>;
    ///     PskKeyExchangeMode psk_mode;
    ///     NamedGroup group;
    ///     opaque alpn<0..255>;
    ///     opaque server_name<0..2^16-1>;
    ///     uint8 early_data;
    /// } Negotiated;
    /// ```
    /// No identity stands for a handshake without a PSK. An empty external identity is the same as the identity.
    fn write(&self, w: &mut Writer) {
        let identity = self.psk_identity.as_deref().unwrap_or_default();
        let external = self.external_identity.as_deref().filter(|external| *external != identity);
        w.vec16(|w| w.bytes(identity));
        w.u16(self.psk_index.unwrap_or_default());
        w.u8(self.psk_kind.map_or(NONE, |kind| kind as u8));
        w.vec16(|w| w.bytes(external.unwrap_or_default()));
        w.u8(self.psk_mode.map_or(NONE, |mode| mode.0));
        w.u16(self.group.map_or(0, |group| group.0));
        w.vec8(|w| w.bytes(self.alpn.as_deref().unwrap_or_default()));
        w.vec16(|w| w.bytes(self.server_name.as_deref().unwrap_or_default()));
        w.u8(self.early_data as u8);
    }

    fn read(r: &mut Reader<'_>, cipher_suite: Suite) -> Result<Self, Error> {
        let psk_identity = optional(r.vec16("psk_identity")?);
        let index = r.u16("psk_index")?;
        let kind = r.u8("psk_kind")?;
        let psk_kind = PskKind::ALL.into_iter().find(|known| *known as u8 == kind);
        let external = optional(r.vec16("external_identity")?);
        let mode = r.u8("psk_mode")?;
        let group = r.u16("group")?;
        let alpn = optional(r.vec8("alpn")?);
        let server_name = optional(r.vec16("server_name")?);
        let early_data = match r.u8("early_data")? {
            0 => EarlyDataOutcome::NotOffered,
            1 => EarlyDataOutcome::Accepted,
            2 => EarlyDataOutcome::Rejected,
            _ => return Err(Error::Decode("early_data")),
        };
        if psk_identity.is_some() != psk_kind.is_some() {
            return Err(Error::Decode("psk_kind"));
        }
        // Only a ticket may descend from a handshake without a PSK.
        let external_identity = external.or_else(|| match psk_kind {
            Some(PskKind::External) => psk_identity.clone(),
            _ => None,
        });
        Ok(Self {
            psk_index: psk_identity.as_ref().map(|_| index),
            psk_identity,
            psk_kind,
            external_identity,
            psk_mode: (mode != NONE).then_some(PskKeyExchangeMode(mode)),
            cipher_suite,
            group: (group != 0).then_some(NamedGroup(group)),
            alpn,
            server_name,
            server_certificate: false,
            hello_retry_request: false,
            early_data,
        })
    }
}

/// The bytes, or `None` if there are none.
fn optional(mut bytes: Reader<'_>) -> Option<Vec<u8>> {
    let bytes = bytes.rest();
    (!bytes.is_empty()).then(|| bytes.to_vec())
}
