// The layers of a conversation: its messages, its records, and those that a key log decrypts.

import { dissect } from "page-core";
import type { Conversation } from "../../../pkg/src/reading/reading.js";
import { concat } from "../page/bytes.js";
import type { Layer } from "./dissector.js";
import type { FoundMessage } from "./found.js";
import { messageLayer, recordLayer } from "./layers.js";
import { openRecords } from "./opened.js";

/** The layers of a conversation, first a ClientHello: the last one, whose binders are checked. */
export function layersOf(conversation: Conversation, messages: readonly FoundMessage[], keyLog: string): Layer[] {
  const hellos = messages.filter(({ type }) => type === 1);
  const layers = messages.map((message): Layer => {
    const { name, bytes } = message;
    const alike = messages.filter((other) => other.name === name);
    const place = alike.length > 1 ? ` ${alike.indexOf(message) + 1}` : "";
    const retried = hellos.length > 1 && hellos.indexOf(message) === 1;
    return messageLayer(`${name}${place}`, bytes, { title: `${name}${place}`, retried });
  });
  const records = (["client", "server", undefined] as const).flatMap((sender) => {
    const own = conversation.parts.filter(({ from, kind }) => from === sender && kind === "records");
    if (own.length === 0) return [];
    const bytes = concat(own.map((part) => part.bytes));
    const title = sender === undefined ? "Records" : `${sender === "client" ? "Client’s" : "Server’s"} records`;
    return [{ sender, title, bytes }];
  });
  const opened = records.flatMap(({ sender, bytes }): Layer[] => {
    const one = sender && openRecords(sender, bytes, messages, keyLog);
    if (!one) return [];
    const title = sender === "client" ? "Client’s, opened" : "Server’s, opened";
    return [{ title, label: title.toLowerCase(), ...one, hint: "The contents of the protected records, in order." }];
  });
  return [
    ...layers,
    ...records.map(({ title, bytes }) => recordLayer(title.toLowerCase(), bytes, { title })),
    ...opened,
  ];
}

/** Sentences about places where the core stopped reading, for messages with their full length. */
export function problemsIn(messages: readonly FoundMessage[]): string[] {
  return messages.flatMap(({ name, bytes, missing }) => {
    if (missing > 0)
      return [`The ${name} is truncated: ${bytes.length} of its ${bytes.length + missing} bytes are present.`];
    const { error } = dissect(bytes, "messages");
    if (!error) return [];
    return [`The ${name} cannot be read from byte ${error.position} on: ${error.message}.`];
  });
}
