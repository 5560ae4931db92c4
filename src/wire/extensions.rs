//! Extensions that more than one message uses (RFC 9846 section 4.3).

use super::code_points::CodePointSet;
use super::codec::{Reader, Writer};
use super::enums::{ExtensionType, NamedGroup, SignatureScheme};
use super::extension_table::{Messages, may_stand_in};
use crate::error::{Error, Violation};

/// Reads an extension block. `read` gets each extension's type and data; unread data is an error.
///
/// ```text
/// struct {
///     ExtensionType extension_type;
///     opaque extension_data<0..2^16-1>;
/// } Extension;
/// ```
// Not generic: one function for all messages is smaller than one for each.
pub(super) fn read_block<'a>(
    r: &mut Reader<'a>,
    message: Option<Messages>,
    read: &mut dyn FnMut(ExtensionType, &mut Reader<'a>) -> Result<(), Error>,
) -> Result<Vec<ExtensionType>, Error> {
    let mut block = r.vec16("extensions")?;
    let mut order = Vec::new();
    let mut seen = CodePointSet::new();
    while !block.is_empty() {
        let kind = block.structure("Extension", |block| {
            let kind = ExtensionType::read(block, "extension_type")?;
            block.annotate_parent(kind.label());
            let mut data = block.vec16("extension_data")?;
            data.annotate_parent(kind.label());
            match message {
                Some(message) if !may_stand_in(message, kind).unwrap_or(false) => {
                    data.rest();
                }
                _ => read(kind, &mut data)?,
            }
            data.finish(kind.name().unwrap_or("extension_data"))?;
            Ok(kind)
        })?;
        if !seen.insert(kind.0) {
            return Err(Violation::DuplicateExtension.into());
        }
        order.push(kind);
    }
    Ok(order)
}

/// Writes one extension.
pub(super) fn write(w: &mut Writer, kind: ExtensionType, data: impl FnOnce(&mut Writer)) {
    w.u16(kind.0);
    w.vec16(data);
}

/// Reads a vector of two-byte code points with at least one entry.
pub(super) fn read_list<T>(
    mut list: Reader<'_>,
    field: &'static str,
    read: impl Fn(&mut Reader<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    while !list.is_empty() {
        items.push(read(&mut list)?);
    }
    if items.is_empty() { Err(Error::Decode(field)) } else { Ok(items) }
}

/// ```text
/// struct {
///     NamedGroup group;
///     opaque key_exchange<1..2^16-1>;
/// } KeyShareEntry;
/// ```
/// RFC 9846 section 4.3.8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShareEntry {
    /// The group of the key.
    pub group: NamedGroup,
    /// The public value, in the group's encoding.
    pub key_exchange: Vec<u8>,
}

impl KeyShareEntry {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        r.structure("KeyShareEntry", |r| {
            let group = NamedGroup::read(r, "group")?;
            let key_exchange = r.vec16("key_exchange")?.rest().to_vec();
            if key_exchange.is_empty() {
                return Err(Error::Decode("key_exchange"));
            }
            Ok(Self { group, key_exchange })
        })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.u16(self.group.0);
        w.vec16(|w| w.bytes(&self.key_exchange));
    }
}

/// Reads `SignatureSchemeList` (section 4.3.3).
pub(super) fn read_signature_algorithms(r: &mut Reader<'_>) -> Result<Vec<SignatureScheme>, Error> {
    let list = r.vec16("supported_signature_algorithms")?;
    read_list(list, "supported_signature_algorithms", |r| {
        SignatureScheme::read(r, "SignatureScheme")
    })
}

/// Reads `ProtocolNameList` (RFC 7301 section 3.1).
pub(super) fn read_protocol_names(r: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, Error> {
    read_list(r.vec16("protocol_name_list")?, "protocol_name_list", |r| {
        let name = r.vec8("ProtocolName")?.rest();
        if name.is_empty() { Err(Error::Decode("ProtocolName")) } else { Ok(name.to_vec()) }
    })
}

/// Writes `ProtocolNameList` (RFC 7301 section 3.1).
pub(super) fn write_protocol_names(w: &mut Writer, names: &[Vec<u8>]) {
    w.vec16(|w| names.iter().for_each(|name| w.vec8(|w| w.bytes(name))));
}
