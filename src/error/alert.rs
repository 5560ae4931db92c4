//! Alerts (RFC 9846 section 6, appendix B.2).

use crate::newtype::wire_enum;

wire_enum! {
    /// `AlertDescription` ([RFC 9846 section 6]).
    ///
    /// [RFC 9846 section 6]: https://www.rfc-editor.org/rfc/rfc9846#section-6
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
        /// [RFC 6066 section 3].
        ///
        /// [RFC 6066 section 3]: https://www.rfc-editor.org/rfc/rfc6066#section-3
        UNRECOGNIZED_NAME = 112, "unrecognized_name";
        /// [RFC 6066 section 8].
        ///
        /// [RFC 6066 section 8]: https://www.rfc-editor.org/rfc/rfc6066#section-8
        BAD_CERTIFICATE_STATUS_RESPONSE = 113, "bad_certificate_status_response";
        /// No acceptable PSK identity.
        UNKNOWN_PSK_IDENTITY = 115, "unknown_psk_identity";
        /// A client certificate is required.
        CERTIFICATE_REQUIRED = 116, "certificate_required";
        /// No more specific error is available.
        GENERAL_ERROR = 117, "general_error";
        /// [RFC 7301 section 3.2].
        ///
        /// [RFC 7301 section 3.2]: https://www.rfc-editor.org/rfc/rfc7301#section-3.2
        NO_APPLICATION_PROTOCOL = 120, "no_application_protocol";
    }
}
