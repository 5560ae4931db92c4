//! What a server is told.

use crate::endpoint::Parameters;
use crate::psk::{ExternalPsk, PskError, PskList};

/// Who selects the PSK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelectionPolicy {
    /// The first PSK of the server's list that the client offers and that fits a common cipher suite.
    #[default]
    FirstMatch,
    /// The application, through [`crate::Connection::select`]: the handshake waits for it.
    Application,
}

/// A server's configuration, shared by any number of connections.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Preferences and limits.
    pub parameters: Parameters,
    /// Who selects the PSK.
    pub selection: SelectionPolicy,
    /// How many bytes of early data, records as on the wire, are skipped when a client sends some: it is not
    /// accepted (RFC 9846 section 4.3.10).
    pub max_skipped_early_data: usize,
    psks: PskList,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            parameters: Parameters::default(),
            selection: SelectionPolicy::default(),
            max_skipped_early_data: 1 << 16,
            psks: PskList::new(),
        }
    }
}

impl ServerConfig {
    /// A configuration with the defaults and no PSK.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a copy of `psk` as the least preferred. A lookup costs the same however many there are.
    pub fn append_psk(&mut self, psk: &ExternalPsk) -> Result<(), PskError> {
        self.psks.append(psk)
    }

    /// The PSKs, most preferred first.
    pub fn psks(&self) -> &PskList {
        &self.psks
    }
}
