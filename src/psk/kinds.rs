//! The kinds of PSK that an endpoint uses.

/// The origins of PSKs that are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PskKinds {
    /// Provisioned outside of TLS. Tickets are neither sent nor used.
    #[default]
    External,
    /// Provisioned by a NewSessionTicket of an earlier connection.
    Resumption,
    /// Both, also in one ClientHello.
    Both,
}

impl PskKinds {
    /// Whether external PSKs are used.
    #[must_use]
    pub const fn external(self) -> bool {
        matches!(self, Self::External | Self::Both)
    }

    /// Whether tickets are sent and used.
    #[must_use]
    pub const fn resumption(self) -> bool {
        matches!(self, Self::Resumption | Self::Both)
    }
}
