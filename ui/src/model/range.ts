// The time range of a view: so long until now, or between two instants. It stands in the address of every view.

import { kDay, kHour, kMinute, kSecond, type Nanos, parseNanos } from "../base/nanos";

export type Range =
  | { readonly kind: "last"; readonly last: string }
  | { readonly kind: "between"; readonly from: Nanos; readonly to: Nanos };

export interface Choice {
  readonly last: string;
  readonly label: string;
}

export const kChoices: readonly Choice[] = [
  { last: "15m", label: "Last 15 minutes" },
  { last: "1h", label: "Last hour" },
  { last: "6h", label: "Last 6 hours" },
  { last: "1d", label: "Last day" },
  { last: "7d", label: "Last 7 days" },
  { last: "30d", label: "Last 30 days" },
];

export const kDefaultRange: Range = { kind: "last", last: "1h" };

const kUnits: Readonly<Record<string, Nanos>> = { s: kSecond, m: kMinute, h: kHour, d: kDay };

/** The length of `15m`, `1h`, `30d`; undefined when it is not of that form. */
export function lengthOf(last: string): Nanos | undefined {
  const match = /^(\d{1,4})([smhd])$/.exec(last);
  const unit = match && kUnits[match[2] ?? ""];
  return match && unit && match[1] !== "0" ? BigInt(match[1] ?? "0") * unit : undefined;
}

/** What does not make sense falls back to the last hour, so that a mistyped address still shows something. */
export function readRange(params: URLSearchParams): Range {
  const last = params.get("last");
  if (last !== null && lengthOf(last) !== undefined) return { kind: "last", last };
  const from = parseNanos(params.get("from") ?? "");
  const to = parseNanos(params.get("to") ?? "");
  if (from !== undefined && to !== undefined && from < to) return { kind: "between", from, to };
  return kDefaultRange;
}

export function writeRange(range: Range, params: URLSearchParams): void {
  if (range.kind === "between") {
    params.set("from", range.from.toString());
    params.set("to", range.to.toString());
  } else {
    params.set("last", range.last);
  }
}

/** Half as long again on both sides, for "show what is around this". */
export function around(at: Nanos, length: Nanos = 10n * kMinute): Range {
  return { kind: "between", from: at - length / 2n, to: at + length / 2n };
}
