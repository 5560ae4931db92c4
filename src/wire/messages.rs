//! The short messages: EncryptedExtensions, Finished, NewSessionTicket, KeyUpdate, EndOfEarlyData.

use super::client_hello::ClientExtensions;
use super::codec::Reader;
use super::enums::{ExtensionType, HandshakeType, KeyUpdateRequest, NamedGroup};
use super::extension_table::Messages;
use super::extensions::{read_block, read_list, read_protocol_names, write, write_protocol_names};
use super::handshake;
use crate::error::{Error, Violation};

/// `struct { Extension extensions<0..2^16-1>; } EncryptedExtensions;` (RFC 9846 section 4.4.1)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncryptedExtensions {
    /// The server used the client's `server_name` (RFC 6066 section 3).
    pub server_name: bool,
    /// The server's own groups, for the client's next connection (section 4.3.7).
    pub supported_groups: Option<Vec<NamedGroup>>,
    /// The selected application protocol (RFC 7301).
    pub alpn: Option<Vec<u8>>,
    /// RFC 8449.
    pub record_size_limit: Option<u16>,
    /// Early data was accepted (section 4.3.10).
    pub early_data: bool,
    /// The types in the order of the message. Not used for encoding, whose order is fixed.
    pub order: Vec<ExtensionType>,
}

impl EncryptedExtensions {
    /// Reads a message's body to its end.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let mut this = Self::default();
        this.order = read_block(&mut r, Some(Messages::EE), &mut |kind, data| {
            match kind {
                ExtensionType::SERVER_NAME => this.server_name = true,
                ExtensionType::SUPPORTED_GROUPS => {
                    let list = data.vec16("named_group_list")?;
                    this.supported_groups = Some(read_list(list, "named_group_list", |r| {
                        NamedGroup::read(r, "NamedGroup")
                    })?);
                }
                ExtensionType::ALPN => {
                    let [name] = <[_; 1]>::try_from(read_protocol_names(data)?)
                        .map_err(|_| Violation::AlpnNotSingle)?;
                    this.alpn = Some(name);
                }
                ExtensionType::RECORD_SIZE_LIMIT => {
                    this.record_size_limit = Some(data.u16("RecordSizeLimit")?);
                }
                ExtensionType::EARLY_DATA => this.early_data = true,
                _ => {
                    data.rest();
                }
            }
            Ok(())
        })?;
        r.finish("EncryptedExtensions")?;
        Ok(this)
    }

    /// Checks that each extension belongs here, and answers one of the ClientHello's (section 4.3).
    pub fn check_extensions(&self, requests: &ClientExtensions) -> Result<(), Error> {
        Ok(requests.check_responses(Messages::EE, &self.order)?)
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::ENCRYPTED_EXTENSIONS, |w| {
            w.vec16(|w| {
                if self.server_name {
                    write(w, ExtensionType::SERVER_NAME, |_| {});
                }
                if let Some(groups) = &self.supported_groups {
                    write(w, ExtensionType::SUPPORTED_GROUPS, |w| {
                        w.vec16(|w| groups.iter().for_each(|group| w.u16(group.0)));
                    });
                }
                if let Some(name) = &self.alpn {
                    write(w, ExtensionType::ALPN, |w| {
                        write_protocol_names(w, core::slice::from_ref(name));
                    });
                }
                if let Some(limit) = self.record_size_limit {
                    write(w, ExtensionType::RECORD_SIZE_LIMIT, |w| w.u16(limit));
                }
                if self.early_data {
                    write(w, ExtensionType::EARLY_DATA, |_| {});
                }
            });
        })
    }
}

/// `struct { opaque verify_data[Hash.length]; } Finished;` (RFC 9846 section 4.5.3)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// `HMAC(finished_key`, Transcript-Hash).
    pub verify_data: Vec<u8>,
}

impl Finished {
    /// Reads a message's body, which is exactly `hash_len` bytes.
    pub fn read(mut r: Reader<'_>, hash_len: usize) -> Result<Self, Error> {
        let verify_data = r.bytes("verify_data", hash_len)?.to_vec();
        r.finish("verify_data")?;
        Ok(Self { verify_data })
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::FINISHED, |w| w.bytes(&self.verify_data))
    }
}

/// ```text
/// struct {
///     uint32 ticket_lifetime;
///     uint32 ticket_age_add;
///     opaque ticket_nonce<0..255>;
///     opaque ticket<1..2^16-1>;
///     Extension extensions<0..2^16-1>;
/// } NewSessionTicket;
/// ```
/// RFC 9846 section 4.7.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSessionTicket {
    /// Seconds from the time of issue; at most 604,800.
    pub ticket_lifetime: u32,
    /// Added to the ticket's age to obscure it.
    pub ticket_age_add: u32,
    /// Unique among the connection's tickets.
    pub ticket_nonce: Vec<u8>,
    /// The identity of the resumption PSK.
    pub ticket: Vec<u8>,
    /// `max_early_data_size` (section 4.3.10), in bytes.
    pub max_early_data_size: Option<u32>,
}

impl NewSessionTicket {
    /// Reads a message's body to its end.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let ticket_lifetime = r.u32("ticket_lifetime")?;
        let ticket_age_add = r.u32("ticket_age_add")?;
        let ticket_nonce = r.vec8("ticket_nonce")?.rest().to_vec();
        let ticket = r.vec16("ticket")?.rest().to_vec();
        if ticket.is_empty() {
            return Err(Error::Decode("ticket"));
        }
        let mut max_early_data_size = None;
        read_block(&mut r, Some(Messages::NST), &mut |kind, data| {
            match kind {
                ExtensionType::EARLY_DATA => {
                    max_early_data_size = Some(data.u32("max_early_data_size")?);
                }
                // Unknown extensions of a ticket are ignored.
                _ => {
                    data.rest();
                }
            }
            Ok(())
        })?;
        r.finish("NewSessionTicket")?;
        Ok(Self { ticket_lifetime, ticket_age_add, ticket_nonce, ticket, max_early_data_size })
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::NEW_SESSION_TICKET, |w| {
            w.u32(self.ticket_lifetime);
            w.u32(self.ticket_age_add);
            w.vec8(|w| w.bytes(&self.ticket_nonce));
            w.vec16(|w| w.bytes(&self.ticket));
            w.vec16(|w| {
                if let Some(size) = self.max_early_data_size {
                    write(w, ExtensionType::EARLY_DATA, |w| w.u32(size));
                }
            });
        })
    }
}

/// `struct { KeyUpdateRequest request_update; } KeyUpdate;` (RFC 9846 section 4.7.3)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUpdate {
    /// Whether the receiver must change its keys, too.
    pub request_update: KeyUpdateRequest,
}

impl KeyUpdate {
    /// Reads a message's body to its end.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let request_update = KeyUpdateRequest::read(&mut r, "request_update")?;
        r.finish("KeyUpdate")?;
        match request_update.name() {
            Some(_) => Ok(Self { request_update }),
            None => Err(Violation::BadKeyUpdateRequest.into()),
        }
    }

    /// Encodes the whole message, header included.
    pub fn encode(self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::KEY_UPDATE, |w| w.u8(self.request_update.0))
    }
}

/// `struct {} EndOfEarlyData;` (RFC 9846 section 4.6)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfEarlyData;

impl EndOfEarlyData {
    /// Reads a message's body, which is empty.
    pub fn read(r: Reader<'_>) -> Result<Self, Error> {
        r.finish("EndOfEarlyData")?;
        Ok(Self)
    }

    /// Encodes the whole message, header included.
    pub fn encode(self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::END_OF_EARLY_DATA, |_| {})
    }
}
