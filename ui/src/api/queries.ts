// Every question that the page asks, by name. What comes back has its instants as bigint.

import type { Nanos } from "../base/nanos";
import { parseDuration } from "../base/nanos";
import type { Range } from "../model/range";
import type { LogFilters, TraceFilters } from "../model/route";
import { buildTrace, type Trace } from "../model/trace";
import { getJson, type Params } from "./client";
import type {
  WireDocuments,
  WireFields,
  WireLog,
  WireLogHistogram,
  WireLogs,
  WireRejected,
  WireServices,
  WireSpanAnswer,
  WireStatus,
  WireTrace,
  WireTraceError,
  WireTraceErrors,
  WireTraces,
  WireValues,
} from "./wire";

export function rangeParams(range: Range): Params {
  return range.kind === "last" ? { last: range.last } : { from: range.from.toString(), to: range.to.toString() };
}

export interface ClientStatus {
  readonly client: string;
  readonly accepted: bigint;
  readonly rejected: bigint;
  readonly last: Nanos | undefined;
}

export interface Status {
  readonly version: string;
  readonly now: Nanos;
  readonly diskBytes: number;
  readonly rows: number;
  readonly clients: readonly ClientStatus[];
}

export async function fetchStatus(signal: AbortSignal): Promise<Status> {
  const wire = await getJson<WireStatus>("status", {}, signal);
  return {
    version: wire.version,
    now: BigInt(wire.now),
    diskBytes: Number(wire.storage.disk_bytes),
    rows: Number(wire.storage.rows),
    clients: wire.clients.map((one) => ({
      client: one.client,
      accepted: BigInt(one.accepted),
      rejected: BigInt(one.rejected),
      last: one.last === null ? undefined : BigInt(one.last),
    })),
  };
}

export interface ServiceRow {
  readonly service: string;
  readonly requests: number;
  readonly errors: number;
  readonly spans: number;
  readonly p50: Nanos | undefined;
  readonly p95: Nanos | undefined;
  readonly p99: Nanos | undefined;
  readonly last: Nanos;
  readonly requestSeries: readonly number[];
  readonly errorSeries: readonly number[];
}

export interface ProtocolRow {
  readonly protocol: string;
  readonly spans: number;
  readonly logs: number;
  readonly last: Nanos;
  readonly series: readonly number[];
}

export interface Services {
  readonly from: Nanos;
  readonly to: Nanos;
  readonly step: Nanos;
  readonly services: readonly ServiceRow[];
  readonly protocols: readonly ProtocolRow[];
}

const optional = (nanos: string | null) => (nanos === null ? undefined : BigInt(nanos));

export async function fetchServices(range: Range, signal: AbortSignal): Promise<Services> {
  const wire = await getJson<WireServices>("services", rangeParams(range), signal);
  return {
    from: BigInt(wire.from),
    to: BigInt(wire.to),
    step: BigInt(wire.step),
    services: wire.services.map((row) => ({
      service: row.service,
      requests: row.requests,
      errors: row.errors,
      spans: row.spans,
      p50: optional(row.p50),
      p95: optional(row.p95),
      p99: optional(row.p99),
      last: BigInt(row.last),
      requestSeries: row.request_series,
      errorSeries: row.error_series,
    })),
    protocols: wire.protocols.map((row) => ({ ...row, last: BigInt(row.last) })),
  };
}

/** Keys of spans' and resources' attributes that contain the text, at most 30. */
export async function fetchAttributeKeys(text: string, signal: AbortSignal): Promise<readonly string[]> {
  const wire = await getJson<WireFields>("fields", { text, limit: "30" }, signal);
  return [...new Set(wire.fields.map((one) => one.key))];
}

/** The most frequent values of one attribute that contain the text, at most 30. */
export async function fetchAttributeValues(
  key: string,
  text: string,
  range: Range,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const wire = await getJson<WireValues>("fields/values", { key, text, limit: "30", ...rangeParams(range) }, signal);
  return wire.values.map((one) => one.value);
}

export interface TraceRow {
  readonly traceId: string;
  readonly start: Nanos;
  readonly duration: Nanos;
  readonly rootService: string;
  readonly rootName: string;
  readonly rootMissing: boolean;
  readonly spans: number;
  readonly errors: number;
  readonly services: readonly { readonly service: string; readonly spans: number }[];
  readonly protocols: readonly string[];
}

export interface TracePage {
  readonly from: Nanos;
  readonly to: Nanos;
  readonly traces: readonly TraceRow[];
  readonly cursor: string;
}

/** `prefix`: of the parameters' names. */
export function filterParams(filters: TraceFilters, prefix = ""): Params {
  return {
    [`${prefix}service`]: filters.service,
    [`${prefix}name`]: filters.name,
    [`${prefix}min_duration`]: parseDuration(filters.min)?.toString(),
    [`${prefix}errors`]: filters.errors ? "true" : "",
    [`${prefix}attribute`]: filters.attributes,
  };
}

export async function fetchTraces(
  range: Range,
  filters: TraceFilters,
  cursor: string,
  signal: AbortSignal,
): Promise<TracePage> {
  const params: Params = { ...rangeParams(range), ...filterParams(filters), cursor };
  const wire = await getJson<WireTraces>("traces", params, signal);
  return {
    from: BigInt(wire.from),
    to: BigInt(wire.to),
    cursor: wire.cursor ?? "",
    traces: wire.traces.map((row) => ({
      traceId: row.trace_id,
      start: BigInt(row.start),
      duration: BigInt(row.duration),
      rootService: row.root.service,
      rootName: row.root.name,
      rootMissing: row.root.missing,
      spans: row.spans,
      errors: row.errors,
      services: row.services,
      protocols: row.protocols,
    })),
  };
}

