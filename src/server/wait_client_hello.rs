//! START and `RECVD_CH`: the first ClientHello (RFC 9846 sections 4.2.2 and 9.2).

use super::client_hello::check_hello;
use super::negotiation::{Common, Negotiation, negotiate_with_cookie};
use super::pre_shared_keys::ServerPsks;
use super::selecting_psk::SelectingPsk;
use super::{Asking, SelectionPolicy, State};
use crate::endpoint::{Context, Event};
use crate::error::Error;
use crate::psk::Selection;
use crate::wire::{ClientHello, Handshake, OfferedPsks};

/// START.
pub struct WaitClientHello {
    pub(super) psks: ServerPsks,
}

impl WaitClientHello {
    /// Whether the time is needed: for the age of a ticket, or the validity of a certificate.
    pub fn needs_time(&self) -> bool {
        self.psks.ticket_policy().is_some() || self.psks.config.needs_time()
    }

    pub(super) fn on_client_hello(
        self,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<State, Error> {
        let mut hello = ClientHello::read(message.body())?;
        // The next message is protected, or answers a HelloRetryRequest.
        ctx.reader.boundary()?;
        check_hello(&hello)?;
        let config = &self.psks.config;
        let negotiation = match hello.extensions.cookie.take() {
            Some(cookie) => negotiate_with_cookie(&self.psks, hello, message.bytes, cookie)?,
            None => {
                let (common, offered) = Common::negotiate(config, &hello)?;
                let offer = hello.extensions.pre_shared_key.take().filter(|_| offered);
                let offer = offer.unwrap_or_else(OfferedPsks::none);
                let message = message.bytes.to_vec();
                Negotiation { hello, offer, message, common, retried: None }
            }
        };
        ctx.set_client_random(negotiation.hello.random);
        ctx.reader.accept_change_cipher_spec(true);
        if negotiation.hello.extensions.early_data {
            ctx.reader.skip_early_data(config.max_skipped_early_data);
        }
        let tickets = self.psks.open_tickets(
            self.psks.looked_at(&negotiation.offer),
            negotiation.hello.extensions.server_name.as_deref(),
            ctx.now,
        );
        let selecting = Box::new(SelectingPsk { psks: self.psks, negotiation, tickets });
        if selecting.negotiation.offer.identities.is_empty() {
            return selecting.without_psk(ctx);
        }
        match selecting.psks.config.selection {
            SelectionPolicy::FirstMatch => selecting.select(ctx, &Selection::FirstMatch),
            SelectionPolicy::Application => {
                ctx.emit(Event::SelectPsk);
                Ok(State::Asking(Asking::SelectingPsk(selecting)))
            }
        }
    }
}
