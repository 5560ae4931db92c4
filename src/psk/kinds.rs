//! Which kinds of PSK an endpoint deals with.

/// Where PSKs may come from: s2n-tls's PSK mode, and one more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PskKinds {
    /// Provisioned outside of TLS. Tickets are neither sent nor used.
    #[default]
    External,
    /// By a NewSessionTicket of an earlier connection.
    Resumption,
    /// Both, in one ClientHello if need be.
    Both,
}

impl PskKinds {
    /// Whether external PSKs are used.
    pub const fn external(self) -> bool {
        matches!(self, Self::External | Self::Both)
    }

    /// Whether tickets are sent and used.
    pub const fn resumption(self) -> bool {
        matches!(self, Self::Resumption | Self::Both)
    }
}
