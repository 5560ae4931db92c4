//! The connection after the handshake: data, key updates, exporters (RFC 9846 sections 4.7, 5.5 and 7.5).

use super::context::Context;
use super::event::{Event, Negotiated};
use crate::crypto::{Secret, Suite};
use crate::error::{Error, Usage, Violation};
use crate::keys::{Exporter, TrafficSecret};
use crate::psk::{Authentication, Issued, Session, Terms};
use crate::wire::{ContentType, Handshake, KeyUpdate, KeyUpdateRequest, NewSessionTicket};

/// How many `KeyUpdates` are accepted without application data between them. Each costs the peer a few bytes and this
/// side two key derivations.
const MAX_KEY_UPDATES: u32 = 32;
/// How many `NewSessionTickets` are accepted without application data between them.
const MAX_TICKETS: u32 = 32;
/// Seven days, in seconds (section 4.7.1).
const MAX_TICKET_LIFETIME: u32 = 604_800;

/// The secrets of both directions.
pub struct TrafficSecrets {
    /// The secret of the sending direction.
    pub send: TrafficSecret,
    /// The secret of the receiving direction.
    pub receive: TrafficSecret,
}

/// The data of a resuming client for future tickets.
pub struct Resumption {
    /// `resumption_secret` (section 7.1).
    pub(crate) secret: Secret,
    /// The terms of this connection, which its sessions inherit.
    pub(crate) terms: Terms,
}

/// An established connection.
pub struct Established {
    /// What was negotiated.
    pub negotiated: Negotiated,
    pub(super) suite: Suite,
    pub(super) secrets: TrafficSecrets,
    pub(super) exporter: Exporter,
    pub(super) early_exporter: Option<Exporter>,
    pub(super) peer: Authentication,
    pub(super) resumption: Option<Resumption>,
    /// A KeyUpdate is due before the next application data.
    pub(super) update_owed: bool,
    /// A KeyUpdate was requested from the peer and has not arrived yet.
    pub(super) update_requested: bool,
    pub(super) key_updates: u32,
    pub(super) tickets: u32,
}

impl Established {
    /// Makes the connection from the last secrets of the handshake.
    pub fn new(
        negotiated: Negotiated,
        secrets: TrafficSecrets,
        exporter: Exporter,
        early_exporter: Option<Exporter>,
        peer: Authentication,
        resumption: Option<Resumption>,
    ) -> Self {
        Self {
            suite: negotiated.cipher_suite,
            negotiated,
            secrets,
            exporter,
            early_exporter,
            peer,
            resumption,
            update_owed: false,
            update_requested: false,
            key_updates: 0,
            tickets: 0,
        }
    }

    /// How the peer was authenticated, in this handshake or in the one that it resumes.
    pub fn peer(&self) -> &Authentication {
        &self.peer
    }

    /// The cipher suite.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The secrets of both directions.
    pub fn secrets(&self) -> &TrafficSecrets {
        &self.secrets
    }

    /// Whether it makes sessions, which needs the time.
    pub fn resumes(&self) -> bool {
        self.resumption.is_some()
    }

    /// Sends application data, after a KeyUpdate if one is due.
    pub fn send(&mut self, ctx: &mut Context, plaintext: &[u8]) -> Result<(), Error> {
        // One record at a time, so that the key is changed before its limit even within a long write.
        let mut rest = plaintext;
        while !rest.is_empty() {
            let wants_update = ctx.writer.sealer().is_some_and(|sealer| sealer.wants_update());
            if self.update_owed || wants_update {
                self.send_key_update(ctx, KeyUpdateRequest::UPDATE_NOT_REQUESTED)?;
            }
            let (head, tail) =
                rest.split_at_checked(ctx.writer.max_content()).unwrap_or((rest, &[]));
            ctx.writer.write(ContentType::APPLICATION_DATA, head)?;
            rest = tail;
        }
        Ok(())
    }

    /// Processes application data.
    pub fn on_data(&mut self, ctx: &mut Context, data: Vec<u8>) {
        if !data.is_empty() {
            self.key_updates = 0;
            self.tickets = 0;
            ctx.emit(Event::Data(data));
        }
    }

    /// Changes the sending key, and on request the peer's.
    pub fn update_keys(
        &mut self,
        ctx: &mut Context,
        request: KeyUpdateRequest,
    ) -> Result<(), Error> {
        let requested = request == KeyUpdateRequest::UPDATE_REQUESTED;
        if requested && self.update_requested {
            return Err(Usage::KeyUpdatePending.into());
        }
        self.send_key_update(ctx, request)?;
        self.update_requested |= requested;
        Ok(())
    }

    /// Processes a KeyUpdate.
    pub fn on_key_update(
        &mut self,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<(), Error> {
        let update = KeyUpdate::read(message.body())?;
        // A requested KeyUpdate does not count as a flood, even if the peer seldom sends data.
        if !self.update_requested {
            self.key_updates += 1;
        }
        if self.key_updates > MAX_KEY_UPDATES {
            return Err(Violation::TooManyKeyUpdates.into());
        }
        self.secrets.receive = self.secrets.receive.next();
        ctx.set_receive_secret(self.suite, &self.secrets.receive)?;
        self.update_requested = false;
        // If the peer requests several while this side is silent, it gets one answer, before the next data.
        self.update_owed |= update.request_update == KeyUpdateRequest::UPDATE_REQUESTED;
        ctx.emit(Event::KeyUpdated);
        Ok(())
    }

    /// Processes a NewSessionTicket. A client that does not resume ignores it, whatever its content (section 4.7.1).
    pub fn on_new_session_ticket(
        &mut self,
        ctx: &mut Context,
        message: &Handshake<'_>,
    ) -> Result<(), Error> {
        let Some(resumption) = &self.resumption else { return Ok(()) };
        let ticket = NewSessionTicket::read(message.body())?;
        if ticket.ticket_lifetime > MAX_TICKET_LIFETIME {
            return Err(Violation::BadTicketLifetime.into());
        }
        self.tickets += 1;
        if self.tickets > MAX_TICKETS {
            return Err(Violation::TooManyTickets.into());
        }
        let issued = Issued {
            cipher_suite: self.suite,
            resumption_secret: &resumption.secret,
            alpn: self.negotiated.alpn.clone(),
            terms: resumption.terms.clone(),
        };
        if let Some(session) = Session::new(issued, ticket, ctx.now) {
            ctx.emit(Event::Session(session));
        }
        Ok(())
    }

    /// The exporter (RFC 9846 section 7.5).
    pub fn exporter(&self) -> &Exporter {
        &self.exporter
    }

    /// The exporter of the early data, if there was any.
    pub fn early_exporter(&self) -> Option<&Exporter> {
        self.early_exporter.as_ref()
    }

    fn send_key_update(
        &mut self,
        ctx: &mut Context,
        request: KeyUpdateRequest,
    ) -> Result<(), Error> {
        ctx.send_handshake(&KeyUpdate { request_update: request }.encode()?)?;
        self.secrets.send = self.secrets.send.next();
        ctx.set_send_secret(self.suite, &self.secrets.send);
        self.update_owed = false;
        Ok(())
    }
}
