//! START and RECVD_CH: the first ClientHello that comes (RFC 9846 sections 4.2.2 and 9.2).

use super::accept::Negotiation;
use super::selecting_psk::SelectingPsk;
use super::{Selection, SelectionPolicy, ServerConfig, ServerPsks, State, cookie};
use crate::endpoint::{Context, Event, MIN_RECORD_SIZE_LIMIT, Parameters};
use crate::error::{Error, Violation};
use crate::wire::{
    CipherSuite, ClientExtensions, ClientHello, CodePointSet, Handshake, KeyShareEntry, NamedGroup,
    OfferedPsks, ProtocolVersion, PskKeyExchangeMode,
};

/// START.
pub struct WaitClientHello {
    pub(super) psks: ServerPsks,
}

impl WaitClientHello {
    /// Whether the time decides anything: the age of a ticket, or whether a certificate is valid.
    pub fn needs_time(&self) -> bool {
        self.psks.ticket_policy().is_some() || self.psks.config.needs_time()
    }

    pub(super) fn on_client_hello(
        self,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let mut hello = ClientHello::read(message.body())?;
        // Whatever comes next is protected, or answers a HelloRetryRequest.
        ctx.reader.boundary()?;
        check_hello(&hello)?;
        let config = &self.psks.config;
        let negotiation = match hello.extensions.cookie.take() {
            Some(cookie) => cookie::negotiate(&self.psks, hello, message.bytes, cookie)?,
            None => {
                let (common, offered) = Common::negotiate(config, &hello)?;
                let offer = hello.extensions.pre_shared_key.take().filter(|_| offered);
                let offer = offer.unwrap_or_else(OfferedPsks::none);
                let message = message.bytes.to_vec();
                Negotiation { hello, offer, message, common, retried: None }
            }
        };
        ctx.set_client_random(negotiation.hello.random);
        ctx.reader.accept_change_cipher_spec(true);
        if negotiation.hello.extensions.early_data {
            ctx.reader.skip_early_data(config.max_skipped_early_data);
        }
        let tickets = self.psks.open_tickets(
            self.psks.looked_at(&negotiation.offer),
            negotiation.hello.extensions.server_name.as_deref(),
            ctx.now,
        );
        let selecting = Box::new(SelectingPsk { psks: self.psks, negotiation, tickets });
        if selecting.negotiation.offer.identities.is_empty() {
            return selecting.without_psk(ctx);
        }
        match selecting.psks.config.selection {
            SelectionPolicy::FirstMatch => selecting.select(ctx, &Selection::FirstMatch),
            SelectionPolicy::Application => {
                ctx.emit(Event::SelectPsk);
                Ok(State::SelectingPsk(selecting))
            }
        }
    }
}

/// What both sides have in common, whoever the client is. Failing here says nothing about any PSK.
pub(super) struct Common {
    /// In the order of preference; never empty.
    pub(super) suites: Vec<CipherSuite>,
    /// The group under psk_dhe_ke, `None` under psk_ke.
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
    /// Also tells whether there is an offer of PSKs that can be used.
    fn negotiate(config: &ServerConfig, hello: &ClientHello) -> Result<(Self, bool), Error> {
        let parameters = &config.parameters;
        let extensions = &hello.extensions;
        check_mandatory(extensions, config.full_handshake())?;
        let mode = common_mode(parameters, extensions);
        let group = match mode {
            Some(PskKeyExchangeMode::PSK_DHE_KE) => Some(choose_group(parameters, extensions)?),
            Some(_) => None,
            None if config.full_handshake() => None,
            None => return Err(Violation::NoCommonPskMode.into()),
        };
        let suites = parameters.common_cipher_suites(&hello.cipher_suites);
        if suites.is_empty() {
            return Err(Violation::NoCommonCipherSuite.into());
        }
        let alpn = choose_protocol(parameters, extensions)?;
        let offered = mode.is_some() && extensions.pre_shared_key.is_some();
        Ok((Self { suites, group, alpn }, offered))
    }

