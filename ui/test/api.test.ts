// The questions of the page against the mock of the server: what comes back has the types that views count on.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MockApi } from "../mock/api";
import { ApiError, apiUrl } from "../src/api/client";
import {
  fetchLogs,
  fetchRejected,
  fetchServices,
  fetchSpan,
  fetchTrace,
  fetchTraceLogs,
  fetchTraces,
} from "../src/api/queries";
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

test("an error of the server keeps its code and words", async () => {
  const failure = await fetchTrace("no-such-trace", signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ code: "not_found", message: "no span of this trace has arrived" });
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
