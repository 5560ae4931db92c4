// The core's list of the offered PSKs of a ClientHello, from a server that only reads it.

import { takeSteps } from "page-core";
import { Config, Connection, type OfferedIdentity } from "tls-psk";

/** The offered identities of a record with a ClientHello; none if a server would not select among them. */
export function offeredIn(record: Uint8Array): OfferedIdentity[] {
  const config = new Config("server");
  config.setSelection("application");
  config.setModes(["psk_dhe_ke", "psk_ke"]);
  const reader = new Connection(config, new Uint8Array(32));
  config.free();
  try {
    reader.receive(record);
    const list = reader.offeredPsks();
    const offered = [...(list ?? [])];
    list?.free();
    return offered;
  } catch {
    return [];
  } finally {
    reader.free();
    takeSteps();
  }
}
