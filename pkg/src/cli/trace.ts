import { appendFileSync } from "node:fs";
import type { Field, TlsOptions, TraceEvent } from "../node.js";
import type { CommonArguments } from "./arguments.js";
import type { Build } from "./build.js";
import { say } from "./report.js";

/** How many bytes of a field are shown in hexadecimal. */
const SHOWN = 32;

/** The callbacks for --keylog and --trace. `prefix` distinguishes connections. */
export function observers(
  { keylog, trace }: CommonArguments,
  { inspect }: Build,
  prefix = "",
): Pick<TlsOptions, "onKeylog" | "onTrace"> {
  return {
    ...(keylog !== undefined && { onKeylog: (line) => appendFileSync(keylog, `${line}\n`, { mode: 0o600 }) }),
    ...(trace && {
      onTrace: (event) => {
        for (const line of traceLines(event, inspect)) say(prefix + line);
      },
    }),
  };
}

function traceLines(event: TraceEvent, inspect: Build["inspect"]): string[] {
  if (event.type === "psk") return [`  offered PSK ${event.index}: ${event.outcome}`];
  if (event.type === "sessionRefused") return [`  session ${event.index} is not offered: ${event.reason}`];
  const arrow = event.direction === "sent" ? ">" : "<";
  if (event.type === "alert") return [`${arrow} alert ${event.description}`];
  const wrapping = event.protected ? "encrypted" : "in clear";
  return [
    `${arrow} ${event.name}, ${event.bytes.length} bytes, ${wrapping}`,
    ...inspect(event.bytes).map((field) => fieldLine(field, event.bytes)),
  ];
}

/** A field on one line, indented by its depth. */
export function fieldLine({ name, start, end, depth, value }: Field, message: Uint8Array): string {
  const hex = Buffer.from(message.subarray(start, Math.min(end, start + SHOWN))).toString("hex");
  const bytes = end - start > SHOWN ? `${hex}... (${end - start} bytes)` : hex;
  return `${"  ".repeat(depth + 1)}${name}: ${value ?? bytes}`;
}
