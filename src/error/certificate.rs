//! Certificates that do not authenticate their sender (RFC 9846 sections 4.5.1 and 6.2).

use super::{AlertDescription, named_errors};

named_errors! {
    /// What is wrong with the peer's certificate. The enum has no values in builds without certificates.
    CertificateError {
    } with certificates {
        Refused => "the application refused the certificate", CERTIFICATE_UNKNOWN;
        Required => "the client sent no certificate, and one is required", CERTIFICATE_REQUIRED;
        Malformed => "a certificate cannot be decoded or breaks a rule of X.509", BAD_CERTIFICATE;
        BadSignature => "a certificate's signature does not verify", BAD_CERTIFICATE;
        ChainTooLong => "the certificate chain is longer than can be checked", BAD_CERTIFICATE;
        KeyTooShort => "an RSA key of a certificate has fewer than 2048 bits", BAD_CERTIFICATE;
        Expired => "a certificate has expired", CERTIFICATE_EXPIRED;
        NotYetValid => "a certificate is not valid yet", CERTIFICATE_EXPIRED;
        UnknownIssuer => "no trust anchor has issued the certificate", UNKNOWN_CA;
        UnsupportedAlgorithm => "a certificate is signed with an algorithm that is not supported", UNSUPPORTED_CERTIFICATE;
        WrongName => "the certificate does not match the server's name", BAD_CERTIFICATE;
        WrongUsage => "the certificate does not allow this use", UNSUPPORTED_CERTIFICATE;
        AuthorityAsEndEntity => "the certificate is that of an authority, as `openssl req -x509` makes it by default; \
            one for a server: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
            -out cert.pem -subj /CN=NAME -addext subjectAltName=DNS:NAME -addext basicConstraints=CA:FALSE",
            UNSUPPORTED_CERTIFICATE;
        NoDigitalSignature => "the certificate's keyUsage lacks digitalSignature", UNSUPPORTED_CERTIFICATE;
    }
}
