//! The checks of a ClientHello (RFC 9846 sections 4.2.2, 4.3.8 and 9.2).

use crate::endpoint::MIN_RECORD_SIZE_LIMIT;
use crate::error::{Error, Incompatible, Violation};
use crate::wire::{
    ClientExtensions, ClientHello, CodePointSet, KeyShareEntry, NamedGroup, ProtocolVersion,
    PskKeyExchangeMode,
};

/// The checks of every ClientHello that come before any negotiation.
pub(super) fn check_hello(hello: &ClientHello) -> Result<(), Error> {
    if hello.legacy_version != ProtocolVersion::TLS12 {
        return Err(Violation::BadLegacyVersion.into());
    }
    let versions = hello.extensions.supported_versions.as_deref().unwrap_or_default();
    if !versions.contains(&ProtocolVersion::TLS13) {
        return Err(Incompatible::Tls13NotOffered.into());
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
pub(super) fn check_mandatory(
    extensions: &ClientExtensions,
    full_handshake: bool,
) -> Result<(), Error> {
    match (&extensions.supported_groups, &extensions.key_share) {
        // Mbed TLS lists groups even with only psk_ke, which needs no shares.
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
    if full_handshake { Ok(()) } else { Err(Incompatible::NoPskOffered.into()) }
}

/// Whether PSKs are offered with `psk_ke` and no other known mode.
fn only_psk_ke(extensions: &ClientExtensions) -> bool {
    let modes = extensions.psk_key_exchange_modes.as_deref().unwrap_or_default();
    extensions.pre_shared_key.is_some()
        && modes.contains(&PskKeyExchangeMode::PSK_KE)
        && !modes.contains(&PskKeyExchangeMode::PSK_DHE_KE)
}

/// Every share is for a listed group, and there is only one for each group (section 4.3.8).
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
