//! The methods of `Config` and `Connection` with the feature `certificates`.

use std::sync::Arc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::config::{Config, EitherConfig};
use super::connection::Connection;
use super::error::{Result, throw, throw_option};
use super::object::chain;
use crate::certificates::{Credentials, CredentialsError, Decision, TrustAnchors, Verification};
use crate::crypto::Random;
use crate::error::CertificateError;
use crate::role::Role;
use crate::server::ClientCertificates;
use crate::wire::SignatureScheme;

#[wasm_bindgen]
impl Config {
    /// Adds a chain with its key, both in PEM. A server sends the first that fits the client, a client has at most one.
    #[wasm_bindgen(js_name = addCredentials)]
    pub fn add_credentials(&mut self, chain: &[u8], key: Vec<u8>) -> Result<()> {
        let key = Zeroizing::new(key);
        self.add(Credentials::from_pem(chain, &key))
    }

    /// As `addCredentials`, with an external key that signs by these schemes, most preferred first.
    #[wasm_bindgen(js_name = addExternalCredentials)]
    pub fn add_external_credentials(&mut self, chain: &[u8], schemes: Vec<String>) -> Result<()> {
        let schemes: Option<Vec<_>> =
            schemes.iter().map(|name| SignatureScheme::from_name(name)).collect();
        let schemes = schemes.ok_or_else(|| throw_option("no signature scheme has this name"))?;
        self.add(Credentials::from_pem_with_external_key(chain, &schemes))
    }

    /// Verifies the peer's certificates by path validation to these trust anchors, in PEM. A server then requests
    /// certificates from its clients.
    #[wasm_bindgen(js_name = setTrustAnchors)]
    pub fn set_trust_anchors(&mut self, pem: &[u8]) -> Result<()> {
        let anchors = TrustAnchors::from_pem(pem).map_err(|error| throw_option(error.text()))?;
        self.set_verification(Verification::Anchors(Arc::new(anchors)));
        Ok(())
    }

    /// Lets the application verify the peer's certificates, by rules with a name of up to 255 bytes. A session whose
    /// certificate was accepted under rules of another name is not resumed without the application's verdict; without a
    /// name, the same goes for a session of any other configuration. A server then requests certificates from its
    /// clients.
    #[wasm_bindgen(js_name = setApplicationVerification)]
    pub fn set_application_verification(&mut self, rules: Option<Vec<u8>>) -> Result<()> {
        let rules = match rules {
            Some(rules) => rules,
            None => {
                let random = Random::from_os();
                let mut random =
                    random.map_err(|_| throw_option("the platform provides no randomness"))?;
                random.array::<16>().to_vec()
            }
        };
        if rules.len() > 255 {
            return Err(throw_option("the name of rules holds at most 255 bytes"));
        }
        self.set_verification(Verification::application(&rules));
        Ok(())
    }

    /// Verifies a chain of the peer, in DER, by path validation to the trust anchors, without checking its name. Throws
    /// the error that a handshake would end with; without trust anchors, it throws for every chain. The time is in
    /// milliseconds since the Unix epoch.
    #[wasm_bindgen(js_name = judgePath)]
    pub fn judge_path(&self, chain: Vec<Uint8Array>, now: f64) -> Result<()> {
        let chain: Vec<_> = chain.iter().map(Uint8Array::to_vec).collect();
        let (peer, verification) = match &self.0 {
            EitherConfig::Client(config) => {
                (Role::Server, config.certificates.verification.as_ref())
            }
            EitherConfig::Server(config) => {
                let clients = config.certificates.clients.as_ref();
                (Role::Client, clients.map(|clients| &clients.verification))
            }
        };
        let verdict = match verification {
            Some(Verification::Anchors(anchors)) => anchors.verify_path(peer, &chain, now as u64),
            _ => Err(CertificateError::UnknownIssuer),
        };
        verdict.map_err(|error| throw(error.into(), "handshake"))
    }

    /// Whether a server that requests certificates refuses clients without one. The default is that it does.
    #[wasm_bindgen(js_name = setClientCertificatesRequired)]
    pub fn set_client_certificates_required(&mut self, required: bool) -> Result<()> {
        if let EitherConfig::Server(config) = &mut self.0
            && let Some(clients) = &mut Arc::make_mut(config).certificates.clients
        {
            clients.required = required;
            return Ok(());
        }
        Err(throw_option("the server requests no client certificates"))
    }

    /// A certificate of the server in addition to an external PSK (RFC 8773): a client requests it, a server sends it.
    #[wasm_bindgen(js_name = setCertificateWithPsk)]
    pub fn set_certificate_with_psk(&mut self, on: bool) {
        match &mut self.0 {
            EitherConfig::Client(config) => {
                Arc::make_mut(config).certificates.with_external_psk = on
            }
            EitherConfig::Server(config) => {
                Arc::make_mut(config).certificates.with_external_psk = on
            }
        }
    }
}

impl Config {
    fn add(
        &mut self,
        credentials: core::result::Result<Credentials, CredentialsError>,
    ) -> Result<()> {
        let credentials = credentials.map_err(|error| throw_option(error.text()))?;
        match &mut self.0 {
            EitherConfig::Client(config) => {
                let place = &mut Arc::make_mut(config).certificates.credentials;
                if place.is_some() {
                    return Err(throw_option("a client sends only one certificate"));
                }
                *place = Some(Arc::new(credentials));
            }
            EitherConfig::Server(config) => {
                Arc::make_mut(config).certificates.credentials.push(Arc::new(credentials));
            }
        }
        Ok(())
    }

    fn set_verification(&mut self, verification: Verification) {
        match &mut self.0 {
            EitherConfig::Client(config) => {
                Arc::make_mut(config).certificates.verification = Some(verification);
            }
            EitherConfig::Server(config) => {
                let clients = &mut Arc::make_mut(config).certificates.clients;
                let required = clients.as_ref().is_none_or(|clients| clients.required);
                *clients = Some(ClientCertificates { verification, required });
            }
        }
    }
}

#[wasm_bindgen]
impl Connection {
    /// Answers a verifyCertificate event. `unverified` continues with a peer that is not authenticated.
    #[wasm_bindgen(js_name = decideCertificate)]
    pub fn decide_certificate(&mut self, accepted: bool, unverified: Option<bool>) -> Result<()> {
        let decision = match (accepted, unverified) {
            (true, _) => Decision::Accept,
            (false, Some(true)) => Decision::Unverified,
            (false, _) => Decision::Refuse,
        };
        let result = self.inner.decide_certificate(decision);
        self.check(result)
    }

    /// Answers a sign event.
    pub fn sign(&mut self, signature: Vec<u8>) -> Result<()> {
        let result = self.inner.sign(signature);
        self.check(result)
    }

    /// The certificates that the peer has sent, in DER, its own first; in a resumed connection those that were stored.
    #[wasm_bindgen(getter, js_name = peerCertificates)]
    pub fn peer_certificates(&self) -> Array {
        chain(self.inner.peer_certificates())
    }
}
