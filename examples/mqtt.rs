//! MQTT over TLS with a PSK, to a broker that requires one, such as mosquitto with a psk_file. It publishes a temperature,
//! and waits until the broker has sent it back. The key is in hexadecimal in TLS_PSK_KEY.
//!
//! cargo run --example mqtt -- HOST:PORT IDENTITY

use std::{env, error::Error};

use bytes::BytesMut;
use mqttbytes::{QoS, v4};
use tls_psk::{ClientConfig, ExternalPsk, HashAlgorithm, tokio::TlsStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("no HOST:PORT")?;
    let identity = env::args().nth(2).ok_or("no IDENTITY")?;
    let key = hex::decode(env::var("TLS_PSK_KEY")?)?;

    let mut config = ClientConfig::new();
    config.append_psk(&ExternalPsk::new(identity.as_bytes(), &key, HashAlgorithm::Sha256)?)?;
    let mut tls = tls_psk::tokio::connect(TcpStream::connect(address).await?, config).await?;

    let topic = format!("temperature/{identity}");
    let mut packets = BytesMut::new();
    v4::Connect::new(identity).write(&mut packets).map_err(named)?;
    let mut subscribe = v4::Subscribe::new(&topic, QoS::AtMostOnce);
    subscribe.pkid = 1;
    subscribe.write(&mut packets).map_err(named)?;
    v4::Publish::new(&topic, QoS::AtMostOnce, "21.5").write(&mut packets).map_err(named)?;
    tls.write_all(&packets).await?;

    let mut received = BytesMut::new();
    loop {
        if let v4::Packet::Publish(message) = next_packet(&mut tls, &mut received).await? {
            println!("{}: {}", message.topic, String::from_utf8_lossy(&message.payload));
            break;
        }
    }
    packets.clear();
    v4::Disconnect.write(&mut packets).map_err(named)?;
    tls.write_all(&packets).await?;
    tls.shutdown().await?;
    Ok(())
}

/// Reads until a packet is complete.
async fn next_packet(
    tls: &mut TlsStream<TcpStream>,
    received: &mut BytesMut,
) -> Result<v4::Packet, Box<dyn Error>> {
    loop {
        match v4::read(received, 1 << 16) {
            Err(mqttbytes::Error::InsufficientBytes(_)) => {}
            result => return result.map_err(named),
        }
        if tls.read_buf(received).await? == 0 {
            return Err("the broker has closed the connection".into());
        }
    }
}

fn named(error: mqttbytes::Error) -> Box<dyn Error> {
    format!("MQTT: {error:?}").into()
}
