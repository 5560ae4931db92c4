//! An HTTP client of hyper's over a PSK: prints what a server returns. The key is in hexadecimal in TLS_PSK_KEY.
//!
//! cargo run --example hyper_client -- HOST:PORT IDENTITY PATH

use std::{env, error::Error};

use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use tls_psk::{ClientConfig, ExternalPsk, HashAlgorithm};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("no HOST:PORT")?;
    let identity = env::args().nth(2).ok_or("no IDENTITY")?;
    let path = env::args().nth(3).unwrap_or_else(|| "/".into());
    let key = hex::decode(env::var("TLS_PSK_KEY")?)?;

    let mut config = ClientConfig::new();
    config.append_psk(&ExternalPsk::new(identity.as_bytes(), &key, HashAlgorithm::Sha256)?)?;
    config.parameters_mut().set_alpn(&[b"http/1.1"])?;
    let tls = tls_psk::tokio::connect(TcpStream::connect(&address).await?, config).await?;

    let (mut sender, connection) = http1::handshake(TokioIo::new(tls)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get(path).header(HOST, address).body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    println!("{}", response.status());
    print!("{}", String::from_utf8_lossy(&response.into_body().collect().await?.to_bytes()));
    drop(sender);
    connection.await??;
    Ok(())
}
