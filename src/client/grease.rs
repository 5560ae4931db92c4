//! GREASE in the ClientHello (RFC 8701 section 3.1).

use crate::crypto::Random;
use crate::wire::{
    CipherSuite, ClientHello, ExtensionType, KeyShareEntry, NamedGroup, ProtocolVersion,
    SignatureScheme, grease,
};

/// Puts a reserved value first in each list of the hello except one, and adds two reserved extensions.
///
/// First, because a server that takes the first value without checking it would fail there. A second ClientHello
/// repeats the values, as it is made from the first.
///
/// `psk_key_exchange_modes` stays unchanged: Mbed TLS (3.6, 4.1) answers `illegal_parameter` to a mode that it does not
/// know, and to more than two.
pub(super) fn add(hello: &mut ClientHello, random: &mut Random) {
    let [suite, group, scheme, protocol, version, extension, distance] = random.array();
    let extensions = &mut hello.extensions;
    let group = NamedGroup(grease::two_bytes(group));
    let share = KeyShareEntry { group, key_exchange: vec![0] };
    let protocol = grease::two_bytes(protocol).to_be_bytes().to_vec();
    put_first(Some(&mut hello.cipher_suites), CipherSuite(grease::two_bytes(suite)));
    put_first(extensions.supported_groups.as_mut(), group);
    put_first(extensions.key_share.as_mut(), share);
    put_first(extensions.signature_algorithms.as_mut(), SignatureScheme(grease::two_bytes(scheme)));
    put_first(extensions.alpn.as_mut(), protocol);
    put_first(extensions.supported_versions.as_mut(), ProtocolVersion(grease::two_bytes(version)));
    // One empty and one with content; never the same type twice.
    let other = extension.wrapping_add(1 + distance % 15);
    extensions.other.push((ExtensionType(grease::two_bytes(extension)), Vec::new()));
    extensions.other.push((ExtensionType(grease::two_bytes(other)), vec![0]));
}

/// Puts `value` before the others of a list, if there is one.
// Once for each size of a value, not for each list, to keep the WebAssembly small.
#[inline(never)]
fn put_first<T>(list: Option<&mut Vec<T>>, value: T) {
    if let Some(list) = list {
        list.insert(0, value);
    }
}
