//! NEGOTIATED: the server's flight behind EncryptedExtensions (RFC 9846 section 4.5.3).

#[cfg(feature = "certificates")]
use super::certificates;
use super::early_data::{EarlyKeys, WaitEndOfEarlyData};
use super::wait_finished::WaitFinished;
use super::{ServerPsks, State};
use crate::crypto::Digest;
use crate::endpoint::{Context, Negotiated, TrafficSecrets, send_finished};
use crate::error::Error;
use crate::keys::{HandshakeSecret, TrafficSecret, Transcript};
use crate::psk::Authentication;

/// The server's flight behind EncryptedExtensions.
pub struct Flight {
    pub(super) psks: ServerPsks,
    pub(super) negotiated: Negotiated,
    pub(super) transcript: Transcript,
    pub(super) handshake_secret: HandshakeSecret,
    pub(super) client_handshake: TrafficSecret,
    pub(super) server_handshake: TrafficSecret,
    pub(super) early: Option<EarlyKeys>,
    /// How the client has proved who it is so far.
    pub(super) client: Authentication,
    /// SHA-256 of the certificate that the server shows.
    pub(super) server_certificate: Option<Digest>,
    /// The client was asked for a certificate.
    #[cfg(feature = "certificates")]
    pub(super) clients: Option<certificates::ClientCertificates>,
}

impl Flight {
    /// Sends the server's Finished; the client's is next, if nothing comes before it.
    pub(super) fn finish(mut self: Box<Self>, ctx: &mut Context) -> Result<State, Error> {
        send_finished(ctx, &self.server_handshake, &mut self.transcript)?;

        let main_secret = self.handshake_secret.into_main_secret();
        let (client, server, exporter) = ctx.application_secrets(&main_secret, &self.transcript);
        let secrets = TrafficSecrets { send: server, receive: client };
        ctx.set_send_secret(self.negotiated.cipher_suite, &secrets.send)?;

        let (early_exporter, limits) = self
            .early
            .map(|early| (early.exporter, (early.max_size, early.record_size_limit)))
            .unzip();
        let next = WaitFinished {
            psks: self.psks,
            negotiated: self.negotiated,
            transcript: self.transcript,
            client_handshake_traffic_secret: self.client_handshake,
            main_secret,
            secrets,
            exporter,
            early_exporter,
            client: self.client,
            server_certificate: self.server_certificate,
        };
        if let Some((remaining, record_size_limit)) = limits {
            let early = WaitEndOfEarlyData { remaining, record_size_limit, next };
            return Ok(State::WaitEndOfEarlyData(Box::new(early)));
        }
        #[cfg(feature = "certificates")]
        if let Some(clients) = self.clients {
            let next = certificates::WaitCertificate { clients, next: Box::new(next) };
            return Ok(State::WaitCertificate(Box::new(next)));
        }
        Ok(State::WaitFinished(Box::new(next)))
    }
}
