//! What follows from a ClientHello before a PSK is selected (RFC 9846 sections 4.2.1 and 4.3).

use super::ServerConfig;
use super::client_hello::check_mandatory;
use super::hello_retry_request::RetryState;
use super::pre_shared_keys::ServerPsks;
use crate::crypto::{Digest, HashAlgorithm, Suite};
use crate::endpoint::Parameters;
use crate::error::{Error, Incompatible, Violation};
use crate::keys::{Transcript, binder_hash_of_first_hello};
use crate::psk::Psk;
use crate::wire::{
    ClientExtensions, ClientHello, KeyShareEntry, NamedGroup, OfferedPsks, PskKeyExchangeMode,
};

/// A ClientHello and what follows from it, before a PSK is selected.
pub(super) struct Negotiation {
    /// The ClientHello, without its offer.
    pub(super) hello: ClientHello,
    pub(super) offer: OfferedPsks,
    /// The whole message, as the transcript and the binders cover it.
    pub(super) message: Vec<u8>,
    pub(super) common: Common,
    /// For a second ClientHello with a cookie: the state in it.
    pub(super) retried: Option<Retried>,
}

impl Negotiation {
    /// The hash that the binders cover, for a PSK with this hash (section 4.3.11.2).
    pub(super) fn covered(&self, hash: HashAlgorithm) -> Digest {
        let truncated = self.offer.truncated(&self.message);
        match &self.retried {
            Some(retried) => retried.transcript.with_truncated(truncated),
            None => binder_hash_of_first_hello(hash, truncated),
        }
    }
}

/// The state from the cookie of a second ClientHello.
pub(super) struct Retried {
    /// `message_hash` of the first ClientHello, and the HelloRetryRequest.
    pub(super) transcript: Transcript,
    /// The index of the selected identity in this offer; `None` if the server sends a certificate instead.
    pub(super) chosen: Option<usize>,
    /// The first ClientHello offered early data.
    pub(super) early_data: bool,
}

/// The common parameters, which do not depend on a PSK. A failure here reveals nothing about PSKs.
pub(super) struct Common {
    /// In order of preference; never empty.
    pub(super) suites: Vec<Suite>,
    /// The group under `psk_dhe_ke`, `None` under `psk_ke`.
    pub(super) group: Option<GroupChoice>,
    pub(super) alpn: Option<Vec<u8>>,
}

/// A group, and whether the client has sent a share for it.
#[derive(Clone)]
pub(super) enum GroupChoice {
    Shared(KeyShareEntry),
    NeedsRetry(NamedGroup),
}

impl Common {
    /// Also returns whether there is a usable offer of PSKs.
    pub(super) fn negotiate(
        config: &ServerConfig,
        hello: &ClientHello,
    ) -> Result<(Self, bool), Error> {
        let parameters = &config.parameters;
        let extensions = &hello.extensions;
        check_mandatory(extensions, config.full_handshake())?;
        let mode = common_mode(parameters, extensions);
        let group = match mode {
            Some(PskKeyExchangeMode::PSK_DHE_KE) => Some(choose_group(parameters, extensions)?),
            Some(_) => None,
            None if config.full_handshake() => None,
            None => return Err(Incompatible::NoCommonPskMode.into()),
        };
        let suites = parameters.common_cipher_suites(&hello.cipher_suites);
        if suites.is_empty() {
            return Err(Incompatible::NoCommonCipherSuite.into());
        }
        let alpn = choose_protocol(parameters, extensions)?;
        let offered = mode.is_some() && extensions.pre_shared_key.is_some();
        Ok((Self { suites, group, alpn }, offered))
    }

    /// The group if no PSK is selected: there must be one, whatever mode a PSK would have had.
    pub(super) fn group_of_full_handshake(
        &self,
        parameters: &Parameters,
        extensions: &ClientExtensions,
    ) -> Result<GroupChoice, Error> {
        match &self.group {
            Some(group) => Ok(group.clone()),
            None if extensions.supported_groups.is_none() => {
                Err(Violation::MissingSupportedGroups.into())
            }
            None if extensions.key_share.is_none() => Err(Violation::MissingKeyShare.into()),
            None => choose_group(parameters, extensions),
        }
    }
}

