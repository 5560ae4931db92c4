//! Any sequence of public calls, in any state.

use tls_psk::{
    Connection, Decision, ExternalPsk, HashAlgorithm, KeyUpdateRequest, PskKinds, Selection,
};

use crate::endpoints::{connected, drain, ends};
use crate::input::Input;

/// Makes the calls that the input describes. Only `receive` may end a connection, and `close`.
pub fn calls(input: &[u8]) {
    let mut input = Input::new(input);
    let start = input.byte();
    let [client, server] = if start % 2 == 0 { ends() } else { connected() };
    let mut connection = if start & 2 == 0 { client } else { server };
    let psk = ExternalPsk::new(b"late", &[8; 32], HashAlgorithm::Sha256).expect("a PSK");
    while !input.is_empty() {
        let before = connection.state();
        let call = input.byte() % 20;
        let failed = make(&mut connection, call, &psk, &mut input);
        if failed == Some(true) {
            assert_eq!(
                connection.state(),
                before,
                "a usage error of call {call} changed the state"
            );
        }
        drain(&mut connection, |event| drop(format!("{event:?}")));
        drop(format!("{connection:?}"));
    }
}

/// Whether the call failed by a usage error.
fn make(
    connection: &mut Connection,
    call: u8,
    psk: &ExternalPsk,
    input: &mut Input<'_>,
) -> Option<bool> {
    let result = match call {
        0 => connection.start(),
        1 => connection.receive(input.bytes(400)),
        2 => connection.transport_closed(),
        3 => connection.send(input.bytes(400)),
        4 => connection.update_keys(KeyUpdateRequest::UPDATE_REQUESTED),
        5 => connection.update_keys(KeyUpdateRequest::UPDATE_NOT_REQUESTED),
        6 => connection.close(),
        7 => connection.select(Selection::FirstMatch),
        8 => connection.select(Selection::Offered(input.below(4))),
        9 => connection.select(Selection::Psk(psk)),
        10 => connection.select(Selection::None),
        11 => connection.select(Selection::Unknown(psk)),
        12 => connection.cancel_question(),
        13 => connection.send_early_data(input.bytes(40)),
        14 => connection.decide_early_data(input.byte() % 2 == 0),
        15 => connection.decide_certificate(Decision::Accept),
        16 => connection.sign(input.bytes(80).to_vec()),
        17 => {
            let mut out = vec![0; input.below(20_000)];
            let label = String::from_utf8_lossy(input.bytes(300)).into_owned();
            connection.export_keying_material(&label, Some(input.bytes(10)), &mut out)
        }
        18 => {
            let _ = connection.append_psk(psk);
            let _ = connection.set_psk_kinds(PskKinds::External);
            let _ = (connection.offered_psks().is_some(), connection.client_hello().is_some());
            let _ = (connection.wants_read(), connection.question(), connection.failure());
            Ok(())
        }
        _ => connection.check_suspendable().map_err(Into::into),
    };
    result.err().map(|error| error.is_usage())
}
