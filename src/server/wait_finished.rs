//! `WAIT_FINISHED`: the client's Finished (RFC 9846 section 4.5.3).

use super::State;
use super::pre_shared_keys::ServerPsks;
use super::tickets::Issue;
use crate::crypto::Digest;
use crate::endpoint::{Context, Established, Event, Negotiated, TrafficSecrets, take_finished};
use crate::error::Error;
use crate::keys::{Exporter, MainSecret, TrafficSecret, Transcript};
use crate::psk::Authentication;
use crate::wire::Handshake;

/// The server's flight was sent.
pub struct WaitFinished {
    pub(super) psks: ServerPsks,
    pub(super) negotiated: Negotiated,
    /// The transcript up to the server's Finished, or the client's EndOfEarlyData.
    pub(super) transcript: Transcript,
    pub(super) client_handshake_traffic_secret: TrafficSecret,
    pub(super) secrets: TrafficSecrets,
    pub(super) main_secret: MainSecret,
    pub(super) exporter: Exporter,
    pub(super) early_exporter: Option<Exporter>,
    /// How the client was authenticated.
    pub(super) client: Authentication,
    /// SHA-256 of the certificate that the server has sent.
    pub(super) server_certificate: Option<Digest>,
}

impl WaitFinished {
    pub(super) fn on_finished(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let suite = self.negotiated.cipher_suite;
        let secret = &self.client_handshake_traffic_secret;
        take_finished(suite, secret, &mut self.transcript, message)?;
        ctx.reader.accept_change_cipher_spec(false);
        ctx.reader.stop_skipping();
        ctx.set_receive_secret(suite, &self.secrets.receive)?;
        if let Some(policy) = self.psks.ticket_policy() {
            let secret = self.main_secret.resumption_secret(&self.transcript.current());
            let scope = self.psks.scope().ok_or(Error::Internal("tickets without a scope"))?;
            let issue = Issue {
                policy,
                scope,
                negotiated: &self.negotiated,
                server_certificate: self.server_certificate.as_ref(),
                client: &self.client,
            };
            issue.send_tickets(ctx, &secret)?;
        }
        ctx.emit(Event::Connected(self.negotiated.clone()));
        let established = Established::new(
            self.negotiated,
            self.secrets,
            self.exporter,
            self.early_exporter,
            self.client,
            // A server no longer needs a secret for resumption: its tickets were sent.
            None,
        );
        Ok(State::Connected(Box::new(established)))
    }
}
