//! The methods for a connection whose handshake is complete.

use super::{Connection, Phase};
use crate::client;
use crate::endpoint::{Context, Established, Negotiated};
use crate::error::{Error, Usage};
use crate::keys::Exporter;
use crate::psk::Authentication;
use crate::server;
use crate::wire::KeyUpdateRequest;

impl Connection {
    /// Queues application data.
    ///
    /// # Errors
    ///
    /// [`Usage::HandshakeNotComplete`] and [`Usage::ClosedForSending`], and after the end [`Usage::ConnectionClosed`]
    /// or [`Usage::ConnectionFailed`].
    pub fn send(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        let (context, established) = self.writable()?;
        let result = established.send(context, plaintext);
        self.settle(result)
    }

    /// Changes the sending key, and on request the peer's ([RFC 9846 section 4.7.3]).
    ///
    /// # Errors
    ///
    /// As [`Connection::send`], and [`Usage::KeyUpdatePending`] for a request while the peer has not answered the last
    /// one.
    ///
    /// [RFC 9846 section 4.7.3]: https://www.rfc-editor.org/rfc/rfc9846#section-4.7.3
    pub fn update_keys(&mut self, request: KeyUpdateRequest) -> Result<(), Error> {
        let (context, established) = self.writable()?;
        let result = established.update_keys(context, request);
        self.settle(result)
    }

    /// Exports keying material ([RFC 9846 section 7.5]). No context and an empty one give the same bytes.
    ///
    /// # Errors
    ///
    /// [`Usage::HandshakeNotComplete`], and [`Usage::ExporterLength`] for a label or a length that is too long.
    ///
    /// [RFC 9846 section 7.5]: https://www.rfc-editor.org/rfc/rfc9846#section-7.5
    pub fn export_keying_material(
        &self,
        label: &str,
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let established = self.established().ok_or(Usage::HandshakeNotComplete)?;
        export(established.exporter(), label, context, out)
    }

    /// What was negotiated, once the handshake is complete.
    #[must_use]
    pub fn negotiated(&self) -> Option<&Negotiated> {
        self.established().map(|established| &established.negotiated)
    }

    /// The wire identity of the PSK in use; `None` before the handshake is complete.
    #[must_use]
    pub fn negotiated_psk_identity(&self) -> Option<&[u8]> {
        self.negotiated()?.psk_identity.as_deref()
    }

    /// How the peer was authenticated, once the handshake is complete. A resumed connection inherits this from the full
    /// handshake that it descends from, without a new proof.
    pub fn peer(&self) -> Option<&Authentication> {
        self.established().map(Established::peer)
    }

    /// The certificates that the peer has sent, its own first, once the handshake is complete. See
    /// [`Authentication::certificates`].
    pub fn peer_certificates(&self) -> &[Vec<u8>] {
        self.peer().map(Authentication::certificates).unwrap_or_default()
    }

    pub(super) fn established(&self) -> Option<&Established> {
        match &self.phase {
            Phase::Client(client::State::Connected(established))
            | Phase::Server(server::State::Connected(established)) => Some(established),
            _ => None,
        }
    }

    pub(super) fn established_mut(&mut self) -> Option<(&mut Context, &mut Established)> {
        match &mut self.phase {
            Phase::Client(client::State::Connected(established))
            | Phase::Server(server::State::Connected(established)) => {
                Some((&mut self.context, established))
            }
            _ => None,
        }
    }

    pub(super) fn writable(&mut self) -> Result<(&mut Context, &mut Established), Error> {
        self.check_alive()?;
        if self.send_closed {
            return Err(Usage::ClosedForSending.into());
        }
        self.established_mut().ok_or(Usage::HandshakeNotComplete.into())
    }
}

pub(super) fn export(
    exporter: &Exporter,
    label: &str,
    context: Option<&[u8]>,
    out: &mut [u8],
) -> Result<(), Error> {
    let result = exporter.export(label, context.unwrap_or_default(), out);
    result.map_err(|_| Usage::ExporterLength.into())
}
