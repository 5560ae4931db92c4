//! The streams of the feature `tokio`.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::{cause, client_config, configs, data, psk, server_config};
use tls_psk::tokio::{Acceptor, Choice, TlsStream, connect};
use tls_psk::{
    AlertDescription, Error, ExternalPsk, Incompatible, KeyUpdateRequest, Question, ServerConfig,
    Violation,
};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex, split};

/// An acceptor whose clients are known by nothing but a selection.
fn selecting() -> Acceptor {
    Acceptor::new(server_config(&[]))
}

/// Both ends of a connection over a transport with this much space.
async fn pair(space: usize) -> (TlsStream<DuplexStream>, TlsStream<DuplexStream>) {
    let (client, server) = configs();
    let (ours, theirs) = duplex(space);
    let acceptor = Acceptor::new(server);
    let (client, server) = tokio::join!(connect(ours, client), acceptor.accept(theirs));
    (client.unwrap(), server.unwrap())
}

/// What `connect` and an acceptor return if the one has this PSK and the other selects by this function.
async fn meet<C: Into<Choice>>(
    offered: ExternalPsk,
    select: impl AsyncFnOnce(tls_psk::Offer) -> C,
) -> (io::Result<TlsStream<DuplexStream>>, io::Result<TlsStream<DuplexStream>>) {
    let (ours, theirs) = duplex(1 << 14);
    let acceptor = selecting();
    tokio::join!(connect(ours, client_config(&offered)), acceptor.accept_with(theirs, select))
}

/// The alert that a client received.
fn alert(result: io::Result<TlsStream<DuplexStream>>) -> Error {
    cause(result.expect_err("the handshake fails"))
}

