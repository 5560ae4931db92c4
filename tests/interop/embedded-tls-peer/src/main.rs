//! embedded-tls, which is a client, with an external PSK for one connection over TCP:
//! `embedded-tls-peer connect PORT IDENTITY:KEY SUITE`.
//!
//! It prints that it has connected and then echoes what it receives. It ends after a line "end", as it cannot end after
//! its peer: it would send an alert in a change_cipher_spec record.

use std::error::Error;
use std::net::TcpStream;
use std::process::ExitCode;

use embedded_io::Write;
use embedded_io_adapters::std::FromStd;
use embedded_tls::blocking::TlsConnection;
use embedded_tls::{
    Aes128GcmSha256, Aes256GcmSha384, TlsCipherSuite, TlsConfig, TlsContext, TlsError,
    UnsecureProvider,
};
use rand_core::OsRng;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("embedded-tls-peer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let [role, port, psk, suite] = args else {
        return Err("connect PORT IDENTITY:KEY SUITE".into());
    };
    if role != "connect" {
        return Err("the role is connect".into());
    }
    let (identity, key) = psk.split_once(':').ok_or("a PSK is IDENTITY:KEY")?;
    let key = (0..key.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&key[at..at + 2], 16))
        .collect::<std::result::Result<Vec<u8>, _>>()?;
    let stream = TcpStream::connect(("127.0.0.1", port.parse()?))?;
    stream.set_nodelay(true)?;
    match suite.as_str() {
        "TLS_AES_128_GCM_SHA256" => talk::<Aes128GcmSha256>(stream, identity, &key),
        "TLS_AES_256_GCM_SHA384" => talk::<Aes256GcmSha384>(stream, identity, &key),
        _ => Err("it has no such suite".into()),
    }
}

fn talk<Suite: TlsCipherSuite + 'static>(
    stream: TcpStream,
    identity: &str,
    key: &[u8],
) -> Result<()> {
    let (mut reading, mut writing) = (vec![0; 16640], vec![0; 16640]);
    let config = TlsConfig::new().with_psk(key, &[identity.as_bytes()]);
    let mut tls: TlsConnection<'_, _, Suite> =
        TlsConnection::new(FromStd::new(stream), &mut reading, &mut writing);
    tls.open(TlsContext::new(&config, UnsecureProvider::new::<Suite>(OsRng))).map_err(said)?;
    println!("connected");
    let mut buffer = [0; 1 << 14];
    loop {
        let length = tls.read(&mut buffer).map_err(said)?;
        tls.write_all(&buffer[..length]).map_err(said)?;
        tls.flush().map_err(said)?;
        if buffer[..length].ends_with(b"end\n") {
            break;
        }
    }
    tls.close().map_err(|(_, error)| said(error))?;
    Ok(())
}

fn said(error: TlsError) -> String {
    format!("{error:?}")
}
