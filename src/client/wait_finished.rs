//! `WAIT_FINISHED`: the server's Finished, and the client's (RFC 9846 section 4.5.3).

use std::sync::Arc;

use super::flight::{ClientFlight, send_with_certificate};
use super::{ClientConfig, State};
use crate::certificates::RequestedSchemes;
use crate::endpoint::{Context, EarlyDataOutcome, Negotiated, TrafficSecrets, take_finished};
use crate::error::Error;
use crate::keys::{Exporter, HandshakeSecret, TrafficSecret, Transcript};
use crate::psk::{PskKinds, Terms};
use crate::wire::{EndOfEarlyData, Handshake};

/// Only the server's Finished is missing.
pub struct WaitFinished {
    pub(super) config: Arc<ClientConfig>,
    pub(super) kinds: PskKinds,
    pub(super) early_exporter: Option<Exporter>,
    pub(super) negotiated: Negotiated,
    pub(super) transcript: Transcript,
    pub(super) handshake_secret: HandshakeSecret,
    pub(super) client_handshake_traffic_secret: TrafficSecret,
    pub(super) server_handshake_traffic_secret: TrafficSecret,
    /// The schemes that the server accepts, if it has requested a certificate.
    pub(super) requested: Option<RequestedSchemes>,
    pub(super) terms: Terms,
}

impl WaitFinished {
    pub(super) fn on_finished(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let suite = self.negotiated.cipher_suite;
        let secret = &self.server_handshake_traffic_secret;
        take_finished(suite, secret, &mut self.transcript, message)?;
        ctx.reader.accept_change_cipher_spec(false);

        let main_secret = self.handshake_secret.into_main_secret();
        let (client, server, exporter) = ctx.application_secrets(&main_secret, &self.transcript);
        ctx.set_receive_secret(suite, &server)?;

        if self.negotiated.early_data == EarlyDataOutcome::Accepted {
            let bytes = EndOfEarlyData.encode()?;
            ctx.send_handshake(&bytes)?;
            self.transcript.add(&bytes);
            ctx.set_send_secret(suite, &self.client_handshake_traffic_secret);
        }

        let flight = Box::new(ClientFlight {
            kinds: self.kinds,
            negotiated: self.negotiated,
            transcript: self.transcript,
            client_handshake_traffic_secret: self.client_handshake_traffic_secret,
            main_secret,
            secrets: TrafficSecrets { send: client, receive: server },
            exporter,
            early_exporter: self.early_exporter,
            terms: self.terms,
        });
        match self.requested {
            Some(requested) => {
                let credentials = self.config.certificates.credentials.as_ref();
                send_with_certificate(ctx, flight, requested.identity(credentials))
            }
            None => flight.finish(ctx),
        }
    }
}
