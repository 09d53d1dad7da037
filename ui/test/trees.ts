import { buildTrace, type Trace } from "../src/model/trace";

export interface Drawn {
  readonly id: string;
  readonly parent?: string;
  /** Milliseconds. */
  readonly at: number;
  readonly lasts: number;
  readonly service?: string;
  readonly kind?: number;
  readonly status?: number;
  readonly protocol?: string;
}

/** A trace from a few words, for tests of the tree and its layout. */
export function traceOf(spans: readonly Drawn[]): Trace {
  const services = [...new Set(spans.map((span) => span.service ?? "a"))];
  const protocols = [...new Set(spans.map((span) => span.protocol ?? "otlp"))];
  return buildTrace({
    traceId: "5759e988bd862e3fe1be46a994272793",
    text: "",
    truncated: false,
    logs: 0,
    reported: 0,
    services,
    protocols,
    names: spans.map((span) => span.id),
    ids: spans.map((span) => span.id),
    parents: spans.map((span) => span.parent ?? ""),
    starts: BigInt64Array.from(spans, (span) => 1_700_000_000_000_000_000n + BigInt(span.at) * 1_000_000n),
    durations: BigInt64Array.from(spans, (span) => BigInt(span.lasts) * 1_000_000n),
    service: spans.map((span) => services.indexOf(span.service ?? "a")),
    name: spans.map((_, i) => i),
    protocol: spans.map((span) => protocols.indexOf(span.protocol ?? "otlp")),
    kind: spans.map((span) => span.kind ?? 1),
    status: spans.map((span) => span.status ?? 0),
  });
}
