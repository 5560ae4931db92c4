//! START after a HelloRetryRequest: the second ClientHello (RFC 9846 sections 4.2.2 and 4.2.4).

use super::accept::{Acceptance, Negotiation, accept, suite_for};
use super::selection::{Chosen, trace};
use super::wait_client_hello::check_versions;
use super::{ServerPsks, State};
use crate::endpoint::{Context, PskOutcome};
use crate::error::{Error, Violation};
use crate::keys::{Transcript, TranscriptBuffer};
use crate::psk::{Psk, verify_binder};
use crate::wire::{
    CipherSuite, ClientExtensions, ClientHello, ExtensionType, HELLO_RETRY_REQUEST_RANDOM,
    Handshake, KeyShareEntry, NamedGroup, ProtocolVersion, ServerExtensions, ServerHello,
};

/// Extensions that a second ClientHello may change, add or drop.
const CHANGEABLE: [ExtensionType; 5] = [
    ExtensionType::KEY_SHARE,
    ExtensionType::EARLY_DATA,
    ExtensionType::COOKIE,
    ExtensionType::PRE_SHARED_KEY,
    ExtensionType::PADDING,
];

/// A HelloRetryRequest was sent. The choice of PSK stands.
pub struct WaitSecondClientHello {
    psks: ServerPsks,
    first: ClientHello,
    psk: Psk,
    suite: CipherSuite,
    group: NamedGroup,
    alpn: Option<Vec<u8>>,
    /// message_hash of the first ClientHello, and the HelloRetryRequest.
    transcript: Transcript,
}

/// Asks the client for a share of `group`.
pub(super) fn request_retry(
    ctx: &mut Context,
    psks: ServerPsks,
    negotiation: Negotiation,
    psk: Psk,
    group: NamedGroup,
) -> Result<State, Error> {
    let suite = suite_for(&negotiation.common, &psk)?;
    let Negotiation { hello, message, common, .. } = negotiation;
    let request = ServerHello {
        legacy_version: ProtocolVersion::TLS12,
        random: HELLO_RETRY_REQUEST_RANDOM,
        legacy_session_id_echo: hello.legacy_session_id.clone(),
        cipher_suite: suite,
        legacy_compression_method: 0,
        extensions: ServerExtensions {
            selected_version: Some(ProtocolVersion::TLS13),
            selected_group: Some(group),
            ..ServerExtensions::default()
        },
    };
    let mut transcript = TranscriptBuffer::new(&message).start_with_message_hash(psk.hash);
    let bytes = request.encode()?;
    ctx.send_handshake(&bytes)?;
    transcript.add(&bytes);
    if !hello.legacy_session_id.is_empty() {
        ctx.writer.write_change_cipher_spec();
    }
    Ok(State::WaitSecondClientHello(Box::new(WaitSecondClientHello {
        psks,
        first: hello,
        psk,
        suite,
        group,
        alpn: common.alpn,
        transcript,
    })))
}

impl WaitSecondClientHello {
    pub(super) fn on_client_hello(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let mut hello = ClientHello::read(message.body())?;
        ctx.reader.boundary()?;
        ctx.reader.stop_skipping();
        check_versions(&hello)?;
        let offer = hello.extensions.pre_shared_key.take().ok_or(Violation::RetryDroppedPsk)?;
        if hello.extensions.early_data {
            return Err(Violation::RetryKeepsEarlyData.into());
        }
        if hello.extensions.cookie.is_some() {
            return Err(Violation::RetryWrongCookie.into());
        }
        self.check_unchanged(&hello)?;
        let share = self.requested_share(&hello.extensions)?;

        let index = offer
            .identities
            .iter()
            .position(|offered| offered.identity == self.psk.identity)
            .ok_or(Violation::RetryDroppedChosenIdentity)?;
        let truncated_len = message.bytes.len() - offer.binders_len();
        let truncated = message.bytes.get(..truncated_len).unwrap_or_default();
        let covered = self.transcript.with_truncated(truncated);
        let binder = offer.binders.get(index).map(Vec::as_slice).unwrap_or_default();
        if !verify_binder(&self.psk, &covered, binder) {
            trace(ctx, index, PskOutcome::Failed);
            return Err(Violation::BadBinder.into());
        }
        trace(ctx, index, PskOutcome::Verified);
        self.transcript.add(message.bytes);
        accept(
            ctx,
            Acceptance {
                psks: self.psks,
                hello,
                chosen: Chosen { index, psk: self.psk },
                suite: self.suite,
                share: Some(share),
                alpn: self.alpn,
                transcript: self.transcript,
                hello_retry_request: true,
                // Those of before a HelloRetryRequest are rejected by it (section 4.3.10).
                early_data: None,
                early_data_offered: self.first.extensions.early_data,
            },
        )
    }

    /// The second ClientHello is the first but for what it may change (section 4.2.2).
    fn check_unchanged(&self, second: &ClientHello) -> Result<(), Error> {
        if comparable(&self.first) == comparable(second) {
            Ok(())
        } else {
            Err(Violation::RetryChangedClientHello.into())
        }
    }

    /// The one share, of the group that was asked for (section 4.3.8).
    fn requested_share(&self, extensions: &ClientExtensions) -> Result<KeyShareEntry, Error> {
        match extensions.key_share.as_deref() {
            Some([share]) if share.group == self.group => Ok(share.clone()),
            _ => Err(Violation::RetryWrongKeyShare.into()),
        }
    }
}

/// The parts of a ClientHello that a second one repeats.
fn comparable(hello: &ClientHello) -> ClientHello {
    let mut hello = hello.clone();
    let extensions = &mut hello.extensions;
    extensions.key_share = None;
    extensions.early_data = false;
    extensions.cookie = None;
    extensions.pre_shared_key = None;
    extensions.other.retain(|(kind, _)| !CHANGEABLE.contains(kind));
    extensions.order.retain(|kind| !CHANGEABLE.contains(kind));
    hello
}
