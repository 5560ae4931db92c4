//! s2n-tls with external PSKs and certificates, for one connection over TCP:
//! `s2n-peer serve|connect PORT OPTION...`.
//!
//! PORT 0 selects a free one. The options:
//!
//! - `IDENTITY:SECRET:HASH`, a PSK, the most preferred first
//! - `--cert CHAIN KEY`, files in PEM: its own certificate
//! - `--ca FILE`, in PEM: the trusted authority; a server then requests a client certificate
//! - `--name NAME`, the name of the server for a client
//! - `--policy NAME`, one of the security policies of s2n-tls
//!
//! In either role it prints what was negotiated and then echoes what it receives; for a line "key update", it changes
//! its key first.

use std::error::Error;
use std::ffi::{c_int, c_void};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::task::Poll;

use s2n_tls::callbacks::VerifyHostNameCallback;
use s2n_tls::config::Config;
use s2n_tls::connection::Connection;
use s2n_tls::enums::{Blinding, ClientAuthType, Mode, PeerKeyUpdate, PskHmac};
use s2n_tls::psk::Psk;
use s2n_tls::security::Policy;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("s2n-peer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let [role, port, rest @ ..] = args else { return Err("serve|connect PORT OPTION...".into()) };
    let options = Options::parse(rest)?;
    let address = ("127.0.0.1", port.parse()?);
    let (mode, stream) = match role.as_str() {
        "serve" => {
            let listener = TcpListener::bind(address)?;
            println!("listening on {}", listener.local_addr()?.port());
            (Mode::Server, listener.accept()?.0)
        }
        "connect" => (Mode::Client, TcpStream::connect(address)?),
        _ => return Err("the role is serve or connect".into()),
    };
    stream.set_nodelay(true)?;
    talk(mode, &stream, &options)
}

#[derive(Default)]
struct Options<'a> {
    psks: Vec<&'a str>,
    cert: Option<(&'a str, &'a str)>,
    ca: Option<&'a str>,
    name: Option<&'a str>,
    policy: Option<&'a str>,
}

impl<'a> Options<'a> {
    fn parse(args: &'a [String]) -> Result<Self> {
        let mut this = Self::default();
        let mut args = args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} lacks its value"));
            match arg {
                "--cert" => this.cert = Some((value()?, value()?)),
                "--ca" => this.ca = Some(value()?),
                "--name" => this.name = Some(value()?),
                "--policy" => this.policy = Some(value()?),
                psk => this.psks.push(psk),
            }
        }
        Ok(this)
    }
}

fn talk(mode: Mode, stream: &TcpStream, options: &Options<'_>) -> Result<()> {
    let mut config = Config::builder();
    config
        .set_security_policy(&Policy::from_version(options.policy.unwrap_or("default_tls13"))?)?;
    config.with_system_certs(false)?;
    if let Some((chain, key)) = options.cert {
        config.load_pem(&fs::read(chain)?, &fs::read(key)?)?;
    }
    if let Some(ca) = options.ca {
        config.trust_pem(&fs::read(ca)?)?;
    }
    let asks = mode == Mode::Server && options.ca.is_some();
    let shows = mode == Mode::Client && options.cert.is_some();
    if asks || shows {
        config.set_client_auth_type(ClientAuthType::Required)?;
    }
    if asks {
        // Any client of the authority is accepted, whatever its name.
        config.set_verify_host_callback(AnyName)?;
    }
    let mut connection = Connection::new(mode);
    connection.set_config(config.build()?)?;
    // Without it, a failure would be held back for half a minute.
    connection.set_blinding(Blinding::SelfService)?;
    for psk in &options.psks {
        connection.append_psk(&parse_psk(psk)?)?;
    }
    if let Some(name) = options.name {
        connection.set_server_name(name)?;
    }
    connection.set_receive_callback(Some(receive))?.set_send_callback(Some(send))?;
    let context = std::ptr::from_ref(stream).cast_mut().cast::<c_void>();
    // SAFETY: the stream outlives the connection, which is dropped at the end of this function.
    unsafe { connection.set_receive_context(context)?.set_send_context(context)? };

    if let Err(error) = ready(connection.poll_negotiate()).map(|_| ()) {
        return Err(match connection.alert() {
            Some(alert) => format!("received the alert {alert}").into(),
            None => error,
        });
    }
    report(&connection)?;
    echo(&mut connection)?;
    ready(connection.poll_shutdown())?;
    Ok(())
}