export async function fetchTrace(traceId: string, signal: AbortSignal): Promise<Trace> {
  const wire = await getJson<WireTrace>(`traces/${encodeURIComponent(traceId)}`, {}, signal);
  return buildTrace({
    traceId: wire.trace_id,
    text: wire.text,
    truncated: wire.truncated,
    logs: wire.logs,
    reported: wire.errors,
    services: wire.services,
    names: wire.names,
    protocols: wire.protocols,
    ids: wire.spans.id,
    parents: wire.spans.parent,
    starts: BigInt64Array.from(wire.spans.start, BigInt),
    durations: BigInt64Array.from(wire.spans.duration, BigInt),
    service: wire.spans.service,
    name: wire.spans.name,
    protocol: wire.spans.protocol,
    kind: wire.spans.kind,
    status: wire.spans.status,
  });
}

export function fetchSpan(traceId: string, spanId: string, signal: AbortSignal): Promise<WireSpanAnswer> {
  return getJson<WireSpanAnswer>(
    `traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`,
    {},
    signal,
  );
}

export type LogRow = Omit<WireLog, "time"> & { readonly time: Nanos };

export interface LogPage {
  readonly from: Nanos;
  readonly to: Nanos;
  readonly logs: readonly LogRow[];
  readonly cursor: string;
}

function readLogs(wire: WireLogs): LogPage {
  return {
    from: BigInt(wire.from),
    to: BigInt(wire.to),
    cursor: wire.cursor ?? "",
    logs: wire.logs.map((row) => ({ ...row, time: BigInt(row.time) })),
  };
}

function logParams(range: Range, filters: LogFilters): Params {
  return {
    ...rangeParams(range),
    service: filters.service,
    client: filters.client,
    min_severity: filters.severity === 0 ? "" : String(filters.severity),
    text: filters.text,
  };
}

export async function fetchLogs(
  range: Range,
  filters: LogFilters,
  cursor: string,
  signal: AbortSignal,
): Promise<LogPage> {
  return readLogs(await getJson<WireLogs>("logs", { ...logParams(range, filters), cursor }, signal));
}

export interface LogHistogram {
  /** Start of the first step. */
  readonly first: Nanos;
  readonly step: Nanos;
  readonly count: number;
  /** One series a level: no severity, trace, debug, info, warn, error, fatal. */
  readonly levels: readonly (readonly number[])[];
  readonly sources: WireLogHistogram["sources"];
}

export async function fetchLogHistogram(range: Range, filters: LogFilters, signal: AbortSignal): Promise<LogHistogram> {
  const wire = await getJson<WireLogHistogram>("logs/histogram", logParams(range, filters), signal);
  return { ...wire, first: BigInt(wire.first), step: BigInt(wire.step) };
}

export async function fetchTraceLogs(traceId: string, cursor: string, signal: AbortSignal): Promise<LogPage> {
  return readLogs(await getJson<WireLogs>(`traces/${encodeURIComponent(traceId)}/logs`, { cursor }, signal));
}

export type TraceError = Omit<WireTraceError, "time"> & { readonly time: Nanos };

export interface TraceErrors {
  readonly truncated: boolean;
  readonly errors: readonly TraceError[];
}

export async function fetchTraceErrors(traceId: string, signal: AbortSignal): Promise<TraceErrors> {
  const wire = await getJson<WireTraceErrors>(`traces/${encodeURIComponent(traceId)}/errors`, {}, signal);
  return { truncated: wire.truncated, errors: wire.errors.map((one) => ({ ...one, time: BigInt(one.time) })) };
}

export type SentDocument = WireDocuments["documents"][number];

/** What vendors' clients sent, as they sent it: of a span, or the one with that key. */
export async function fetchDocuments(
  traceId: string,
  which: { readonly span: string } | { readonly key: string },
  signal: AbortSignal,
): Promise<readonly SentDocument[]> {
  const wire = await getJson<WireDocuments>(`traces/${encodeURIComponent(traceId)}/documents`, { ...which }, signal);
  return wire.documents;
}

export interface RejectedRow {
  readonly protocol: string;
  readonly client: string;
  readonly reason: string;
  readonly detail: string;
  readonly requests: bigint;
  readonly records: bigint;
  readonly last: Nanos;
  readonly example: string;
  readonly remedy: string;
}

export interface Rejected {
  readonly since: Nanos;
  readonly rows: readonly RejectedRow[];
}

export async function fetchRejected(signal: AbortSignal): Promise<Rejected> {
  const wire = await getJson<WireRejected>("rejected", {}, signal);
  return {
    since: BigInt(wire.since),
    rows: wire.rejected.map((row) => ({
      ...row,
      requests: BigInt(row.requests),
      records: BigInt(row.records),
      last: BigInt(row.last),
    })),
  };
}

/** Where the whole trace can be had as a JSON file. */
export function traceDownloadUrl(traceId: string): string {
  return `/api/v1/traces/${encodeURIComponent(traceId)}/document`;
}
