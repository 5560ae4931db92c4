// Wireshark as a reader of our records, with only our key log.

import { writeFileSync } from "node:fs";
import { start } from "../../node/support/process.mjs";
import { temporaryFile } from "./peers.mjs";

/** The ports in the capture, the server's being where Wireshark expects TLS, and what that makes of the client. */
const PORTS = "50000,443";
const CLIENT = "10.1.1.1:50000";

/**
 * A capture of what a client's `recordBytes` saw. Without a network, so that no privilege is needed: text2pcap invents
 * the headers around the bytes.
 */
export async function capture(t, chunks) {
  const dump = chunks.map(({ direction, bytes }) => {
    const octets = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    // In the words of text2pcap, what goes to the second port is coming in.
    return `${direction === "sent" ? "I" : "O"}\n000000 ${octets}\n`;
  });
  const [text, file] = [temporaryFile(t), temporaryFile(t)];
  writeFileSync(text, dump.join(""));
  await finish(start(t, "text2pcap", ["-q", "-D", "-T", PORTS, text, file]));
  return file;
}

/** What tshark says of a capture when it has a key log. */
export async function tshark(t, file, keyLog, args) {
  const keys = temporaryFile(t);
  writeFileSync(keys, keyLog);
  return finish(start(t, "tshark", ["-r", file, "-o", `tls.keylog_file:${keys}`, ...args]));
}

/** The application data of a capture, of each direction by itself. */
export async function applicationData(t, file, keyLog) {
  const output = await tshark(t, file, keyLog, ["-q", "-z", "follow,tls,raw,0"]);
  const lines = output.split("\n").filter((line) => /^\t?([0-9a-f]{2})+$/.test(line));
  // Node 0 is whom it noticed first, and what the other one sent is indented.
  const isClient = output.includes(`Node 0: ${CLIENT}\n`);
  const of = (indented) =>
    lines
      .filter((line) => line.startsWith("\t") === indented)
      .join("")
      .replaceAll("\t", "");
  const text = (hex) => Buffer.from(hex, "hex").toString();
  return { sent: text(of(!isClient)), received: text(of(isClient)) };
}

async function finish(program) {
  const code = await program.ended;
  if (code !== 0) throw new Error(`it ended with ${code}: ${program.stderr}`);
  return program.stdout;
}
