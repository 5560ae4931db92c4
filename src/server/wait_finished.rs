//! WAIT_FINISHED: the client's Finished (RFC 9846 section 4.5.3).

use super::tickets::send_tickets;
use super::{ServerPsks, State};
use crate::endpoint::{Context, Established, Event, Negotiated, TrafficSecrets, take_finished};
use crate::error::Error;
use crate::keys::{Exporter, MainSecret, TrafficSecret, Transcript};
use crate::wire::Handshake;

/// The server's flight is out.
pub struct WaitFinished {
    pub(super) psks: ServerPsks,
    pub(super) negotiated: Negotiated,
    /// Up to the server's Finished, or the client's EndOfEarlyData.
    pub(super) transcript: Transcript,
    pub(super) client_handshake_traffic_secret: TrafficSecret,
    pub(super) secrets: TrafficSecrets,
    pub(super) main_secret: MainSecret,
    pub(super) exporter: Exporter,
    pub(super) early_exporter: Option<Exporter>,
    #[cfg(feature = "certificates")]
    pub(super) peer_certificates: Vec<Vec<u8>>,
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
            send_tickets(ctx, policy, &self.negotiated, &secret)?;
        }
        ctx.emit(Event::Connected(self.negotiated.clone()));
        let established = Established::new(
            self.negotiated,
            self.secrets,
            self.exporter,
            self.early_exporter,
            // A server has no use for it any more: its tickets are out.
            None,
        );
        #[cfg(feature = "certificates")]
        let established = established.with_peer_certificates(self.peer_certificates);
        Ok(State::Connected(Box::new(established)))
    }
}
