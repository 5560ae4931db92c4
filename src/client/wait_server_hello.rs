//! `WAIT_SH`: ServerHello and HelloRetryRequest (RFC 9846 sections 4.2.3 and 4.2.4).

use std::sync::Arc;

use super::client_hello::{RequestedChanges, send_second};
use super::early_data::EarlyDataOffer;
use super::wait_encrypted_extensions::{WaitEncryptedExtensions, send_with_handshake_keys};
use super::{ClientConfig, State};
use crate::crypto::{KeyShare, SharedSecret, Suite};
use crate::endpoint::{Context, EarlyDataOutcome, Event, Negotiated};
use crate::error::{Error, Incompatible, Violation};
use crate::keys::{EarlySecret, TranscriptBuffer};
use crate::psk::{Authentication, Psk, PskKinds, Terms};
use crate::wire::{
    ClientHello, Handshake, NamedGroup, ProtocolVersion, PskKeyExchangeMode, ServerHello,
};

/// The last eight bytes of a TLS 1.3 server's random when it negotiates TLS 1.2, and older (section 4.2.3).
const DOWNGRADE_SENTINELS: [&[u8]; 2] = [b"DOWNGRD\x01", b"DOWNGRD\x00"];

/// The ClientHello was sent.
pub struct WaitServerHello {
    pub(super) config: Arc<ClientConfig>,
    pub(super) kinds: PskKinds,
    pub(super) hello: ClientHello,
    /// The offer of the last ClientHello, in order.
    pub(super) offered: Vec<Psk>,
    pub(super) share: Option<KeyShare>,
    pub(super) early_data: Option<EarlyDataOffer>,
    pub(super) first_hello: TranscriptBuffer,
    pub(super) retry: Option<RequestedChanges>,
    pub(super) early_data_rejected: bool,
}

impl WaitServerHello {
    pub(super) fn on_server_hello(
        self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let server_hello = ServerHello::read(message.body())?;
        let suite = self.check_common(&server_hello)?;
        if server_hello.is_retry() {
            self.on_retry(ctx, message, server_hello, suite)
        } else {
            self.on_selection(ctx, message, server_hello, suite)
        }
    }

    /// The checks for both ServerHello and HelloRetryRequest. Returns the cipher suite.
    fn check_common(&self, server_hello: &ServerHello) -> Result<Suite, Error> {
        match server_hello.extensions.selected_version {
            Some(ProtocolVersion::TLS13) => {}
            Some(_) => return Err(Violation::SelectedVersionWrong.into()),
            None if server_hello.is_retry() => return Err(Violation::RetryMissingVersion.into()),
            // The HelloRetryRequest has fixed it (section 4.2.4).
            None if self.retry.is_some() => return Err(Violation::SelectedVersionWrong.into()),
            None => {
                let sentinel = DOWNGRADE_SENTINELS.iter().any(|s| server_hello.random.ends_with(s));
                return Err(if sentinel {
                    Violation::DowngradeSentinel.into()
                } else {
                    Incompatible::Tls13NotSelected.into()
                });
            }
        }
        if server_hello.legacy_version != ProtocolVersion::TLS12 {
            return Err(Violation::BadLegacyVersion.into());
        }
        if server_hello.legacy_session_id_echo != self.hello.legacy_session_id {
            return Err(Violation::SessionIdNotEchoed.into());
        }
        if server_hello.legacy_compression_method != 0 {
            return Err(Violation::CompressionSelected.into());
        }
        // A reserved value is also offered (RFC 8701), but it is not a suite.
        let suite = Suite::of(server_hello.cipher_suite)
            .filter(|_| self.hello.cipher_suites.contains(&server_hello.cipher_suite))
            .ok_or(Violation::CipherSuiteNotOffered)?;
        server_hello.check_extensions(&self.hello.extensions)?;
        Ok(suite)
    }

    fn on_retry(
        mut self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
        request: ServerHello,
        suite: Suite,
    ) -> Result<State, Error> {
        if self.retry.is_some() {
            return Err(Error::UnexpectedMessage {
                received: "a second hello_retry_request",
                state: "WAIT_SH",
            });
        }
        // The answer to a HelloRetryRequest is a ClientHello: the server cannot have sent more yet.
        ctx.reader.boundary()?;
        let group = request.extensions.selected_group;
        if let Some(group) = group {
            // Our own list, as that of the hello also has a reserved group (RFC 8701).
            if !self.config.parameters.groups().contains(&group) {
                return Err(Violation::RetryGroupNotOffered.into());
            }
            if self.share.as_ref().is_some_and(|share| share.group() == group) {
                return Err(Violation::RetryGroupAlreadyShared.into());
            }
        } else if request.extensions.cookie.is_none() {
            return Err(Violation::RetryChangesNothing.into());
        }
        let mut transcript = self.first_hello.start_with_message_hash(suite.hash());
        transcript.add(message.bytes);
        let mut retry = RequestedChanges {
            cipher_suite: suite,
            group,
            cookie: request.extensions.cookie,
            transcript,
        };
        // A HelloRetryRequest rejects early data (section 4.3.10), and the answer is sent in clear.
        if self.early_data.take().is_some() {
            ctx.writer.clear_sealer();
            ctx.emit(Event::EarlyDataRejected);
            self.early_data_rejected = true;
        }
        send_second(&mut self.hello, &mut self.offered, &mut self.share, &mut retry, ctx)?;
        self.retry = Some(retry);
        Ok(State::WaitServerHello(self))
    }

