// What a Rollbar occurrence says, whichever SDK wrote it. Everything is the client's: any member may be missing or of
// another type.

export interface Frame {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly method: string;
  /** The line itself, and those before and after it, where they were sent. */
  readonly code: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Arguments and locals: name and value as text. */
  readonly locals: readonly Pair[];
}

export interface Pair {
  readonly key: string;
  readonly text: string;
}

export interface Exception {
  readonly name: string;
  readonly message: string;
  /** Innermost first. */
  readonly frames: readonly Frame[];
  /** The stack as text, where there are no frames. */
  readonly raw: string;
}

/** What happened before: the client's log, network and page changes. */
export interface TelemetryEvent {
  readonly level: string;
  readonly type: string;
  readonly source: string;
  /** Milliseconds since 1970; undefined where it was not sent. */
  readonly at: number | undefined;
  readonly text: string;
}

export interface OccurrenceFacts {
  /** Of a chain, what was raised last comes first. */
  readonly exceptions: readonly Exception[];
  readonly message: string;
  readonly telemetry: readonly TelemetryEvent[];
  readonly request: readonly Pair[];
  readonly person: readonly Pair[];
  readonly custom: readonly Pair[];
  readonly server: readonly Pair[];
  readonly client: readonly Pair[];
  /** level, environment, code_version, framework, … */
  readonly facts: readonly Pair[];
}

type Json = Readonly<Record<string, unknown>>;

const kFacts = [
  "level",
  "environment",
  "code_version",
  "framework",
  "platform",
  "language",
  "context",
  "uuid",
  "fingerprint",
] as const;
const kMostPairs = 500;

export function readOccurrence(data: unknown): OccurrenceFacts {
  const root = objectOf(data);
  const body = objectOf(root["body"]);
  const message = objectOf(body["message"]);
  const notifier = objectOf(root["notifier"]);
  const facts: Pair[] = kFacts.flatMap((key) => (isScalar(root[key]) ? [{ key, text: String(root[key]) }] : []));
  if (notifier["name"] !== undefined) {
    facts.push({ key: "notifier", text: [notifier["name"], notifier["version"]].filter(isScalar).join(" ") });
  }
  const { extra: _, body: __, ...said } = message;
  return {
    exceptions: exceptionsOf(body),
    message: textOf(message["body"]) || textOf(objectOf(body["crash_report"])["raw"]),
    telemetry: listOf(body["telemetry"]).map(readTelemetry),
    request: pairsOf(root["request"]),
    person: pairsOf(root["person"]),
    custom: [...pairsOf(root["custom"]), ...extrasOf(body), ...pairsOf(said)],
    server: pairsOf(root["server"]),
    client: pairsOf(root["client"]),
    facts,
  };
}

function exceptionsOf(body: Json): readonly Exception[] {
  const chain = listOf(body["trace_chain"]);
  const traces = chain.length > 0 ? chain : body["trace"] === undefined ? [] : [body["trace"]];
  return traces.map((trace) => {
    const exception = objectOf(objectOf(trace)["exception"]);
    const frames = listOf(objectOf(trace)["frames"]).map(readFrame).reverse();
    return {
      name: textOf(exception["class"]),
      message: textOf(exception["message"]) || textOf(exception["description"]),
      frames,
      raw: frames.length > 0 ? "" : textOf(exception["raw"]) || textOf(exception["stack"]),
    };
  });
}

/** What `report_exc_info(extra_data=…)` and its like add. */
function extrasOf(body: Json): readonly Pair[] {
  const first = listOf(body["trace_chain"])[0];
  return [body["trace"], first, body["message"]].flatMap((part) => pairsOf(objectOf(part)["extra"]));
}

function readFrame(sent: unknown): Frame {
  const frame = objectOf(sent);
  const context = objectOf(frame["context"]);
  const named = [...pairsOf(frame["locals"]), ...pairsOf(frame["keywordspec"])];
  const args = listOf(frame["args"]).map((value, i) => ({ key: `argument ${i + 1}`, text: valueText(value) }));
  return {
    file: textOf(frame["filename"]) || "(unknown file)",
    line: numberOf(frame["lineno"]),
    column: numberOf(frame["colno"]),
    method: textOf(frame["method"]),
    code: textOf(frame["code"]),
    before: listOf(context["pre"]).map(textOf),
    after: listOf(context["post"]).map(textOf),
    locals: [...named, ...args],
  };
}

function readTelemetry(sent: unknown): TelemetryEvent {
  const event = objectOf(sent);
  const body = objectOf(event["body"]);
  return {
    level: textOf(event["level"]),
    type: textOf(event["type"]),
    source: textOf(event["source"]),
    at: numberOf(event["timestamp_ms"]),
    text:
      textOf(body["message"]) ||
      pairsOf(body)
        .map((pair) => `${pair.key}=${pair.text}`)
        .join("  "),
  };
}

/** Members of an object, those of objects inside it under dotted names. */
export function pairsOf(sent: unknown, prefix = "", depth = 0): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const [name, value] of Object.entries(objectOf(sent))) {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const inner = isObject(value) && Object.keys(value).length > 0 && depth < 4;
    pairs.push(...(inner ? pairsOf(value, key, depth + 1) : [{ key, text: valueText(value) }]));
    if (pairs.length >= kMostPairs) break;
  }
  return pairs.slice(0, kMostPairs);
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return isScalar(value) ? String(value) : "";
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
