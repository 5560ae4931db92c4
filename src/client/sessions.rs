//! Which sessions a connection offers (RFC 9846 section 4.7.1): those whose server it would accept anew.

use super::ClientConfig;
#[cfg(feature = "certificates")]
use crate::certificates::{Signer, Verification, VerificationRequest};
use crate::endpoint::SessionRefusal;
#[cfg(feature = "certificates")]
use crate::psk::{Authentication, Psk, Verdict};
use crate::psk::{PskList, Session};

/// Why a connection with these PSKs does not offer the session, if it does not.
pub(super) fn refusal(
    config: &ClientConfig,
    psks: &PskList,
    session: &Session,
    now: u64,
) -> Option<SessionRefusal> {
    if session.is_used() {
        return Some(SessionRefusal::Used);
    }
    if session.expires_at() < now {
        return Some(SessionRefusal::Expired);
    }
    let terms = session.terms();
    if terms.server_name.as_deref() != config.server_name() {
        return Some(SessionRefusal::ServerName);
    }
    if terms.own_certificate != config.own_certificate() {
        return Some(SessionRefusal::OwnCertificate);
    }
    if terms.server.psk.is_none() {
        return certificate_refusal(config, session, now);
    }
    if config.certificate_with_psk() && terms.server.certificate.is_none() {
        return Some(SessionRefusal::NoCertificate);
    }
    // A connection to which nothing else was given has the session in place of its PSK.
    let alone = psks.is_empty() && !config.full_handshake();
    let held = || psks.named(&terms.server).is_some_and(|psk| session.is_by(psk));
    (!alone && !held()).then_some(SessionRefusal::Psk)
}

/// Judges the certificate of the session's server as that of a full handshake. That the server has its key was proved
/// then.
#[cfg(feature = "certificates")]
fn certificate_refusal(
    config: &ClientConfig,
    session: &Session,
    now: u64,
) -> Option<SessionRefusal> {
    let chain = session.server().certificates();
    match &config.certificates.verification {
        Some(_) if chain.is_empty() => Some(SessionRefusal::NoCertificate),
        None => Some(SessionRefusal::CertificatesNotAccepted),
        Some(Verification::Anchors(anchors)) => {
            let request = VerificationRequest { chain, server_name: config.server_name() };
            let verified = anchors.verify(Signer::Server, &request, now);
            verified.is_err().then_some(SessionRefusal::CertificateNotVerified)
        }
        // The application accepted it, or is asked before the handshake is complete.
        Some(Verification::Application { .. }) => None,
    }
}

#[cfg(not(feature = "certificates"))]
fn certificate_refusal(_: &ClientConfig, _: &Session, _: u64) -> Option<SessionRefusal> {
    Some(SessionRefusal::CertificatesNotAccepted)
}

/// The rules by which the application has to judge a resumed server, unless it has accepted it by the same ones.
#[cfg(feature = "certificates")]
pub(super) fn rules_to_judge_by(config: &ClientConfig, server: &Authentication) -> Option<Vec<u8>> {
    let Some(Verification::Application { rules }) = &config.certificates.verification else {
        return None;
    };
    let accepted = server.verdict() == Some(&Verdict::Application(rules.clone()));
    (server.psk.is_none() && !accepted).then(|| rules.clone())
}

/// Whether the application has yet to accept the server of this PSK: early data is not sent to it before.
#[cfg(feature = "certificates")]
pub(super) fn is_to_be_judged(config: &ClientConfig, psk: &Psk) -> bool {
    psk.descent.as_ref().is_some_and(|server| rules_to_judge_by(config, server).is_some())
}

/// Without certificates there is nothing to judge.
#[cfg(not(feature = "certificates"))]
pub(super) fn is_to_be_judged(_: &ClientConfig, _: &crate::psk::Psk) -> bool {
    false
}