    fn on_selection(
        self: Box<Self>,
        ctx: &mut Context,
        message: &Handshake<'_>,
        server_hello: ServerHello,
        suite: Suite,
    ) -> Result<State, Error> {
        let hash = suite.hash();
        if self.retry.as_ref().is_some_and(|retry| retry.cipher_suite != suite) {
            return Err(Violation::CipherSuiteChanged.into());
        }
        let index = server_hello.extensions.selected_identity;
        let psk = match index {
            Some(index) => {
                let psk = self.offered.get(usize::from(index));
                Some(psk.ok_or(Violation::SelectedIdentityOutOfRange)?)
            }
            None => None,
        };
        if psk.is_some_and(|psk| psk.hash != hash) {
            return Err(Violation::SelectedPskHashMismatch.into());
        }
        // Without a PSK the server must send a certificate; otherwise it would not be authenticated.
        if psk.is_none() && !self.config.full_handshake() {
            return Err(Incompatible::PskNotSelected.into());
        }
        let server_certificate = psk.is_none() || server_hello.extensions.cert_with_extern_psk;
        let hello_retry_request = self.retry.is_some();
        // A HelloRetryRequest has already rejected it; otherwise EncryptedExtensions may accept it.
        let early_data = match (&self.early_data, self.early_data_rejected) {
            (None, false) => EarlyDataOutcome::NotOffered,
            _ => EarlyDataOutcome::Rejected,
        };
        let (group, shared) = agree(
            &self.config,
            server_certificate,
            self.retry.as_ref().and_then(|retry| retry.group),
            self.share,
            &server_hello,
        )?;

        let mut transcript = match self.retry {
            Some(retry) => retry.transcript,
            None => self.first_hello.start(hash),
        };
        transcript.add(message.bytes);
        let early_secret = match psk {
            Some(psk) => psk.early_secret().clone(),
            None => EarlySecret::new(hash, None),
        };
        let handshake_secret = early_secret.into_handshake_secret(shared.as_ref());
        let (client, server) = ctx.handshake_secrets(&handshake_secret, &transcript);
        ctx.set_receive_secret(suite, &server)?;
        // From now on an alert can be protected (appendix A.1). Early data keeps its keys until it is accepted or
        // rejected.
        let undecided =
            self.early_data.as_ref().is_some_and(|offer| offer.may_be_accepted(index, suite));
        if undecided {
            ctx.set_secret_of_alerts(suite, &client);
        } else {
            if self.early_data.is_some() {
                ctx.emit(Event::EarlyDataRejected);
            }
            send_with_handshake_keys(ctx, &self.hello, suite, &client);
        }

        let authentication = match psk {
            Some(psk) => psk.authentication(ctx.now),
            None => Authentication::none(ctx.now),
        };
        let terms = Terms {
            server_name: self.config.server_name().map(<[u8]>::to_vec),
            own_certificate: self.config.own_certificate(),
            peer: Arc::new(authentication),
        };
        let negotiated = Negotiated {
            psk_identity: psk.map(|psk| psk.identity.clone()),
            psk_index: index,
            psk_kind: psk.map(|psk| psk.kind),
            external_identity: psk.and_then(|psk| psk.external_identity.clone()),
            psk_mode: psk.map(|_| match group {
                Some(_) => PskKeyExchangeMode::PSK_DHE_KE,
                None => PskKeyExchangeMode::PSK_KE,
            }),
            server_certificate,
            cipher_suite: suite,
            group,
            alpn: None,
            server_name: self.config.server_name().map(<[u8]>::to_vec),
            hello_retry_request,
            early_data,
        };
        Ok(State::WaitEncryptedExtensions(Box::new(WaitEncryptedExtensions {
            config: self.config,
            kinds: self.kinds,
            hello: self.hello,
            early_data: self.early_data,
            early_data_rejected: !undecided,
            terms,
            negotiated,
            transcript,
            handshake_secret,
            client_handshake_traffic_secret: client,
            server_handshake_traffic_secret: server,
        })))
    }
}

/// The key exchange, or its absence under `psk_ke`. With a certificate there is always one.
fn agree(
    config: &ClientConfig,
    server_certificate: bool,
    retry_group: Option<NamedGroup>,
    share: Option<KeyShare>,
    server_hello: &ServerHello,
) -> Result<(Option<NamedGroup>, Option<SharedSecret>), Error> {
    let Some(server_share) = &server_hello.extensions.server_share else {
        return if config.parameters.allows(PskKeyExchangeMode::PSK_KE) && !server_certificate {
            Ok((None, None))
        } else {
            Err(Violation::KeyShareMissing.into())
        };
    };
    if !config.parameters.allows(PskKeyExchangeMode::PSK_DHE_KE) && !server_certificate {
        return Err(Violation::KeyShareNotWanted.into());
    }
    if retry_group.is_some_and(|group| group != server_share.group) {
        return Err(Violation::SelectedGroupChanged.into());
    }
    let share = share
        .filter(|share| share.group() == server_share.group)
        .ok_or(Violation::SelectedGroupNotOffered)?;
    let shared = share.agree(&server_share.key_exchange).map_err(|_| Violation::BadKeyShare)?;
    Ok((Some(server_share.group), Some(shared)))
}
