//! What is modelled: who talks to whom, and which protections are in place.

use crate::terms::Party;

/// How PSKs are used (section 4.3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// Only `psk_dhe_ke`.
    PskDheKe,
    /// Only `psk_ke`.
    PskKe,
    /// The client offers both, and the server prefers `psk_dhe_ke`.
    Both,
}

/// How a server remembers which early data it has accepted (section 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlyData {
    /// Nobody sends any.
    Off,
    /// The server remembers, and asks and remembers in one step.
    SingleUse,
    /// The server asks first, and remembers later.
    CheckedBefore,
    /// The server does not remember.
    Unguarded,
}

/// The protections of the implementation. Where one is taken out, the model must find the attack.
#[derive(Clone, Copy, Debug)]
pub struct Protections {
    /// A process uses an identity in one role (`src/psk/roles.rs`, RFC 9257 section 4.1).
    pub role_guard: bool,
    /// Keys are imported with a context that names the roles (RFC 9258).
    pub contexts: bool,
    /// A server verifies the binder before it answers (section 4.3.11.2).
    pub binders: bool,
    /// Binders, keys and Finished cover the key shares (sections 4.3.11.2, 4.5.3 and 7.1).
    pub shares_are_covered: bool,
    /// Servers choose a random value for each connection (section 4.2.3).
    pub fresh_randoms: bool,
    /// A ticket says how its client was authenticated (`src/psk/authentication.rs`).
    pub tickets_hold_authentication: bool,
    /// A ticket is compared with what the server accepts today (`src/server/pre_shared_keys.rs`).
    pub tickets_are_compared: bool,
}

impl Protections {
    /// Those that are on by default.
    pub const DEFAULT: Self = Self {
        role_guard: true,
        contexts: false,
        binders: true,
        shares_are_covered: true,
        fresh_randoms: true,
        tickets_hold_authentication: true,
        tickets_are_compared: true,
    };
    /// With imported PSKs, and an application that permits both roles.
    pub const IMPORTED: Self = Self { role_guard: false, contexts: true, ..Self::DEFAULT };
}

/// A bounded model.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The client sessions: who, and whom each wants to reach.
    pub clients: Vec<(Party, Party)>,
    /// The server sessions.
    pub servers: Vec<Party>,
    /// The key exchange modes.
    pub modes: Modes,
    /// Whether clients send early data, and what servers do about copies of it.
    pub early_data: EarlyData,
    /// Whether servers send tickets and clients use them.
    pub tickets: bool,
    /// Whether Eve may learn the shared key at any time.
    pub leaks: bool,
    /// Whether the servers may stop accepting the shared key at any time.
    pub revokes: bool,
    /// The protections in place.
    pub protections: Protections,
}
