//! The messages in clear that Eve can deliver. Protected ones are in [`State::can_deliver`].

use crate::configuration::{Configuration, EarlyData, Modes};
use crate::state::State;
use crate::terms::*;

/// All ClientHellos: those that were sent, and those that she makes. She computes binders with the PSKs that she knows.
pub fn client_hellos(configuration: &Configuration, state: &State) -> Vec<ClientHello> {
    let sent: Vec<_> = state
        .network
        .iter()
        .filter_map(|message| match message {
            Message::ClientHello(hello) => Some(hello.clone()),
            _ => None,
        })
        .collect();
    // her own key share, or that of another client
    let mut shares: Vec<_> = sent.iter().filter_map(|hello| hello.share).map(Some).collect();
    match configuration.modes {
        Modes::PskDheKe => shares.push(Some(Origin::Eve)),
        Modes::PskKe => shares.push(None),
        Modes::Both => shares.extend([None, Some(Origin::Eve)]),
    }
    let early_data: &[bool] = match configuration.early_data {
        EarlyData::Off => &[false],
        _ => &[false, true],
    };
    let mut made = Vec::new();
    for identity in identities(configuration, state) {
        let psk = match &identity {
            Identity::External(external) => Psk::External(*external),
            Identity::Ticket(ticket) => ticket.psk.clone(),
        };
        let binder = state.eve_knows_psk(&psk).then_some(psk);
        for &share in &shares {
            for &early_data in early_data {
                made.push(ClientHello {
                    random: Origin::Eve,
                    share,
                    identity: identity.clone(),
                    binder: binder.clone(),
                    early_data,
                });
            }
        }
    }
    if !configuration.protections.shares_are_covered {
        // a binder fits a ClientHello without the key share as well
        made.extend(sent.iter().cloned().map(|hello| ClientHello { share: None, ..hello }));
    }
    made.extend(sent);
    made.sort();
    made.dedup();
    made
}

/// The identities that she can offer: of external PSKs under every context, and the tickets that she has seen.
fn identities(configuration: &Configuration, state: &State) -> Vec<Identity> {
    let contexts = if configuration.protections.contexts {
        vec![
            (Key::Shared, Some(Context { client: Party::Alice, server: Party::Bob })),
            (Key::Shared, Some(Context { client: Party::Bob, server: Party::Alice })),
            (Key::Eves, Some(Context { client: Party::Eve, server: Party::Bob })),
        ]
    } else {
        vec![(Key::Shared, None), (Key::Eves, None)]
    };
    let external =
        contexts.into_iter().map(|(key, context)| Identity::External(External { key, context }));
    let tickets = state.network.iter().filter_map(|message| match message {
        Message::ClientHello(ClientHello { identity: identity @ Identity::Ticket(_), .. }) => {
            Some(identity.clone())
        }
        Message::Protected(secrets, _, Content::NewSessionTicket(ticket))
            if state.eve_knows(secrets) =>
        {
            Some(Identity::Ticket(ticket.clone()))
        }
        _ => None,
    });
    external.chain(tickets).collect()
}

/// All ServerHellos, of which a ServerHello with a PSK is as good as another before the Finished is verified.
pub fn server_hellos(state: &State) -> Vec<ServerHello> {
    let sent = state.network.iter().filter_map(|message| match message {
        Message::ServerHello(hello) => Some(*hello),
        _ => None,
    });
    let made = [Some(Origin::Eve), None].map(|share| ServerHello { random: Origin::Eve, share });
    sent.chain(made).collect()
}
