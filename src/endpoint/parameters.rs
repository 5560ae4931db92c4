//! The parameters of both roles for the negotiation.

use crate::crypto::{self, SUPPORTED_GROUPS, Suite};
use crate::error::named_errors;
use crate::wire::{CipherSuite, NamedGroup, PskKeyExchangeMode};

named_errors! {
    /// Why a configuration was refused. A refused call changes nothing.
    ConfigError {
        NoCipherSuite => "at least one cipher suite is needed";
        UnsupportedCipherSuite => "a cipher suite is not supported";
        NoGroup => "at least one key exchange group is needed";
        UnsupportedGroup => "a key exchange group is not supported";
        NoMode => "at least one PSK key exchange mode is needed";
        UnsupportedMode => "a PSK key exchange mode is not supported";
        Duplicate => "a value is listed twice";
        BadProtocolName => "an application protocol's name holds 1 to 255 bytes";
        TooManyProtocolNames => "the encoded application protocols take at most 65535 bytes";
        BadServerName => "a server name holds 1 to 255 bytes of ASCII without spaces, and is not an IP address";
        TooManyTickets => "at most 16 tickets follow a handshake";
        BadTicketLifetime => "a ticket's lifetime is 1 to 604800 seconds";
        BadSessionAge => "a session's age is 1 to 604800 seconds";
        ContextTooLong => "a session id context holds at most 65535 bytes";
        BadReplayScope => "tickets for early data need a replay scope of 1 to 255 bytes, the name of their replay store";
        BadRecordSizeLimit => "a record size limit is 64 to 16385 bytes (RFC 8449)";
    }
}


/// The smallest `record_size_limit` (RFC 8449 section 4).
pub const MIN_RECORD_SIZE_LIMIT: u16 = 64;

/// Preferences and limits, the same for both roles. Lists are in order of preference.
#[derive(Clone, Debug)]
pub struct Parameters {
    cipher_suites: Vec<Suite>,
    /// Whether the suites are the default, whose order no application has chosen.
    default_cipher_suites: bool,
    groups: Vec<NamedGroup>,
    psk_modes: Vec<PskKeyExchangeMode>,
    alpn: Vec<Vec<u8>>,
    record_size_limit: Option<u16>,
    /// Pads every protected record to a multiple of this number of bytes ([RFC 9846 section 5.4]); 1 for no padding.
    ///
    /// [RFC 9846 section 5.4]: https://www.rfc-editor.org/rfc/rfc9846#section-5.4
    pub(crate) padding_multiple: usize,
    /// Changes the sending key at the latest after this number of records, which may be far below the AEAD's limit
    /// (section 5.5).
    pub(crate) rekey_after_records: u64,
    /// Whether the platform's AEAD protects records, where `crypto::use_platform_aead` provided one.
    pub(crate) platform_aead: bool,
    /// Sends a session id and `change_cipher_spec` records for middleboxes (appendix E.4).
    pub(crate) middlebox_compatibility: bool,
    /// Offers reserved values in addition to the real ones, as a client, so that servers keep ignoring unknown values
    /// (RFC 8701).
    pub(crate) grease: bool,
    /// Lets this process use an identity both as a client and as a server. This allows an attacker to send a client's
    /// messages back to it ([RFC 9257 section 4.1]); for tests and demonstrations that play both sides.
    ///
    /// [RFC 9257 section 4.1]: https://www.rfc-editor.org/rfc/rfc9257#section-4.1
    pub(crate) allow_both_roles: bool,
    /// Emits every secret as a line of the key log. For debugging only.
    pub(crate) key_log: bool,
    /// Emits every message as an event.
    pub(crate) trace: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            // ChaCha20 first: it is four times as fast as AES where there are no AES instructions.
            cipher_suites: Suite::ALL.to_vec(),
            default_cipher_suites: true,
            groups: SUPPORTED_GROUPS.to_vec(),
            psk_modes: vec![PskKeyExchangeMode::PSK_DHE_KE],
            alpn: Vec::new(),
            record_size_limit: None,
            padding_multiple: 1,
            rekey_after_records: u64::MAX,
            platform_aead: true,
            middlebox_compatibility: true,
            grease: true,
            allow_both_roles: false,
            key_log: false,
            trace: false,
        }
    }
}

impl Parameters {
    /// The cipher suites, most preferred first.
    #[must_use]
    pub fn cipher_suites(&self) -> &[Suite] {
        &self.cipher_suites
    }

    /// Sets the cipher suites. A server then uses this order; by default it uses the client's, as a client may have a
    /// PSK for only its first suite.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoCipherSuite`], [`ConfigError::UnsupportedCipherSuite`] and [`ConfigError::Duplicate`].
    pub fn set_cipher_suites(&mut self, suites: &[CipherSuite]) -> Result<(), ConfigError> {
        check_list(suites, ConfigError::NoCipherSuite)?;
        let supported: Option<_> = suites.iter().map(|suite| Suite::of(*suite)).collect();
        self.cipher_suites = supported.ok_or(ConfigError::UnsupportedCipherSuite)?;
        self.default_cipher_suites = false;
        Ok(())
    }

    /// The common suites, each once, in order of preference.
    pub(crate) fn common_cipher_suites(&self, offered: &[CipherSuite]) -> Vec<Suite> {
        let offered: &[Suite] =
            &offered.iter().filter_map(|suite| Suite::of(*suite)).collect::<Vec<_>>();
        let (by, other) = if self.default_cipher_suites {
            (offered, &*self.cipher_suites)
        } else {
            (&*self.cipher_suites, offered)
        };
        let mut common = Vec::new();
        for suite in by {
            if other.contains(suite) && !common.contains(suite) {
                common.push(*suite);
            }
        }
        common
    }

