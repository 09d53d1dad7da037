// The page's API over the fixture, in the shapes of docs/protocols/ui.md. Enough to draw every view, not a server.

import type { WireLog, WireSpan, WireTraceError } from "../src/api/wire";
import { lengthOf } from "../src/model/range";
import { type MockTrace, makeTraces } from "./fixture";

export interface MockAnswer {
  readonly status: number;
  readonly body: unknown;
}

const kPage = 50;

function fail(status: number, code: string, message: string): MockAnswer {
  return { status, body: { error: { code, message } } };
}

function edge(spans: readonly WireSpan[], pick: (span: WireSpan) => bigint, later: boolean): bigint {
  return spans.map(pick).reduce((a, b) => (later === b > a ? b : a));
}

function summary(trace: MockTrace) {
  const start = edge(trace.spans, (s) => BigInt(s.start), false);
  const end = edge(trace.spans, (s) => BigInt(s.start) + BigInt(s.duration), true);
  const root = trace.spans.find((span) => span.parent_span_id === "");
  const first = root ?? trace.spans[0];
  const counts = new Map<string, number>();
  for (const span of trace.spans) counts.set(span.service, (counts.get(span.service) ?? 0) + 1);
  return {
    trace_id: trace.traceId,
    start: start.toString(),
    duration: (end - start).toString(),
    root: { service: first?.service ?? "", name: first?.name ?? "", missing: root === undefined },
    spans: trace.spans.length,
    errors: trace.spans.filter((span) => span.status === 2).length,
    services: [...counts].map(([service, spans]) => ({ service, spans })),
    protocols: ["otlp"],
  };
}

function light(trace: MockTrace) {
  const services = [...new Set(trace.spans.map((span) => span.service))];
  const names = [...new Set(trace.spans.map((span) => span.name))];
  const column = <T>(pick: (span: WireSpan) => T) => trace.spans.map(pick);
  return {
    trace_id: trace.traceId,
    text: "",
    truncated: false,
    logs: trace.logs.length,
    errors: errorsOf(trace).length,
    services,
    names,
    protocols: ["otlp"],
    spans: {
      id: column((s) => s.span_id),
      parent: column((s) => s.parent_span_id),
      start: column((s) => s.start),
      duration: column((s) => s.duration),
      service: column((s) => services.indexOf(s.service)),
      name: column((s) => names.indexOf(s.name)),
      protocol: column(() => 0),
      kind: column((s) => s.kind),
      status: column((s) => s.status),
    },
  };
}

/** The exceptions among the events of its spans. */
function errorsOf(trace: MockTrace): readonly WireTraceError[] {
  return trace.spans.flatMap((span) =>
    span.events
      .filter((event) => event.name === "exception")
      .map((event) => {
        const of = (key: string) => event.attributes.find((one) => one.key === key)?.text ?? "";
        return {
          time: event.time,
          span_id: span.span_id,
          protocol: "otlp",
          service: span.service,
          environment: "default",
          level: "error",
          language: "",
          exception_type: of("exception.type"),
          exception_message: of("exception.message"),
          stacktrace: of("exception.stacktrace"),
          attributes: [],
          resource: span.resource,
        };
      }),
  );
}

export class MockApi {
  private readonly now: bigint;
  private readonly traces: readonly MockTrace[];

  constructor(now: bigint, empty = false) {
    this.now = now;
    this.traces = empty ? [] : makeTraces(now);
  }

