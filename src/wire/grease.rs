//! The values that RFC 8701 reserves for GREASE. Clients offer them so that servers keep ignoring values that they do
//! not know. A peer that selects one is refused, as for any other value that was not offered.

/// The reserved two-byte value at this place: `0x0A0A`, `0x1A1A`, up to `0xFAFA` (RFC 8701 section 2). Only the last
/// four bits of `place` count.
pub const fn two_bytes(place: u8) -> u16 {
    0x0a0a + 0x1010 * (place & 0xf) as u16
}

/// The reserved `PskKeyExchangeMode` at this place: `0x0B`, `0x2A`, up to `0xE4` (RFC 8701 section 2). Only the last
/// three bits of `place` count.
pub const fn psk_key_exchange_mode(place: u8) -> u8 {
    0x0b + 0x1f * (place & 7)
}

/// Whether the name of an application protocol is reserved: such a name is a reserved two-byte value.
pub fn is_protocol_name(name: &[u8]) -> bool {
    matches!(name, [first, second] if first == second && first & 0xf == 0xa)
}

/// The name of a two-byte value, if it is reserved.
pub(super) const fn name(value: u16) -> Option<&'static str> {
    if two_bytes((value >> 4) as u8) == value { Some(NAME) } else { None }
}

/// The name of a `PskKeyExchangeMode`, if it is reserved.
pub(super) const fn name_of_mode(mode: u8) -> Option<&'static str> {
    if mode % 0x1f == 0x0b { Some(NAME) } else { None }
}

const NAME: &str = "GREASE";
