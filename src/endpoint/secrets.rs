//! The values that both roles derive from the transcript, at the same points (RFC 9846 sections 4.5.3 and 7.1).

use super::context::Context;
use crate::crypto::Suite;
use crate::error::{Error, Violation};
use crate::keys::{Exporter, HandshakeSecret, KeyLogLabel, MainSecret, TrafficSecret, Transcript};
use crate::psk::Psk;
use crate::wire::{Finished, Handshake};

impl Context {
    /// The secrets of early data. The transcript is ClientHello.
    pub fn early_secrets(
        &mut self,
        psk: &Psk,
        client_hello: &Transcript,
    ) -> (TrafficSecret, Exporter) {
        let so_far = client_hello.current();
        let early_secret = psk.early_secret();
        let traffic_secret = early_secret.client_early_traffic_secret(&so_far);
        let exporter = early_secret.early_exporter(&so_far);
        self.log_key(KeyLogLabel::ClientEarlyTrafficSecret, traffic_secret.as_bytes());
        self.log_key(KeyLogLabel::EarlyExporterSecret, exporter.as_bytes());
        (traffic_secret, exporter)
    }

    /// The traffic secrets of the client's and the server's handshake. The transcript is up to the ServerHello.
    pub fn handshake_secrets(
        &mut self,
        secret: &HandshakeSecret,
        transcript: &Transcript,
    ) -> (TrafficSecret, TrafficSecret) {
        let so_far = transcript.current();
        let client = secret.client_handshake_traffic_secret(&so_far);
        let server = secret.server_handshake_traffic_secret(&so_far);
        self.log_key(KeyLogLabel::ClientHandshakeTrafficSecret, client.as_bytes());
        self.log_key(KeyLogLabel::ServerHandshakeTrafficSecret, server.as_bytes());
        (client, server)
    }

    /// The traffic secrets of the client's and the server's application data, and the exporter. The transcript is up to
    /// the server's Finished.
    pub fn application_secrets(
        &mut self,
        secret: &MainSecret,
        transcript: &Transcript,
    ) -> (TrafficSecret, TrafficSecret, Exporter) {
        let so_far = transcript.current();
        let client = secret.client_application_traffic_secret(&so_far);
        let server = secret.server_application_traffic_secret(&so_far);
        let exporter = secret.exporter(&so_far);
        self.log_key(KeyLogLabel::ClientTrafficSecret0, client.as_bytes());
        self.log_key(KeyLogLabel::ServerTrafficSecret0, server.as_bytes());
        self.log_key(KeyLogLabel::ExporterSecret, exporter.as_bytes());
        (client, server, exporter)
    }
}

/// Checks the peer's Finished with its handshake secret, and adds it to the transcript.
pub fn take_finished(
    suite: Suite,
    secret: &TrafficSecret,
    transcript: &mut Transcript,
    message: &Handshake<'_>,
) -> Result<(), Error> {
    let finished = Finished::read(message.body(), suite.hash().output_len())?;
    if !secret.finished_key().verify(&transcript.current(), &finished.verify_data) {
        return Err(Violation::BadFinished.into());
    }
    transcript.add(message.bytes);
    Ok(())
}

/// Sends this side's Finished.
pub fn send_finished(
    ctx: &mut Context,
    secret: &TrafficSecret,
    transcript: &mut Transcript,
) -> Result<(), Error> {
    let verify_data = secret.finished_key().verify_data(&transcript.current()).as_ref().to_vec();
    let bytes = Finished { verify_data }.encode()?;
    ctx.send_handshake(&bytes)?;
    transcript.add(&bytes);
    Ok(())
}
