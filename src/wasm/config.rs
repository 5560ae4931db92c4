//! `Config`.

use std::sync::Arc;

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::error::{Result, throw_config, throw_option, throw_psk};
use super::psk::ExternalPsk;
use crate::client::ClientConfig;
use crate::crypto::SealingKeys;
use crate::endpoint::{ConfigError, Parameters};
use crate::psk::PskKinds;
use crate::server::{CookieKeys, EarlyDataPolicy, SelectionPolicy, ServerConfig, TicketPolicy};
use crate::wire::{CipherSuite, NamedGroup, PskKeyExchangeMode};

/// A configuration for any number of connections of one role. Changes do not affect existing connections.
#[wasm_bindgen]
pub struct Config(pub(super) EitherConfig);

/// The configuration by role. Connections share it; a change makes a copy while it is shared.
pub(super) enum EitherConfig {
    Client(Arc<ClientConfig>),
    Server(Arc<ServerConfig>),
}

#[wasm_bindgen]
impl Config {
    /// The role is "client" or "server".
    #[wasm_bindgen(constructor)]
    pub fn new(role: &str) -> Result<Self> {
        match role {
            "client" => Ok(Self(EitherConfig::Client(Arc::default()))),
            "server" => Ok(Self(EitherConfig::Server(Arc::default()))),
            _ => Err(throw_option("the role is neither client nor server")),
        }
    }

    /// Adds a copy of `psk` as the least preferred.
    #[wasm_bindgen(js_name = appendPsk)]
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<()> {
        match &mut self.0 {
            EitherConfig::Client(config) => Arc::make_mut(config).append_psk(&psk.0),
            EitherConfig::Server(config) => Arc::make_mut(config).append_psk(&psk.0),
        }
        .map_err(throw_psk)
    }

    /// RFC names, most preferred first. By default, a server uses its client's order.
    #[wasm_bindgen(js_name = setCipherSuites)]
    pub fn set_cipher_suites(&mut self, names: Vec<String>) -> Result<()> {
        let suites = parse(&names, CipherSuite::from_name, ConfigError::UnsupportedCipherSuite)?;
        self.parameters().set_cipher_suites(&suites).map_err(throw_config)
    }

    /// RFC names, most preferred first; a client sends a share for the first.
    #[wasm_bindgen(js_name = setGroups)]
    pub fn set_groups(&mut self, names: Vec<String>) -> Result<()> {
        let groups = parse(&names, NamedGroup::from_name, ConfigError::UnsupportedGroup)?;
        self.parameters().set_groups(&groups).map_err(throw_config)
    }

    /// "psk_dhe_ke" and "psk_ke", most preferred first.
    #[wasm_bindgen(js_name = setModes)]
    pub fn set_modes(&mut self, names: Vec<String>) -> Result<()> {
        let modes = parse(&names, PskKeyExchangeMode::from_name, ConfigError::UnsupportedMode)?;
        self.parameters().set_psk_modes(&modes).map_err(throw_config)
    }

    /// Application protocols (RFC 7301), most preferred first.
    #[wasm_bindgen(js_name = setAlpn)]
    pub fn set_alpn(&mut self, protocols: Vec<String>) -> Result<()> {
        let names: Vec<&[u8]> = protocols.iter().map(String::as_bytes).collect();
        self.parameters().set_alpn(&names).map_err(throw_config)
    }

    /// The DNS name of the server, for a client to send (RFC 6066).
    #[wasm_bindgen(js_name = setServerName)]
    pub fn set_server_name(&mut self, name: &str) -> Result<()> {
        match &mut self.0 {
            EitherConfig::Client(config) => {
                Arc::make_mut(config).set_server_name(name).map_err(throw_config)
            }
            EitherConfig::Server(_) => Err(throw_option("a server sends no server name")),
        }
    }

