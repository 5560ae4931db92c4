//! The protocol's enumerations.

use super::codec::Reader;
use super::grease;
use crate::error::Error;
use crate::newtype::wire_enum;

wire_enum! {
    /// `uint16 ProtocolVersion` (RFC 9846 section 4.2.2).
    ProtocolVersion(u16) {
        /// TLS 1.2, the frozen value of every `legacy_version` field.
        TLS12 = 0x0303, "TLSv1.2";
        /// TLS 1.3.
        TLS13 = 0x0304, "TLSv1.3";
    }
}

wire_enum! {
    /// `uint8 CipherSuite[2]` ([RFC 9846 appendix B.4]).
    ///
    /// [RFC 9846 appendix B.4]: https://www.rfc-editor.org/rfc/rfc9846#appendix-B.4
    CipherSuite(u16) {
        /// AES-128 in GCM mode with SHA-256.
        TLS_AES_128_GCM_SHA256 = 0x1301, "TLS_AES_128_GCM_SHA256";
        /// AES-256 in GCM mode with SHA-384.
        TLS_AES_256_GCM_SHA384 = 0x1302, "TLS_AES_256_GCM_SHA384";
        /// ChaCha20-Poly1305 with SHA-256.
        TLS_CHACHA20_POLY1305_SHA256 = 0x1303, "TLS_CHACHA20_POLY1305_SHA256";
    }
}

wire_enum! {
    /// `NamedGroup` ([RFC 9846 section 4.3.7]).
    ///
    /// [RFC 9846 section 4.3.7]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.7
    NamedGroup(u16) {
        /// NIST P-256.
        SECP256R1 = 0x0017, "secp256r1";
        /// Curve25519 (RFC 7748).
        X25519 = 0x001d, "x25519";
        /// ML-KEM-768 and X25519, concatenated (RFC 9846's registry; draft-ietf-tls-ecdhe-mlkem).
        X25519MLKEM768 = 0x11ec, "X25519MLKEM768";
    }
}

wire_enum! {
    /// `PskKeyExchangeMode` ([RFC 9846 section 4.3.9]).
    ///
    /// [RFC 9846 section 4.3.9]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.9
    PskKeyExchangeMode(u8) {
        /// Only the PSK: no forward secrecy.
        PSK_KE = 0, "psk_ke";
        /// The PSK with an ephemeral key exchange.
        PSK_DHE_KE = 1, "psk_dhe_ke";
    }
}

wire_enum! {
    /// `ContentType` of a record (RFC 9846 section 5.1).
    ContentType(u8) {
        /// Middlebox compatibility only (appendix E.4).
        CHANGE_CIPHER_SPEC = 20, "change_cipher_spec";
        /// An alert (section 6).
        ALERT = 21, "alert";
        /// Handshake messages or fragments of them (section 4).
        HANDSHAKE = 22, "handshake";
        /// Application data, and the outer type of every protected record.
        APPLICATION_DATA = 23, "application_data";
    }
}

wire_enum! {
    /// `HandshakeType` (RFC 9846 section 4).
    HandshakeType(u8) {
        /// ClientHello (section 4.2.2).
        CLIENT_HELLO = 1, "client_hello";
        /// ServerHello and HelloRetryRequest (sections 4.2.3 and 4.2.4).
        SERVER_HELLO = 2, "server_hello";
        /// NewSessionTicket (section 4.7.1).
        NEW_SESSION_TICKET = 4, "new_session_ticket";
        /// EndOfEarlyData (section 4.6).
        END_OF_EARLY_DATA = 5, "end_of_early_data";
        /// EncryptedExtensions (section 4.4.1).
        ENCRYPTED_EXTENSIONS = 8, "encrypted_extensions";
        /// Certificate (section 4.5.1).
        CERTIFICATE = 11, "certificate";
        /// CertificateRequest (section 4.4.2).
        CERTIFICATE_REQUEST = 13, "certificate_request";
        /// CertificateVerify (section 4.5.2).
        CERTIFICATE_VERIFY = 15, "certificate_verify";
        /// Finished (section 4.5.3).
        FINISHED = 20, "finished";
        /// KeyUpdate (section 4.7.3).
        KEY_UPDATE = 24, "key_update";
        /// The synthetic message of the transcript hash (section 4.1).
        MESSAGE_HASH = 254, "message_hash";
    }
}

