//! Which sessions a connection offers (RFC 9846 section 4.7.1): those whose server it would accept in a full handshake.

use super::ClientConfig;
use crate::certificates::{Verification, VerificationRequest};
use crate::endpoint::SessionRefusal;
use crate::psk::{Authentication, Psk, PskList, Session, Verdict};
use crate::role::Role;

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
    if terms.peer.psk.is_none() {
        return certificate_refusal(config, session, now);
    }
    if config.certificate_with_psk() && terms.peer.certificate.is_none() {
        return Some(SessionRefusal::NoCertificate);
    }
    // In a connection with only sessions, the session stands for its PSK.
    let alone = psks.is_empty() && !config.full_handshake();
    let held = || psks.named(&terms.peer).is_some_and(|psk| session.is_by(psk));
    (!alone && !held()).then_some(SessionRefusal::Psk)
}

/// Verifies the certificate of the session's server as in a full handshake. The server proved then that it has the key.
fn certificate_refusal(
    config: &ClientConfig,
    session: &Session,
    now: u64,
) -> Option<SessionRefusal> {
    let Some(verification) = &config.certificates.verification else {
        return Some(SessionRefusal::CertificatesNotAccepted);
    };
    let chain = session.server().certificates();
    if chain.is_empty() {
        return Some(SessionRefusal::NoCertificate);
    }
    let request = VerificationRequest { chain, server_name: config.server_name() };
    // An application has accepted it, or is asked before the handshake is complete.
    let verdict = verification.judge(Role::Server, &request, now)?;
    verdict.is_err().then_some(SessionRefusal::CertificateNotVerified)
}

/// The rules by which the application must verify a resumed server, unless it has accepted it by the same rules.
pub(super) fn rules_to_judge_by<'a>(
    config: &'a ClientConfig,
    server: &Authentication,
) -> Option<&'a Verification> {
    let verification = config.certificates.verification.as_ref()?;
    let rules = verification.rules()?;
    let accepted = matches!(server.verdict(), Some(Verdict::Application(by)) if *by == rules);
    (server.psk.is_none() && !accepted).then_some(verification)
}

/// Whether the application must still accept the server of this PSK: early data is not sent before that.
pub(super) fn is_to_be_judged(config: &ClientConfig, psk: &Psk) -> bool {
    psk.descent.as_ref().is_some_and(|server| rules_to_judge_by(config, server).is_some())
}