  answer(path: string, query: URLSearchParams): MockAnswer {
    const parts = path.split("/").map(decodeURIComponent);
    if (path === "status") return this.status();
    if (path === "services") return this.services(query);
    if (path === "traces") return this.list(query);
    if (path === "logs") return this.logs(query);
    if (path === "logs/histogram") return this.histogram(query);
    if (path === "items") return { status: 200, body: { projects: [], total: 0, items: [] } };
    if (path === "rejected") return this.rejected();
    if (parts[0] === "traces") {
      const id = (parts[1] ?? "").replace(/^1-([0-9a-f]{8})-([0-9a-f]{24})$/, "$1$2");
      const trace = this.traces.find((one) => one.traceId === id);
      if (!trace) return fail(404, "not_found", "nothing of this trace has arrived");
      if (parts.length === 2) return { status: 200, body: light(trace) };
      if (parts[2] === "document") return { status: 200, body: { trace_id: trace.traceId, spans: trace.spans } };
      if (parts[2] === "documents") return { status: 200, body: { truncated: false, documents: [] } };
      if (parts[2] === "errors") return { status: 200, body: { truncated: false, errors: errorsOf(trace) } };
      if (parts[2] === "logs") return { status: 200, body: this.page(trace.logs, query) };
      const span = trace.spans.find((one) => one.span_id === parts[3]);
      return span ? { status: 200, body: { span, others: 0 } } : fail(404, "not_found", "this trace has no such span");
    }
    return fail(404, "not_found", `nothing is at /api/v1/${path}`);
  }

  private window(query: URLSearchParams): { readonly from: bigint; readonly to: bigint } {
    const to = query.get("to");
    return {
      from: BigInt(query.get("from") ?? this.now - (lengthOf(query.get("last") ?? "1h") ?? 0n)),
      to: to === null ? this.now + 1n : BigInt(to),
    };
  }

  private status(): MockAnswer {
    const empty = this.traces.length === 0;
    const clients = ["otlp", "honeycomb", "xray", "cloudwatch", "rollbar"].map((client, i) => ({
      client,
      accepted: empty || i > 0 ? "0" : "48211",
      rejected: empty || i > 0 ? "0" : "3",
      last: empty || i > 0 ? null : this.now.toString(),
    }));
    return {
      status: 200,
      body: {
        version: "0.1.0",
        started: (this.now - 3_600_000_000_000n).toString(),
        now: this.now.toString(),
        storage: { rows: empty ? "0" : "48211", disk_bytes: empty ? "0" : "3184221" },
        clients,
      },
    };
  }

  private services(query: URLSearchParams): MockAnswer {
    const { from, to } = this.window(query);
    const buckets = 60;
    const step = (to - from) / BigInt(buckets) + 1n;
    const inside = this.traces.flatMap((t) => t.spans).filter((s) => BigInt(s.start) >= from && BigInt(s.start) < to);
    const names = [...new Set(inside.map((s) => s.service))];
    const place = (s: WireSpan) => Number((BigInt(s.start) - from) / step);
    const services = names.map((service) => {
      const spans = inside.filter((s) => s.service === service);
      const requests = spans.filter((s) => s.kind === 2 || s.kind === 5 || s.parent_span_id === "");
      const sorted = requests.map((s) => Number(s.duration)).sort((a, b) => a - b);
      const quantile = (level: number) =>
        sorted.length ? String(sorted[Math.floor(level * (sorted.length - 1))]) : null;
      const series = (keep: (s: WireSpan) => boolean) => {
        const counts = new Array<number>(buckets).fill(0);
        for (const s of requests.filter(keep)) counts[place(s)] = (counts[place(s)] ?? 0) + 1;
        return counts;
      };
      return {
        service,
        requests: requests.length,
        errors: requests.filter((s) => s.status === 2).length,
        spans: spans.length,
        p50: quantile(0.5),
        p95: quantile(0.95),
        p99: quantile(0.99),
        last: edge(spans, (s) => BigInt(s.start), true).toString(),
        request_series: series(() => true),
        error_series: series((s) => s.status === 2),
      };
    });
    const all = new Array<number>(buckets).fill(0);
    for (const s of inside) all[place(s)] = (all[place(s)] ?? 0) + 1;
    const logs = this.traces.reduce((sum, t) => sum + t.logs.length, 0);
    const protocols = inside.length
      ? [{ protocol: "otlp", spans: inside.length, logs, last: this.now.toString(), series: all }]
      : [];
    return {
      status: 200,
      body: { from: from.toString(), to: to.toString(), step: step.toString(), services, protocols },
    };
  }

