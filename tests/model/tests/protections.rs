//! What holds with the protections of the implementation, in every state of the bounded model, and which attack it finds
//! where one is taken out.

use stateright::{Checker, Model};
use tls_psk_model::{Configuration, EarlyData, Modes, Party::*, Protections};

const EVE_CONNECTED: &str = "Eve is connected as herself";
const CONNECTED: &str = "both ends are connected";
const RESUMED: &str = "a ticket is resumed";
const EARLY_DATA: &str = "early data is accepted";

/// A client of Alice's for Bob, one of Bob's for Alice, and a server of each.
fn peers() -> Configuration {
    Configuration {
        clients: vec![(Alice, Bob), (Bob, Alice)],
        servers: vec![Alice, Bob],
        modes: Modes::PskDheKe,
        early_data: EarlyData::Off,
        tickets: false,
        leaks: false,
        revokes: false,
        protections: Protections::DEFAULT,
    }
}

/// Two connections of Alice to Bob, the second of which can resume the first.
fn resuming() -> Configuration {
    Configuration {
        clients: vec![(Alice, Bob), (Alice, Bob)],
        servers: vec![Bob, Bob],
        tickets: true,
        ..peers()
    }
}

/// Visits every state: what must hold holds in each, and what is possible happens in some.
fn holds(configuration: Configuration, possible: &[&str]) {
    let checker = configuration.checker().threads(2).spawn_bfs().join();
    println!("{} states", checker.unique_state_count());
    assert!(checker.is_done());
    for property in checker.model().properties() {
        let discovery = checker.discovery(property.name).map(|path| path.into_actions());
        let is_expected = possible.contains(&property.name) || property.name == EVE_CONNECTED;
        assert_eq!(discovery.is_some(), is_expected, "{}: {discovery:#?}", property.name);
    }
}

/// Without the protection, the property is violated; the shortest way there is printed.
fn is_attacked(property: &'static str, configuration: Configuration) {
    let checker = configuration.checker().threads(2).spawn_bfs().join();
    let attack = checker.discovery(property).map(|path| path.into_actions()).unwrap_or_default();
    assert!(!attack.is_empty(), "the model does not find the attack on: {property}");
    println!("The attack on: {property}");
    for (number, action) in attack.iter().enumerate() {
        println!("  {}. {action:?}", number + 1);
    }
}

fn without(configuration: Configuration, take_out: impl FnOnce(&mut Protections)) -> Configuration {
    let mut configuration = configuration;
    take_out(&mut configuration.protections);
    configuration
}

mod with_all_protections {
    use super::*;

    #[test]
    fn peers_that_are_client_and_server_with_one_key_reach_each_other_or_nobody() {
        holds(peers(), &[CONNECTED]);
    }

    #[test]
    fn a_context_that_names_the_roles_permits_both() {
        let both = Configuration { protections: Protections::IMPORTED, ..peers() };
        holds(both.clone(), &[CONNECTED]);
        holds(
            Configuration { leaks: true, revokes: true, modes: Modes::Both, ..both },
            &[CONNECTED],
        );
    }

    #[test]
    fn a_key_that_leaks_later_opens_nothing_of_psk_dhe_ke() {
        holds(Configuration { leaks: true, ..peers() }, &[CONNECTED]);
        holds(Configuration { leaks: true, modes: Modes::Both, ..peers() }, &[CONNECTED]);
    }

    #[test]
    fn psk_ke_holds_while_the_key_is_secret() {
        holds(Configuration { modes: Modes::PskKe, ..peers() }, &[CONNECTED]);
        holds(Configuration { modes: Modes::PskKe, ..resuming() }, &[CONNECTED, RESUMED]);
    }

    #[test]
    fn a_ticket_authenticates_its_first_client_as_long_as_the_key_is_accepted() {
        let changing = Configuration { leaks: true, revokes: true, ..resuming() };
        holds(changing.clone(), &[CONNECTED, RESUMED]);
        let protections = Protections::IMPORTED;
        holds(Configuration { protections, ..changing }, &[CONNECTED, RESUMED]);
    }

