// Why what was pasted or dropped could not be read, and where.

export type InputProblem =
  | "Empty"
  | "NotHexadecimal"
  | "OddDigits"
  | "OffsetMismatch"
  | "NotBase64"
  | "NotTls"
  | "NotACapture"
  | "UnknownLinkType"
  | "CaptureCutShort"
  | "NoFlow"
  | "SeveralFlows"
  | "SegmentMissing";

export class InputError extends Error {
  override readonly name: InputProblem;
  /** Where: "line 3, column 5", or "byte 24". */
  readonly where: string;

  constructor(name: InputProblem, message: string, where = "") {
    super(message);
    this.name = name;
    this.where = where;
  }
}
