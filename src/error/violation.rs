//! Rules of the protocol that a peer can break.

use super::{AlertDescription, named_errors};

named_errors! {
    /// What the peer did wrong: a rule of RFC 9846 that it broke, or a proof of a key that does not verify.
    Violation {
        // Extensions of any message (section 4.3).
        DuplicateExtension => "an extension appears twice in one block", ILLEGAL_PARAMETER;
        UnsolicitedExtension => "the peer answered an extension that was not sent", UNSUPPORTED_EXTENSION;
        MisplacedExtension => "an extension appears in a message that may not have it", ILLEGAL_PARAMETER;
        // ClientHello (sections 4.2.2 and 9.2).
        MissingSignatureAlgorithms => "a ClientHello without a PSK lacks signature_algorithms", MISSING_EXTENSION;
        MissingSupportedGroups => "the ClientHello lacks supported_groups", MISSING_EXTENSION;
        MissingKeyShare => "the ClientHello has supported_groups but no key_share", MISSING_EXTENSION;
        KeyShareNotInGroups => "a key share's group is not in supported_groups", ILLEGAL_PARAMETER;
        DuplicateGroup => "a group is listed twice", ILLEGAL_PARAMETER;
        BadKeyShare => "the peer's key share is not valid for its group", ILLEGAL_PARAMETER;
        BadCompressionMethods => "legacy_compression_methods is not the null method alone", ILLEGAL_PARAMETER;
        BadLegacyVersion => "legacy_version is not 0x0303", PROTOCOL_VERSION;
        ServerNameList => "server_name does not hold exactly one host name", ILLEGAL_PARAMETER;
        CookieWithoutRetry => "a first ClientHello carries a cookie", ILLEGAL_PARAMETER;
        // The offer of PSKs (sections 4.3.9 to 4.3.11).
        PreSharedKeyNotLast => "pre_shared_key is not the last extension of the ClientHello", ILLEGAL_PARAMETER;
        MissingPskModes => "pre_shared_key without psk_key_exchange_modes", MISSING_EXTENSION;
        BinderCountMismatch => "the number of binders differs from the number of identities", ILLEGAL_PARAMETER;
        EarlyDataWithoutPsk => "early_data without pre_shared_key", ILLEGAL_PARAMETER;
        // Second ClientHello (section 4.2.2).
        RetryChangedClientHello => "the second ClientHello changes what it may not change", ILLEGAL_PARAMETER;
        RetryDroppedPsk => "the second ClientHello drops pre_shared_key", MISSING_EXTENSION;
        RetryDroppedChosenIdentity => "the second ClientHello lacks the identity chosen from the first", ILLEGAL_PARAMETER;
        RetryWrongKeyShare => "the second ClientHello does not hold exactly one share of the requested group", ILLEGAL_PARAMETER;
        RetryKeepsEarlyData => "the second ClientHello still carries early_data", ILLEGAL_PARAMETER;
        RetryMissingCookie => "the second ClientHello lacks the cookie", MISSING_EXTENSION;
        RetryWrongCookie => "the second ClientHello's cookie is not the one that was sent", ILLEGAL_PARAMETER;
        // HelloRetryRequest (section 4.2.4).
        RetryMissingVersion => "the HelloRetryRequest lacks supported_versions", MISSING_EXTENSION;
        RetryChangesNothing => "the HelloRetryRequest changes nothing", ILLEGAL_PARAMETER;
        RetryTooLong => "the HelloRetryRequest requires a ClientHello that is too long", ILLEGAL_PARAMETER;
        RetryGroupNotOffered => "the HelloRetryRequest's group was not offered", ILLEGAL_PARAMETER;
        RetryGroupAlreadyShared => "the HelloRetryRequest's group already had a share", ILLEGAL_PARAMETER;
        // ServerHello (section 4.2.3).
        SelectedVersionWrong => "the server selected a version that was not offered", ILLEGAL_PARAMETER;
        DowngradeSentinel => "the server's random carries a downgrade sentinel", ILLEGAL_PARAMETER;
        SessionIdNotEchoed => "legacy_session_id_echo differs from what was sent", ILLEGAL_PARAMETER;
        CompressionSelected => "the server selected a compression method", ILLEGAL_PARAMETER;
        CipherSuiteNotOffered => "the server selected a cipher suite that was not offered", ILLEGAL_PARAMETER;
        CipherSuiteChanged => "the ServerHello's cipher suite is not the HelloRetryRequest's", ILLEGAL_PARAMETER;
        SelectedGroupNotOffered => "the server's key share is of a group that was not shared", ILLEGAL_PARAMETER;
        SelectedGroupChanged => "the ServerHello's group is not the HelloRetryRequest's", ILLEGAL_PARAMETER;
        KeyShareMissing => "the server sent no key share, but psk_ke was not offered", ILLEGAL_PARAMETER;
        KeyShareNotWanted => "the server sent a key share, but only psk_ke was offered", ILLEGAL_PARAMETER;
        SelectedIdentityOutOfRange => "selected_identity is not the index of an offered PSK", ILLEGAL_PARAMETER;
        SelectedPskHashMismatch => "the selected cipher suite's hash is not the selected PSK's", ILLEGAL_PARAMETER;
        // EncryptedExtensions (section 4.4.1, RFC 7301, RFC 8449).
        AlpnNotOffered => "the server selected an application protocol that was not offered", ILLEGAL_PARAMETER;
        AlpnNotSingle => "the server's ALPN response does not hold exactly one protocol", ILLEGAL_PARAMETER;
        EarlyDataWrongPsk => "the server accepted early data with a PSK that was not the first", ILLEGAL_PARAMETER;
        EarlyDataWrongParameters => "the server accepted early data under a cipher suite or application protocol that is not the PSK's", ILLEGAL_PARAMETER;
        RecordSizeLimitTooSmall => "record_size_limit is below 64", ILLEGAL_PARAMETER;
        MaxFragmentLengthBesideLimit => "both record_size_limit and max_fragment_length were negotiated", ILLEGAL_PARAMETER;
        // Proofs of a key (sections 4.3.11.2 and 4.5.3).
        BadBinder => "a PSK binder does not verify", DECRYPT_ERROR;
        BadFinished => "the peer's Finished does not verify", DECRYPT_ERROR;
        // Records (section 5).
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
        // After the handshake (section 4.7).
        BadKeyUpdateRequest => "request_update is neither 0 nor 1", ILLEGAL_PARAMETER;
        TooManyKeyUpdates => "too many KeyUpdates without application data between them", UNEXPECTED_MESSAGE;
        TooManyTickets => "too many NewSessionTickets", UNEXPECTED_MESSAGE;
        BadTicketLifetime => "a NewSessionTicket's lifetime exceeds seven days", ILLEGAL_PARAMETER;
        // Limits on what an endpoint stores.
        TooMuchEarlyData => "more early data than allowed", UNEXPECTED_MESSAGE;
        TooMuchWhileAsking => "too much data was received while the application decides", UNEXPECTED_MESSAGE;
    } with certificates {
        CertificateMissing => "the server's Certificate holds no certificate", DECODE_ERROR;
        BadCertificateVerify => "the CertificateVerify does not verify", DECRYPT_ERROR;
        SchemeNotOffered => "the peer chose a signature scheme that was not offered", ILLEGAL_PARAMETER;
        CertificateExtension => "a certificate has an extension that was not requested", UNSUPPORTED_EXTENSION;
        CertificateContext => "certificate_request_context has the wrong value", ILLEGAL_PARAMETER;
        RequestWithoutSchemes => "the CertificateRequest lacks signature_algorithms", MISSING_EXTENSION;
    }
}
