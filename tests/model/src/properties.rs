//! What must hold in every state, and what must be possible in some.

use stateright::Property;

use crate::configuration::Configuration;
use crate::state::{Client, ClientState, Server, ServerState, State};
use crate::terms::*;

impl Client {
    /// The secrets, from the ServerHello on.
    fn secrets(&self) -> Option<&Secrets> {
        match &self.state {
            ClientState::Start | ClientState::WaitServerHello(..) => None,
            ClientState::WaitEncryptedExtensions(secrets)
            | ClientState::WaitFinished(secrets)
            | ClientState::Connected(secrets) => Some(secrets),
        }
    }

    /// The secrets of a connection whose PSK Eve did not know.
    fn honest_connection(&self) -> Option<&Secrets> {
        let connected = matches!(self.state, ClientState::Connected(_)) && !self.compromised;
        self.secrets().filter(|_| connected)
    }
}

impl Server {
    /// The secrets, from the ServerHello on.
    fn secrets(&self) -> Option<&Secrets> {
        match &self.state {
            ServerState::WaitClientHello
            | ServerState::DecidingEarlyData(..)
            | ServerState::Negotiated(..) => None,
            ServerState::WaitEndOfEarlyData(secrets)
            | ServerState::WaitFinished(secrets)
            | ServerState::Connected(secrets) => Some(secrets),
        }
    }

    /// The secrets of a connection whose PSK Eve did not know.
    fn honest_connection(&self) -> Option<&Secrets> {
        let connected = matches!(self.state, ServerState::Connected(_)) && !self.compromised;
        self.secrets().filter(|_| connected)
    }
}

fn honest_connections(state: &State) -> impl Iterator<Item = &Secrets> {
    let clients = state.clients.iter().filter_map(Client::honest_connection);
    clients.chain(state.servers.iter().filter_map(Server::honest_connection))
}

/// The properties by their names, which the tests use.
pub fn all() -> Vec<Property<Configuration>> {
    vec![
        Property::always("a connection's secrets stay secret", |_, state: &State| {
            honest_connections(state).all(|secrets| !state.eve_knows(secrets))
        }),
        Property::always(
            "a server is connected to the client that means it",
            |_, state: &State| {
                state.servers.iter().all(|server| {
                    server.honest_connection().is_none_or(|secrets| {
                        state.clients.iter().any(|client| {
                            matches!(client.state, ClientState::Connected(_))
                                && client.secrets() == Some(secrets)
                                && client.peer == server.party
                        })
                    })
                })
            },
        ),
        Property::always(
            "a client is connected to the server that it means",
            |_, state: &State| {
                state.clients.iter().all(|client| {
                    client.honest_connection().is_none_or(|secrets| {
                        state.servers.iter().any(|server| {
                            server.secrets() == Some(secrets) && server.party == client.peer
                        })
                    })
                })
            },
        ),
        Property::always("nobody is connected to itself", |_, state: &State| {
            state.clients.iter().all(|client| {
                client.honest_connection().is_none_or(|secrets| {
                    !state.servers.iter().any(|server| {
                        server.secrets() == Some(secrets) && server.party == client.party
                    })
                })
            })
        }),
        Property::always("a connection has two ends", |_, state: &State| {
            let servers: Vec<_> =
                state.servers.iter().filter_map(Server::honest_connection).collect();
            let clients: Vec<_> =
                state.clients.iter().filter_map(Client::honest_connection).collect();
            let distinct = |ends: &[&Secrets]| {
                ends.iter().enumerate().all(|(at, end)| !ends[at + 1..].contains(end))
            };
            distinct(&servers) && distinct(&clients)
        }),
        Property::always("a server answers no unproven offer", |_, state: &State| {
            state.servers.iter().all(|server| server.authentication.is_none() || server.proven)
        }),
        Property::always("Eve is taken for nobody else", |_, state: &State| {
            state.leaked
                || state.servers.iter().all(|server| {
                    let taken_for = server.authentication.map(|external| external.key);
                    taken_for != Some(Key::Shared) || !server.known_to_eve || !server.proven
                })
        }),
        Property::always("a revoked key authenticates nobody", |_, state: &State| {
            state.servers.iter().all(|server| {
                let by = server.authentication.map(|external| external.key);
                by != Some(Key::Shared) || !server.after_revocation
            })
        }),
        Property::always("early data is delivered at most once", |_, state: &State| {
            state.early_data.values().all(|&times| times <= 1)
        }),
        Property::always("no downgrade to psk_ke", |_, state: &State| {
            state.clients.iter().all(|client| {
                client.honest_connection().is_none_or(|secrets| {
                    !client.offered_share || secrets.server_hello.share.is_some()
                })
            })
        }),
        Property::sometimes("both ends are connected", |_, state: &State| {
            state.servers.iter().filter_map(Server::honest_connection).any(|secrets| {
                state.clients.iter().any(|client| client.honest_connection() == Some(secrets))
            })
        }),
        Property::sometimes("Eve is connected as herself", |_, state: &State| {
            state.servers.iter().any(|server| {
                matches!(server.state, ServerState::Connected(_))
                    && server.authentication.is_some_and(|external| external.key == Key::Eves)
            })
        }),
        Property::sometimes("a ticket is resumed", |_, state: &State| {
            state
                .servers
                .iter()
                .filter_map(Server::honest_connection)
                .any(|secrets| matches!(secrets.psk, Psk::Resumption(_)))
        }),
        Property::sometimes("early data is accepted", |_, state: &State| {
            !state.early_data.is_empty()
        }),
    ]
}
