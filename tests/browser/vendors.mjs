// One failed request of a service as four vendors' clients tell it: an OpenTelemetry exporter, X-Ray's datagrams,
// CloudWatch Logs' API, a Rollbar SDK. Each says the bytes that its client sends.
import { createSocket } from "node:dgram";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

const kItemToken = "aaaabbbbccccddddeeeeffff00001111";

export const xrayId = (traceId) => `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;

/** What the daemon takes: a head, a line end, the document. */
function sendSegment(address, document) {
  const [host, port] = [
    address.slice(0, address.lastIndexOf(":")),
    Number(address.slice(address.lastIndexOf(":") + 1)),
  ];
  const socket = createSocket("udp4");
  const datagram = `{"format":"json","version":1}\n${document}`;
  return new Promise((resolve, reject) =>
    socket.send(datagram, port, host, (error) => socket.close(() => (error ? reject(error) : resolve()))),
  );
}

async function call(url, headers, body) {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

const logsCall = (url, operation, body) =>
  call(`${url}/`, { "content-type": "application/x-amz-json-1.1", "x-amz-target": `Logs_20140328.${operation}` }, body);

async function sendEvent(url, logGroupName, message) {
  const stream = { logGroupName, logStreamName: "web" };
  await logsCall(url, "CreateLogGroup", { logGroupName });
  await logsCall(url, "CreateLogStream", stream);
  await logsCall(url, "PutLogEvents", { ...stream, logEvents: [{ timestamp: Date.now(), message }] });
}

async function sendItem(url, data) {
  await call(
    `${url}/api/1/item/`,
    { "content-type": "application/json", "x-rollbar-access-token": kItemToken },
    { access_token: kItemToken, data },
  );
}

/** The request: its ids, and the texts by which its parts are found on the page. */
export async function makeJoinedRequest(server, service) {
  const tracers = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${server.url}/v1/traces` }))],
  });
  const tracer = tracers.getTracer("joined");
  const began = Date.now() / 1000;
  const root = tracer.startSpan("GET /api/home", { kind: SpanKind.SERVER });
  const { traceId, spanId } = root.spanContext();
  const child = tracer.startSpan("render home", {}, trace.setSpan(context.active(), root));
  await new Promise((resolve) => setTimeout(resolve, 60));
  child.end();
  const message = `no answer for ${service}`;
  root.recordException(new RangeError(message));
  root.setStatus({ code: SpanStatusCode.ERROR, message });

  const logLine = `home of ${service} failed, trace ${xrayId(traceId)}`;
  await sendEvent(server.url, `/${service}/log`, logLine);
  await sendItem(server.url, {
    environment: "production",
    level: "error",
    code_version: "1.4.2",
    person: { id: "u-77", username: "andrew" },
    request: { url: "http://api.example/api/home", method: "GET", headers: { Accept: "*/*" } },
    custom: { trace_id: traceId, span_id: spanId },
    body: {
      telemetry: [
        {
          level: "info",
          type: "log",
          source: "server",
          timestamp_ms: Date.now(),
          body: { message: "asked the table" },
        },
      ],
      trace: {
        frames: [
          { filename: `${service}/app.py`, lineno: 12, method: "home" },
          {
            filename: `${service}/table.py`,
            lineno: 7,
            method: "query",
            code: "raise Timeout(group)",
            context: { pre: ["def query(group):"] },
          },
        ],
        exception: { class: "Timeout", message },
      },
    },
  });
  root.end();
  await tracers.forceFlush();
  await tracers.shutdown();

  const now = Date.now() / 1000;
  const segment = JSON.stringify({
    trace_id: xrayId(traceId),
    id: "70de5b6f19ff9a0a",
    name: service,
    start_time: began,
    end_time: now,
    fault: true,
    http: { request: { method: "GET", url: "http://api.example/api/home" }, response: { status: 500 } },
    subsegments: [
      {
        id: "53995c3f42cd8ad8",
        name: "dynamodb",
        namespace: "aws",
        aws: { operation: "Query", table_name: `table-of-${service}` },
        start_time: began + 0.01,
        end_time: now,
        fault: true,
        cause: { exceptions: [{ id: "8645282e6c9f13af", type: "ConnectTimeout", message }] },
      },
    ],
  });
  await sendSegment(server.xray, segment);
  await arrived(server.url, traceId, 4);
  return { traceId, xray: xrayId(traceId), service, message, logLine, segment };
}

/** A datagram is answered by nobody: waits until so many spans of the trace can be asked for. */
async function arrived(url, traceId, spans) {
  const end = Date.now() + 10_000;
  for (;;) {
    const response = await fetch(`${url}/api/v1/traces/${traceId}`);
    const answer = await response.json();
    if (response.ok && answer.spans.id.length >= spans) return;
    if (Date.now() > end) throw new Error(`trace ${traceId}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
