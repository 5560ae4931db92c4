//! `Stream` over transports that block, or refuse to.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::transports::{Uneven, tcp_pair};
use super::{cause, client_config, configs, data, psk, server_config};
use tls_psk::{
    AlertDescription, Direction, EarlyDataOutcome, EarlyDataParameters, EarlyDataPolicy, Error,
    Event, KeyUpdateRequest, PskKind, PskKinds, Question, SealingKeys, Selection, SelectionPolicy,
    Stream, Suite, TicketPolicy, Violation,
};

/// Sends everything back, says that nothing follows, and returns how the connection ended.
fn echo(mut tls: Stream<impl Read + Write>) -> io::Result<()> {
    let mut all = Vec::new();
    tls.read_to_end(&mut all)?;
    tls.write_all(&all)?;
    tls.shutdown()
}

/// The two ends of a connection, the server's handled by the function.
fn against<R: Send + 'static>(
    server: impl FnOnce(Stream<TcpStream>) -> R + Send + 'static,
) -> (Stream<TcpStream>, thread::JoinHandle<R>) {
    let (ours, theirs) = tcp_pair();
    let (client, config) = configs();
    let thread = thread::spawn(move || server(Stream::server(theirs, config).unwrap()));
    (Stream::client(ours, client).unwrap(), thread)
}

#[test]
fn data_arrives_however_the_transport_divides_it() {
    for (most, len) in [(1, 2_000), (7, 20_000), (1_000, 200_000), (100_000, 2_000_000)] {
        for trouble in [None, Some(ErrorKind::Interrupted)] {
            let (ours, theirs) = tcp_pair();
            let (client, server) = configs();
            let theirs = Uneven::new(theirs, most, trouble);
            let thread = thread::spawn(|| echo(Stream::server(theirs, server).unwrap()));
            let mut tls = Stream::client(Uneven::new(ours, most, trouble), client).unwrap();
            tls.write_all(&data(len)).unwrap();
            tls.shutdown().unwrap();
            let mut back = Vec::new();
            tls.read_to_end(&mut back).unwrap();
            assert_eq!(back, data(len));
            thread.join().unwrap().unwrap();
        }
    }
}

#[test]
fn a_call_that_would_block_can_be_made_again() {
    /// Makes the call until the transport does not refuse it.
    fn insist<R>(mut call: impl FnMut() -> io::Result<R>) -> io::Result<R> {
        loop {
            match call() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
                result => return result,
            }
        }
    }

    let (ours, theirs) = tcp_pair();
    let (client, server) = configs();
    let thread = thread::spawn(|| echo(Stream::server(theirs, server).unwrap()));
    ours.set_nonblocking(true).unwrap();
    let ours = Uneven::new(ours, 500, Some(ErrorKind::WouldBlock));
    let mut tls = Stream::client(ours, client).unwrap();
    let all = data(100_000);
    let mut sent = 0;
    while sent < all.len() {
        sent += insist(|| tls.write(&all[sent..])).unwrap();
    }
    insist(|| tls.flush()).unwrap();
    insist(|| tls.shutdown()).unwrap();
    let mut back: Vec<u8> = Vec::new();
    let mut chunk = [0; 333];
    loop {
        match insist(|| tls.read(&mut chunk)).unwrap() {
            0 => break,
            count => back.extend(&chunk[..count]),
        }
    }
    assert_eq!(back, all);
    thread.join().unwrap().unwrap();
}

#[test]
fn one_side_has_said_everything_and_the_other_goes_on() {
    let (mut tls, thread) = against(|mut tls| {
        let mut question = Vec::new();
        tls.read_to_end(&mut question).unwrap();
        tls.write_all(b"a late answer").unwrap();
        tls.shutdown().unwrap();
        question
    });
    tls.write_all(b"question").unwrap();
    tls.shutdown().unwrap();
    assert_eq!(tls.write(b"more").unwrap_err().kind(), ErrorKind::BrokenPipe);
    let mut answer = String::new();
    tls.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "a late answer");
    assert_eq!(tls.read(&mut [0; 8]).unwrap(), 0, "the end stays the end");
    assert_eq!(thread.join().unwrap(), b"question");
}

#[test]
fn a_transport_that_ends_early_is_no_end_of_the_data() {
    let (mut tls, thread) = against(|mut tls| {
        tls.write_all(b"half of i").unwrap();
        tls.get_ref().shutdown(Shutdown::Both).unwrap();
    });
    let mut all = Vec::new();
    let error = tls.read_to_end(&mut all).unwrap_err();
    assert_eq!(all, b"half of i", "what arrived is not lost");
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert_eq!(cause(error), Error::Truncated);
    assert_eq!(cause(tls.read(&mut [0; 8]).unwrap_err()), Error::Truncated);
    thread.join().unwrap();

    let (mut tls, thread) = against(drop);
    let error = tls.read(&mut [0; 8]).unwrap_err();
    // A system may also say that the peer is gone.
    if error.kind() != ErrorKind::ConnectionReset {
        assert_eq!(cause(error), Error::ClosedDuringHandshake);
    }
    thread.join().unwrap();
}

