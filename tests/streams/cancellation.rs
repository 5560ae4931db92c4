//! Futures that are dropped at every point where they wait.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::{client_config, configs, data, psk, server_config};
use tls_psk::tokio::{Acceptor, TlsStream, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::task::yield_now;

/// Polls the future so often; `None` if it is not ready then, and dropped.
fn poll_times<R>(times: usize, future: impl Future<Output = R>) -> Option<R> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..times).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    })
}

/// Polls each future that the function makes once, drops it and makes the next, until one is ready.
macro_rules! drop_until_ready {
    ($future:expr) => {{
        let mut dropped = 0;
        loop {
            match poll_times(1, $future) {
                Some(result) => break (result, dropped),
                None => dropped += 1,
            }
            yield_now().await;
        }
    }};
}

#[tokio::test]
async fn a_handshake_goes_on_after_each_await() {
    let (client, server) = configs();
    let (ours, theirs) = duplex(16);
    let serving = tokio::spawn(async move {
        let mut tls = TlsStream::server(theirs, server).unwrap();
        let (result, dropped) = drop_until_ready!(tls.handshake());
        assert_eq!(result.unwrap(), None);
        (tls, dropped)
    });
    let mut client = TlsStream::client(ours, client).unwrap();
    let (result, dropped) = drop_until_ready!(client.handshake());
    assert_eq!(result.unwrap(), None);
    let (server, dropped_there) = serving.await.unwrap();
    assert!(dropped > 10 && dropped_there > 10, "{dropped} and {dropped_there} futures");
    assert!(client.connection().negotiated().is_some());
    assert!(server.connection().negotiated().is_some());
}

#[tokio::test]
async fn no_byte_is_lost_or_doubled_by_a_read_or_write_that_was_dropped() {
    let (client, server) = configs();
    let (ours, theirs) = duplex(100);
    let acceptor = Acceptor::new(server);
    let (client, server) = tokio::join!(connect(ours, client), acceptor.accept(theirs));
    let (mut client, mut server) = (client.unwrap(), server.unwrap());
    let all = data(300_000);
    let expected = all.clone();
    let writing = tokio::spawn(async move {
        let (mut sent, mut dropped) = (0, 0);
        while sent < all.len() {
            let (count, futures) = drop_until_ready!(client.write(&all[sent..]));
            sent += count.unwrap();
            dropped += futures;
        }
        drop_until_ready!(client.flush()).0.unwrap();
        drop_until_ready!(client.shutdown()).0.unwrap();
        (client, dropped)
    });
    let (mut received, mut dropped) = (Vec::<u8>::new(), 0);
    let mut chunk = [0; 1_234];
    loop {
        let (count, futures) = drop_until_ready!(server.read(&mut chunk));
        dropped += futures;
        match count.unwrap() {
            0 => break,
            count => received.extend(&chunk[..count]),
        }
    }
    assert!(received == expected);
    let (_client, dropped_there) = writing.await.unwrap();
    assert!(dropped > 100 && dropped_there > 100, "{dropped} and {dropped_there} futures");
}

#[tokio::test]
async fn a_dropped_connect_closes_the_transport_at_each_await() {
    let mut unfinished = 0;
    loop {
        let (client, server) = configs();
        let (ours, theirs) = duplex(16);
        let accepting = tokio::spawn(async move { Acceptor::new(server).accept(theirs).await });
        {
            let mut connecting = pin!(connect(ours, client));
            let mut context = Context::from_waker(Waker::noop());
            let mut done = false;
            for _ in 0..=unfinished {
                done = connecting.as_mut().poll(&mut context).is_ready();
                if done {
                    break;
                }
                yield_now().await;
            }
            if done {
                break;
            }
        }
        let error = accepting.await.unwrap().expect_err("the client is gone");
        assert_ne!(error.kind(), std::io::ErrorKind::TimedOut);
        unfinished += 1;
    }
    assert!(unfinished > 10, "{unfinished} awaits");
}

#[tokio::test]
async fn a_dropped_selection_closes_the_transport() {
    let (ours, theirs) = duplex(1 << 14);
    let connecting = tokio::spawn(connect(ours, client_config(&psk("device-7", 7))));
    yield_now().await;
    let acceptor = Acceptor::new(server_config(&[]));
    let (asked, was_asked) = tokio::sync::oneshot::channel();
    let select = async move |_| {
        asked.send(()).unwrap();
        std::future::pending::<Option<tls_psk::ExternalPsk>>().await
    };
    tokio::select! {
        _ = acceptor.accept_with(theirs, select) => panic!("no one has selected"),
        asked = was_asked => asked.unwrap(),
    }
    let error = connecting.await.unwrap().expect_err("the server is gone");
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}
