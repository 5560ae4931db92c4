//! `ServerHello` and `HelloRetryRequest`, which have the same format (RFC 9846 sections 4.2.3 and 4.2.4).

use super::client_hello::{ClientExtensions, read_cookie};
use super::codec::Reader;
use super::enums::{CipherSuite, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion};
use super::extension_table::Messages;
use super::extensions::{KeyShareEntry, read_block, write};
use super::handshake;
use crate::error::Error;

/// The random that makes a ServerHello a HelloRetryRequest: SHA-256 of "HelloRetryRequest".
pub const HELLO_RETRY_REQUEST_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// ```text
/// struct {
///     ProtocolVersion legacy_version = 0x0303;
///     Random random;
///     opaque legacy_session_id_echo<0..32>;
///     CipherSuite cipher_suite;
///     uint8 legacy_compression_method = 0;
///     Extension extensions<6..2^16-1>;
/// } ServerHello;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// Frozen at TLS 1.2.
    pub legacy_version: ProtocolVersion,
    /// 32 random bytes, or [`HELLO_RETRY_REQUEST_RANDOM`].
    pub random: [u8; 32],
    /// The `legacy_session_id` that the client sent.
    pub legacy_session_id_echo: Vec<u8>,
    /// The selected suite.
    pub cipher_suite: CipherSuite,
    /// Zero.
    pub legacy_compression_method: u8,
    /// The content of the extensions.
    pub extensions: ServerExtensions,
}

/// The extensions of a ServerHello or HelloRetryRequest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerExtensions {
    /// Section 4.3.1.
    pub selected_version: Option<ProtocolVersion>,
    /// Section 4.3.8, in a ServerHello.
    pub server_share: Option<KeyShareEntry>,
    /// Section 4.3.8, in a HelloRetryRequest.
    pub selected_group: Option<NamedGroup>,
    /// Section 4.3.11: the index of the selected PSK.
    pub selected_identity: Option<u16>,
    /// RFC 8773, in a ServerHello: a certificate follows in addition to the external PSK.
    pub cert_with_extern_psk: bool,
    /// Section 4.3.2, in a HelloRetryRequest.
    pub cookie: Option<Vec<u8>>,
    /// The types in the order of the message. Not used for encoding, whose order is fixed.
    pub order: Vec<ExtensionType>,
}

impl ServerHello {
    /// Whether this is a HelloRetryRequest.
    pub fn is_retry(&self) -> bool {
        self.random == HELLO_RETRY_REQUEST_RANDOM
    }

    /// Reads a message's body to its end.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let legacy_version = ProtocolVersion::read(&mut r, "legacy_version")?;
        let random = r.array("random")?;
        let retry = random == HELLO_RETRY_REQUEST_RANDOM;
        r.annotate(retry.then_some("HelloRetryRequest"));
        let legacy_session_id_echo = r.vec8("legacy_session_id_echo")?.rest().to_vec();
        if legacy_session_id_echo.len() > 32 {
            return Err(Error::Decode("legacy_session_id_echo"));
        }
        let cipher_suite = CipherSuite::read(&mut r, "cipher_suite")?;
        let legacy_compression_method = r.u8("legacy_compression_method")?;
        // A hello of an older version may end here; its version identifies it, not its format.
        let extensions = if r.is_empty() {
            ServerExtensions::default()
        } else {
            ServerExtensions::read(&mut r, retry)?
        };
        r.finish("ServerHello")?;
        Ok(Self {
            legacy_version,
            random,
            legacy_session_id_echo,
            cipher_suite,
            legacy_compression_method,
            extensions,
        })
    }

    /// Checks that each extension belongs here, and answers one of the ClientHello's (section 4.3).
    pub fn check_extensions(&self, requests: &ClientExtensions) -> Result<(), Error> {
        let message = if self.is_retry() { Messages::HRR } else { Messages::SH };
        Ok(requests.check_responses(message, &self.extensions.order)?)
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::SERVER_HELLO, |w| {
            w.u16(self.legacy_version.0);
            w.bytes(&self.random);
            w.vec8(|w| w.bytes(&self.legacy_session_id_echo));
            w.u16(self.cipher_suite.0);
            w.u8(self.legacy_compression_method);
            w.vec16(|w| {
                if let Some(version) = self.extensions.selected_version {
                    write(w, ExtensionType::SUPPORTED_VERSIONS, |w| w.u16(version.0));
                }
                if let Some(share) = &self.extensions.server_share {
                    write(w, ExtensionType::KEY_SHARE, |w| share.write(w));
                }
                if let Some(group) = self.extensions.selected_group {
                    write(w, ExtensionType::KEY_SHARE, |w| w.u16(group.0));
                }
                if let Some(cookie) = &self.extensions.cookie {
                    write(w, ExtensionType::COOKIE, |w| w.vec16(|w| w.bytes(cookie)));
                }
                if self.extensions.cert_with_extern_psk {
                    write(w, ExtensionType::TLS_CERT_WITH_EXTERN_PSK, |_| {});
                }
                if let Some(index) = self.extensions.selected_identity {
                    write(w, ExtensionType::PRE_SHARED_KEY, |w| w.u16(index));
                }
            });
        })
    }
}

impl ServerExtensions {
    fn read(r: &mut Reader<'_>, retry: bool) -> Result<Self, Error> {
        let mut this = Self::default();
        let message = if retry { Messages::HRR } else { Messages::SH };
        this.order = read_block(r, Some(message), &mut |kind, data| {
            match kind {
                ExtensionType::SUPPORTED_VERSIONS => {
                    this.selected_version = Some(ProtocolVersion::read(data, "selected_version")?);
                }
                ExtensionType::KEY_SHARE if retry => {
                    this.selected_group = Some(NamedGroup::read(data, "selected_group")?);
                }
                ExtensionType::KEY_SHARE => this.server_share = Some(KeyShareEntry::read(data)?),
                ExtensionType::PRE_SHARED_KEY => {
                    this.selected_identity = Some(data.u16("selected_identity")?);
                }
                ExtensionType::TLS_CERT_WITH_EXTERN_PSK => {
                    this.cert_with_extern_psk = true;
                }
                ExtensionType::COOKIE => this.cookie = Some(read_cookie(data)?),
                _ => {
                    data.rest();
                }
            }
            Ok(())
        })?;
        Ok(this)
    }
}
