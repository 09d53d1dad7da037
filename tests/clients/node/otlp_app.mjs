// The same small service in Node. Only OTEL_* variables say where its telemetry goes.
//   node otlp_app.mjs json|proto     prints as JSON what it has sent
import { context, DiagConsoleLogger, DiagLogLevel, diag, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { detectResources, envDetector } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const kind = process.argv[2] === "json" ? "http" : "proto";
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${kind}`);
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${kind}`);
const { OTLPMetricExporter } = await import(`@opentelemetry/exporter-metrics-otlp-${kind}`);

const resource = detectResources({ detectors: [envDetector] });
const tracers = new BasicTracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
const loggers = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
const meters = new MeterProvider({
  resource,
  readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })],
});

const tracer = tracers.getTracer("shop", "1.2.3");
const logger = loggers.getLogger("shop");
const root = tracer.startSpan("GET /cart", { kind: SpanKind.SERVER });
const inside = trace.setSpan(context.active(), root);
root.setAttributes({
  "http.response.status_code": 500,
  "cart.total": 12.5,
  "user.vip": true,
  "cart.items": ["socks", "shoes"],
  note: "naïve — ünïcode ✓",
});
const logs = [];
const say = (severityNumber, body, where) => {
  logs.push(body);
  logger.emit({ severityNumber, body, context: where });
};
for (let number = 0; number < 3; number++) {
  const child = tracer.startSpan(
    "SELECT cart",
    { kind: SpanKind.CLIENT, links: [{ context: root.spanContext() }] },
    inside,
  );
  say(SeverityNumber.INFO, `line ${number} read`, trace.setSpan(inside, child));
  child.end();
}
root.addEvent("cart.read", { lines: 3 });
root.recordException(new RangeError("out of socks"));
root.setStatus({ code: SpanStatusCode.ERROR, message: "cart failed" });
say(SeverityNumber.ERROR, "cart failed for customer 77", inside);
root.end();

const meter = meters.getMeter("shop");
meter.createCounter("carts_read").add(5, { kind: "test" });
meter.createHistogram("cart_size").record(3);

await Promise.all([tracers.forceFlush(), loggers.forceFlush(), meters.forceFlush()]);
await Promise.all([tracers.shutdown(), loggers.shutdown(), meters.shutdown()]);
const { traceId, spanId } = root.spanContext();
console.log(JSON.stringify({ flushed: true, trace_id: traceId, root_id: spanId, spans: 4, events: 2, links: 3, logs }));