#[tokio::test]
async fn data_arrives_however_the_transport_divides_it() {
    for (space, len) in [(1, 2_000), (7, 20_000), (1_000, 200_000), (1 << 20, 2_000_000)] {
        let (client, server) = pair(space).await;
        let echo = tokio::spawn(async move {
            let (mut reader, mut writer) = split(server);
            tokio::io::copy(&mut reader, &mut writer).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let (mut reader, mut writer) = split(client);
        let writing = tokio::spawn(async move {
            writer.write_all(&data(len)).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let mut back = Vec::new();
        reader.read_to_end(&mut back).await.unwrap();
        assert_eq!(back, data(len));
        writing.await.unwrap();
        echo.await.unwrap();
    }
}

#[tokio::test]
async fn one_side_has_said_everything_and_the_other_goes_on() {
    let (mut client, mut server) = pair(1 << 14).await;
    client.write_all(b"question").await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(client.write(b"more").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    let mut question = Vec::new();
    server.read_to_end(&mut question).await.unwrap();
    assert_eq!(question, b"question");
    server.write_all(b"a late answer").await.unwrap();
    server.shutdown().await.unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"a late answer");
}

#[tokio::test]
async fn a_transport_that_ends_early_is_no_end_of_the_data() {
    let (mut client, mut server) = pair(1 << 14).await;
    server.write_all(b"half of i").await.unwrap();
    drop(server);
    let mut all = Vec::new();
    let error = client.read_to_end(&mut all).await.unwrap_err();
    assert_eq!(all, b"half of i");
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert_eq!(cause(error), Error::Truncated);

    let (ours, theirs) = duplex(1 << 14);
    drop(theirs);
    let error = connect(ours, configs().0).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe), "{error}");
}

#[tokio::test]
async fn a_selection_may_ask_elsewhere() {
    let (client, server) = meet(psk("device-7", 7), async |offer| {
        tokio::task::yield_now().await;
        let identity = offer.psks().next()?.external_identity();
        Some(psk(core::str::from_utf8(&identity).ok()?, 7))
    })
    .await;
    let identity = Some(&b"device-7"[..]);
    assert_eq!(client.unwrap().connection().negotiated_psk_identity(), identity);
    assert_eq!(server.unwrap().connection().negotiated_psk_identity(), identity);
}

#[tokio::test]
async fn a_selection_may_leave_the_choice_to_the_configuration() {
    let (ours, theirs) = duplex(1 << 14);
    let (client, server) = configs();
    let acceptor = Acceptor::new(server);
    for choice in [Choice::FirstMatch, Choice::Offered(0)] {
        let (ours, theirs) = duplex(1 << 14);
        let accepting = acceptor.accept_with(theirs, async |_| choice);
        let (client, server) = tokio::join!(connect(ours, Arc::clone(&client)), accepting);
        assert!(client.is_ok() && server.is_ok());
    }
    let (client, server) = tokio::join!(connect(ours, client), acceptor.accept(theirs));
    assert!(client.is_ok() && server.is_ok());
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_identity_look_the_same_to_the_client() {
    let refused = Error::AlertReceived(AlertDescription::DECRYPT_ERROR);
    let (client, server) = meet(psk("device-7", 7), async |_| Some(psk("device-7", 8))).await;
    assert_eq!(alert(client), refused);
    assert_eq!(cause(server.unwrap_err()), Violation::BadBinder.into());

    let (client, server) = meet(psk("device-7", 7), async |_| None).await;
    assert_eq!(alert(client), refused);
    assert_eq!(cause(server.unwrap_err()), Incompatible::NoAcceptablePsk.into());

    let (client, _) = meet(psk("device-7", 7), async |_| Choice::Unknown(psk("x", 1))).await;
    assert_eq!(alert(client), refused);
}

#[tokio::test]
async fn a_selection_that_fails_is_an_internal_error() {
    let internal = Error::AlertReceived(AlertDescription::INTERNAL_ERROR);
    let (client, server) =
        meet(psk("device-7", 7), async |_| Err::<Option<ExternalPsk>, _>("no store")).await;
    assert_eq!(alert(client), internal);
    assert_eq!(server.unwrap_err().to_string(), "no store");

    // So is a PSK that was not offered.
    let (client, server) = meet(psk("device-7", 7), async |_| Some(psk("device-8", 8))).await;
    assert_eq!(alert(client), internal);
    assert!(cause(server.unwrap_err()).is_usage());
}

#[tokio::test(start_paused = true)]
async fn a_selection_has_a_deadline() {
    let (ours, theirs) = duplex(1 << 14);
    let acceptor = Acceptor::with_deadline(server_config(&[]), Duration::from_secs(5));
    let never = async |_| pending::<Option<ExternalPsk>>().await;
    let connecting = connect(ours, client_config(&psk("device-7", 7)));
    let (client, server) = tokio::join!(connecting, acceptor.accept_with(theirs, never));
    assert_eq!(server.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(alert(client), Error::AlertReceived(AlertDescription::INTERNAL_ERROR));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_meets_the_deadline() {
    let (mut silent, theirs) = duplex(1 << 14);
    let error = Acceptor::new(configs().1).accept(theirs).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let mut alerts = Vec::new();
    silent.read_to_end(&mut alerts).await.unwrap();
    assert_eq!(alerts[5..7], [1, 90], "user_canceled");
}

#[tokio::test]
async fn a_question_that_no_one_answers_is_named() {
    let mut config = ServerConfig::new();
    config.set_selection(tls_psk::SelectionPolicy::Application);
    config.parameters_mut().set_allow_both_roles(true);
    let acceptor = Acceptor::new(config);
    let (ours, theirs) = duplex(1 << 14);
    let connecting = connect(ours, configs().0);
    let (client, server) = tokio::join!(connecting, acceptor.accept(theirs));
    assert_eq!(alert(client), Error::AlertReceived(AlertDescription::INTERNAL_ERROR));
    let error = server.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("the selection of a PSK"), "{error}");
}

#[tokio::test]
async fn a_stalled_reader_stops_the_writer_and_not_the_other_direction() {
    let (mut client, mut server) = pair(1 << 10).await;
    let mut written = 0;
    // Writes until nothing is taken.
    poll_fn(|cx| {
        loop {
            match Pin::new(&mut client).poll_write(cx, &[0x5a; 10_000]) {
                Poll::Ready(count) => written += count.unwrap(),
                Poll::Pending => return Poll::Ready(()),
            }
        }
    })
    .await;
    assert!((1 << 16..1 << 18).contains(&written), "{written} bytes were taken");
    // The other direction goes on.
    server.write_all(b"meanwhile").await.unwrap();
    let mut meanwhile = [0; 9];
    client.read_exact(&mut meanwhile).await.unwrap();
    assert_eq!(&meanwhile, b"meanwhile");
    // And all of it arrives, once it is read.
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        server.read_to_end(&mut all).await.map(|_| all.len())
    });
    client.shutdown().await.unwrap();
    assert_eq!(reading.await.unwrap().unwrap(), written);
}

#[tokio::test]
async fn two_tasks_write_and_read_while_the_keys_change() {
    const ROUNDS: usize = 200;
    /// Writes and reads at once, each by a task of its own.
    async fn exchange(tls: TlsStream<DuplexStream>) -> usize {
        let (mut reader, mut writer) = split(tls);
        let writing = tokio::spawn(async move {
            for _ in 0..ROUNDS {
                writer.write_all(&[7; 5_000]).await.unwrap();
            }
            writer.shutdown().await.unwrap();
        });
        let mut all = Vec::new();
        reader.read_to_end(&mut all).await.unwrap();
        writing.await.unwrap();
        all.len()
    }

    let (mut client, mut server) = pair(300).await;
    // Each has to answer in the middle of its own data.
    client.connection_mut().update_keys(KeyUpdateRequest::UPDATE_REQUESTED).unwrap();
    server.connection_mut().update_keys(KeyUpdateRequest::UPDATE_REQUESTED).unwrap();
    let (a, b) = tokio::join!(tokio::spawn(exchange(client)), tokio::spawn(exchange(server)));
    assert_eq!((a.unwrap(), b.unwrap()), (ROUNDS * 5_000, ROUNDS * 5_000));
}

#[tokio::test]
async fn the_steps_of_a_handshake_can_be_taken_one_by_one() {
    let (ours, theirs) = duplex(1 << 14);
    let mut config = server_config(&[psk("device-7", 7)]);
    config.set_selection(tls_psk::SelectionPolicy::Application);
    let serving = tokio::spawn(async move {
        let mut tls = TlsStream::server(theirs, config)?;
        while let Some(question) = tls.handshake().await? {
            assert_eq!(question, Question::SelectPsk);
            tls.connection_mut().select(tls_psk::Selection::FirstMatch)?;
        }
        tls.write_all(b"welcome").await?;
        tls.shutdown().await
    });
    let mut tls = TlsStream::client(ours, configs().0).unwrap();
    // The first read does the handshake.
    let mut all = Vec::new();
    tls.read_to_end(&mut all).await.unwrap();
    assert_eq!(all, b"welcome");
    serving.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connections_at_once() {
    const COUNT: usize = 1_000;
    let acceptor = selecting();
    let all_there = Arc::new(tokio::sync::Barrier::new(COUNT));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..COUNT {
        let (ours, theirs) = duplex(4_096);
        let identity = format!("device-{number}");
        let offered = psk(&identity, number.to_le_bytes()[0] | 1);
        let known = offered.clone();
        let acceptor = acceptor.clone();
        let all_there = Arc::clone(&all_there);
        tasks.spawn(async move {
            // No selection returns before all clients have offered a PSK.
            let select = async move |_| {
                all_there.wait().await;
                Ok::<_, Infallible>(Some(known))
            };
            let mut tls = acceptor.accept_with(theirs, select).await.unwrap();
            let said = tls.connection().negotiated_psk_identity().unwrap().to_vec();
            tls.write_all(&said).await.unwrap();
            tls.shutdown().await.unwrap();
        });
        tasks.spawn(async move {
            let mut tls = connect(ours, client_config(&offered)).await.unwrap();
            let mut said = Vec::new();
            tls.read_to_end(&mut said).await.unwrap();
            assert_eq!(said, identity.as_bytes());
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
}

#[tokio::test]
async fn no_debug_output_has_a_secret_or_data() {
    let (client, mut server) = pair(1 << 14).await;
    server.write_all(b"plaintext").await.unwrap();
    let (client_config, server_config) = configs();
    let acceptor = Acceptor::new(Arc::clone(&server_config));
    let text = format!("{client:?} {server:?} {acceptor:?} {client_config:?} {server_config:?}");
    // The secret is 32 bytes of 7.
    for secret in ["7, 7", "0707", "plaintext"] {
        assert!(!text.contains(secret), "{text}");
    }
}
