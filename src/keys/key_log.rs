//! The key log (RFC 9850, the SSLKEYLOGFILE format): one line for each secret, for debugging only.

use core::fmt::Write;

/// The label of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLogLabel {
    /// `client_early_traffic_secret`
    ClientEarlyTrafficSecret,
    /// `early_exporter_secret`
    EarlyExporterSecret,
    /// `client_handshake_traffic_secret`
    ClientHandshakeTrafficSecret,
    /// `server_handshake_traffic_secret`
    ServerHandshakeTrafficSecret,
    /// `client_application_traffic_secret_0`
    ClientTrafficSecret0,
    /// `server_application_traffic_secret_0`
    ServerTrafficSecret0,
    /// `exporter_secret`
    ExporterSecret,
}

impl KeyLogLabel {
    const fn text(self) -> &'static str {
        match self {
            Self::ClientEarlyTrafficSecret => "CLIENT_EARLY_TRAFFIC_SECRET",
            Self::EarlyExporterSecret => "EARLY_EXPORTER_SECRET",
            Self::ClientHandshakeTrafficSecret => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            Self::ServerHandshakeTrafficSecret => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            Self::ClientTrafficSecret0 => "CLIENT_TRAFFIC_SECRET_0",
            Self::ServerTrafficSecret0 => "SERVER_TRAFFIC_SECRET_0",
            Self::ExporterSecret => "EXPORTER_SECRET",
        }
    }

    /// `LABEL client_random secret`, without a line end.
    pub fn line(self, client_random: &[u8; 32], secret: &[u8]) -> String {
        let mut line = String::with_capacity(160);
        line.push_str(self.text());
        for field in [client_random.as_slice(), secret] {
            line.push(' ');
            for byte in field {
                // Writing to a String cannot fail.
                let _ = write!(line, "{byte:02x}");
            }
        }
        line
    }
}