    /// The key exchange groups, most preferred first.
    #[must_use]
    pub fn groups(&self) -> &[NamedGroup] {
        &self.groups
    }

    /// Sets the key exchange groups. A client sends a key share for the first.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoGroup`], [`ConfigError::UnsupportedGroup`] and [`ConfigError::Duplicate`].
    pub fn set_groups(&mut self, groups: &[NamedGroup]) -> Result<(), ConfigError> {
        check_list(groups, ConfigError::NoGroup)?;
        if groups.iter().any(|group| !crypto::is_supported(*group)) {
            return Err(ConfigError::UnsupportedGroup);
        }
        self.groups = groups.to_vec();
        Ok(())
    }

    /// The PSK key exchange modes, most preferred first.
    #[must_use]
    pub fn psk_modes(&self) -> &[PskKeyExchangeMode] {
        &self.psk_modes
    }

    /// Sets the PSK key exchange modes. `psk_ke` gives up forward secrecy and is never used unless it is listed.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoMode`], [`ConfigError::UnsupportedMode`] and [`ConfigError::Duplicate`].
    pub fn set_psk_modes(&mut self, modes: &[PskKeyExchangeMode]) -> Result<(), ConfigError> {
        check_list(modes, ConfigError::NoMode)?;
        if modes.iter().any(|mode| mode.name().is_none()) {
            return Err(ConfigError::UnsupportedMode);
        }
        self.psk_modes = modes.to_vec();
        Ok(())
    }

    /// Whether `mode` is enabled.
    #[must_use]
    pub fn allows(&self, mode: PskKeyExchangeMode) -> bool {
        self.psk_modes.contains(&mode)
    }

    /// The application protocols (RFC 7301), most preferred first; none means that ALPN is not used.
    #[must_use]
    pub fn alpn(&self) -> &[Vec<u8>] {
        &self.alpn
    }

    /// Sets the application protocols.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BadProtocolName`], [`ConfigError::TooManyProtocolNames`] and [`ConfigError::Duplicate`].
    pub fn set_alpn(&mut self, protocols: &[&[u8]]) -> Result<(), ConfigError> {
        if protocols.iter().any(|name| !(1..=255).contains(&name.len())) {
            return Err(ConfigError::BadProtocolName);
        }
        if protocols.iter().map(|name| 1 + name.len()).sum::<usize>() > 0xffff - 2 {
            return Err(ConfigError::TooManyProtocolNames);
        }
        self.alpn = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(())
    }

    /// The largest inner plaintext to accept, in bytes including the content type (RFC 8449).
    #[must_use]
    pub fn record_size_limit(&self) -> Option<u16> {
        self.record_size_limit
    }

    /// Sets the record size limit, 64 to 16385 bytes.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BadRecordSizeLimit`].
    pub fn set_record_size_limit(&mut self, bytes: Option<u16>) -> Result<(), ConfigError> {
        if bytes.is_some_and(|bytes| !(MIN_RECORD_SIZE_LIMIT..=16385).contains(&bytes)) {
            return Err(ConfigError::BadRecordSizeLimit);
        }
        self.record_size_limit = bytes;
        Ok(())
    }

    /// Pads every protected record to a multiple of this number of bytes ([RFC 9846 section 5.4]), 1 to 16384; the
    /// default, 1, means no padding.
    ///
    /// [RFC 9846 section 5.4]: https://www.rfc-editor.org/rfc/rfc9846#section-5.4
    pub fn set_padding_multiple(&mut self, bytes: usize) {
        self.padding_multiple = bytes;
    }

    /// Changes the sending key at the latest after this number of records; by default only at the AEAD's limit
    /// ([RFC 9846 section 5.5]).
    ///
    /// [RFC 9846 section 5.5]: https://www.rfc-editor.org/rfc/rfc9846#section-5.5
    pub fn set_rekey_after_records(&mut self, records: u64) {
        self.rekey_after_records = records;
    }

    /// Sends a session id and `change_cipher_spec` records for middleboxes ([RFC 9846 appendix E.4]). On by default.
    ///
    /// [RFC 9846 appendix E.4]: https://www.rfc-editor.org/rfc/rfc9846#appendix-E.4
    pub fn set_middlebox_compatibility(&mut self, on: bool) {
        self.middlebox_compatibility = on;
    }

    /// Offers reserved values in addition to the real ones, as a client, so that servers keep ignoring unknown values
    /// (RFC 8701). On by default.
    pub fn set_grease(&mut self, on: bool) {
        self.grease = on;
    }

    /// Lets this process use an identity both as a client and as a server. This allows an attacker to send a client's
    /// messages back to it ([RFC 9257 section 4.1]); for tests and demonstrations that play both sides.
    ///
    /// [RFC 9257 section 4.1]: https://www.rfc-editor.org/rfc/rfc9257#section-4.1
    pub fn set_allow_both_roles(&mut self, on: bool) {
        self.allow_both_roles = on;
    }

    /// Emits every secret as a line of the key log (RFC 9850), in `Event::KeyLog`. For debugging only.
    pub fn set_key_log(&mut self, on: bool) {
        self.key_log = on;
    }

    /// Emits every message and every decision about a PSK as an event.
    pub fn set_trace(&mut self, on: bool) {
        self.trace = on;
    }
}

fn check_list<T: PartialEq>(list: &[T], empty: ConfigError) -> Result<(), ConfigError> {
    if list.is_empty() {
        return Err(empty);
    }
    let duplicate =
        list.iter().enumerate().any(|(i, item)| list.iter().skip(i + 1).any(|x| x == item));
    if duplicate { Err(ConfigError::Duplicate) } else { Ok(()) }
}
