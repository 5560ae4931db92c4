//! Mistakes of the application.

use super::named_errors;

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
        QuestionPending => "a question to the application is pending";
        OutputPending => "bytes to transmit or events were not taken yet";
        TooMuchReceived => "more than 32 KiB of an incomplete message have been received";
        KeyUpdatePending => "the peer has not yet answered the last requested KeyUpdate";
    }
}
