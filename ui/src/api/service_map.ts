// The service map is X-Ray's: its API counts requests of every origin by the rules that hold everywhere, so the page asks
// it instead of counting again.

import { kHour, kMilli, kSecond, type Nanos, nowNanos } from "../base/nanos";
import { lengthOf, type Range } from "../model/range";
import { readServiceMap, type ServiceMap, type WireGraphService } from "../model/service_map";
import { sendJson } from "./client";

/** X-Ray's graph covers no more. */
export const kLongestMap: Nanos = 6n * kHour;

export interface Span {
  readonly from: Nanos;
  readonly to: Nanos;
  /** The range was longer: its newest part is meant. */
  readonly cut: boolean;
}

/** `range` as two instants, no longer than the graph can be. */
export function mapSpan(range: Range, now: Nanos = nowNanos()): Span {
  const to = range.kind === "last" ? now : range.to;
  const from = range.kind === "last" ? now - (lengthOf(range.last) ?? kHour) : range.from;
  return to - from > kLongestMap ? { from: to - kLongestMap, to, cut: true } : { from, to, cut: false };
}

/** Seconds, with the fraction that a double has. */
const seconds = (at: Nanos) => Number(at / kMilli) / 1000;

export interface MapAnswer {
  readonly map: ServiceMap;
  readonly span: Span;
}

export async function fetchServiceMap(range: Range, signal: AbortSignal): Promise<MapAnswer> {
  const span = mapSpan(range);
  const times = { StartTime: seconds(span.from), EndTime: seconds(span.to) };
  const services: WireGraphService[] = [];
  let token: string | undefined;
  do {
    const page: { Services: readonly WireGraphService[]; NextToken?: string } = await sendJson(
      "POST",
      "/ServiceGraph",
      token === undefined ? times : { ...times, NextToken: token },
      signal,
    );
    services.push(...page.Services);
    token = page.NextToken;
  } while (token);
  return { map: readServiceMap(services), span };
}

export interface MapTrace {
  /** In X-Ray's form. */
  readonly id: string;
  readonly start: Nanos;
  readonly duration: Nanos;
  readonly outcome: "ok" | "error" | "throttle" | "fault";
}

interface WireSummary {
  readonly Id: string;
  readonly StartTime?: number;
  readonly Duration?: number;
  readonly HasFault?: boolean;
  readonly HasError?: boolean;
  readonly HasThrottle?: boolean;
}

/** Traces that meet X-Ray's filter expression, the newest first as far as X-Ray gives them at once. */
export async function fetchMapTraces(span: Span, filter: string, signal: AbortSignal): Promise<readonly MapTrace[]> {
  const page = await sendJson<{ TraceSummaries: readonly WireSummary[] }>(
    "POST",
    "/TraceSummaries",
    { StartTime: seconds(span.from), EndTime: seconds(span.to), FilterExpression: filter },
    signal,
  );
  return page.TraceSummaries.map((one): MapTrace => {
    const outcome = one.HasFault ? "fault" : one.HasThrottle ? "throttle" : one.HasError ? "error" : "ok";
    return {
      id: one.Id,
      start: BigInt(Math.round((one.StartTime ?? 0) * 1e6)) * 1000n,
      duration: BigInt(Math.round((one.Duration ?? 0) * 1e9)),
      outcome,
    };
  })
    .sort((a, b) => (a.start < b.start ? 1 : -1))
    .slice(0, 50);
}

export function toNanos(secondsOfCall: number): Nanos {
  return BigInt(Math.round(secondsOfCall * Number(kSecond)));
}
