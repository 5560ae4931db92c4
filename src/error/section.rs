//! Where to read about an error: the section of the RFC whose rule was broken.

use super::{Error, Incompatible, Violation};

impl Error {
    /// The section of RFC 9846 that says what should have been, such as `"4.3.11.2"`; where another RFC has the rule,
    /// with its name, such as `"RFC 7301 section 3.2"`. `None` for errors that no rule describes, such as those of
    /// usage.
    #[must_use]
    pub const fn section(self) -> Option<&'static str> {
        Some(match self {
            Self::Decode(_) => "3",
            Self::UnexpectedMessage { .. } => "4",
            Self::Incompatible(cause) => cause.section(),
            Self::Violation(cause) => cause.section(),
            Self::Certificate(_) => "4.5.1",
            Self::AlertReceived(_) => "6.2",
            Self::Truncated | Self::ClosedDuringHandshake => "6.1",
            #[cfg(feature = "certificates")]
            Self::BadSignature => "4.5.2",
            Self::Internal(_) | Self::Usage(_) => return None,
        })
    }
}

impl Incompatible {
    const fn section(self) -> &'static str {
        match self {
            Self::NoPskOffered | Self::NoAcceptablePsk | Self::PskNotSelected => "4.3.11",
            Self::NoCommonPskMode => "4.3.9",
            Self::NoCommonCipherSuite => "4.2.1",
            Self::NoCommonGroup => "4.3.7",
            Self::NoCommonApplicationProtocol => "RFC 7301 section 3.2",
            Self::Tls13NotOffered | Self::Tls13NotSelected => "4.3.1",
            Self::IdentityInBothRoles => "RFC 9257 section 4.1",
            #[cfg(feature = "certificates")]
            Self::NoCommonSignatureScheme => "4.3.3",
        }
    }
}

impl Violation {
    const fn section(self) -> &'static str {
        match self {
            Self::DuplicateExtension | Self::UnsolicitedExtension | Self::MisplacedExtension => {
                "4.3"
            }
            Self::MissingSignatureAlgorithms
            | Self::MissingSupportedGroups
            | Self::MissingKeyShare => "9.2",
            Self::KeyShareNotInGroups | Self::DuplicateGroup | Self::BadKeyShare => "4.3.8",
            Self::BadCompressionMethods | Self::BadLegacyVersion => "4.2.2",
            Self::ServerNameList => "RFC 6066 section 3",
            Self::CookieWithoutRetry => "4.3.2",
            Self::PreSharedKeyNotLast | Self::BinderCountMismatch => "4.3.11",
            Self::MissingPskModes => "4.3.9",
            Self::EarlyDataWithoutPsk | Self::EarlyDataWrongPsk | Self::TooMuchEarlyData => {
                "4.3.10"
            }
            Self::EarlyDataWrongParameters => "4.3.10",
            Self::RetryChangedClientHello
            | Self::RetryDroppedPsk
            | Self::RetryDroppedChosenIdentity
            | Self::RetryWrongKeyShare
            | Self::RetryKeepsEarlyData => "4.2.2",
            Self::RetryMissingCookie | Self::RetryWrongCookie => "4.3.2",
            Self::RetryMissingVersion
            | Self::RetryChangesNothing
            | Self::RetryTooLong
            | Self::RetryGroupNotOffered
            | Self::RetryGroupAlreadyShared => "4.2.4",
            Self::SelectedVersionWrong => "4.3.1",
            Self::DowngradeSentinel
            | Self::SessionIdNotEchoed
            | Self::CompressionSelected
            | Self::CipherSuiteNotOffered
            | Self::CipherSuiteChanged => "4.2.3",
            Self::SelectedGroupNotOffered
            | Self::SelectedGroupChanged
            | Self::KeyShareMissing
            | Self::KeyShareNotWanted => "4.3.8",
            Self::SelectedIdentityOutOfRange | Self::SelectedPskHashMismatch => "4.3.11",
            Self::AlpnNotOffered | Self::AlpnNotSingle => "RFC 7301 section 3.1",
            Self::RecordSizeLimitTooSmall => "RFC 8449 section 4",
            Self::MaxFragmentLengthBesideLimit => "RFC 8449 section 5",
            Self::BadBinder => "4.3.11.2",
            Self::BadFinished => "4.5.3",
            Self::BadRecordMac | Self::NoContentType => "5.2",
            Self::RecordOverflow
            | Self::EmptyRecord
            | Self::TooManyEmptyRecords
            | Self::UnknownContentType
            | Self::UnprotectedRecord
            | Self::UnexpectedChangeCipherSpec
            | Self::InterleavedHandshake
            | Self::NotAtRecordBoundary
            | Self::BadAlertRecord => "5.1",
            Self::HandshakeMessageTooLong | Self::TooMuchWhileAsking => "4",
            Self::BadKeyUpdateRequest | Self::TooManyKeyUpdates => "4.7.3",
            Self::TooManyTickets | Self::BadTicketLifetime => "4.7.1",
            #[cfg(feature = "certificates")]
            Self::CertificateMissing | Self::CertificateExtension | Self::CertificateContext => {
                "4.5.1"
            }
            #[cfg(feature = "certificates")]
            Self::BadCertificateVerify | Self::SchemeNotOffered => "4.5.2",
            #[cfg(feature = "certificates")]
            Self::RequestWithoutSchemes => "4.4.2",
        }
    }
}
