//! `ClientHello` (RFC 9846 section 4.2.2).

use super::codec::{Reader, Writer};
use super::enums::{
    CipherSuite, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion, PskKeyExchangeMode,
    SignatureScheme,
};
use super::extension_table::{CHANGEABLE, Messages, may_stand_in};
use super::extensions::{
    KeyShareEntry, read_block, read_list, read_protocol_names, read_signature_algorithms, write,
    write_protocol_names,
};
use super::handshake;
use super::pre_shared_key::OfferedPsks;
use crate::error::{Error, Violation};

/// ```text
/// struct {
///     ProtocolVersion legacy_version = 0x0303;
///     Random random;
///     opaque legacy_session_id<0..32>;
///     CipherSuite cipher_suites<2..2^16-2>;
///     opaque legacy_compression_methods<1..2^8-1>;
///     Extension extensions<7..2^16-1>;
/// } ClientHello;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// Frozen at TLS 1.2.
    pub legacy_version: ProtocolVersion,
    /// 32 random bytes.
    pub random: [u8; 32],
    /// Echoed by the server; non-empty in middlebox compatibility mode.
    pub legacy_session_id: Vec<u8>,
    /// Most preferred first.
    pub cipher_suites: Vec<CipherSuite>,
    /// Only the null method in TLS 1.3.
    pub legacy_compression_methods: Vec<u8>,
    /// The content of the extensions.
    pub extensions: ClientExtensions,
}

/// The ClientHello's extensions. `None` means that the extension is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientExtensions {
    /// The only host name of `server_name` (RFC 6066 section 3).
    pub server_name: Option<Vec<u8>>,
    /// Section 4.3.7, most preferred first.
    pub supported_groups: Option<Vec<NamedGroup>>,
    /// Section 4.3.3.
    pub signature_algorithms: Option<Vec<SignatureScheme>>,
    /// RFC 7301, most preferred first.
    pub alpn: Option<Vec<Vec<u8>>>,
    /// RFC 8449: the largest inner plaintext that the sender accepts, including the content type.
    pub record_size_limit: Option<u16>,
    /// Section 4.3.10.
    pub early_data: bool,
    /// Section 4.3.1.
    pub supported_versions: Option<Vec<ProtocolVersion>>,
    /// Section 4.3.2.
    pub cookie: Option<Vec<u8>>,
    /// Section 4.3.9.
    pub psk_key_exchange_modes: Option<Vec<PskKeyExchangeMode>>,
    /// RFC 8773: the server may send a certificate in addition to an external PSK.
    pub cert_with_extern_psk: bool,
    /// Section 4.3.8.
    pub key_share: Option<Vec<KeyShareEntry>>,
    /// Section 4.3.11; always last.
    pub pre_shared_key: Option<OfferedPsks>,
    /// Extensions that this crate does not interpret, undecoded.
    pub other: Vec<(ExtensionType, Vec<u8>)>,
    /// The types in the order of the message. Not used for encoding, whose order is fixed.
    pub order: Vec<ExtensionType>,
}

impl ClientHello {
    /// Reads a message's body to its end.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let legacy_version = ProtocolVersion::read(&mut r, "legacy_version")?;
        let random = r.array("random")?;
        let legacy_session_id = r.vec8("legacy_session_id")?.rest().to_vec();
        if legacy_session_id.len() > 32 {
            return Err(Error::Decode("legacy_session_id"));
        }
        let cipher_suites = read_list(r.vec16("cipher_suites")?, "cipher_suites", |r| {
            CipherSuite::read(r, "CipherSuite")
        })?;
        let legacy_compression_methods = r.vec8("legacy_compression_methods")?.rest().to_vec();
        if legacy_compression_methods.is_empty() {
            return Err(Error::Decode("legacy_compression_methods"));
        }
        // A hello of an older version may end here; its versions identify it, not its format.
        let extensions = if r.is_empty() {
            ClientExtensions::default()
        } else {
            ClientExtensions::read(&mut r)?
        };
        r.finish("ClientHello")?;
        Ok(Self {
            legacy_version,
            random,
            legacy_session_id,
            cipher_suites,
            legacy_compression_methods,
            extensions,
        })
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::CLIENT_HELLO, |w| {
            w.u16(self.legacy_version.0);
            w.bytes(&self.random);
            w.vec8(|w| w.bytes(&self.legacy_session_id));
            w.vec16(|w| self.cipher_suites.iter().for_each(|suite| w.u16(suite.0)));
            w.vec8(|w| w.bytes(&self.legacy_compression_methods));
            w.vec16(|w| self.extensions.write(w));
        })
    }
}

