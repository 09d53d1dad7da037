// A small shop's telemetry, the same at every start: what the page is built and tested against without a server.

import type { WireAttribute, WireLog, WireProducer, WireSpan } from "../src/api/wire";
import { kMilli, kSecond, type Nanos } from "../src/base/nanos";

export interface MockTrace {
  readonly traceId: string;
  readonly spans: readonly WireSpan[];
  readonly logs: readonly WireLog[];
}

/** A small generator of numbers that look random and are the same every time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const text = (key: string, value: string): WireAttribute => ({ key, type: "string", text: value });
const whole = (key: string, value: number): WireAttribute => ({ key, type: "int", text: String(value) });

interface Made {
  readonly spans: WireSpan[];
  readonly logs: WireLog[];
}

class Maker {
  readonly made: Made = { spans: [], logs: [] };
  private readonly random: () => number;
  private readonly traceId: string;
  private next = 1;

  constructor(traceId: string, random: () => number) {
    this.traceId = traceId;
    this.random = random;
  }

  span(
    parent: string,
    service: string,
    name: string,
    kind: number,
    start: Nanos,
    duration: Nanos,
    more: Partial<WireSpan> = {},
  ): WireSpan {
    const id = (this.next++ * 0x10001 + 0xa0000000).toString(16).padStart(16, "0");
    const span: WireSpan = {
      span_id: id,
      parent_span_id: parent,
      trace_state: "",
      start: start.toString(),
      duration: duration.toString(),
      received: (start + duration + 40n * kMilli).toString(),
      service,
      name,
      kind,
      status: 0,
      status_message: "",
      protocol: "otlp",
      dataset: service,
      environment: "default",
      sample_rate: 1,
      span_id_text: "",
      parent_span_id_text: "",
      flags: 1,
      dropped_attributes_count: 0,
      dropped_events_count: 0,
      dropped_links_count: 0,
      attributes: [
        text("http.request.method", "POST"),
        text("url.path", `/${service}/v2/${name.toLowerCase().replaceAll(" ", "-")}`),
        whole("http.response.status_code", 200),
        { key: "app.cache.hit", type: "bool", text: "false" },
        { key: "app.cart.value", type: "double", text: (this.random() * 300).toFixed(2) },
        { key: "app.cart.items", type: "array", text: '["sku-118","sku-7","sku-4402"]' },
      ],
      resource: producer("", "", [
        text("service.name", service),
        text("service.version", "2026.11.3"),
        text("host.name", `${service}-6c9f7d-x2lqv`),
        text("telemetry.sdk.language", "python"),
        text("telemetry.sdk.version", "1.45.1"),
      ]),
      scope: producer("opentelemetry.instrumentation.flask", "0.66b1", []),
      events: [],
      links: [],
      ...more,
    };
    this.made.spans.push(span);
    return span;
  }

  log(span: WireSpan, after: Nanos, severity: number, body: string): void {
    const names = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    this.made.logs.push({
      time: (BigInt(span.start) + after).toString(),
      service: span.service,
      severity_number: severity,
      severity_text: names[Math.floor((severity - 1) / 4)] ?? "",
      body,
      body_type: "string",
      event_name: "",
      sent_time: (BigInt(span.start) + after).toString(),
      observed_time: (BigInt(span.start) + after + kMilli).toString(),
      received: (BigInt(span.start) + after + 2n * kMilli).toString(),
      protocol: "otlp",
      dataset: span.dataset,
      environment: span.environment,
      sample_rate: 1,
      flags: 1,
      dropped_attributes_count: 0,
      resource: span.resource,
      scope: span.scope,
      trace_id: this.traceId,
      trace_id_text: "",
      span_id: span.span_id,
      span_id_text: "",
      attributes: [text("logger.name", `${span.service}.handlers`), whole("code.lineno", 118)],
    });
  }
}

function producer(name: string, version: string, attributes: WireAttribute[]): WireProducer {
  return { name, version, attributes, schema_url: "", dropped_attributes_count: 0, entity_refs: [] };
}

function checkout(maker: Maker, random: () => number, start: Nanos, fails: boolean): void {
  const ms = (low: number, high: number) => BigInt(Math.round((low + random() * (high - low)) * 1e6));
  const total = ms(180, 900);
  const root = maker.span("", "gateway", "POST /api/checkout", 2, start, total, {
    status: fails ? 2 : 0,
    status_message: fails ? "payment declined" : "",
  });
  maker.log(root, ms(0.1, 0.4), 9, "POST /api/checkout from 203.0.113.24");
  const cart = maker.span(root.span_id, "cart", "GET cart", 2, start + ms(3, 8), ms(12, 30));
  maker.span(cart.span_id, "cart", "redis GET cart:8841", 3, BigInt(cart.start) + ms(1, 2), ms(1, 4));
  const stock = maker.span(root.span_id, "inventory", "reserve items", 2, start + ms(40, 50), ms(30, 80));
  for (let i = 0; i < 4; i++)
    maker.span(stock.span_id, "inventory", "SELECT stock", 3, BigInt(stock.start) + ms(2, 20), ms(2, 9));
  const pay = maker.span(root.span_id, "payments", "charge card", 3, start + ms(120, 130), total - 140n * kMilli, {
    status: fails ? 2 : 0,
    status_message: fails ? "card_declined" : "",
    events: fails
      ? [
          {
            time: (start + total - 20n * kMilli).toString(),
            name: "exception",
            dropped_attributes_count: 0,
            attributes: [
              text("exception.type", "payments.errors.CardDeclined"),
              text("exception.message", "issuer declined: insufficient funds"),
              text(
                "exception.stacktrace",
                'Traceback (most recent call last):\n  File "charge.py", line 118, in charge\n    raise CardDeclined(reply.reason)\npayments.errors.CardDeclined: issuer declined: insufficient funds',
              ),
            ],
          },
        ]
      : [],
  });
  maker.span(
    pay.span_id,
    "bank-proxy",
    "POST /charges",
    2,
    BigInt(pay.start) + ms(5, 9),
    BigInt(pay.duration) - 20n * kMilli,
    { status: fails ? 2 : 0 },
  );
  maker.log(
    pay,
    ms(8, 20),
    fails ? 17 : 9,
    fails ? "charge refused: issuer declined: insufficient funds" : "charge accepted, auth code 88213",
  );
  if (!fails)
    maker.span(root.span_id, "mailer", "enqueue receipt", 4, start + total - 8n * kMilli, ms(2, 5), {
      links: [
        {
          trace_id: "5759e988bd862e3fe1be46a994272793",
          span_id: "00f067aa0ba902b7",
          trace_state: "",
          flags: 1,
          dropped_attributes_count: 0,
          attributes: [text("messaging.system", "sqs")],
        },
      ],
    });
}

function browse(maker: Maker, random: () => number, start: Nanos): void {
  const ms = (low: number, high: number) => BigInt(Math.round((low + random() * (high - low)) * 1e6));
  const root = maker.span("", "gateway", "GET /products/{id}", 2, start, ms(8, 60));
  maker.span(root.span_id, "catalogue", "find product", 2, start + ms(1, 2), ms(4, 12));
}

/** Deep and wide, for scrolling: `count` spans of a batch import. */
function batch(maker: Maker, start: Nanos, count: number): void {
  const step = 220_000n;
  const root = maker.span("", "importer", "import catalogue", 1, start, step * BigInt(count) + 2n * kMilli);
  let chunk = root;
  for (let i = 1; i < count; i++) {
    const at = start + step * BigInt(i);
    if (i % 40 === 1) chunk = maker.span(root.span_id, "importer", `chunk ${Math.floor(i / 40)}`, 1, at, step * 40n);
    else
      maker.span(
        chunk.span_id,
        i % 3 === 0 ? "catalogue" : "importer",
        i % 3 === 0 ? "UPSERT product" : "parse row",
        i % 3 === 0 ? 3 : 1,
        at,
        step - 20_000n,
        i % 997 === 0 ? { status: 2, status_message: "duplicate key" } : {},
      );
  }
}

