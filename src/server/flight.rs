//! NEGOTIATED: the server's flight after EncryptedExtensions (RFC 9846 section 4.5.3).

use super::certificates::ClientCertificates;
use super::early_data::EarlyKeys;
use super::pre_shared_keys::ServerPsks;
use super::wait_certificate::WaitCertificate;
use super::wait_end_of_early_data::WaitEndOfEarlyData;
use super::wait_finished::WaitFinished;
use super::{Asking, State};
use crate::certificates::Identity;
use crate::crypto::Digest;
use crate::endpoint::{self, Context, Negotiated, Shown, TrafficSecrets, send_finished, show};
use crate::error::Error;
use crate::keys::{HandshakeSecret, TrafficSecret, Transcript};
use crate::psk::Authentication;
use crate::role::Role;
use crate::wire::CertificateRequest;

/// The server's flight after EncryptedExtensions.
pub struct ServerFlight {
    pub(super) psks: ServerPsks,
    pub(super) negotiated: Negotiated,
    pub(super) transcript: Transcript,
    pub(super) handshake_secret: HandshakeSecret,
    pub(super) client_handshake: TrafficSecret,
    pub(super) server_handshake: TrafficSecret,
    pub(super) early: Option<EarlyKeys>,
    /// How the client was authenticated so far.
    pub(super) client: Authentication,
    /// SHA-256 of the certificate that the server sends.
    pub(super) server_certificate: Option<Digest>,
    /// Whether a client certificate was requested.
    pub(super) clients: Option<ClientCertificates>,
}

impl ServerFlight {
    /// Sends the server's Finished; the client's is next, unless something precedes it.
    pub(super) fn finish(mut self: Box<Self>, ctx: &mut Context) -> Result<State, Error> {
        send_finished(ctx, &self.server_handshake, &mut self.transcript)?;

        let main_secret = self.handshake_secret.into_main_secret();
        let (client, server, exporter) = ctx.application_secrets(&main_secret, &self.transcript);
        let secrets = TrafficSecrets { send: server, receive: client };
        ctx.set_send_secret(self.negotiated.cipher_suite, &secrets.send);

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
        if let Some(clients) = self.clients {
            let next = Box::new(next);
            return Ok(State::WaitCertificate(WaitCertificate { clients, next }));
        }
        Ok(State::WaitFinished(Box::new(next)))
    }
}

/// Sends CertificateRequest, Certificate and CertificateVerify, and the rest of the flight.
pub(super) fn send(
    ctx: &mut Context,
    mut flight: Box<ServerFlight>,
    identity: Identity,
) -> Result<State, Error> {
    // With a PSK, no client certificate is requested (RFC 8773 section 5.1).
    if flight.negotiated.psk_identity.is_none() {
        flight.clients = flight.psks.config.certificates.clients.clone();
    }
    if let Some(clients) = &flight.clients {
        let schemes = clients.verification.schemes();
        let request = CertificateRequest {
            signature_algorithms: Some(schemes),
            ..CertificateRequest::default()
        };
        let bytes = request.encode()?;
        ctx.send_handshake(&bytes)?;
        flight.transcript.add(&bytes);
    }
    match show(ctx, flight, identity)? {
        Shown::Proven(flight) => flight.finish(ctx),
        Shown::Signing(signing) => Ok(State::Asking(Asking::Signing(signing))),
    }
}

impl endpoint::AuthenticatedFlight for ServerFlight {
    const ROLE: Role = Role::Server;

    fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }
}