impl ClientExtensions {
    fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        let mut this = Self::default();
        let order = read_block(r, None, &mut |kind, data| this.read_one(kind, data))?;
        if this.pre_shared_key.is_some() && order.last() != Some(&ExtensionType::PRE_SHARED_KEY) {
            return Err(Violation::PreSharedKeyNotLast.into());
        }
        this.order = order;
        Ok(this)
    }

    /// Whether the extension is there.
    pub fn has(&self, kind: ExtensionType) -> bool {
        match kind {
            ExtensionType::SERVER_NAME => self.server_name.is_some(),
            ExtensionType::SUPPORTED_GROUPS => self.supported_groups.is_some(),
            ExtensionType::SIGNATURE_ALGORITHMS => self.signature_algorithms.is_some(),
            ExtensionType::ALPN => self.alpn.is_some(),
            ExtensionType::RECORD_SIZE_LIMIT => self.record_size_limit.is_some(),
            ExtensionType::EARLY_DATA => self.early_data,
            ExtensionType::TLS_CERT_WITH_EXTERN_PSK => self.cert_with_extern_psk,
            ExtensionType::SUPPORTED_VERSIONS => self.supported_versions.is_some(),
            ExtensionType::COOKIE => self.cookie.is_some(),
            ExtensionType::PSK_KEY_EXCHANGE_MODES => self.psk_key_exchange_modes.is_some(),
            ExtensionType::KEY_SHARE => self.key_share.is_some(),
            ExtensionType::PRE_SHARED_KEY => self.pre_shared_key.is_some(),
            _ => self.other.iter().any(|(other, _)| *other == kind),
        }
    }

    /// Checks the extensions of an answer: each needs one of these as its request, but for a HelloRetryRequest's
    /// cookie, and one that is recognised needs its message (section 4.3).
    pub(super) fn check_responses(
        &self,
        message: Messages,
        order: &[ExtensionType],
    ) -> Result<(), Violation> {
        for kind in order {
            let unasked = message == Messages::HRR && *kind == ExtensionType::COOKIE;
            match may_stand_in(message, *kind) {
                Some(false) => return Err(Violation::MisplacedExtension),
                Some(true) if unasked || self.has(*kind) => {}
                _ => return Err(Violation::UnsolicitedExtension),
            }
        }
        Ok(())
    }

    /// Leaves out what a second ClientHello may change (section 4.2.2).
    pub fn drop_changeable(&mut self) {
        self.key_share = None;
        self.early_data = false;
        self.cookie = None;
        self.pre_shared_key = None;
        self.other.retain(|(kind, _)| !CHANGEABLE.contains(kind));
    }

    fn read_one(&mut self, kind: ExtensionType, data: &mut Reader<'_>) -> Result<(), Error> {
        match kind {
            ExtensionType::SERVER_NAME => self.server_name = Some(read_server_name(data)?),
            ExtensionType::SUPPORTED_GROUPS => {
                let list = data.vec16("named_group_list")?;
                self.supported_groups = Some(read_list(list, "named_group_list", |r| {
                    NamedGroup::read(r, "NamedGroup")
                })?);
            }
            ExtensionType::SIGNATURE_ALGORITHMS => {
                self.signature_algorithms = Some(read_signature_algorithms(data)?);
            }
            ExtensionType::ALPN => self.alpn = Some(read_protocol_names(data)?),
            ExtensionType::RECORD_SIZE_LIMIT => {
                self.record_size_limit = Some(data.u16("RecordSizeLimit")?);
            }
            ExtensionType::EARLY_DATA => self.early_data = true,
            ExtensionType::TLS_CERT_WITH_EXTERN_PSK => self.cert_with_extern_psk = true,
            ExtensionType::SUPPORTED_VERSIONS => {
                let list = data.vec8("versions")?;
                self.supported_versions = Some(read_list(list, "versions", |r| {
                    ProtocolVersion::read(r, "ProtocolVersion")
                })?);
            }
            ExtensionType::COOKIE => self.cookie = Some(read_cookie(data)?),
            ExtensionType::PSK_KEY_EXCHANGE_MODES => {
                let list = data.vec8("ke_modes")?;
                self.psk_key_exchange_modes = Some(read_list(list, "ke_modes", |r| {
                    PskKeyExchangeMode::read(r, "PskKeyExchangeMode")
                })?);
            }
            ExtensionType::KEY_SHARE => {
                let mut list = data.vec16("client_shares")?;
                let mut shares = Vec::new();
                while !list.is_empty() {
                    shares.push(KeyShareEntry::read(&mut list)?);
                }
                self.key_share = Some(shares);
            }
            ExtensionType::PRE_SHARED_KEY => self.pre_shared_key = Some(OfferedPsks::read(data)?),
            _ => self.other.push((kind, data.rest().to_vec())),
        }
        Ok(())
    }

    fn write(&self, w: &mut Writer) {
        if let Some(name) = &self.server_name {
            write(w, ExtensionType::SERVER_NAME, |w| {
                w.vec16(|w| {
                    w.u8(HOST_NAME);
                    w.vec16(|w| w.bytes(name));
                });
            });
        }
        for (kind, data) in &self.other {
            write(w, *kind, |w| w.bytes(data));
        }
        if let Some(groups) = &self.supported_groups {
            write(w, ExtensionType::SUPPORTED_GROUPS, |w| {
                w.vec16(|w| groups.iter().for_each(|group| w.u16(group.0)));
            });
        }
        if let Some(schemes) = &self.signature_algorithms {
            write(w, ExtensionType::SIGNATURE_ALGORITHMS, |w| {
                w.vec16(|w| schemes.iter().for_each(|scheme| w.u16(scheme.0)));
            });
        }
        if let Some(names) = &self.alpn {
            write(w, ExtensionType::ALPN, |w| write_protocol_names(w, names));
        }
        if let Some(limit) = self.record_size_limit {
            write(w, ExtensionType::RECORD_SIZE_LIMIT, |w| w.u16(limit));
        }
        if self.early_data {
            write(w, ExtensionType::EARLY_DATA, |_| {});
        }
        if self.cert_with_extern_psk {
            write(w, ExtensionType::TLS_CERT_WITH_EXTERN_PSK, |_| {});
        }
        if let Some(versions) = &self.supported_versions {
            write(w, ExtensionType::SUPPORTED_VERSIONS, |w| {
                w.vec8(|w| versions.iter().for_each(|version| w.u16(version.0)));
            });
        }
        if let Some(cookie) = &self.cookie {
            write(w, ExtensionType::COOKIE, |w| w.vec16(|w| w.bytes(cookie)));
        }
        if let Some(modes) = &self.psk_key_exchange_modes {
            write(w, ExtensionType::PSK_KEY_EXCHANGE_MODES, |w| {
                w.vec8(|w| modes.iter().for_each(|mode| w.u8(mode.0)));
            });
        }
        if let Some(shares) = &self.key_share {
            write(w, ExtensionType::KEY_SHARE, |w| {
                w.vec16(|w| shares.iter().for_each(|share| share.write(w)));
            });
        }
        if let Some(psks) = &self.pre_shared_key {
            write(w, ExtensionType::PRE_SHARED_KEY, |w| psks.write(w));
        }
    }
}

