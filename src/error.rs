//! What went wrong, by name, and the one place where an error becomes an alert.

use core::fmt;

use crate::newtype::wire_enum;

wire_enum! {
    /// `AlertDescription` (RFC 9846 section 6).
    AlertDescription(u8) {
        /// The sender sends nothing further.
        CLOSE_NOTIFY = 0, "close_notify";
        /// An inappropriate message.
        UNEXPECTED_MESSAGE = 10, "unexpected_message";
        /// A record that could not be deprotected.
        BAD_RECORD_MAC = 20, "bad_record_mac";
        /// A record longer than allowed.
        RECORD_OVERFLOW = 22, "record_overflow";
        /// No acceptable set of parameters.
        HANDSHAKE_FAILURE = 40, "handshake_failure";
        /// A corrupt certificate or a signature that does not verify.
        BAD_CERTIFICATE = 42, "bad_certificate";
        /// A certificate of an unsupported type.
        UNSUPPORTED_CERTIFICATE = 43, "unsupported_certificate";
        /// A revoked certificate.
        CERTIFICATE_REVOKED = 44, "certificate_revoked";
        /// A certificate outside its validity.
        CERTIFICATE_EXPIRED = 45, "certificate_expired";
        /// Another problem with a certificate.
        CERTIFICATE_UNKNOWN = 46, "certificate_unknown";
        /// A field that is syntactically right and semantically wrong.
        ILLEGAL_PARAMETER = 47, "illegal_parameter";
        /// The chain leads to no trust anchor.
        UNKNOWN_CA = 48, "unknown_ca";
        /// Access control refused.
        ACCESS_DENIED = 49, "access_denied";
        /// A message that does not follow the syntax.
        DECODE_ERROR = 50, "decode_error";
        /// A handshake-level cryptographic operation failed.
        DECRYPT_ERROR = 51, "decrypt_error";
        /// A version that is not supported.
        PROTOCOL_VERSION = 70, "protocol_version";
        /// The parameters offered are too weak.
        INSUFFICIENT_SECURITY = 71, "insufficient_security";
        /// An error that is not the peer's fault.
        INTERNAL_ERROR = 80, "internal_error";
        /// RFC 7507.
        INAPPROPRIATE_FALLBACK = 86, "inappropriate_fallback";
        /// The sender cancelled the handshake.
        USER_CANCELED = 90, "user_canceled";
        /// A mandatory extension is missing.
        MISSING_EXTENSION = 109, "missing_extension";
        /// A response to an extension that was not offered.
        UNSUPPORTED_EXTENSION = 110, "unsupported_extension";
        /// RFC 6066 section 3.
        UNRECOGNIZED_NAME = 112, "unrecognized_name";
        /// RFC 6066 section 8.
        BAD_CERTIFICATE_STATUS_RESPONSE = 113, "bad_certificate_status_response";
        /// No acceptable PSK identity.
        UNKNOWN_PSK_IDENTITY = 115, "unknown_psk_identity";
        /// A client certificate is required.
        CERTIFICATE_REQUIRED = 116, "certificate_required";
        /// No more specific error is available.
        GENERAL_ERROR = 117, "general_error";
        /// RFC 7301 section 3.2.
        NO_APPLICATION_PROTOCOL = 120, "no_application_protocol";
    }
}

