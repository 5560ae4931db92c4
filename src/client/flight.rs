//! The client's flight: a certificate if it was requested, and Finished (RFC 9846 sections 4.5.1 to 4.5.3).

use super::{Asking, State};
use crate::certificates::Identity;
use crate::endpoint::{AuthenticatedFlight, Shown, send_certificate, show};
use crate::endpoint::{
    Context, Established, Event, Negotiated, Resumption, TrafficSecrets, send_finished,
};
use crate::error::Error;
use crate::keys::{Exporter, MainSecret, TrafficSecret, Transcript};
use crate::psk::{PskKinds, Terms};
use crate::role::Role;

/// The server is authenticated; the client's flight follows.
pub struct ClientFlight {
    pub(super) kinds: PskKinds,
    pub(super) negotiated: Negotiated,
    pub(super) transcript: Transcript,
    pub(super) client_handshake_traffic_secret: TrafficSecret,
    pub(super) main_secret: MainSecret,
    pub(super) secrets: TrafficSecrets,
    pub(super) exporter: Exporter,
    pub(super) early_exporter: Option<Exporter>,
    pub(super) terms: Terms,
}

impl ClientFlight {
    /// Sends the client's Finished.
    pub(super) fn finish(mut self: Box<Self>, ctx: &mut Context) -> Result<State, Error> {
        send_finished(ctx, &self.client_handshake_traffic_secret, &mut self.transcript)?;
        ctx.set_send_secret(self.negotiated.cipher_suite, &self.secrets.send);
        let peer = self.terms.peer.as_ref().clone();
        let Self { kinds, transcript, main_secret, .. } = &*self;
        let resumption = kinds.resumption().then(|| Resumption {
            secret: main_secret.resumption_secret(&transcript.current()),
            terms: self.terms.clone(),
        });

        ctx.emit(Event::Connected(self.negotiated.clone()));
        let established = Established::new(
            self.negotiated,
            self.secrets,
            self.exporter,
            self.early_exporter,
            peer,
            resumption,
        );
        Ok(State::Connected(Box::new(established)))
    }
}

impl AuthenticatedFlight for ClientFlight {
    const ROLE: Role = Role::Client;

    fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }
}

/// Answers a CertificateRequest, with an empty Certificate if the client has none, and finishes the handshake.
pub(super) fn send_with_certificate(
    ctx: &mut Context,
    mut flight: Box<ClientFlight>,
    identity: Option<Identity>,
) -> Result<State, Error> {
    let Some(identity) = identity else {
        send_certificate(ctx, &mut *flight, Vec::new())?;
        return flight.finish(ctx);
    };
    match show(ctx, flight, identity)? {
        Shown::Proven(flight) => flight.finish(ctx),
        Shown::Signing(signing) => Ok(State::Asking(Asking::Signing(signing))),
    }
}
