// What was negotiated, as each side reports it.

import type { Negotiated } from "tls-psk";
import type { Exchange, Side } from "../handshake/exchange.js";
import { asLabel, toHexGroups } from "../page/bytes.js";
import { breakable, byId, h } from "../page/dom.js";

const ROWS: [string, (negotiated: Negotiated) => string][] = [
  ["PSK identity", ({ pskIdentity }) => (pskIdentity ? asLabel(pskIdentity) : "none")],
  ["External identity", ({ externalIdentity }) => (externalIdentity ? asLabel(externalIdentity) : "none")],
  ["Index in the offer", ({ pskIndex }) => (pskIndex === undefined ? "none" : String(pskIndex))],
  ["Mode", ({ pskMode }) => pskMode ?? "none"],
  ["Cipher suite", ({ cipherSuite }) => cipherSuite],
  ["Group", ({ group }) => group ?? "none"],
  ["Early data", ({ earlyData }) => earlyData ?? "none"],
  ["HelloRetryRequest", ({ helloRetryRequest }) => (helloRetryRequest ? "yes" : "no")],
];

export function agreementView(): { show(exchange: Exchange): void } {
  const root = byId("agreement");
  const body = byId("negotiated");
  const none = byId("not-negotiated");

  const cell = (side: Side, value: string | undefined) =>
    h("td", { class: side }, h("code", {}, ...breakable(value ?? "not connected")));

  return {
    show({ negotiated, exported }) {
      const { client, server } = negotiated;
      const any = client !== undefined || server !== undefined;
      root.hidden = !any;
      none.hidden = any;
      const row = (name: string, ofClient: string | undefined, ofServer: string | undefined) =>
        h(
          "tr",
          { data: { row: name } },
          h("th", { scope: "row", text: name }),
          cell("client", ofClient),
          cell("server", ofServer),
        );
      body.replaceChildren(
        ...ROWS.map(([name, read]) => row(name, client && read(client), server && read(server))),
        row(
          "Exported bytes",
          exported.client && toHexGroups(exported.client),
          exported.server && toHexGroups(exported.server),
        ),
      );
    },
  };
}
