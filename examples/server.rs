//! A server of tokio's that sends everything back. It looks up each PSK in a file of lines IDENTITY:KEY, with the keys in
//! hexadecimal, so that keys can be added while it runs.
//!
//! cargo run --example server -- HOST:PORT FILE

use std::{env, error::Error};

use tls_psk::{ExternalPsk, HashAlgorithm, ServerConfig, tokio::Acceptor};
use tokio::io::{copy, split};
use tokio::net::{TcpListener, TcpStream};

/// The PSK with an identity. Any store will do: the handshake waits for the answer.
async fn look_up(
    file: &str,
    identity: &[u8],
) -> Result<Option<ExternalPsk>, Box<dyn Error + Send + Sync>> {
    let text = tokio::fs::read_to_string(file).await?;
    let mut lines = text.lines().filter_map(|line| line.rsplit_once(':'));
    let Some((_, key)) = lines.find(|(known, _)| known.as_bytes() == identity) else {
        return Ok(None);
    };
    Ok(Some(ExternalPsk::new(identity, &hex::decode(key)?, HashAlgorithm::Sha256)?))
}

async fn serve(
    acceptor: Acceptor,
    tcp: TcpStream,
    file: String,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let select = async |offer: tls_psk::Offer| {
        for offered in offer.psks() {
            if let Some(psk) = look_up(&file, &offered.external_identity()).await? {
                return Ok(Some(psk));
            }
        }
        Ok::<_, Box<dyn Error + Send + Sync>>(None)
    };
    let tls = acceptor.accept_with(tcp, select).await?;
    let identity = tls.connection().negotiated_psk_identity().unwrap_or_default();
    println!("{} is connected", identity.escape_ascii());
    let (mut reader, mut writer) = split(tls);
    copy(&mut reader, &mut writer).await?;
    tokio::io::AsyncWriteExt::shutdown(&mut writer).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let address = env::args().nth(1).ok_or("no HOST:PORT")?;
    let file = env::args().nth(2).ok_or("no FILE")?;
    let acceptor = Acceptor::new(ServerConfig::new());
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (tcp, _) = listener.accept().await?;
        let (acceptor, file) = (acceptor.clone(), file.clone());
        tokio::spawn(async move {
            if let Err(error) = serve(acceptor, tcp, file).await {
                eprintln!("{error}");
            }
        });
    }
}