#[test]
fn each_side_learns_that_the_keys_differ() {
    let (ours, theirs) = tcp_pair();
    let server = server_config(&[psk("device-7", 8)]);
    let thread = thread::spawn(|| echo(Stream::server(theirs, server).unwrap()));
    let mut tls = Stream::client(ours, client_config(&psk("device-7", 7))).unwrap();
    let error = tls.write(b"hello").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
    let error = cause(error);
    assert_eq!(error, Error::AlertReceived(AlertDescription::DECRYPT_ERROR));
    assert_eq!((error.alert(), error.direction()), (None, Some(Direction::Received)));
    let error = thread.join().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    let error = cause(error);
    assert_eq!(error, Error::Violation(Violation::BadBinder));
    assert_eq!(error.section(), Some("4.3.11.2"));
    assert_eq!(error.alert(), Some(AlertDescription::DECRYPT_ERROR));
    assert_eq!(error.direction(), Some(Direction::Sent));
}

#[test]
fn a_server_selects_the_psk_between_two_calls() {
    let (ours, theirs) = tcp_pair();
    let mut server = server_config(&[]);
    server.set_selection(SelectionPolicy::Application);
    let thread = thread::spawn(move || {
        let mut tls = Stream::server(theirs, server).unwrap();
        assert_eq!(tls.handshake().unwrap(), Some(Question::SelectPsk));
        assert_eq!(tls.handshake().unwrap(), Some(Question::SelectPsk), "it is still pending");
        assert_eq!(tls.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::Unsupported);
        let offer = tls.offer().unwrap();
        assert_eq!(offer.server_name(), Some(&b"gateway.example"[..]));
        assert!(offer.alpn().contains(&b"mqtt".to_vec()), "among reserved values");
        assert_eq!(offer.cipher_suites().len(), 2, "those of the PSK's hash");
        let identities: Vec<_> = offer.psks().map(|psk| psk.external_identity()).collect();
        assert_eq!(identities, [b"device-7"]);
        let stranger = psk("device-8", 8);
        let refused = tls.connection_mut().select(Selection::Psk(&stranger));
        assert!(refused.unwrap_err().is_usage());
        tls.connection_mut().select(Selection::Psk(&psk("device-7", 7))).unwrap();
        assert_eq!(tls.handshake().unwrap(), None);
        assert!(tls.offer().is_none());
        echo(tls)
    });
    let mut client = client_config(&psk("device-7", 7));
    client.set_server_name("gateway.example").unwrap();
    client.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    let mut tls = Stream::client(ours, client).unwrap();
    tls.shutdown_after(b"hello");
    assert_eq!(tls.rest(), b"hello");
    thread.join().unwrap().unwrap();
}

#[test]
fn what_a_stream_had_not_delivered_is_in_its_parts() {
    let (mut tls, thread) = against(|mut tls| tls.write_all(b"one and two"));
    let mut one = [0; 3];
    tls.read_exact(&mut one).unwrap();
    let parts = tls.into_parts();
    assert_eq!(parts.received, b" and two");
    assert!(parts.unsent.is_empty());
    assert_eq!(parts.connection.negotiated_psk_identity(), Some(&b"device-7"[..]));
    assert!(!format!("{parts:?}").contains("two"));
    thread.join().unwrap().unwrap();
}

#[test]
fn a_session_resumes_with_early_data_that_the_server_accepts_once() {
    let mut server = server_config(&[psk("device-7", 7)]);
    let mut policy = TicketPolicy::new(SealingKeys::random().unwrap());
    policy.set_early_data(1_000, b"store").unwrap();
    server.set_tickets(policy);
    server.set_early_data(EarlyDataPolicy::Application);
    let server = Arc::new(server);
    let mut client = client_config(&psk("device-7", 7));
    client.set_psk_kinds(PskKinds::Both).unwrap();
    client.set_early_data(true);
    let client = Arc::new(client);

    let serve = |theirs| {
        let server = Arc::clone(&server);
        thread::spawn(move || {
            let mut tls = Stream::server(theirs, server).unwrap();
            while let Some(question) = tls.handshake().unwrap() {
                assert_eq!(question, Question::DecideEarlyData);
                let id = tls.connection().early_data_request().unwrap().id.to_vec();
                tls.connection_mut().decide_early_data(!id.is_empty()).unwrap();
            }
            let early = tls.take_early_data();
            assert!(tls.take_early_data().is_empty());
            echo(tls).unwrap();
            early
        })
    };

    let (ours, theirs) = tcp_pair();
    let thread = serve(theirs);
    let mut tls = Stream::client(ours, Arc::clone(&client)).unwrap();
    tls.shutdown_after(b"first");
    assert_eq!(tls.rest(), b"first");
    let session = tls.take_session().unwrap();
    assert!(thread.join().unwrap().is_empty());

    let (ours, theirs) = tcp_pair();
    let thread = serve(theirs);
    let mut tls = Stream::client(ours, client).unwrap();
    tls.connection_mut().append_session(&session).unwrap();
    tls.connection_mut().start().unwrap();
    tls.connection_mut().send_early_data(b"early").unwrap();
    tls.shutdown_after(b"second");
    let negotiated = tls.connection().negotiated().unwrap();
    assert_eq!(negotiated.psk_kind, Some(PskKind::Resumption));
    assert_eq!(negotiated.early_data, EarlyDataOutcome::Accepted);
    assert_eq!(tls.rest(), b"second");
    assert_eq!(thread.join().unwrap(), b"early");
}

