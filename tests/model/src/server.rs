//! The steps of a server, in the order of appendix A.2.

use crate::configuration::{Configuration, EarlyData, Modes};
use crate::state::{ServerState, State};
use crate::terms::*;

/// What a server has for an identity: the PSK, and as whom it takes the client that proves it.
fn look_up(
    configuration: &Configuration,
    state: &State,
    party: Party,
    identity: &Identity,
) -> Option<(Psk, External)> {
    let protections = configuration.protections;
    // the external PSKs that it accepts today
    let accepts = |external: &External| {
        let has_key = match external.key {
            Key::Shared => !state.revoked,
            Key::Eves => party == Party::Bob,
        };
        has_key && external.context.is_none_or(|context| context.server == party)
    };
    match identity {
        Identity::External(external) => {
            accepts(external).then_some((Psk::External(*external), *external))
        }
        Identity::Ticket(ticket) => {
            let other = if party == Party::Alice { Party::Bob } else { Party::Alice };
            let context = Context { client: other, server: party };
            let authentication = if protections.tickets_hold_authentication {
                ticket.authentication
            } else {
                // the client that such a server takes everybody for
                External { key: Key::Shared, context: protections.contexts.then_some(context) }
            };
            (accepts(&authentication) || !protections.tickets_are_compared)
                .then(|| (ticket.psk.clone(), authentication))
        }
    }
}

/// Takes a ClientHello and selects its PSK, if the binder verifies and the role guard permits it.
pub fn receive_client_hello(
    configuration: &Configuration,
    state: &State,
    number: usize,
    hello: ClientHello,
) -> Option<State> {
    let server = &state.servers[number];
    if server.state != ServerState::WaitClientHello {
        return None;
    }
    let party = server.party;
    let (psk, authentication) = look_up(configuration, state, party, &hello.identity)?;
    let proven = hello.binder.as_ref() == Some(&psk);
    if configuration.protections.binders && !proven {
        return None;
    }
    if configuration.modes == Modes::PskDheKe && hello.share.is_none() {
        return None;
    }
    let mut next = state.clone();
    let used = (party, hello.identity.clone());
    if configuration.protections.role_guard
        && *next.roles.entry(used).or_insert(Role::Server) != Role::Server
    {
        return None;
    }
    let server = &mut next.servers[number];
    server.authentication = Some(authentication);
    server.proven = proven;
    server.known_to_eve = state.eve_knows_psk(&psk);
    server.after_revocation = state.revoked;
    server.state = if hello.early_data {
        let is_new = !state.remembered.contains(&hello);
        ServerState::DecidingEarlyData(hello, psk, is_new)
    } else {
        ServerState::Negotiated(hello, psk, false)
    };
    Some(next)
}

/// Accepts or rejects early data, then sends the flight, then waits for the client's.
pub fn step(configuration: &Configuration, state: &State, number: usize) -> Option<State> {
    let mut next = state.clone();
    let server = &mut next.servers[number];
    match server.state.clone() {
        ServerState::WaitClientHello | ServerState::Connected(_) => return None,
        ServerState::DecidingEarlyData(hello, psk, was_new) => {
            let accepted = match configuration.early_data {
                EarlyData::Off => false,
                EarlyData::SingleUse => next.remembered.insert(hello.clone()),
                EarlyData::CheckedBefore => {
                    next.remembered.insert(hello.clone());
                    was_new
                }
                EarlyData::Unguarded => true,
            };
            if accepted {
                *next.early_data.entry(hello.clone()).or_default() += 1;
            }
            server.state = ServerState::Negotiated(hello, psk, accepted);
        }
        ServerState::Negotiated(client_hello, psk, early_data) => {
            let selects_psk_ke =
                configuration.modes == Modes::PskKe || client_hello.share.is_none();
            let share = (!selects_psk_ke).then_some(Origin::Server(number));
            let random = if configuration.protections.fresh_randoms { number } else { 0 };
            let server_hello = ServerHello { random: Origin::Server(random), share };
            let secrets = Secrets::derive(configuration, psk, client_hello, server_hello);
            next.network.insert(Message::ServerHello(server_hello));
            for content in [Content::EncryptedExtensions, Content::Finished] {
                next.network.insert(Message::Protected(secrets.clone(), Role::Server, content));
            }
            server.state = if early_data {
                ServerState::WaitEndOfEarlyData(secrets)
            } else {
                ServerState::WaitFinished(secrets)
            };
        }
        ServerState::WaitEndOfEarlyData(secrets) => {
            if !state.can_deliver(&secrets, Role::Client, Content::EndOfEarlyData) {
                return None;
            }
            server.state = ServerState::WaitFinished(secrets);
        }
        ServerState::WaitFinished(secrets) => {
            if !state.can_deliver(&secrets, Role::Client, Content::Finished) {
                return None;
            }
            server.compromised = state.eve_knows_psk(&secrets.psk);
            server.state = ServerState::Connected(secrets.clone());
            if let Some(authentication) = server.authentication.filter(|_| configuration.tickets) {
                let psk = Psk::Resumption(secrets.clone());
                let content = Content::NewSessionTicket(Ticket { psk, authentication });
                next.network.insert(Message::Protected(secrets, Role::Server, content));
            }
        }
    }
    Some(next)
}
