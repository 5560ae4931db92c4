//! The offer of the ClientHello: cipher suites, PSKs and early data (RFC 9846 sections 4.3.10 and 4.3.11).

use super::{ClientConfig, sessions};
use crate::crypto::{HashAlgorithm, Suite};
use crate::error::{Error, Usage};
use crate::keys::PskKind;
use crate::psk::{EarlyDataParameters, Psk, PskList, Session, may_serve};
use crate::role::Role;

/// The offer of the ClientHello.
pub(super) struct Offer {
    /// Most preferred first.
    pub(super) cipher_suites: Vec<Suite>,
    /// The PSKs in order.
    pub(super) psks: Vec<Psk>,
    /// Whether a server certificate is requested in addition (RFC 8773).
    pub(super) cert_with_extern_psk: bool,
    /// The parameters of early data, if it may be sent.
    pub(super) early_data: Option<EarlyDataParameters>,
}

impl Offer {
    /// The offer of a connection with these sessions and PSKs.
    pub(super) fn new(
        config: &ClientConfig,
        sessions: &[&Session],
        psks: &PskList,
    ) -> Result<Self, Error> {
        let parameters = &config.parameters;
        let (mut cipher_suites, psks) =
            if config.full_handshake() && sessions.is_empty() && psks.is_empty() {
                (parameters.cipher_suites().to_vec(), Vec::new())
            } else {
                suites_and_psks(config, sessions, psks)?
            };
        if !parameters.allow_both_roles && !psks.iter().all(|psk| may_serve(psk, Role::Client)) {
            return Err(Usage::IdentityInBothRoles.into());
        }
        let cert_with_extern_psk = config.certificate_with_psk()
            && !psks.is_empty()
            && psks.iter().all(|psk| psk.kind != PskKind::Resumption);
        let early_data = early_data_of(config, &cipher_suites, &psks)
            // Early data is not sent to a server that must still send its certificate (RFC 8773 section 5.1).
            .filter(|_| !cert_with_extern_psk)
            .filter(|_| !psks.first().is_some_and(|psk| sessions::is_to_be_judged(config, psk)));
        if let Some(early_data) = &early_data {
            // A server that selects another suite rejects early data, and many servers use the client's order.
            cipher_suites.retain(|suite| *suite != early_data.cipher_suite);
            cipher_suites.insert(0, early_data.cipher_suite);
        }
        Ok(Self { cipher_suites, psks, cert_with_extern_psk, early_data })
    }
}

/// The suites and the PSKs to offer, sessions before the others: early data uses the first.
///
/// A client that needs a PSK offers the suites that fit one: a server that picks the suite first would otherwise miss
/// the PSK. One that accepts certificates offers its other suites after those.
fn suites_and_psks(
    config: &ClientConfig,
    sessions: &[&Session],
    psks: &PskList,
) -> Result<(Vec<Suite>, Vec<Psk>), Error> {
    let suites = config.parameters.cipher_suites();
    if sessions.is_empty() && psks.is_empty() {
        return Err(Usage::NoPsk.into());
    }
    // Hashes in the order of the suites, each once.
    let mut hashes: Vec<HashAlgorithm> = Vec::new();
    for hash in suites.iter().map(|suite| suite.hash()) {
        if !hashes.contains(&hash) {
            hashes.push(hash);
        }
    }
    let resumption = sessions.iter().map(|session| session.psk());
    let external = psks.iter().flat_map(|psk| hashes.iter().filter_map(|hash| psk.for_hash(*hash)));
    let offered: Vec<Psk> =
        resumption.chain(external).filter(|psk| hashes.contains(&psk.hash)).collect();
    let (mut suites, others): (Vec<Suite>, _) = suites
        .iter()
        .copied()
        .partition(|suite| offered.iter().any(|psk| psk.hash == suite.hash()));
    if config.full_handshake() {
        suites.extend(others);
    }
    if suites.is_empty() { Err(Usage::NoUsableCipherSuite.into()) } else { Ok((suites, offered)) }
}

/// The parameters of early data, if it can be offered: it uses only the first PSK, and the handshake must be able to
/// negotiate the same parameters.
fn early_data_of(
    config: &ClientConfig,
    suites: &[Suite],
    offered: &[Psk],
) -> Option<EarlyDataParameters> {
    let parameters = offered.first()?.early_data.as_ref().filter(|_| config.early_data)?;
    let alpn = config.parameters.alpn();
    let same_protocol = parameters.alpn.as_ref().is_none_or(|name| alpn.contains(name));
    (suites.contains(&parameters.cipher_suite) && same_protocol).then(|| parameters.clone())
}
