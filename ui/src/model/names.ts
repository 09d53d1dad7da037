// Numbers of the wire as words.

const kKinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;

/** OTLP's SpanKind. */
export function kindName(kind: number): string {
  return kKinds[kind] ?? `kind ${kind}`;
}

export const kStatusError = 2;

/** OTLP's Status.code. */
export function statusName(status: number): string {
  return ["unset", "ok", "error"][status] ?? `status ${status}`;
}

export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "none";

/** OTLP's severity number: four steps a level. */
export function levelOf(severity: number): Level {
  const levels: readonly Level[] = ["trace", "debug", "info", "warn", "error", "fatal"];
  return severity < 1 ? "none" : (levels[Math.floor((severity - 1) / 4)] ?? "fatal");
}

/** The protocol that something came by, for people. */
export function protocolName(protocol: string): string {
  const names: Readonly<Record<string, string>> = {
    otlp: "OpenTelemetry (OTLP)",
    "otlp/http": "OTLP over HTTP",
    "otlp/grpc": "OTLP over gRPC",
    honeycomb: "Honeycomb events",
    xray: "AWS X-Ray",
    "xray/udp": "AWS X-Ray (daemon's place)",
    cloudwatch: "CloudWatch Logs",
    rollbar: "Rollbar",
  };
  return names[protocol] ?? protocol;
}
