//! The two sides of a connection (RFC 9846 section 1.1).

/// The side of a connection: that of this endpoint, or that of its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The side that started the connection.
    Client,
    /// The side that did not start the connection.
    Server,
}