/// The mode in which the client can use a PSK of this server (section 4.3.9).
pub(super) fn common_mode(
    parameters: &Parameters,
    extensions: &ClientExtensions,
) -> Option<PskKeyExchangeMode> {
    let modes = extensions.psk_key_exchange_modes.as_deref().unwrap_or_default();
    parameters.psk_modes().iter().copied().find(|mode| modes.contains(mode))
}

/// The PSK is selected first, then the best suite with its hash.
pub(super) fn suite_for(common: &Common, psk: Option<&Psk>) -> Result<Suite, Error> {
    let mut suites = common.suites.iter().copied();
    suites
        .find(|suite| psk.is_none_or(|psk| suite.hash() == psk.hash))
        .ok_or(Incompatible::NoAcceptablePsk.into())
}

/// The most preferred group that needs no further round trip, else the most preferred one.
fn choose_group(
    parameters: &Parameters,
    extensions: &ClientExtensions,
) -> Result<GroupChoice, Error> {
    let groups = extensions.supported_groups.as_deref().unwrap_or_default();
    let shares = extensions.key_share.as_deref().unwrap_or_default();
    let mut common = parameters.groups().iter().filter(|group| groups.contains(group)).peekable();
    let first = **common.peek().ok_or(Incompatible::NoCommonGroup)?;
    let shared = common.find_map(|group| shares.iter().find(|share| share.group == *group));
    Ok(match shared {
        Some(share) => GroupChoice::Shared(share.clone()),
        None => GroupChoice::NeedsRetry(first),
    })
}

/// The server's most preferred protocol among the client's (RFC 7301 section 3.2).
fn choose_protocol(
    parameters: &Parameters,
    extensions: &ClientExtensions,
) -> Result<Option<Vec<u8>>, Error> {
    match &extensions.alpn {
        Some(offered) if !parameters.alpn().is_empty() => {
            match parameters.alpn().iter().find(|name| offered.contains(name)) {
                Some(name) => Ok(Some(name.clone())),
                None => Err(Incompatible::NoCommonApplicationProtocol.into()),
            }
        }
        _ => Ok(None),
    }
}

/// Negotiates from a second ClientHello that is the first message here, like the server that sent the
/// HelloRetryRequest.
pub(super) fn negotiate_with_cookie(
    psks: &ServerPsks,
    mut hello: ClientHello,
    message: &[u8],
    cookie: Vec<u8>,
) -> Result<Negotiation, Error> {
    let config = &psks.config;
    let keys = config.cookie_keys.as_ref().zip(psks.scope());
    let (keys, scope) = keys.ok_or(Violation::CookieWithoutRetry)?;
    let retry = RetryState::open(keys, scope, &cookie).ok_or(Violation::RetryWrongCookie)?;
    let offer = hello.extensions.pre_shared_key.take().filter(|_| retry.has_psk());
    let share = retry.check(&mut hello)?;
    let (offer, chosen) = if retry.has_psk() {
        let offer = offer.ok_or(Violation::RetryDroppedPsk)?;
        // No identity after the limit was selected, and a second offer only leaves some out.
        let mut looked_at = offer.identities.iter().take(config.max_offered_psks);
        let place = looked_at.position(|psk| retry.is_chosen(&psk.identity));
        (offer, Some(place.ok_or(Violation::RetryDroppedChosenIdentity)?))
    } else {
        (OfferedPsks::none(), None)
    };
    // The server that sealed the cookie may have had other parameters. Its PSK modes were the same, by the scope.
    let parameters = &config.parameters;
    if !parameters.groups().contains(&retry.group) {
        return Err(Incompatible::NoCommonGroup.into());
    }
    if !parameters.cipher_suites().contains(&retry.cipher_suite) {
        return Err(Incompatible::NoCommonCipherSuite.into());
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