    /// The group where no PSK is chosen: there is always one, whatever the mode of a PSK would have been.
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

/// The mode in which the client can use a PSK of ours (section 4.3.9).
pub(super) fn common_mode(
    parameters: &Parameters,
    extensions: &ClientExtensions,
) -> Option<PskKeyExchangeMode> {
    let modes = extensions.psk_key_exchange_modes.as_deref().unwrap_or_default();
    parameters.psk_modes().iter().copied().find(|mode| modes.contains(mode))
}

/// The checks of every ClientHello that come before any negotiation.
pub(super) fn check_hello(hello: &ClientHello) -> Result<(), Error> {
    if hello.legacy_version != ProtocolVersion::TLS12 {
        return Err(Violation::BadLegacyVersion.into());
    }
    let versions = hello.extensions.supported_versions.as_deref().unwrap_or_default();
    if !versions.contains(&ProtocolVersion::TLS13) {
        return Err(Violation::Tls13NotOffered.into());
    }
    if hello.legacy_compression_methods != [0] {
        return Err(Violation::BadCompressionMethods.into());
    }
    if hello.extensions.record_size_limit.is_some_and(|limit| limit < MIN_RECORD_SIZE_LIMIT) {
        return Err(Violation::RecordSizeLimitTooSmall.into());
    }
    Ok(())
}

/// Which extensions need which others (section 9.2).
fn check_mandatory(extensions: &ClientExtensions, full_handshake: bool) -> Result<(), Error> {
    match (&extensions.supported_groups, &extensions.key_share) {
        // Mbed TLS lists groups under psk_ke alone, too, where there is nothing to share.
        (Some(groups), None) if only_psk_ke(extensions) => check_shares(groups, &[])?,
        (Some(_), None) => return Err(Violation::MissingKeyShare.into()),
        (None, Some(_)) => return Err(Violation::MissingSupportedGroups.into()),
        (Some(groups), Some(shares)) => check_shares(groups, shares)?,
        (None, None) => {}
    }
    if extensions.pre_shared_key.is_some() {
        return match extensions.psk_key_exchange_modes {
            Some(_) => Ok(()),
            None => Err(Violation::MissingPskModes.into()),
        };
    }
    if extensions.early_data {
        return Err(Violation::EarlyDataWithoutPsk.into());
    }
    if extensions.signature_algorithms.is_none() {
        return Err(Violation::MissingSignatureAlgorithms.into());
    }
    if extensions.supported_groups.is_none() {
        return Err(Violation::MissingSupportedGroups.into());
    }
    if full_handshake { Ok(()) } else { Err(Violation::NoPskOffered.into()) }
}

/// Whether PSKs are offered for psk_ke and for no other mode that is known.
fn only_psk_ke(extensions: &ClientExtensions) -> bool {
    let modes = extensions.psk_key_exchange_modes.as_deref().unwrap_or_default();
    extensions.pre_shared_key.is_some()
        && modes.contains(&PskKeyExchangeMode::PSK_KE)
        && !modes.contains(&PskKeyExchangeMode::PSK_DHE_KE)
}

/// Every share is of an offered group, and of each group there is one (section 4.3.8).
fn check_shares(groups: &[NamedGroup], shares: &[KeyShareEntry]) -> Result<(), Error> {
    let (mut offered, mut shared) = (CodePointSet::new(), CodePointSet::new());
    if !groups.iter().all(|group| offered.insert(group.0))
        || !shares.iter().all(|share| shared.insert(share.group.0))
    {
        return Err(Violation::DuplicateGroup.into());
    }
    if !shares.iter().all(|share| offered.contains(share.group.0)) {
        return Err(Violation::KeyShareNotInGroups.into());
    }
    Ok(())
}

/// The most preferred group that needs no further round trip, else the most preferred one.
fn choose_group(
    parameters: &Parameters,
    extensions: &ClientExtensions,
) -> Result<GroupChoice, Error> {
    let groups = extensions.supported_groups.as_deref().unwrap_or_default();
    let shares = extensions.key_share.as_deref().unwrap_or_default();
    let mut common = parameters.groups().iter().filter(|group| groups.contains(group)).peekable();
    let first = **common.peek().ok_or(Violation::NoCommonGroup)?;
    let shared = common.find_map(|group| shares.iter().find(|share| share.group == *group));
    Ok(match shared {
        Some(share) => GroupChoice::Shared(share.clone()),
        None => GroupChoice::NeedsRetry(first),
    })
}

/// The server's most preferred protocol among the client's (RFC 7301 section 3.2).
pub(super) fn choose_protocol(
    parameters: &Parameters,
    extensions: &ClientExtensions,
) -> Result<Option<Vec<u8>>, Error> {
    match &extensions.alpn {
        Some(offered) if !parameters.alpn().is_empty() => {
            match parameters.alpn().iter().find(|name| offered.contains(name)) {
                Some(name) => Ok(Some(name.clone())),
                None => Err(Violation::NoCommonApplicationProtocol.into()),
            }
        }
        _ => Ok(None),
    }
}