/// Why a connection call failed.
///
/// Every variant except [`Error::Usage`] ends the connection permanently. None carries a secret, and none carries
/// peer bytes beyond code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A field of the peer's message could not be decoded; the name is the RFC's.
    Decode(&'static str),
    /// The peer sent something that this state does not allow.
    UnexpectedMessage {
        /// What was received, by the RFC's name.
        received: &'static str,
        /// The state that refused it (RFC 9846 appendix A).
        state: &'static str,
    },
    /// The peer broke a rule, or negotiation found no common ground.
    Violation(Violation),
    /// The peer sent an error alert.
    AlertReceived(AlertDescription),
    /// The transport ended before the peer's close_notify: data may be missing (RFC 9846 section 6.1).
    Truncated,
    /// The peer sent close_notify, or the transport ended, before the handshake was complete.
    ClosedDuringHandshake,
    /// This endpoint failed, not the peer; the name says where.
    Internal(&'static str),
    /// The application's signature does not verify with its certificate, and was not sent.
    #[cfg(feature = "certificates")]
    BadSignature,
    /// A call that the application may not make now. It sends nothing and changes nothing.
    Usage(Usage),
}

/// Declares an enum whose variants carry a text and, optionally, an alert. A variant may exist in some builds only.
macro_rules! named_errors {
    ($(#[$doc:meta])* $name:ident { $($(#[$only:meta])? $variant:ident => $text:literal $(, $alert:ident)?;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$only])? #[doc = $text] $variant,)*
        }

        impl $name {
            /// The cause in one sentence.
            pub const fn text(self) -> &'static str {
                match self { $($(#[$only])? Self::$variant => $text,)* }
            }
        }

        named_errors!(@alerts $name $($(#[$only])? $variant $($alert)?;)*);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.text())
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($all:tt)* } with certificates {
        $($variant:ident => $text:literal, $alert:ident;)*
    }) => {
        named_errors! {
            $(#[$doc])*
            $name {
                $($all)*
                $(#[cfg(feature = "certificates")] $variant => $text, $alert;)*
            }
        }
    };
    (@alerts $name:ident $($(#[$only:meta])? $variant:ident $alert:ident;)+) => {
        impl $name {
            /// The alert to answer it with.
            pub const fn alert(self) -> AlertDescription {
                match self { $($(#[$only])? Self::$variant => AlertDescription::$alert,)* }
            }
        }
    };
    (@alerts $name:ident $($(#[$only:meta])? $variant:ident;)+) => {};
}

named_errors! {
    /// A rule that the peer broke, or a negotiation that found no common ground.
    Violation {
        DuplicateExtension => "an extension appears twice in one block", ILLEGAL_PARAMETER;
        PreSharedKeyNotLast => "pre_shared_key is not the last extension of the ClientHello", ILLEGAL_PARAMETER;
        MissingPskModes => "pre_shared_key without psk_key_exchange_modes", MISSING_EXTENSION;
        BinderCountMismatch => "the number of binders differs from the number of identities", ILLEGAL_PARAMETER;
        NoAcceptablePsk => "no PSK was accepted", DECRYPT_ERROR;
        NoPskOffered => "the client offered no PSK and there is no certificate to fall back to", HANDSHAKE_FAILURE;
        NoCommonPskMode => "no common PSK key exchange mode", HANDSHAKE_FAILURE;
        NoCommonCipherSuite => "no common cipher suite", HANDSHAKE_FAILURE;
        NoCommonGroup => "no common key exchange group", HANDSHAKE_FAILURE;
        NoCommonApplicationProtocol => "no common application protocol", NO_APPLICATION_PROTOCOL;
        MissingSignatureAlgorithms => "a ClientHello without a PSK lacks signature_algorithms", MISSING_EXTENSION;
        MissingSupportedGroups => "the ClientHello lacks supported_groups", MISSING_EXTENSION;
        MissingKeyShare => "the ClientHello has supported_groups but no key_share", MISSING_EXTENSION;
        KeyShareNotInGroups => "a key share's group is not in supported_groups", ILLEGAL_PARAMETER;
        DuplicateGroup => "a group is listed twice", ILLEGAL_PARAMETER;
        BadKeyShare => "the peer's key share is not valid for its group", ILLEGAL_PARAMETER;
        BadCompressionMethods => "legacy_compression_methods is not the null method alone", ILLEGAL_PARAMETER;
        BadLegacyVersion => "legacy_version is not 0x0303", PROTOCOL_VERSION;
        Tls13NotOffered => "the client does not offer TLS 1.3", PROTOCOL_VERSION;
        ServerNameList => "server_name does not hold exactly one host name", ILLEGAL_PARAMETER;
        CookieWithoutRetry => "a first ClientHello carries a cookie", ILLEGAL_PARAMETER;
        EarlyDataWithoutPsk => "early_data without pre_shared_key", ILLEGAL_PARAMETER;
        RetryChangedClientHello => "the second ClientHello changes what it may not change", ILLEGAL_PARAMETER;
        RetryDroppedPsk => "the second ClientHello drops pre_shared_key", MISSING_EXTENSION;
        RetryDroppedChosenIdentity => "the second ClientHello lacks the identity chosen from the first", ILLEGAL_PARAMETER;
        RetryWrongKeyShare => "the second ClientHello does not hold exactly one share of the requested group", ILLEGAL_PARAMETER;
        RetryKeepsEarlyData => "the second ClientHello still carries early_data", ILLEGAL_PARAMETER;
        RetryMissingCookie => "the second ClientHello lacks the cookie", MISSING_EXTENSION;
        RetryWrongCookie => "the second ClientHello's cookie is not the one that was sent", ILLEGAL_PARAMETER;
        IdentityInBothRoles => "this process has used the PSK's identity as a client: one PSK must not serve both roles (RFC 9257 section 4.1)", DECRYPT_ERROR;
        BadBinder => "a PSK binder does not verify", DECRYPT_ERROR;
        BadFinished => "the peer's Finished does not verify", DECRYPT_ERROR;
        RetryChangesNothing => "the HelloRetryRequest changes nothing", ILLEGAL_PARAMETER;
        RetryTooLong => "the HelloRetryRequest requires a ClientHello that is too long", ILLEGAL_PARAMETER;
        RetryGroupNotOffered => "the HelloRetryRequest's group was not offered", ILLEGAL_PARAMETER;
        RetryGroupAlreadyShared => "the HelloRetryRequest's group already had a share", ILLEGAL_PARAMETER;
        CipherSuiteNotOffered => "the server selected a cipher suite that was not offered", ILLEGAL_PARAMETER;
        CipherSuiteChanged => "the ServerHello's cipher suite is not the HelloRetryRequest's", ILLEGAL_PARAMETER;
        SelectedGroupChanged => "the ServerHello's group is not the HelloRetryRequest's", ILLEGAL_PARAMETER;
        SelectedGroupNotOffered => "the server's key share is of a group that was not shared", ILLEGAL_PARAMETER;
        SelectedVersionWrong => "the server selected a version that was not offered", ILLEGAL_PARAMETER;
        Tls13NotSelected => "the server does not support TLS 1.3", PROTOCOL_VERSION;
        DowngradeSentinel => "the server's random carries a downgrade sentinel", ILLEGAL_PARAMETER;
        RetryMissingVersion => "the HelloRetryRequest lacks supported_versions", MISSING_EXTENSION;
        SessionIdNotEchoed => "legacy_session_id_echo differs from what was sent", ILLEGAL_PARAMETER;
        CompressionSelected => "the server selected a compression method", ILLEGAL_PARAMETER;
        UnsolicitedExtension => "the peer answered an extension that was not sent", UNSUPPORTED_EXTENSION;
        MisplacedExtension => "an extension appears in a message that may not have it", ILLEGAL_PARAMETER;
        SelectedIdentityOutOfRange => "selected_identity is not the index of an offered PSK", ILLEGAL_PARAMETER;
        SelectedPskHashMismatch => "the selected cipher suite's hash is not the selected PSK's", ILLEGAL_PARAMETER;
        KeyShareMissing => "the server sent no key share, but psk_ke was not offered", ILLEGAL_PARAMETER;
        KeyShareNotWanted => "the server sent a key share, but only psk_ke was offered", ILLEGAL_PARAMETER;
        PskNotSelected => "the server selected no PSK and certificates are not enabled", HANDSHAKE_FAILURE;
        AlpnNotOffered => "the server selected an application protocol that was not offered", ILLEGAL_PARAMETER;
        AlpnNotSingle => "the server's ALPN response does not hold exactly one protocol", ILLEGAL_PARAMETER;
        EarlyDataWrongPsk => "the server accepted early data with a PSK that was not the first", ILLEGAL_PARAMETER;
        EarlyDataWrongParameters => "the server accepted early data under a cipher suite or application protocol that is not the PSK's", ILLEGAL_PARAMETER;
        BadRecordMac => "a record could not be deprotected", BAD_RECORD_MAC;
        RecordOverflow => "a record is longer than allowed", RECORD_OVERFLOW;
        NoContentType => "a protected record holds only padding", UNEXPECTED_MESSAGE;
        EmptyRecord => "a record of a type that may not be empty is empty", UNEXPECTED_MESSAGE;
        TooManyEmptyRecords => "too many empty records without data between them", UNEXPECTED_MESSAGE;
        UnknownContentType => "a record has an unknown content type", UNEXPECTED_MESSAGE;
        UnprotectedRecord => "a record is unprotected after protection began", UNEXPECTED_MESSAGE;
        UnexpectedChangeCipherSpec => "a change_cipher_spec has the wrong value, or is not allowed here", UNEXPECTED_MESSAGE;
        InterleavedHandshake => "a record of another type interrupts a handshake message", UNEXPECTED_MESSAGE;
        NotAtRecordBoundary => "handshake bytes follow a message that must end its record", UNEXPECTED_MESSAGE;
        HandshakeMessageTooLong => "a handshake message is longer than its type allows", ILLEGAL_PARAMETER;
        BadAlertRecord => "an alert record is not exactly one alert", DECODE_ERROR;
        BadKeyUpdateRequest => "request_update is neither 0 nor 1", ILLEGAL_PARAMETER;
        TooManyKeyUpdates => "too many KeyUpdates without application data between them", UNEXPECTED_MESSAGE;
        TooManyTickets => "too many NewSessionTickets", UNEXPECTED_MESSAGE;
        BadTicketLifetime => "a NewSessionTicket's lifetime exceeds seven days", ILLEGAL_PARAMETER;
        RecordSizeLimitTooSmall => "record_size_limit is below 64", ILLEGAL_PARAMETER;
        MaxFragmentLengthBesideLimit => "both record_size_limit and max_fragment_length were negotiated", ILLEGAL_PARAMETER;
        TooMuchEarlyData => "more early data than allowed", UNEXPECTED_MESSAGE;
        TooMuchWhileAsking => "too much data was received while the application decides", UNEXPECTED_MESSAGE;
    } with certificates {
        CertificateRefused => "the application refused the certificate", CERTIFICATE_UNKNOWN;
        CertificateMissing => "the server's Certificate holds no certificate", DECODE_ERROR;
        ClientCertificateRequired => "the client sent no certificate, and one is required", CERTIFICATE_REQUIRED;
        NoCommonSignatureScheme => "no certificate fits the client's signature schemes", HANDSHAKE_FAILURE;
        BadCertificate => "a certificate cannot be decoded or breaks a rule of X.509", BAD_CERTIFICATE;
        CertificateBadSignature => "a certificate's signature does not verify", BAD_CERTIFICATE;
        CertificateChainTooLong => "the certificate chain is longer than can be checked", BAD_CERTIFICATE;
        CertificateKeyTooShort => "an RSA key of a certificate has fewer than 2048 bits", BAD_CERTIFICATE;
        CertificateExpired => "a certificate has expired", CERTIFICATE_EXPIRED;
        CertificateNotYetValid => "a certificate is not valid yet", CERTIFICATE_EXPIRED;
        CertificateUnknownIssuer => "no trust anchor has issued the certificate", UNKNOWN_CA;
        CertificateUnsupportedAlgorithm => "a certificate is signed with an algorithm that is not supported", UNSUPPORTED_CERTIFICATE;
        CertificateWrongName => "the certificate does not match the server's name", BAD_CERTIFICATE;
        CertificateWrongUsage => "the certificate does not allow this use", UNSUPPORTED_CERTIFICATE;
        CertificateKeyUsage => "the certificate's keyUsage lacks digitalSignature", UNSUPPORTED_CERTIFICATE;
        BadCertificateVerify => "the CertificateVerify does not verify", DECRYPT_ERROR;
        SchemeNotOffered => "the peer chose a signature scheme that was not offered", ILLEGAL_PARAMETER;
        CertificateExtension => "a certificate has an extension that was not requested", UNSUPPORTED_EXTENSION;
        CertificateContext => "certificate_request_context has the wrong value", ILLEGAL_PARAMETER;
        RequestWithoutSchemes => "the CertificateRequest lacks signature_algorithms", MISSING_EXTENSION;
    }
}

named_errors! {
    /// A call that the application may not make now.
    Usage {
        NotStarted => "the connection has not been started";
        AlreadyStarted => "the connection has been started";
        HandshakeNotComplete => "the handshake is not complete";
        NotSelecting => "no PSK selection is pending";
        IdentityNotOffered => "the PSK's identity is not among the offered ones";
        IdentitySettled => "a HelloRetryRequest was sent for another identity";
        NoPskForIdentity => "the connection has no PSK for this identity, or for the PSK behind its ticket: select the PSK itself";
        NoPsk => "a client needs at least one PSK";
        NoSession => "no session fits this connection, and there is no PSK: the trace says why";
        IdentityInBothRoles => "this process has used the PSK's identity as a server: one PSK must not serve both roles (RFC 9257 section 4.1)";
        NoUsableCipherSuite => "no configured cipher suite fits the hash of a PSK";
        ClosedForSending => "the sending side is closed";
        ConnectionFailed => "the connection has failed";
        ConnectionClosed => "the connection is closed";
        ExporterLength => "an exporter takes a label of at most 249 bytes and yields at most 255 times the hash length in bytes";
        MessageTooLong => "the handshake message would be too long to encode";
        NotAClient => "only a client can do this";
        NotVerifying => "no certificate verdict is pending";
        NotSigning => "no signature request is pending";
        TimeNotTold => "tickets and certificates need the time, which was not set";
        NoEarlyData => "early data was not offered, or has ended";
        EarlyDataLimit => "more early data than the PSK allows";
        NotDecidingEarlyData => "no decision on early data is pending";
        KeyUpdatePending => "the peer has not yet answered the last requested KeyUpdate";
    }
}

pub(crate) use named_errors;

impl Error {
    /// The alert to send, if any.
    pub const fn alert(self) -> Option<AlertDescription> {
        match self {
            Self::Decode(_) => Some(AlertDescription::DECODE_ERROR),
            Self::UnexpectedMessage { .. } => Some(AlertDescription::UNEXPECTED_MESSAGE),
            Self::Violation(violation) => Some(violation.alert()),
            Self::Internal(_) => Some(AlertDescription::INTERNAL_ERROR),
            #[cfg(feature = "certificates")]
            Self::BadSignature => Some(AlertDescription::INTERNAL_ERROR),
            // An alert is not answered with an alert, and an ended transport carries none.
            Self::AlertReceived(_) | Self::Truncated | Self::ClosedDuringHandshake => None,
            Self::Usage(_) => None,
        }
    }

    /// Whether the connection continues after it.
    pub const fn is_usage(self) -> bool {
        matches!(self, Self::Usage(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(field) => write!(f, "the peer's {field} cannot be decoded"),
            Self::UnexpectedMessage { received, state } => {
                write!(f, "the peer sent {received} in state {state}")
            }
            Self::Violation(violation) => violation.fmt(f),
            Self::AlertReceived(alert) => write!(f, "the peer sent the alert {alert}"),
            Self::Truncated => f.write_str("the transport ended without close_notify"),
            Self::ClosedDuringHandshake => f.write_str(
                "the peer ended the connection during the handshake: it may not support TLS 1.3 or not accept the PSK",
            ),
            Self::Internal(what) => write!(f, "internal error: {what}"),
            #[cfg(feature = "certificates")]
            Self::BadSignature => {
                f.write_str("the signature does not verify with the key of the certificate")
            }
            Self::Usage(usage) => usage.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}

impl From<Usage> for Error {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}
