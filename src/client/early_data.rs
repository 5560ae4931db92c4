//! Early data (RFC 9846 sections 2.3 and 4.3.10): sent under the first offered PSK, before the server has answered.

use crate::crypto::Suite;
use crate::endpoint::{Context, Negotiated};
use crate::error::{Error, Usage, Violation};
use crate::keys::{Exporter, Transcript};
use crate::psk::{EarlyDataParameters, Psk};
use crate::wire::ContentType;

/// Offered early data, before the server has accepted or rejected it.
pub struct EarlyDataOffer {
    parameters: EarlyDataParameters,
    /// How much may still be sent, in bytes.
    remaining: usize,
    exporter: Exporter,
}

impl EarlyDataOffer {
    /// Switches to the keys of early data, right after the ClientHello that offers it.
    pub(super) fn begin(
        ctx: &mut Context,
        psk: &Psk,
        parameters: EarlyDataParameters,
        client_hello: &Transcript,
    ) -> Self {
        let (traffic_secret, exporter) = ctx.early_secrets(psk, client_hello);
        ctx.set_send_secret(parameters.cipher_suite, &traffic_secret);
        // Before the ServerHello, the server may have none of our keys (appendix A.1).
        ctx.writer.set_sealer_of_alerts(None);
        let remaining = parameters.max_size as usize;
        Self { parameters, remaining, exporter }
    }

    /// How much may still be sent, in bytes.
    pub fn remaining(&self) -> usize {
        self.remaining
    }

    /// Sends early data, all of it or none.
    pub fn send(&mut self, ctx: &mut Context, data: &[u8]) -> Result<(), Error> {
        let remaining = self.remaining.checked_sub(data.len()).ok_or(Usage::EarlyDataLimit)?;
        if !data.is_empty() {
            ctx.writer.write(ContentType::APPLICATION_DATA, data)?;
        }
        self.remaining = remaining;
        Ok(())
    }

    /// The early exporter (section 7.5).
    pub fn exporter(&self) -> &Exporter {
        &self.exporter
    }

    /// The exporter, once the server has decided.
    pub(super) fn into_exporter(self) -> Exporter {
        self.exporter
    }

    /// Whether a server with this choice may still accept: another PSK or suite rejects early data.
    pub(super) fn may_be_accepted(&self, psk_index: Option<u16>, suite: Suite) -> bool {
        psk_index == Some(0) && suite == self.parameters.cipher_suite
    }

    /// Whether a server was allowed to accept: the handshake has negotiated the parameters of the data.
    pub(super) fn check_accepted(&self, negotiated: &Negotiated) -> Result<(), Error> {
        if negotiated.psk_index != Some(0) {
            return Err(Violation::EarlyDataWrongPsk.into());
        }
        if negotiated.cipher_suite != self.parameters.cipher_suite
            || negotiated.alpn != self.parameters.alpn
        {
            return Err(Violation::EarlyDataWrongParameters.into());
        }
        Ok(())
    }
}
