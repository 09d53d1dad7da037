// The questions of the page against the mock of the server: what comes back has the types that views count on.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MockApi } from "../mock/api";
import { ApiError, apiUrl } from "../src/api/client";
import {
  fetchLogHistogram,
  fetchLogs,
  fetchRejected,
  fetchServices,
  fetchSpan,
  fetchTrace,
  fetchTraceErrors,
  fetchTraceLogs,
  fetchTraces,
} from "../src/api/queries";
import { fetchServiceMap, mapSpan } from "../src/api/service_map";
import { kDefaultRange } from "../src/model/range";
import { kNoLogFilters, kNoTraceFilters } from "../src/model/route";

const kNow = 1_795_356_350_834_567_891n;
const signal = new AbortController().signal;

beforeEach(() => {
  const api = new MockApi(kNow);
  vi.stubGlobal("fetch", async (address: string) => {
    const url = new URL(address, "http://mock");
    const { status, body } = api.answer(url.pathname.slice("/api/v1/".length), url.searchParams);
    return new Response(JSON.stringify(body), { status });
  });
});
afterEach(() => vi.unstubAllGlobals());

test("pages of traces follow one another without a gap or a repeat", async () => {
  const seen = new Set<string>();
  let cursor = "";
  let pages = 0;
  do {
    const page = await fetchTraces(kDefaultRange, kNoTraceFilters, cursor, signal);
    for (const trace of page.traces) {
      expect(seen.has(trace.traceId)).toBe(false);
      seen.add(trace.traceId);
    }
    cursor = page.cursor;
    pages++;
  } while (cursor !== "");
  expect(pages).toBe(3);
  expect(seen.size).toBe(140);
});

test("filters reach the server", async () => {
  const filters = { ...kNoTraceFilters, service: "payments", errors: true, min: "100ms" };
  const page = await fetchTraces(kDefaultRange, filters, "", signal);
  expect(page.traces.length).toBeGreaterThan(0);
  expect(page.traces.every((trace) => trace.errors > 0)).toBe(true);
});

test("a trace of 12,000 spans becomes a tree, a span of it has its typed attributes", async () => {
  const page = await fetchTraces(kDefaultRange, kNoTraceFilters, "", signal);
  const big = page.traces.find((trace) => trace.spans === 12_000);
  const trace = await fetchTrace(big?.traceId ?? "", signal);
  expect(trace.count).toBe(12_000);
  expect(trace.layout.missing).toEqual([]);
  const { span } = await fetchSpan(trace.traceId, trace.ids[7] ?? "", signal);
  expect(span.attributes.find((one) => one.key === "http.response.status_code")?.type).toBe("int");
});

test("the X-Ray form opens the same trace", async () => {
  const page = await fetchTraces(kDefaultRange, kNoTraceFilters, "", signal);
  const id = page.traces[0]?.traceId ?? "";
  const trace = await fetchTrace(`1-${id.slice(0, 8)}-${id.slice(8)}`, signal);
  expect(trace.traceId).toBe(id);
});

test("logs of a trace, all logs, what was rejected, and services have instants as bigint", async () => {
  const logs = await fetchLogs(kDefaultRange, { ...kNoLogFilters, severity: 17 }, "", signal);
  expect(logs.logs.length).toBeGreaterThan(0);
  expect(logs.logs.every((log) => log.severity_number >= 17 && typeof log.time === "bigint")).toBe(true);
  const ofTrace = await fetchTraceLogs(logs.logs[0]?.trace_id ?? "", "", signal);
  expect(ofTrace.logs.some((log) => log.body === logs.logs[0]?.body)).toBe(true);
  expect((await fetchRejected(signal)).rows[0]?.requests).toBe(214n);
  const services = await fetchServices(kDefaultRange, signal);
  expect(services.services.find((row) => row.service === "gateway")?.p99).toBeTypeOf("bigint");
});

test("a histogram counts what the list shows; errors of a trace have their time", async () => {
  const filters = { ...kNoLogFilters, severity: 17 };
  const histogram = await fetchLogHistogram(kDefaultRange, filters, signal);
  const sums = histogram.levels.map((counts) => counts.reduce((sum, one) => sum + one, 0));
  expect(sums.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  expect(sums.reduce((sum, one) => sum + one, 0)).toBe(histogram.count);
  const failed = await fetchTraces(kDefaultRange, { ...kNoTraceFilters, errors: true }, "", signal);
  const errors = await Promise.all(failed.traces.map((trace) => fetchTraceErrors(trace.traceId, signal)));
  const found = errors.flatMap((answer) => answer.errors);
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((one) => typeof one.time === "bigint" && one.exception_type !== "")).toBe(true);
});

test("an error of AWS's API is told in its words", async () => {
  vi.stubGlobal("fetch", async () => new Response('{"Message":"Time range cannot be longer"}', { status: 400 }));
  await expect(fetchServiceMap(kDefaultRange, signal)).rejects.toMatchObject({
    message: "Time range cannot be longer",
  });
});

test("a map covers the newest six hours of a longer range", () => {
  const hour = 3_600_000_000_000n;
  expect(mapSpan({ kind: "last", last: "1d" }, kNow)).toEqual({ from: kNow - 6n * hour, to: kNow, cut: true });
  expect(mapSpan({ kind: "last", last: "6h" }, kNow)).toMatchObject({ from: kNow - 6n * hour, cut: false });
  expect(mapSpan({ kind: "between", from: 1n, to: 2n }, kNow)).toEqual({ from: 1n, to: 2n, cut: false });
});

test("an error of the server keeps its code and words", async () => {
  const failure = await fetchTrace("no-such-trace", signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ code: "not_found", message: "nothing of this trace has arrived" });
});

test("no answer, and an answer that is not JSON, are told apart", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("refused")));
  await expect(fetchRejected(signal)).rejects.toMatchObject({ code: "offline" });
  vi.stubGlobal("fetch", async () => new Response("<html>", { status: 502 }));
  await expect(fetchRejected(signal)).rejects.toMatchObject({ code: "unreadable" });
});

test("parameters are escaped, empty ones left out", () => {
  expect(apiUrl("traces", { service: "", name: "a&b=c", attribute: ["k=é", ""] })).toBe(
    "/api/v1/traces?name=a%26b%3Dc&attribute=k%3D%C3%A9",
  );
});
