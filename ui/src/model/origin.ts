// Which vendor's client told of something, for people.

export type OriginKey = "otel" | "honeycomb" | "xray" | "cloudwatch" | "rollbar" | "other";

export interface Origin {
  readonly key: OriginKey;
  /** For a badge. */
  readonly short: string;
  readonly name: string;
}

const kOrigins: Readonly<Record<string, Origin>> = {
  otlp: { key: "otel", short: "OTel", name: "OpenTelemetry" },
  honeycomb: { key: "honeycomb", short: "Honeycomb", name: "Honeycomb events" },
  xray: { key: "xray", short: "X-Ray", name: "AWS X-Ray" },
  cloudwatch: { key: "cloudwatch", short: "CloudWatch", name: "CloudWatch Logs" },
  rollbar: { key: "rollbar", short: "Rollbar", name: "Rollbar" },
};

/** Of a protocol as rows have it: `otlp/http` is OpenTelemetry's. */
export function originOf(protocol: string): Origin {
  const family = protocol.split("/")[0] ?? "";
  return kOrigins[family] ?? { key: "other", short: protocol || "?", name: protocol || "unknown" };
}
