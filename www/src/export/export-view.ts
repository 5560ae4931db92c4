// Export: the key log, and a capture of the connection.

import { fromText } from "../page/bytes.js";
import { byId } from "../page/dom.js";
import { type Chunk, pcapng } from "./capture.js";

export interface Recorded {
  chunks: readonly Chunk[];
  /** The lines of the client's key log (RFC 9850). */
  keyLog: readonly string[];
}

export function exportView({ recorded }: { recorded(): Recorded | undefined }): void {
  offer("export-pcapng", "tls-psk.pcapng", "application/x-pcapng", ({ chunks, keyLog }) => pcapng(chunks, keyLog));
  offer("export-keylog", "tls-psk.keylog", "text/plain", ({ keyLog }) =>
    fromText(keyLog.map((line) => `${line}\n`).join("")),
  );

  function offer(id: string, name: string, type: string, make: (recorded: Recorded) => Uint8Array): void {
    byId(id).addEventListener("click", () => {
      const now = recorded();
      if (now) save(name, type, make(now));
    });
  }
}

function save(name: string, type: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // the browser has begun to read it by then
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
