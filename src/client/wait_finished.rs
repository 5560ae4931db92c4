//! WAIT_FINISHED: the server's Finished, and our own (RFC 9846 section 4.5.3).

use super::State;
use crate::crypto::hash_of;
use crate::endpoint::{Context, EarlyDataOutcome, Established, Event, Negotiated, TrafficSecrets};
use crate::error::{Error, Violation};
use crate::keys::{Exporter, HandshakeSecret, KeyLogLabel, MainSecret, TrafficSecret, Transcript};
use crate::psk::PskKinds;
use crate::wire::{EndOfEarlyData, Finished, Handshake};

/// Only the server's Finished is missing.
pub struct WaitFinished {
    #[cfg(feature = "certificates")]
    pub(super) config: std::sync::Arc<super::ClientConfig>,
    pub(super) kinds: PskKinds,
    pub(super) early_exporter: Option<Exporter>,
    pub(super) negotiated: Negotiated,
    pub(super) transcript: Transcript,
    pub(super) handshake_secret: HandshakeSecret,
    pub(super) client_handshake_traffic_secret: TrafficSecret,
    pub(super) server_handshake_traffic_secret: TrafficSecret,
    /// The schemes that the server takes, if it has asked for a certificate.
    #[cfg(feature = "certificates")]
    pub(super) requested: Option<Vec<crate::wire::SignatureScheme>>,
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
        let hash = hash_of(suite).ok_or(Error::Internal("suite without a hash"))?;
        let finished = Finished::read(message.body(), hash.output_len())?;
        let key = self.server_handshake_traffic_secret.finished_key();
        if !key.verify(&self.transcript.current(), &finished.verify_data) {
            return Err(Violation::BadFinished.into());
        }
        self.transcript.add(message.bytes);
        ctx.reader.accept_change_cipher_spec(false);

        let main_secret = self.handshake_secret.into_main_secret();
        let so_far = self.transcript.current();
        let client = main_secret.client_application_traffic_secret(&so_far);
        let server = main_secret.server_application_traffic_secret(&so_far);
        let exporter = main_secret.exporter(&so_far);
        ctx.log_key(KeyLogLabel::ClientTrafficSecret0, client.as_bytes());
        ctx.log_key(KeyLogLabel::ServerTrafficSecret0, server.as_bytes());
        ctx.log_key(KeyLogLabel::ExporterSecret, exporter.as_bytes());
        ctx.set_receive_secret(suite, &server)?;

        if self.negotiated.early_data == EarlyDataOutcome::Accepted {
            let bytes = EndOfEarlyData.encode()?;
            ctx.send_handshake(&bytes)?;
            self.transcript.add(&bytes);
            ctx.set_send_secret(suite, &self.client_handshake_traffic_secret)?;
        }

        let reply = Box::new(Reply {
            kinds: self.kinds,
            negotiated: self.negotiated,
            transcript: self.transcript,
            client_handshake_traffic_secret: self.client_handshake_traffic_secret,
            main_secret,
            secrets: TrafficSecrets { send: client, receive: server },
            exporter,
            early_exporter: self.early_exporter,
            #[cfg(feature = "certificates")]
            peer_certificates: self.peer_certificates,
        });
        #[cfg(feature = "certificates")]
        if let Some(accepted) = self.requested {
            let credentials = self.config.certificates.credentials.clone();
            return super::certificates::show(ctx, reply, credentials, &accepted);
        }
        reply.finish(ctx)
    }
}

/// The server is authenticated, and the client's own flight goes out.
pub(super) struct Reply {
    kinds: PskKinds,
    negotiated: Negotiated,
    pub(super) transcript: Transcript,
    client_handshake_traffic_secret: TrafficSecret,
    main_secret: MainSecret,
    secrets: TrafficSecrets,
    exporter: Exporter,
    early_exporter: Option<Exporter>,
    #[cfg(feature = "certificates")]
    peer_certificates: Vec<Vec<u8>>,
}

impl Reply {
    /// Sends the client's Finished.
    pub(super) fn finish(mut self: Box<Self>, ctx: &mut Context) -> Result<State, Error> {
        let key = self.client_handshake_traffic_secret.finished_key();
        let verify_data = key.verify_data(&self.transcript.current()).as_ref().to_vec();
        let bytes = Finished { verify_data }.encode()?;
        ctx.send_handshake(&bytes)?;
        self.transcript.add(&bytes);
        ctx.set_send_secret(self.negotiated.cipher_suite, &self.secrets.send)?;
        let resumption_secret = self
            .kinds
            .resumption()
            .then(|| self.main_secret.resumption_secret(&self.transcript.current()));

        ctx.emit(Event::Connected(self.negotiated.clone()));
        let established = Established::new(
            self.negotiated,
            self.secrets,
            self.exporter,
            self.early_exporter,
            resumption_secret,
        );
        #[cfg(feature = "certificates")]
        let established = established.with_peer_certificates(self.peer_certificates);
        Ok(State::Connected(Box::new(established)))
    }
}