function broken(maker: Maker, start: Nanos): void {
  const root = maker.span("", "gateway", "GET /orders/{id}", 2, start, 340n * kMilli);
  const call = maker.span(root.span_id, "gateway", "GET orders", 3, start + 10n * kMilli, 300n * kMilli);
  // This host's clock is 3.2 s behind.
  const skewed = maker.span(call.span_id, "orders", "GET /orders/{id}", 2, start - 3200n * kMilli, 260n * kMilli);
  maker.span(skewed.span_id, "orders", "SELECT orders", 3, start - 3150n * kMilli, 40n * kMilli);
  // Its parent never arrived.
  maker.span("00000000deadbeef", "shipping", "quote", 2, start + 120n * kMilli, 80n * kMilli);
  maker.span("00000000deadbeef", "shipping", "track", 2, start + 210n * kMilli, 30n * kMilli);
}

/** Newest first; `now` is when the newest began. */
export function makeTraces(now: Nanos, bigCount = 12_000): readonly MockTrace[] {
  const random = randomNumbers(7);
  const traces: MockTrace[] = [];
  for (let i = 0; i < 140; i++) {
    const start = now - BigInt(i) * 21n * kSecond - BigInt(Math.floor(random() * 9e9));
    const traceId = Array.from({ length: 4 }, () =>
      Math.floor(random() * 0xffffffff)
        .toString(16)
        .padStart(8, "0"),
    ).join("");
    const maker = new Maker(traceId, random);
    if (i === 2) broken(maker, start);
    else if (i === 4) batch(maker, start, bigCount);
    else if (i % 3 === 0) checkout(maker, random, start, i % 9 === 0);
    else browse(maker, random, start);
    traces.push({ traceId, spans: maker.made.spans, logs: maker.made.logs });
  }
  return traces;
}
