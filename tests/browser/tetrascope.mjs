// Starts build/tetrascope on free ports with a data directory of its own, and makes requests by a real exporter.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

export const kRoot = fileURLToPath(new URL("../../", import.meta.url));
const kStopMs = 8_000;
const kBinary = process.env.TETRASCOPE_BINARY ?? join(kRoot, "build/tetrascope");

/** {url, xray, stop}: a running server; `xray` is where datagrams go. */
export async function startServer() {
  const data = mkdtempSync(join(tmpdir(), "tetrascope-browser-"));
  const free = "127.0.0.1:0";
  const server = spawn(kBinary, ["serve", "--data-dir", data, "--http", free, "--grpc", free, "--xray", free], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TETRASCOPE_LOG_LEVEL: "warn" },
  });
  const ended = new Promise((resolve) => server.once("exit", (...how) => resolve(how)));
  for await (const line of createInterface(server.stdout)) {
    const ready = /^tetrascope ready http=(\S+) grpc=\S+ xray=(\S+)/.exec(line);
    if (!ready) break;
    const stop = async () => {
      server.kill("SIGTERM");
      const patience = setTimeout(() => server.kill("SIGKILL"), kStopMs);
      const [code, signal] = await ended;
      clearTimeout(patience);
      rmSync(data, { recursive: true, force: true });
      if (code !== 0) throw new Error(`told to stop, it ended with ${signal ?? code}`);
    };
    return { url: `http://${ready[1]}`, xray: ready[2], stop };
  }
  throw new Error(`no ready line; exit code ${await ended}`);
}

/** Sends one request of a shop: a server span with `children` queries below it, an error, and one log line in each. */
export async function makeRequest(url, service, children) {
  const resource = resourceFromAttributes({ "service.name": service });
  const tracers = new BasicTracerProvider({
    resource,
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))],
  });
  const loggers = new LoggerProvider({
    resource,
    processors: [new SimpleLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${url}/v1/logs` }) })],
  });
  const tracer = tracers.getTracer("shop");
  const logger = loggers.getLogger("shop");
  const root = tracer.startSpan("GET /checkout", { kind: SpanKind.SERVER, attributes: { "user.id": "u-77" } });
  const inside = trace.setSpan(context.active(), root);
  for (let n = 0; n < children; n++) {
    const child = tracer.startSpan(`SELECT line ${n}`, { kind: SpanKind.CLIENT }, inside);
    logger.emit({ severityNumber: SeverityNumber.INFO, body: `line ${n} read`, context: trace.setSpan(inside, child) });
    child.end();
  }
  const logLine = `checkout of ${service} failed`;
  logger.emit({ severityNumber: SeverityNumber.ERROR, body: logLine, context: inside });
  root.recordException(new RangeError("out of socks"));
  root.setStatus({ code: SpanStatusCode.ERROR, message: "checkout failed" });
  root.end();
  await tracers.forceFlush();
  await loggers.forceFlush();
  await Promise.all([tracers.shutdown(), loggers.shutdown()]);
  return { traceId: root.spanContext().traceId, spans: children + 1, logLine, service };
}