    /// How a server selects the PSK: "first-match" (default) or "application".
    #[wasm_bindgen(js_name = setSelection)]
    pub fn set_selection(&mut self, policy: &str) -> Result<()> {
        let policy = match policy {
            "first-match" => SelectionPolicy::FirstMatch,
            "application" => SelectionPolicy::Application,
            _ => return Err(throw_option("selection is neither first-match nor application")),
        };
        match &mut self.0 {
            EitherConfig::Server(config) => {
                Arc::make_mut(config).selection = policy;
                Ok(())
            }
            EitherConfig::Client(_) => Err(throw_option("a client does not select the PSK")),
        }
    }

    /// How many of the offered identities a server considers; by default the first 32.
    #[wasm_bindgen(js_name = setMaxOfferedPsks)]
    pub fn set_max_offered_psks(&mut self, count: u32) -> Result<()> {
        match &mut self.0 {
            EitherConfig::Server(config) if count > 0 => {
                Arc::make_mut(config).max_offered_psks = count as usize;
                Ok(())
            }
            EitherConfig::Server(_) => {
                Err(throw_option("a server considers at least one offered PSK"))
            }
            EitherConfig::Client(_) => Err(throw_option("a client receives no offered PSKs")),
        }
    }

    /// Which kinds of PSK are used: "external" (default), "resumption" or "both".
    #[wasm_bindgen(js_name = setPskKinds)]
    pub fn set_psk_kinds(&mut self, kinds: &str) -> Result<()> {
        let kinds = psk_kinds(kinds)?;
        match &mut self.0 {
            EitherConfig::Client(config) => Arc::make_mut(config).set_psk_kinds(kinds),
            EitherConfig::Server(config) => Arc::make_mut(config).set_psk_kinds(kinds),
        }
        .map_err(throw_psk)
    }

    /// A client offers early data, a server asks whether to accept it.
    #[wasm_bindgen(js_name = setEarlyData)]
    pub fn set_early_data(&mut self, on: bool) {
        match &mut self.0 {
            EitherConfig::Client(config) => Arc::make_mut(config).early_data = on,
            EitherConfig::Server(config) => {
                Arc::make_mut(config).early_data =
                    if on { EarlyDataPolicy::Application } else { EarlyDataPolicy::Reject };
            }
        }
    }

    /// How a server issues tickets: keys of 32 bytes each, concatenated, the newest first; the number of tickets; their
    /// lifetime and the longest age of a session, both in seconds.
    #[wasm_bindgen(js_name = setTickets)]
    pub fn set_tickets(
        &mut self,
        keys: Vec<u8>,
        count: u32,
        lifetime: u32,
        max_session_age: u32,
    ) -> Result<()> {
        let mut policy = TicketPolicy::new(sealing_keys(keys)?);
        policy.set_count(u8::try_from(count).unwrap_or(u8::MAX)).map_err(throw_config)?;
        policy.set_lifetime(lifetime).map_err(throw_config)?;
        policy.set_max_session_age(max_session_age).map_err(throw_config)?;
        match &mut self.0 {
            EitherConfig::Server(config) => {
                Arc::make_mut(config).tickets = Some(policy);
                Ok(())
            }
            EitherConfig::Client(_) => Err(throw_option("a client issues no tickets")),
        }
    }

    /// How many bytes of early data the tickets of a server allow, and the name of the replay store, 1 to 255 bytes.
    /// Call it after `setTickets`.
    #[wasm_bindgen(js_name = setTicketEarlyData)]
    pub fn set_ticket_early_data(&mut self, max_size: u32, replay_scope: &[u8]) -> Result<()> {
        if let EitherConfig::Server(config) = &mut self.0
            && let Some(policy) = &mut Arc::make_mut(config).tickets
        {
            return policy.set_early_data(max_size, replay_scope).map_err(throw_config);
        }
        Err(throw_option("early data of tickets needs tickets"))
    }

    /// The name of the application that a server serves: tickets and cookies of other names do not open.
    #[wasm_bindgen(js_name = setSessionIdContext)]
    pub fn set_session_id_context(&mut self, context: &[u8]) -> Result<()> {
        match &mut self.0 {
            EitherConfig::Server(config) => {
                Arc::make_mut(config).set_session_id_context(context).map_err(throw_config)
            }
            EitherConfig::Client(_) => {
                Err(throw_option("sessionIdContext is an option of servers"))
            }
        }
    }

