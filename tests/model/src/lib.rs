//! A symbolic model of the handshake with PSKs: external and imported ones, tickets, and early data. The attacker, Eve,
//! carries all messages and computes what she can. A model checker visits every state of a bounded number of sessions.
//!
//! `tests/protections.rs` says what holds, and that the model finds the attack where a protection is taken out.
//! docs/proof.md says what the model leaves out.

mod attacker;
mod client;
mod configuration;
mod properties;
mod server;
mod state;
mod terms;

pub use configuration::{Configuration, EarlyData, Modes, Protections};
pub use state::{Client, ClientState, Server, ServerState, Session, State};
pub use terms::*;

use std::collections::{BTreeMap, BTreeSet};

use stateright::{Model, Property};

/// A step: of a session, upon what Eve delivers, or of the world.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A client sends its ClientHello, with an external PSK or to resume a session.
    Start(usize, Option<Session>),
    /// A client receives a ServerHello.
    ServerHello(usize, ServerHello),
    /// A client receives the next message of the server's flight.
    ServerFlight(usize),
    /// A client receives a ticket.
    Ticket(usize, Ticket),
    /// A server receives a ClientHello.
    ClientHello(usize, ClientHello),
    /// A server goes on: it decides, it sends, or it receives the next message of the client's flight.
    Server(usize),
    /// Eve learns the shared key.
    Leak,
    /// The servers stop accepting the shared key.
    Revoke,
}

impl Model for Configuration {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let clients = self.clients.iter().map(|&(party, peer)| Client {
            party,
            peer,
            state: ClientState::Start,
            offered_share: false,
            compromised: false,
        });
        let servers = self.servers.iter().map(|&party| Server {
            party,
            state: ServerState::WaitClientHello,
            authentication: None,
            proven: false,
            known_to_eve: false,
            after_revocation: false,
            compromised: false,
        });
        vec![State {
            clients: clients.collect(),
            servers: servers.collect(),
            sessions: BTreeSet::new(),
            roles: BTreeMap::new(),
            network: BTreeSet::new(),
            early_data: BTreeMap::new(),
            remembered: BTreeSet::new(),
            leaked: false,
            revoked: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (number, client) in state.clients.iter().enumerate() {
            match &client.state {
                ClientState::Start => {
                    actions.push(Action::Start(number, None));
                    let own = state.sessions.iter().filter(|session| {
                        session.party == client.party && session.peer == client.peer
                    });
                    actions.extend(own.map(|session| Action::Start(number, Some(session.clone()))));
                }
                ClientState::WaitServerHello(..) => {
                    let hellos = attacker::server_hellos(state);
                    actions.extend(hellos.into_iter().map(|it| Action::ServerHello(number, it)));
                }
                ClientState::WaitEncryptedExtensions(_) | ClientState::WaitFinished(_) => {
                    actions.push(Action::ServerFlight(number));
                }
                ClientState::Connected(_) => {
                    actions.extend(state.network.iter().filter_map(|message| match message {
                        Message::Protected(_, _, Content::NewSessionTicket(ticket)) => {
                            Some(Action::Ticket(number, ticket.clone()))
                        }
                        _ => None,
                    }));
                }
            }
        }
        for (number, server) in state.servers.iter().enumerate() {
            if server.state == ServerState::WaitClientHello {
                let hellos = attacker::client_hellos(self, state);
                actions.extend(hellos.into_iter().map(|it| Action::ClientHello(number, it)));
            } else {
                actions.push(Action::Server(number));
            }
        }
        if self.leaks && !state.leaked {
            actions.push(Action::Leak);
        }
        if self.revokes && !state.revoked {
            actions.push(Action::Revoke);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        match action {
            Action::Start(number, session) => client::start(self, state, number, session.as_ref()),
            Action::ServerHello(number, hello) => {
                client::receive_server_hello(self, state, number, hello)
            }
            Action::ServerFlight(number) => client::receive_flight(state, number),
            Action::Ticket(number, ticket) => client::receive_ticket(state, number, &ticket),
            Action::ClientHello(number, hello) => {
                server::receive_client_hello(self, state, number, hello)
            }
            Action::Server(number) => server::step(self, state, number),
            Action::Leak => Some(State { leaked: true, ..state.clone() }),
            Action::Revoke => Some(State { revoked: true, ..state.clone() }),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