wire_enum! {
    /// `ExtensionType` (RFC 9846 section 4.3).
    ExtensionType(u16) {
        /// [RFC 6066 section 3].
        ///
        /// [RFC 6066 section 3]: https://www.rfc-editor.org/rfc/rfc6066#section-3
        SERVER_NAME = 0, "server_name";
        /// RFC 6066 section 4; only recognised to refuse it together with `record_size_limit`.
        MAX_FRAGMENT_LENGTH = 1, "max_fragment_length";
        /// [RFC 6066 section 8].
        ///
        /// [RFC 6066 section 8]: https://www.rfc-editor.org/rfc/rfc6066#section-8
        STATUS_REQUEST = 5, "status_request";
        /// [RFC 9846 section 4.3.7].
        ///
        /// [RFC 9846 section 4.3.7]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.7
        SUPPORTED_GROUPS = 10, "supported_groups";
        /// [RFC 9846 section 4.3.3].
        ///
        /// [RFC 9846 section 4.3.3]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
        SIGNATURE_ALGORITHMS = 13, "signature_algorithms";
        /// RFC 7301.
        ALPN = 16, "application_layer_protocol_negotiation";
        /// RFC 7685.
        PADDING = 21, "padding";
        /// RFC 8449.
        RECORD_SIZE_LIMIT = 28, "record_size_limit";
        /// RFC 8773.
        TLS_CERT_WITH_EXTERN_PSK = 33, "tls_cert_with_extern_psk";
        /// [RFC 9846 section 4.3.11].
        ///
        /// [RFC 9846 section 4.3.11]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
        PRE_SHARED_KEY = 41, "pre_shared_key";
        /// [RFC 9846 section 4.3.10].
        ///
        /// [RFC 9846 section 4.3.10]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
        EARLY_DATA = 42, "early_data";
        /// [RFC 9846 section 4.3.1].
        ///
        /// [RFC 9846 section 4.3.1]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.1
        SUPPORTED_VERSIONS = 43, "supported_versions";
        /// [RFC 9846 section 4.3.2].
        ///
        /// [RFC 9846 section 4.3.2]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.2
        COOKIE = 44, "cookie";
        /// [RFC 9846 section 4.3.9].
        ///
        /// [RFC 9846 section 4.3.9]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.9
        PSK_KEY_EXCHANGE_MODES = 45, "psk_key_exchange_modes";
        /// RFC 9846 section 4.3.4.
        CERTIFICATE_AUTHORITIES = 47, "certificate_authorities";
        /// RFC 9846 section 4.3.5.
        OID_FILTERS = 48, "oid_filters";
        /// RFC 9846 section 4.3.6.
        POST_HANDSHAKE_AUTH = 49, "post_handshake_auth";
        /// [RFC 9846 section 4.3.3].
        ///
        /// [RFC 9846 section 4.3.3]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
        SIGNATURE_ALGORITHMS_CERT = 50, "signature_algorithms_cert";
        /// RFC 9846 section 4.3.8.
        KEY_SHARE = 51, "key_share";
    }
}

wire_enum! {
    /// `SignatureScheme` ([RFC 9846 section 4.3.3]).
    ///
    /// [RFC 9846 section 4.3.3]: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
    SignatureScheme(u16) {
        /// RSASSA-PKCS1-v1_5 with SHA-256; in certificates only.
        RSA_PKCS1_SHA256 = 0x0401, "rsa_pkcs1_sha256";
        /// RSASSA-PKCS1-v1_5 with SHA-384; in certificates only.
        RSA_PKCS1_SHA384 = 0x0501, "rsa_pkcs1_sha384";
        /// RSASSA-PKCS1-v1_5 with SHA-512; in certificates only.
        RSA_PKCS1_SHA512 = 0x0601, "rsa_pkcs1_sha512";
        /// ECDSA over P-256 with SHA-256.
        ECDSA_SECP256R1_SHA256 = 0x0403, "ecdsa_secp256r1_sha256";
        /// ECDSA over P-384 with SHA-384.
        ECDSA_SECP384R1_SHA384 = 0x0503, "ecdsa_secp384r1_sha384";
        /// RSASSA-PSS with an rsaEncryption key and SHA-256.
        RSA_PSS_RSAE_SHA256 = 0x0804, "rsa_pss_rsae_sha256";
        /// RSASSA-PSS with an rsaEncryption key and SHA-384.
        RSA_PSS_RSAE_SHA384 = 0x0805, "rsa_pss_rsae_sha384";
        /// RSASSA-PSS with an rsaEncryption key and SHA-512.
        RSA_PSS_RSAE_SHA512 = 0x0806, "rsa_pss_rsae_sha512";
        /// Ed25519.
        ED25519 = 0x0807, "ed25519";
    }
}

wire_enum! {
    /// `KeyUpdateRequest` ([RFC 9846 section 4.7.3]).
    ///
    /// [RFC 9846 section 4.7.3]: https://www.rfc-editor.org/rfc/rfc9846#section-4.7.3
    KeyUpdateRequest(u8) {
        /// Only the sender's keys change.
        UPDATE_NOT_REQUESTED = 0, "update_not_requested";
        /// The receiver must change its keys, too.
        UPDATE_REQUESTED = 1, "update_requested";
    }
}

/// Reading code points, with their names recorded for the spans.
macro_rules! read_code_points {
    ($($name:ident $read:ident $($grease:ident)?;)*) => {
        $(impl $name {
            pub(crate) fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
                let value = Self(r.$read(field)?);
                r.annotate(value.label());
                Ok(value)
            }

            /// The name that a span shows, also for reserved values (RFC 8701).
            pub(super) fn label(self) -> Option<&'static str> {
                self.name()$(.or_else(|| grease::$grease(self.0)))?
            }
        })*
    };
}

read_code_points! {
    ContentType u8;
    ProtocolVersion u16 name;
    CipherSuite u16 name;
    NamedGroup u16 name;
    PskKeyExchangeMode u8 name_of_mode;
    HandshakeType u8;
    ExtensionType u16 name;
    SignatureScheme u16 name;
    KeyUpdateRequest u8;
}
