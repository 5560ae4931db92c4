//! Which extension may stand in which message (RFC 9846 section 4.3).

use super::enums::ExtensionType;

/// Messages that hold extensions, each a bit, by the RFC's abbreviations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Messages(u8);

impl Messages {
    /// ClientHello.
    pub const CH: Self = Self(1);
    /// ServerHello.
    pub const SH: Self = Self(2);
    /// EncryptedExtensions.
    pub const EE: Self = Self(4);
    /// Certificate.
    pub const CT: Self = Self(8);
    /// CertificateRequest.
    pub const CR: Self = Self(16);
    /// NewSessionTicket.
    pub const NST: Self = Self(32);
    /// HelloRetryRequest.
    pub const HRR: Self = Self(64);

    /// Whether all of `other` are among these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The messages of one line.
const fn of<const N: usize>(messages: [Messages; N]) -> Messages {
    let (mut all, mut place) = (0, 0);
    while place < N {
        all |= messages[place].0;
        place += 1;
    }
    Messages(all)
}

const CH: Messages = Messages::CH;
const SH: Messages = Messages::SH;
const EE: Messages = Messages::EE;
const CT: Messages = Messages::CT;
const CR: Messages = Messages::CR;
const NST: Messages = Messages::NST;
const HRR: Messages = Messages::HRR;

/// The table of section 4.3, as far as this crate recognises its extensions, and two that it leaves to others.
pub const EXTENSION_TABLE: [(ExtensionType, Messages); 19] = [
    (ExtensionType::SERVER_NAME, of([CH, EE, CR])),
    (ExtensionType::STATUS_REQUEST, of([CH, CR, CT])),
    (ExtensionType::SUPPORTED_GROUPS, of([CH, EE])),
    (ExtensionType::SIGNATURE_ALGORITHMS, of([CH, CR])),
    (ExtensionType::ALPN, of([CH, EE])),
    (ExtensionType::PADDING, of([CH])),
    (ExtensionType::RECORD_SIZE_LIMIT, of([CH, EE])),
    (ExtensionType::PRE_SHARED_KEY, of([CH, SH])),
    (ExtensionType::EARLY_DATA, of([CH, EE, NST])),
    (ExtensionType::SUPPORTED_VERSIONS, of([CH, SH, HRR])),
    (ExtensionType::COOKIE, of([CH, HRR])),
    (ExtensionType::PSK_KEY_EXCHANGE_MODES, of([CH])),
    (ExtensionType::CERTIFICATE_AUTHORITIES, of([CH, CR])),
    (ExtensionType::OID_FILTERS, of([CR])),
    (ExtensionType::POST_HANDSHAKE_AUTH, of([CH])),
    (ExtensionType::SIGNATURE_ALGORITHMS_CERT, of([CH, CR])),
    (ExtensionType::KEY_SHARE, of([CH, SH, HRR])),
    // RFC 8446 section 4.2, of RFC 6066: not recommended any more.
    (ExtensionType::MAX_FRAGMENT_LENGTH, of([CH, EE])),
    // RFC 8773 section 4.
    (ExtensionType::TLS_CERT_WITH_EXTERN_PSK, of([CH, SH])),
];

/// What a second ClientHello may change, add or leave out (section 4.2.2).
pub const CHANGEABLE: [ExtensionType; 5] = [
    ExtensionType::KEY_SHARE,
    ExtensionType::EARLY_DATA,
    ExtensionType::COOKIE,
    ExtensionType::PRE_SHARED_KEY,
    ExtensionType::PADDING,
];

/// Whether this is an extension that the message may hold; `None` for one that is not recognised.
pub(super) fn may_stand_in(message: Messages, kind: ExtensionType) -> Option<bool> {
    let row = EXTENSION_TABLE.iter().find(|(row, _)| *row == kind);
    row.map(|(_, messages)| messages.contains(message))
}
