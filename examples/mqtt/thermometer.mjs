// MQTT.js over TLS with a PSK, to a broker that requires one: node thermometer.mjs HOST:PORT IDENTITY, with the key in
// hexadecimal in TLS_PSK_KEY. It publishes a temperature, and waits until the broker has sent it back.

import { MqttClient } from "mqtt";
import { connect } from "tls-psk/node";

const [address, identity] = process.argv.slice(2);
const [host, port] = address.split(":");
const psk = Buffer.from(process.env.TLS_PSK_KEY, "hex");

// MQTT.js accepts any Duplex: its first argument makes one, and another whenever it reconnects.
const client = new MqttClient(() => connect({ host, port: Number(port), pskCallback: () => ({ identity, psk }) }), {
  clientId: identity,
  reconnectPeriod: 0,
});
client.on("error", (error) => {
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
client.on("message", async (topic, payload) => {
  console.log(`${topic}: ${payload}`);
  await client.endAsync();
});
client.on("connect", async () => {
  const topic = `temperature/${identity}`;
  await client.subscribeAsync(topic);
  await client.publishAsync(topic, "21.5", { qos: 1 });
});
