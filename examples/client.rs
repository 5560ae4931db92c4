//! A client of tokio's: says a line, and prints the answer. The key is in hexadecimal in TLS_PSK_KEY.
//!
//! cargo run --example client -- HOST:PORT IDENTITY

use std::{env, error::Error};

use tls_psk::{ClientConfig, ExternalPsk, HashAlgorithm};
use tokio::io::{AsyncWriteExt, copy, stdout};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("no HOST:PORT")?;
    let identity = env::args().nth(2).ok_or("no IDENTITY")?;
    let key = hex::decode(env::var("TLS_PSK_KEY")?)?;

    let mut config = ClientConfig::new();
    config.append_psk(&ExternalPsk::new(identity.as_bytes(), &key, HashAlgorithm::Sha256)?)?;
    let mut tls = tls_psk::tokio::connect(TcpStream::connect(address).await?, config).await?;
    tls.write_all(b"hello\n").await?;
    tls.shutdown().await?;
    copy(&mut tls, &mut stdout()).await?;
    Ok(())
}