/// `NameType.host_name` (RFC 6066 section 3).
const HOST_NAME: u8 = 0;

/// ```text
/// struct { NameType name_type; select (name_type) { case host_name: HostName; } name; } ServerName;
/// struct { ServerName server_name_list<1..2^16-1>; } ServerNameList;
/// ```
fn read_server_name(data: &mut Reader<'_>) -> Result<Vec<u8>, Error> {
    let names = read_list(data.vec16("server_name_list")?, "server_name_list", |r| {
        r.structure("ServerName", |r| {
            let name_type = r.u8("name_type")?;
            r.annotate((name_type == HOST_NAME).then_some("host_name"));
            let name = r.vec16("HostName")?.rest().to_vec();
            if name.is_empty() { Err(Error::Decode("HostName")) } else { Ok((name_type, name)) }
        })
    })?;
    match <[_; 1]>::try_from(names) {
        Ok([(HOST_NAME, name)]) => Ok(name),
        _ => Err(Violation::ServerNameList.into()),
    }
}

/// `struct { opaque cookie<1..2^16-1>; } Cookie;` (section 4.3.2)
pub(super) fn read_cookie(data: &mut Reader<'_>) -> Result<Vec<u8>, Error> {
    let cookie = data.vec16("cookie")?.rest().to_vec();
    if cookie.is_empty() { Err(Error::Decode("cookie")) } else { Ok(cookie) }
}
