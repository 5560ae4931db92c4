//! Cookies that hold what a HelloRetryRequest settles, so that the server need not (RFC 9846 section 4.3.2).

use super::ServerPsks;
use super::accept::Negotiation;
use super::retry::Retry;
use super::wait_client_hello::{Common, GroupChoice, choose_protocol};
use crate::crypto::{Digest, Random, SealingKeys};
use crate::error::{Error, Violation};
use crate::keys::Transcript;
use crate::wire::{ClientHello, OfferedPsks};
use zeroize::Zeroizing;

/// What sealing is told, so that a cookie is nothing but a cookie.
const PURPOSE: &str = "hello retry request cookie";

/// The keys of a server's cookies. Servers that share them, their PSKs, their session id context and their policy accept
/// the second ClientHello that answers another one's HelloRetryRequest. A cookie is valid for as long as the key that
/// sealed it is kept.
#[derive(Clone)]
pub struct CookieKeys(SealingKeys);

impl CookieKeys {
    /// The keys: the first seals, all of them open.
    pub fn new(keys: SealingKeys) -> Self {
        Self(keys)
    }

    pub(super) fn seal(
        &self,
        scope: &Digest,
        state: &[u8],
        random: &mut Random,
    ) -> Result<Vec<u8>, Error> {
        self.0.seal(PURPOSE, scope, state, random).map_err(|_| Error::Internal("cookie sealing"))
    }

    pub(super) fn open(&self, scope: &Digest, cookie: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.0.open(PURPOSE, scope, cookie)
    }
}

impl core::fmt::Debug for CookieKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CookieKeys").finish_non_exhaustive()
    }
}

/// What the cookie of a second ClientHello brings back.
pub(super) struct Retried {
    /// message_hash of the first ClientHello, and the HelloRetryRequest.
    pub(super) transcript: Transcript,
    /// The place of the chosen identity in this offer; none was chosen where a certificate is to be shown.
    pub(super) chosen: Option<usize>,
    /// The first ClientHello offered early data.
    pub(super) early_data: bool,
}

/// Negotiates from a second ClientHello that comes first, as the server would have that sent the HelloRetryRequest.
pub(super) fn negotiate(
    psks: &ServerPsks,
    mut hello: ClientHello,
    message: &[u8],
    cookie: Vec<u8>,
) -> Result<Negotiation, Error> {
    let config = &psks.config;
    let keys = config.cookie_keys.as_ref().zip(psks.scope());
    let (keys, scope) = keys.ok_or(Violation::CookieWithoutRetry)?;
    let retry = Retry::open(keys, scope, &cookie).ok_or(Violation::RetryWrongCookie)?;
    let offer = hello.extensions.pre_shared_key.take().filter(|_| retry.has_psk());
    let share = retry.check(&mut hello)?;
    let (offer, chosen) = if retry.has_psk() {
        let offer = offer.ok_or(Violation::RetryDroppedPsk)?;
        // None behind the limit was chosen, and a second offer only leaves some out.
        let mut looked_at = offer.identities.iter().take(config.max_offered_psks);
        let place = looked_at.position(|psk| retry.is_chosen(&psk.identity));
        (offer, Some(place.ok_or(Violation::RetryDroppedChosenIdentity)?))
    } else {
        (OfferedPsks::none(), None)
    };
    // The server that sealed the cookie may have had other parameters. Its PSK modes were the same, by the scope.
    let parameters = &config.parameters;
    if !parameters.groups().contains(&retry.group) {
        return Err(Violation::NoCommonGroup.into());
    }
    if !parameters.cipher_suites().contains(&retry.cipher_suite) {
        return Err(Violation::NoCommonCipherSuite.into());
    }
    let common = Common {
        suites: vec![retry.cipher_suite],
        group: Some(GroupChoice::Shared(share)),
        alpn: choose_protocol(parameters, &hello.extensions)?,
    };
    let (_, transcript) = retry.request(&hello.legacy_session_id, Some(cookie))?;
    let retried = Retried { transcript, chosen, early_data: retry.early_data };
    Ok(Negotiation { hello, offer, message: message.to_vec(), common, retried: Some(retried) })
}
