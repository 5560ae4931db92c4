//! An HTTP server of hyper's over PSKs: tells each client its own identity. It has one PSK, whose key is in hexadecimal in
//! TLS_PSK_KEY.
//!
//! cargo run --example hyper_server -- HOST:PORT IDENTITY

use std::{convert::Infallible, env, error::Error};

use hyper::{Response, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tls_psk::{ExternalPsk, HashAlgorithm, ServerConfig, tokio::Acceptor};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("no HOST:PORT")?;
    let identity = env::args().nth(2).ok_or("no IDENTITY")?;
    let key = hex::decode(env::var("TLS_PSK_KEY")?)?;

    let mut config = ServerConfig::new();
    config.append_psk(&ExternalPsk::new(identity.as_bytes(), &key, HashAlgorithm::Sha256)?)?;
    config.parameters_mut().set_alpn(&[b"http/1.1"])?;
    let acceptor = Acceptor::new(config);
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (tcp, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            if let Err(error) = serve(acceptor, tcp).await {
                eprintln!("{error}");
            }
        });
    }
}

async fn serve(acceptor: Acceptor, tcp: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    let tls = acceptor.accept(tcp).await?;
    let identity = tls.connection().negotiated_psk_identity().unwrap_or_default();
    let greeting = format!("you are {}\n", identity.escape_ascii());
    let service = service_fn(|_| {
        let greeting = greeting.clone();
        async { Ok::<_, Infallible>(Response::new(greeting)) }
    });
    http1::Builder::new().serve_connection(TokioIo::new(tls), service).await?;
    Ok(())
}