    #[test]
    fn a_ticket_resumes_at_no_other_server_that_shares_its_key() {
        let reflecting = Configuration { servers: vec![Bob, Bob, Alice], ..resuming() };
        holds(reflecting.clone(), &[CONNECTED, RESUMED]);
        let protections = Protections::IMPORTED;
        holds(Configuration { protections, ..reflecting }, &[CONNECTED, RESUMED]);
    }

    #[test]
    fn early_data_is_accepted_once() {
        let early = Configuration { early_data: EarlyData::SingleUse, ..resuming() };
        holds(early.clone(), &[CONNECTED, RESUMED, EARLY_DATA]);
        holds(Configuration { revokes: true, ..early }, &[CONNECTED, RESUMED, EARLY_DATA]);
    }
}

mod with_more_sessions {
    use super::*;

    fn three_of_each() -> Configuration {
        Configuration {
            clients: vec![(Alice, Bob), (Alice, Bob), (Bob, Alice)],
            servers: vec![Bob, Bob, Alice],
            ..resuming()
        }
    }

    #[test]
    fn nothing_changes() {
        holds(three_of_each(), &[CONNECTED, RESUMED]);
        let protections = Protections::IMPORTED;
        holds(Configuration { protections, ..three_of_each() }, &[CONNECTED, RESUMED]);
    }

    #[test]
    fn early_data_is_still_accepted_once() {
        let early = Configuration {
            servers: vec![Bob, Bob, Bob],
            early_data: EarlyData::SingleUse,
            ..resuming()
        };
        holds(early, &[CONNECTED, RESUMED, EARLY_DATA]);
    }
}

mod without_one {
    use super::*;

    #[test]
    fn no_role_guard_and_no_context_is_the_selfie_attack() {
        let both = without(peers(), |protections| protections.role_guard = false);
        is_attacked("nobody is connected to itself", both.clone());
        is_attacked("a client is connected to the server that it means", both.clone());
        is_attacked("a server is connected to the client that means it", both);
    }

    #[test]
    fn tickets_that_are_not_compared_resume_at_the_own_server() {
        let reflecting = Configuration {
            servers: vec![Bob, Alice],
            protections: Protections::IMPORTED,
            ..resuming()
        };
        let reflecting = without(reflecting, |it| it.tickets_are_compared = false);
        is_attacked("nobody is connected to itself", reflecting);
    }

    #[test]
    fn tickets_that_are_not_compared_outlive_their_key() {
        let revoking = Configuration { revokes: true, ..resuming() };
        let revoking = without(revoking, |it| it.tickets_are_compared = false);
        is_attacked("a revoked key authenticates nobody", revoking);
    }

    #[test]
    fn tickets_that_do_not_say_whose_they_are_make_eve_somebody_else() {
        let unnamed = without(resuming(), |it| it.tickets_hold_authentication = false);
        is_attacked("Eve is taken for nobody else", unnamed);
    }

    #[test]
    fn binders_that_are_not_verified_have_the_server_answer_anybody() {
        let unverified = without(peers(), |it| it.binders = false);
        is_attacked("a server answers no unproven offer", unverified);
    }

    #[test]
    fn transcripts_that_leave_out_the_key_shares_are_downgraded() {
        let uncovered = Configuration { modes: Modes::Both, ..peers() };
        is_attacked(
            "no downgrade to psk_ke",
            without(uncovered, |it| it.shares_are_covered = false),
        );
    }

    #[test]
    fn a_random_value_that_repeats_connects_two_servers_with_one_client() {
        let repeating = Configuration { modes: Modes::PskKe, ..resuming() };
        is_attacked("a connection has two ends", without(repeating, |it| it.fresh_randoms = false));
    }

    #[test]
    fn psk_ke_is_read_when_the_key_leaks_later() {
        let leaking = Configuration { modes: Modes::PskKe, leaks: true, ..peers() };
        is_attacked("a connection's secrets stay secret", leaking);
    }

    #[test]
    fn early_data_that_is_not_remembered_or_too_late_is_replayed() {
        for early_data in [EarlyData::Unguarded, EarlyData::CheckedBefore] {
            let replayed = Configuration { early_data, ..resuming() };
            is_attacked("early data is delivered at most once", replayed);
        }
    }
}
