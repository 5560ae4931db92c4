//! The streams of tokio over transports of `futures-io`, and as such: by the adapters of tokio-util.

use tls_psk::tokio::{Acceptor, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_util::compat::{FuturesAsyncReadCompatExt, TokioAsyncReadCompatExt};

use crate::configs;

#[tokio::test]
async fn a_transport_of_futures_io_carries_a_connection() {
    let (client, server) = configs();
    let (there, here) = duplex(1 << 10);
    // as a runtime without tokio has them
    let (there, here) = (there.compat(), here.compat());
    let serving = tokio::spawn(async move {
        let mut tls = Acceptor::new(server).accept(here.compat()).await.unwrap();
        let mut text = Vec::new();
        tls.read_to_end(&mut text).await.unwrap();
        tls.write_all(&text).await.unwrap();
        tls.shutdown().await.unwrap();
    });
    // and a stream of `futures-io` again
    let mut tls = connect(there.compat(), client).await.unwrap().compat().into_inner();
    tls.write_all(b"by way of futures-io").await.unwrap();
    tls.shutdown().await.unwrap();
    let mut answer = Vec::new();
    tls.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"by way of futures-io");
    serving.await.unwrap();
}
