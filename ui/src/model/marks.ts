// Log records and errors as marks on the waterfall: where each stands, and on which span.

import type { Nanos } from "../base/nanos";
import { type Level, levelOf } from "./names";
import { placeAt, spanIndex, type Trace } from "./trace";

export interface Mark {
  readonly kind: "log" | "error";
  /** Nanoseconds on the axis, never outside of it. */
  readonly at: number;
  /** It was later, or earlier, than anything that is drawn. */
  readonly outside: boolean;
  /** Place of its span, -1 for none. */
  readonly span: number;
  readonly level: Level;
  readonly protocol: string;
  readonly text: string;
}

export interface MarkedLog {
  readonly time: Nanos;
  readonly span_id: string;
  readonly severity_number: number;
  readonly protocol: string;
  readonly body: string;
}

export interface MarkedError {
  readonly time: Nanos;
  readonly span_id: string;
  readonly protocol: string;
  readonly exception_type: string;
  readonly exception_message: string;
}

/** Of one span no more than so many are drawn: more would be one blot. */
const kMostOfSpan = 40;

export function placeMarks(trace: Trace, logs: readonly MarkedLog[], errors: readonly MarkedError[]): readonly Mark[] {
  const mark = (kind: Mark["kind"], sent: MarkedLog | MarkedError, level: Level, text: string): Mark => {
    const span = spanIndex(trace, sent.span_id);
    const at = placeAt(trace, sent.time, span);
    const inside = Math.min(trace.layout.length, Math.max(0, at));
    return { kind, at: inside, outside: inside !== at, span, level, protocol: sent.protocol, text };
  };
  const said = (error: MarkedError) => [error.exception_type, error.exception_message].filter(Boolean).join(": ");
  return [
    ...logs.map((log) => mark("log", log, levelOf(log.severity_number), log.body)),
    ...errors.map((error) => mark("error", error, "error", said(error))),
  ];
}

/** Those that stand on a span of their own, by its place. */
export function marksBySpan(marks: readonly Mark[]): ReadonlyMap<number, readonly Mark[]> {
  const bySpan = new Map<number, Mark[]>();
  for (const mark of marks) {
    if (mark.span < 0) continue;
    const known = bySpan.get(mark.span);
    if (!known) bySpan.set(mark.span, [mark]);
    else if (known.length < kMostOfSpan) known.push(mark);
  }
  return bySpan;
}

/** One mark a pixel and kind: errors are drawn last, on top. `width`: how many pixels `from` … `to` are. */
export function thinned(marks: readonly Mark[], from: number, to: number, width: number): readonly Mark[] {
  const seen = new Set<string>();
  return [...marks]
    .sort((a, b) => (a.kind === b.kind ? 0 : a.kind === "error" ? 1 : -1))
    .filter((mark) => {
      if (mark.at < from || mark.at > to) return false;
      const pixel = Math.floor(((mark.at - from) / Math.max(1, to - from)) * width);
      const key = `${mark.kind} ${mark.level} ${Math.floor(pixel / 3)}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    });
}
