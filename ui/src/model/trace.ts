// One trace as columns, and where each of its spans is drawn. Typed arrays, since a trace may have a hundred thousand spans.

import type { Nanos } from "../base/nanos";
import { type Layout, layOut } from "./layout";
import { joinTwins, type Twin } from "./twins";

export interface TraceColumns {
  readonly traceId: string;
  readonly text: string;
  readonly truncated: boolean;
  /** Log records and errors that name it. */
  readonly logs: number;
  readonly reported: number;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly protocols: readonly string[];
  readonly ids: readonly string[];
  readonly parents: readonly string[];
  readonly starts: BigInt64Array;
  readonly durations: BigInt64Array;
  readonly service: readonly number[];
  readonly name: readonly number[];
  readonly protocol: readonly number[];
  readonly kind: readonly number[];
  readonly status: readonly number[];
}

export interface Trace extends TraceColumns {
  readonly count: number;
  /** Of the earliest span, as its own clock said. */
  readonly start: Nanos;
  readonly layout: Layout;
  /** Spans that have failed. */
  readonly errors: number;
  readonly twins: ReadonlyMap<number, Twin>;
  readonly aliases: ReadonlyMap<string, string>;
  /** Spans by service, most first. */
  readonly byService: readonly { readonly service: string; readonly spans: number }[];
}

export function buildTrace(sent: TraceColumns): Trace {
  const { columns, twins, aliases } = joinTwins(sent);
  const count = columns.ids.length;
  let start = count > 0 ? (columns.starts[0] ?? 0n) : 0n;
  for (const one of columns.starts) if (one < start) start = one;
  const perService = new Array<number>(columns.services.length).fill(0);
  let errors = 0;
  for (let i = 0; i < count; i++) {
    const service = columns.service[i] ?? 0;
    perService[service] = (perService[service] ?? 0) + 1;
    if (columns.status[i] === 2) errors++;
  }
  const byService = columns.services
    .map((service, i) => ({ service, spans: perService[i] ?? 0 }))
    .sort((a, b) => b.spans - a.spans || (a.service < b.service ? -1 : 1));
  return { ...columns, count, start, layout: layOut(columns, start), errors, twins, aliases, byService };
}

export function serviceAt(trace: Trace, span: number): string {
  return trace.services[trace.service[span] ?? -1] ?? "";
}

export function nameAt(trace: Trace, span: number): string {
  return trace.names[trace.name[span] ?? -1] ?? "";
}

export function protocolAt(trace: Trace, span: number): string {
  return trace.protocols[trace.protocol[span] ?? -1] ?? "";
}

/** The other report of the same request. */
export function twinAt(trace: Trace, span: number): Twin | undefined {
  return trace.twins.get(span);
}

/** Place of the span with that id, -1 when the trace has none. */
export function spanIndex(trace: Trace, spanId: string): number {
  return spanId === "" ? -1 : trace.ids.indexOf(trace.aliases.get(spanId) ?? spanId);
}

/** Where an instant stands on the axis, in nanoseconds. `span`: whose clock it is of, -1 for none. */
export function placeAt(trace: Trace, at: Nanos, span: number): number {
  if (trace.count === 0) return 0;
  const { left, shift } = trace.layout;
  const axis = Number((trace.starts[0] ?? 0n) - trace.start) + (shift[0] ?? 0) - (left[0] ?? 0);
  return Number(at - trace.start) + (span >= 0 ? (shift[span] ?? 0) : 0) - axis;
}