#[test]
fn an_external_psk_says_how_much_early_data_it_allows() {
    let parameters = EarlyDataParameters::new(100, Suite::ChaCha20Poly1305).with_alpn(b"mqtt");
    let psk = psk("device-7", 7).with_early_data(parameters).unwrap();
    let (ours, theirs) = tcp_pair();
    let mut server = server_config(core::slice::from_ref(&psk));
    server.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    let thread = thread::spawn(move || {
        let mut tls = Stream::server(theirs, server).unwrap();
        let early = tls.handshake().map(|_| tls.take_early_data());
        echo(tls).unwrap();
        early.unwrap()
    });
    let mut client = client_config(&psk);
    client.parameters_mut().set_alpn(&[b"mqtt"]).unwrap();
    client.set_early_data(true);
    let mut tls = Stream::client(ours, client).unwrap();
    tls.connection_mut().start().unwrap();
    assert_eq!(tls.connection_mut().early_data_limit(), Some(100));
    tls.connection_mut().send_early_data(b"early").unwrap();
    tls.shutdown_after(b"late");
    let outcome = tls.connection().negotiated().unwrap().early_data;
    assert_eq!(outcome, EarlyDataOutcome::Rejected, "a server rejects it unless it is told to ask");
    assert_eq!(tls.rest(), b"late");
    assert!(thread.join().unwrap().is_empty());
}

#[test]
fn keys_change_and_both_sides_export_the_same() {
    let (mut tls, thread) = against(|mut tls| {
        let mut exported = [0; 32];
        tls.handshake().unwrap();
        tls.connection().export_keying_material("EXPORTER-test", None, &mut exported).unwrap();
        echo(tls).unwrap();
        exported
    });
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    tls.set_observer(move |event| seen.lock().unwrap().push(format!("{event:?}")));
    tls.write_all(b"before ").unwrap();
    tls.connection_mut().update_keys(KeyUpdateRequest::UPDATE_REQUESTED).unwrap();
    tls.shutdown_after(b"after");
    assert_eq!(tls.rest(), b"before after");
    let mut exported = [0; 32];
    tls.connection().export_keying_material("EXPORTER-test", None, &mut exported).unwrap();
    assert_eq!(exported, thread.join().unwrap());
    let events = events.lock().unwrap();
    let has = |event: &Event| events.contains(&format!("{event:?}"));
    assert!(has(&Event::KeyUpdated) && has(&Event::CloseNotify), "{events:?}");
}

#[cfg(feature = "certificates")]
#[test]
fn an_application_verifies_the_certificate_between_two_calls() {
    use tls_psk::{ClientConfig, Credentials, ServerConfig, Verification};

    let file = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/certificates");
        std::fs::read(format!("{folder}/{name}.pem")).unwrap()
    };
    let credentials = Credentials::from_pem(&file("p256.chain"), &file("p256.key")).unwrap();
    let (ours, theirs) = tcp_pair();
    let mut server = ServerConfig::new();
    server.set_credentials(vec![Arc::new(credentials)]);
    let thread = thread::spawn(|| echo(Stream::server(theirs, server).unwrap()));
    let mut client = ClientConfig::new();
    client.set_verification(Verification::application(b"test"));
    let mut tls = Stream::client(ours, client).unwrap();
    assert_eq!(tls.handshake().unwrap(), Some(Question::VerifyCertificate));
    assert!(!tls.connection().certificate_to_verify().unwrap().chain.is_empty());
    tls.connection_mut().decide_certificate(true).unwrap();
    tls.shutdown_after(b"certified");
    assert_eq!(tls.rest(), b"certified");
    thread.join().unwrap().unwrap();
}

trait Ends {
    /// Says this, and that nothing follows.
    fn shutdown_after(&mut self, last: &[u8]);
    /// Reads to the end.
    fn rest(&mut self) -> Vec<u8>;
}

impl<T: Read + Write> Ends for Stream<T> {
    fn shutdown_after(&mut self, last: &[u8]) {
        self.write_all(last).unwrap();
        self.shutdown().unwrap();
    }

    fn rest(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        self.read_to_end(&mut all).unwrap();
        all
    }
}