  private list(query: URLSearchParams): MockAnswer {
    const { from, to } = this.window(query);
    const min = BigInt(query.get("min_duration") ?? "0");
    const pairs = query
      .getAll("attribute")
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
    const matches = (s: WireSpan) =>
      (!query.get("service") || s.service === query.get("service")) &&
      (!query.get("name") || s.name === query.get("name")) &&
      (query.get("errors") !== "true" || s.status === 2) &&
      BigInt(s.duration) >= min &&
      pairs.every(([key, value]) => s.attributes.some((a) => a.key === key && a.text === value));
    const found = this.traces.filter((t) =>
      t.spans.some((s) => BigInt(s.start) >= from && BigInt(s.start) < to && matches(s)),
    );
    const begin = Number(query.get("cursor") ?? "0");
    const more = begin + kPage < found.length;
    return {
      status: 200,
      body: {
        from: from.toString(),
        to: to.toString(),
        traces: found.slice(begin, begin + kPage).map(summary),
        cursor: more ? String(begin + kPage) : null,
      },
    };
  }

  private page(logs: readonly WireLog[], query: URLSearchParams) {
    const begin = Number(query.get("cursor") ?? "0");
    return {
      from: "0",
      to: this.now.toString(),
      logs: logs.slice(begin, begin + kPage),
      cursor: begin + kPage < logs.length ? String(begin + kPage) : null,
    };
  }

  private foundLogs(query: URLSearchParams): readonly WireLog[] {
    const { from, to } = this.window(query);
    return this.traces
      .flatMap((t) => t.logs)
      .filter((log) => BigInt(log.time) >= from && BigInt(log.time) < to)
      .filter((log) => !query.get("service") || log.service === query.get("service"))
      .filter((log) => log.severity_number >= Number(query.get("min_severity") ?? "0"))
      .filter((log) => log.body.toLowerCase().includes((query.get("text") ?? "").toLowerCase()))
      .sort((a, b) => (BigInt(a.time) < BigInt(b.time) ? 1 : -1));
  }

  private logs(query: URLSearchParams): MockAnswer {
    return { status: 200, body: this.page(this.foundLogs(query), query) };
  }

  private histogram(query: URLSearchParams): MockAnswer {
    const { from, to } = this.window(query);
    const step = (to - from) / 60n + 1n;
    const levels = Array.from({ length: 7 }, () => new Array<number>(60).fill(0));
    const logs = this.foundLogs(query);
    const services = new Map<string, number>();
    for (const log of logs) {
      const series = levels[log.severity_number < 1 ? 0 : Math.floor((log.severity_number - 1) / 4) + 1];
      const place = Number((BigInt(log.time) - from) / step);
      if (series) series[place] = (series[place] ?? 0) + 1;
      services.set(log.service, (services.get(log.service) ?? 0) + 1);
    }
    const instants = { from: from.toString(), to: to.toString(), step: step.toString(), first: from.toString() };
    const sources = [...services].map(([service, count]) => ({ service, protocol: "otlp", logs: count }));
    return { status: 200, body: { ...instants, count: logs.length, levels, sources } };
  }

  private rejected(): MockAnswer {
    const rejected =
      this.traces.length === 0
        ? []
        : [
            {
              protocol: "otlp/http",
              client: "OTel-OTLP-Exporter-Python/1.45.1",
              reason: "malformed protobuf",
              detail: "resource_spans[0].scope_spans[0].spans[3]: bytes end inside a field of 812 bytes",
              requests: "214",
              records: "0",
              last: (this.now - 42_000_000_000n).toString(),
              example: "\\x0a\\x8f\\x02\\x0a\\x1c\\x0a\\x1a\\x0a\\x0cservice.name\\x12\\x0a\\x0a\\x08checkout",
              remedy: "A proxy or a body limit cuts the request short. Send smaller batches, or raise that limit.",
            },
            {
              protocol: "honeycomb",
              client: "curl/8.5.0",
              reason: "body is not JSON",
              detail: "Request body is malformed and cannot be read as JSON.",
              requests: "3",
              records: "0",
              last: (this.now - 3_600_000_000_000n).toString(),
              example: "<script>alert(1)</script>",
              remedy: "Send a JSON object to /1/events/{dataset}, or an array to /1/batch/{dataset}.",
            },
          ];
    return { status: 200, body: { since: (this.now - 7_200_000_000_000n).toString(), rejected } };
  }
}
