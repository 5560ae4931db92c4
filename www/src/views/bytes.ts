// A message as bytes and as fields, each linked to the other.

import type { Field } from "tls-psk";
import { countBytes } from "../bytes.js";
import { byId } from "../dom.js";
import type { Entry } from "../wire.js";
import { type Branch, flatten, grow, labelOf } from "./branches.js";
import { fieldTree } from "./fields.js";
import { hexGrid } from "./hex.js";

const INVITATION: Record<Entry["kind"], string> = {
  handshake: "Point at a byte or at a field, or walk through them with the arrow keys.",
  data: "To TLS these are bytes without fields.",
  alert: "",
};

export interface BytesView {
  /** Shows an entry; what was selected in it stays selected if it is the one that is shown already. */
  show(entry: Entry | undefined): void;
  select(field: Field): void;
}

export function bytesView(): BytesView {
  const title = byId("message-name");
  const trail = byId("trail");
  const empty = byId("no-bytes");
  const panes = byId("panes");
  const hex = hexGrid(byId("hex"), { point: (at) => point(at === undefined ? undefined : smallestAt(at)), choose });
  const tree = fieldTree(byId("fields"), { point, choose: mark });

  let shown: Entry | undefined;
  let branches: Branch[] = [];
  let selected: Branch | undefined;
  let pointed: Branch | undefined;

  function show(entry: Entry | undefined): void {
    const kept = entry?.id === shown?.id && entry?.name === shown?.name ? selected?.field : undefined;
    shown = entry;
    selected = undefined;
    pointed = undefined;
    const bytes = entry?.bytes;
    const roots = grow(entry?.fields ?? []);
    branches = flatten(roots);
    title.textContent = entry?.name ?? "no message";
    empty.hidden = entry?.kind !== "alert";
    panes.hidden = bytes === undefined;
    panes.dataset.plain = String(roots.length === 0);
    hex.show(bytes ?? new Uint8Array(), `Bytes of ${title.textContent}`);
    tree.show(roots, bytes ?? new Uint8Array());
    if (kept) select(kept);
    else describe(undefined);
  }

  function select({ name, start, end }: Field): void {
    const branch = branches.find(({ field }) => field.name === name && field.start === start && field.end === end);
    if (!branch) {
      describe(undefined);
      return;
    }
    mark(branch);
    tree.moveTo(branch);
  }

  /** Chooses a field; its first byte comes into sight with it. */
  function mark(branch: Branch): void {
    highlight(branch);
    hex.moveTo(branch.field.start);
  }

  /** Chooses the field that a byte belongs to. */
  function choose(at: number): void {
    const branch = smallestAt(at);
    if (!branch) return;
    highlight(branch);
    tree.moveTo(branch);
  }

  function highlight(branch: Branch): void {
    selected = branch;
    hex.highlight("selected", branch.field);
    tree.highlight("selected", branch);
    describe(branch);
  }

  function point(branch: Branch | undefined): void {
    if (branch === pointed) return;
    pointed = branch;
    hex.highlight("pointed", branch?.field);
    tree.highlight("pointed", branch);
    describe(branch ?? selected);
  }

  function smallestAt(at: number): Branch | undefined {
    return branches.findLast(({ field }) => field.start <= at && at < field.end);
  }

  /** Says where in the message a field is, or how to find out. */
  function describe(branch: Branch | undefined): void {
    if (branch) trail.textContent = `${pathOf(branch)}: ${whereIs(branch.field)}`;
    else trail.textContent = shown?.bytes ? `${countBytes(shown.bytes.length)}. ${INVITATION[shown.kind]}` : "";
  }

  return { show, select };
}

function pathOf(branch: Branch): string {
  return branch.parent ? `${pathOf(branch.parent)} › ${labelOf(branch)}` : labelOf(branch);
}

function whereIs({ start, end }: Field): string {
  if (start === end) return "empty";
  return end - start === 1 ? `byte ${start}` : `bytes ${start} to ${end - 1}`;
}