struct AnyName;

impl VerifyHostNameCallback for AnyName {
    fn verify_host_name(&self, _: &str) -> bool {
        true
    }
}

fn report(connection: &Connection) -> Result<()> {
    let mut identity = vec![0; connection.negotiated_psk_identity_length()?];
    connection.negotiated_psk_identity(&mut identity)?;
    println!("identity: {}", String::from_utf8_lossy(&identity));
    if let Ok(chain) = connection.peer_cert_chain()
        && let Some(certificate) = chain.iter().next()
    {
        println!("peer: {}", hex(certificate?.der()?));
    }
    println!("suite: {}", connection.cipher_suite()?);
    println!("group: {}", connection.selected_key_exchange_group().unwrap_or("none"));
    println!("messages: {}", connection.handshake_type()?);
    let mut exported = [0; 42];
    connection.tls_exporter(b"EXPORTER-test", b"context", &mut exported)?;
    println!("exported: {}", hex(&exported));
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn echo(connection: &mut Connection) -> Result<()> {
    let mut buffer = [0; 1 << 14];
    loop {
        let length = ready(connection.poll_recv(&mut buffer))?;
        if length == 0 {
            return Ok(());
        }
        let mut rest = &buffer[..length];
        if rest == b"key update\n" {
            connection.request_key_update(PeerKeyUpdate::KeyUpdateNotRequested)?;
        }
        while !rest.is_empty() {
            rest = &rest[ready(connection.poll_send(rest))?..];
        }
    }
}

fn parse_psk(text: &str) -> Result<Psk> {
    let [identity, secret, hash] = text.split(':').collect::<Vec<_>>()[..] else {
        return Err("a PSK is IDENTITY:SECRET:HASH".into());
    };
    let secret: std::result::Result<Vec<u8>, _> =
        (0..secret.len()).step_by(2).map(|i| u8::from_str_radix(&secret[i..i + 2], 16)).collect();
    let hmac = match hash {
        "SHA-256" => PskHmac::SHA256,
        "SHA-384" => PskHmac::SHA384,
        _ => return Err("the hash is SHA-256 or SHA-384".into()),
    };
    let mut psk = Psk::builder()?;
    psk.set_identity(identity.as_bytes())?.set_secret(&secret?)?.set_hmac(hmac)?;
    Ok(psk.build()?)
}

/// The stream blocks, so that nothing is ever pending but an answer to a failure.
fn ready<T>(poll: Poll<std::result::Result<T, s2n_tls::error::Error>>) -> Result<T> {
    match poll {
        Poll::Ready(result) => Ok(result?),
        Poll::Pending => Err("s2n-tls waits".into()),
    }
}

unsafe extern "C" fn receive(context: *mut c_void, buffer: *mut u8, length: u32) -> c_int {
    // SAFETY: the context is the stream, and s2n-tls lends us as much of the buffer as it says.
    let (mut stream, buffer) = unsafe {
        (&*context.cast::<TcpStream>(), std::slice::from_raw_parts_mut(buffer, length as usize))
    };
    status(stream.read(buffer))
}

unsafe extern "C" fn send(context: *mut c_void, bytes: *const u8, length: u32) -> c_int {
    // SAFETY: as above.
    let (mut stream, bytes) = unsafe {
        (&*context.cast::<TcpStream>(), std::slice::from_raw_parts(bytes, length as usize))
    };
    status(stream.write(bytes))
}

/// What C expects: a count, or -1 with the reason in errno, where the standard library has left it.
fn status(result: std::io::Result<usize>) -> c_int {
    result.map_or(-1, |count| count as c_int)
}
