// A single server, to which recorded bytes are sent.

import { takeSteps } from "page-core";
import { connectionOf } from "../handshake/endpoints.js";
import type { Scene } from "../handshake/scenes.js";
import { asLabel } from "../page/bytes.js";

export interface Replayed {
  /** The early data that the server passed to its application. */
  taken: string[];
  failed: boolean;
}

/** Sends a recorded flight to a new server of the scene; `accepts` is its application, asked about early data. */
export function replay(scene: Scene, flight: Uint8Array, accepts: (id: Uint8Array) => boolean): Replayed {
  const server = connectionOf(scene, "server");
  const taken: string[] = [];
  let failed = false;
  const attempt = (action: () => void) => {
    try {
      action();
    } catch {
      failed = true;
    }
  };
  try {
    attempt(() => server.receive(flight));
    for (let event = server.pollEvent(); event; event = server.pollEvent()) {
      if (event.type === "decideEarlyData") attempt(() => server.decideEarlyData(accepts(event.id)));
      if (event.type === "earlyData") taken.push(asLabel(event.data));
    }
  } finally {
    server.free();
    takeSteps();
  }
  return { taken, failed };
}
