//! Negotiations that fail although both sides follow the rules.

use super::{AlertDescription, named_errors};

named_errors! {
    /// What this endpoint and its peer do not have in common. Neither broke a rule: their configurations differ.
    Incompatible {
        NoPskOffered => "the client offered no PSK and there is no certificate to fall back to", HANDSHAKE_FAILURE;
        NoAcceptablePsk => "no PSK was accepted", DECRYPT_ERROR;
        NoCommonPskMode => "no common PSK key exchange mode", HANDSHAKE_FAILURE;
        NoCommonCipherSuite => "no common cipher suite", HANDSHAKE_FAILURE;
        NoCommonGroup => "no common key exchange group", HANDSHAKE_FAILURE;
        NoCommonApplicationProtocol => "no common application protocol", NO_APPLICATION_PROTOCOL;
        Tls13NotOffered => "the client does not offer TLS 1.3", PROTOCOL_VERSION;
        Tls13NotSelected => "the server does not support TLS 1.3", PROTOCOL_VERSION;
        PskNotSelected => "the server selected no PSK and certificates are not enabled", HANDSHAKE_FAILURE;
        IdentityInBothRoles => "this process has used the PSK's identity as a client: one PSK must not serve both roles (RFC 9257 section 4.1)", DECRYPT_ERROR;
    } with certificates {
        NoCommonSignatureScheme => "no certificate fits the client's signature schemes", HANDSHAKE_FAILURE;
    }
}