    /// The keys of a server's cookies: 32 bytes each, concatenated, the newest first.
    #[wasm_bindgen(js_name = setCookieKeys)]
    pub fn set_cookie_keys(&mut self, keys: Vec<u8>) -> Result<()> {
        let keys = CookieKeys::new(sealing_keys(keys)?);
        match &mut self.0 {
            EitherConfig::Server(config) => {
                Arc::make_mut(config).cookie_keys = Some(keys);
                Ok(())
            }
            EitherConfig::Client(_) => Err(throw_option("a client makes no cookies")),
        }
    }

    /// Lets this process use an identity both as a client and as a server.
    #[wasm_bindgen(js_name = setAllowBothRoles)]
    pub fn set_allow_both_roles(&mut self, on: bool) {
        self.parameters().allow_both_roles = on;
    }

    /// Emits keyLog events. They hold secrets.
    #[wasm_bindgen(js_name = setKeyLog)]
    pub fn set_key_log(&mut self, on: bool) {
        self.parameters().key_log = on;
    }

    /// Emits message and psk events.
    #[wasm_bindgen(js_name = setTrace)]
    pub fn set_trace(&mut self, on: bool) {
        self.parameters().trace = on;
    }

    /// The largest inner plaintext to accept, 64 to 16385 bytes (RFC 8449).
    #[wasm_bindgen(js_name = setRecordSizeLimit)]
    pub fn set_record_size_limit(&mut self, bytes: u32) -> Result<()> {
        let bytes =
            u16::try_from(bytes).map_err(|_| throw_config(ConfigError::BadRecordSizeLimit))?;
        self.parameters().set_record_size_limit(Some(bytes)).map_err(throw_config)
    }

    /// Whether the platform's AEADs may protect records, if `setPlatformAead` provided them. The default is that they
    /// may.
    #[wasm_bindgen(js_name = setPlatformCrypto)]
    pub fn set_platform_crypto(&mut self, on: bool) {
        self.parameters().platform_aead = on;
    }

    /// Whether a client offers reserved values (RFC 8701). The default is that it does.
    #[wasm_bindgen(js_name = setGrease)]
    pub fn set_grease(&mut self, on: bool) {
        self.parameters().grease = on;
    }

    /// Pads every protected record to a multiple of this number of bytes (RFC 9846 section 5.4).
    #[wasm_bindgen(js_name = setPaddingMultiple)]
    pub fn set_padding_multiple(&mut self, bytes: u32) {
        self.parameters().padding_multiple = bytes as usize;
    }
}

impl Config {
    fn parameters(&mut self) -> &mut Parameters {
        match &mut self.0 {
            EitherConfig::Client(config) => &mut Arc::make_mut(config).parameters,
            EitherConfig::Server(config) => &mut Arc::make_mut(config).parameters,
        }
    }
}

/// Keys of 32 bytes each, concatenated, the newest first.
pub(super) fn sealing_keys(keys: Vec<u8>) -> Result<SealingKeys> {
    let keys = Zeroizing::new(keys);
    let (chunks, rest) = keys.as_chunks();
    let sealing = SealingKeys::new(chunks).ok().filter(|_| rest.is_empty());
    sealing.ok_or_else(|| throw_option("at least one key is needed, of 32 bytes each"))
}

pub(super) fn psk_kinds(name: &str) -> Result<PskKinds> {
    match name {
        "external" => Ok(PskKinds::External),
        "resumption" => Ok(PskKinds::Resumption),
        "both" => Ok(PskKinds::Both),
        _ => Err(throw_option("the kinds of PSK are neither external, resumption nor both")),
    }
}

fn parse<T>(
    names: &[String],
    from_name: impl Fn(&str) -> Option<T>,
    unknown: ConfigError,
) -> Result<Vec<T>> {
    names.iter().map(|name| from_name(name).ok_or_else(|| throw_config(unknown))).collect()
}
