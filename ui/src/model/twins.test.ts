import { expect, test } from "vitest";
import { type Drawn, traceOf } from "../../test/trees";
import { placeAt, spanIndex, twinAt } from "./trace";

const kServer = 2;
const kSpan: Drawn = { id: "a1", at: 1, lasts: 98, service: "web", kind: kServer };
const kSegment: Drawn = { id: "b1", at: 0, lasts: 100, service: "web", kind: kServer, protocol: "xray" };

function drawn(spans: readonly Drawn[]): string[] {
  const trace = traceOf(spans);
  return [...trace.layout.order].map((node, row) => `${trace.ids[node]}@${trace.layout.depth[row]}`);
}

test("a request of two SDKs is one row, and what both saw of it hangs below", () => {
  const spans: readonly Drawn[] = [
    kSegment,
    kSpan,
    { id: "a2", parent: "a1", at: 10, lasts: 5, service: "web" },
    { id: "b2", parent: "b1", at: 20, lasts: 5, service: "web", protocol: "xray" },
  ];
  expect(drawn(spans)).toEqual(["a1@0", "a2@1", "b2@1"]);
  const trace = traceOf(spans);
  expect(twinAt(trace, spanIndex(trace, "a1"))).toEqual({ id: "b1", protocol: "xray", name: "b1" });
  // The segment's id, in a log record or an address, leads to the same row.
  expect(spanIndex(trace, "b1")).toBe(spanIndex(trace, "a1"));
});

test("what one library sends to both is one row, of whatever kind", () => {
  const trace = traceOf([
    kSpan,
    { id: "d1", parent: "a1", at: 10, lasts: 5, service: "web", kind: 3 },
    { ...kSegment, id: "a1" },
    { id: "d1", parent: "a1", at: 10, lasts: 5, service: "database", kind: 3, protocol: "xray" },
    { id: "b1", at: 0, lasts: 100, service: "web", kind: kServer, protocol: "xray" },
  ]);
  expect([...trace.ids]).toEqual(["a1", "d1", "b1"]);
  expect(twinAt(trace, spanIndex(trace, "d1"))?.protocol).toBe("xray");
});

test("a span without a parent takes that of its segment", () => {
  const caller: Drawn = { id: "c", at: 0, lasts: 120, service: "edge", kind: 3 };
  expect(drawn([caller, { ...kSegment, parent: "c" }, kSpan])).toEqual(["c@0", "a1@1"]);
});

test("a failure that only X-Ray saw is a failure", () => {
  expect(traceOf([{ ...kSegment, status: 2 }, kSpan]).errors).toBe(1);
});

test.each([
  ["another service", { ...kSegment, service: "worker" }],
  ["another time", { ...kSegment, at: 200, lasts: 5 }],
  ["no server span", { ...kSegment, kind: 1 }],
  ["the same SDK", { ...kSegment, protocol: "otlp" }],
] as const)("%s is another request", (_, other) => {
  expect(drawn([kSpan, other])).toHaveLength(2);
});

test("of two requests of one trace each meets its own segment", () => {
  const trace = traceOf([
    { id: "a1", at: 0, lasts: 10, service: "web", kind: kServer },
    { id: "a2", at: 50, lasts: 10, service: "web", kind: kServer },
    { id: "b1", at: 1, lasts: 10, service: "web", kind: kServer, protocol: "xray" },
    { id: "b2", at: 51, lasts: 10, service: "web", kind: kServer, protocol: "xray" },
  ]);
  expect([0, 1].map((i) => twinAt(trace, i)?.id)).toEqual(["b1", "b2"]);
});

test("a mark stands where its span is drawn, also when that was moved", () => {
  const trace = traceOf([
    { id: "r", at: 100, lasts: 50, service: "web", kind: 3 },
    { id: "s", parent: "r", at: 0, lasts: 10, service: "far", kind: kServer },
  ]);
  const s = spanIndex(trace, "s");
  expect(trace.layout.shift[s]).toBeGreaterThan(0);
  const began = trace.starts[s] ?? 0n;
  expect(placeAt(trace, began, s)).toBeCloseTo(trace.layout.left[s] ?? 0, 0);
  expect(placeAt(trace, trace.starts[0] ?? 0n, -1)).toBeCloseTo(trace.layout.left[0] ?? 0, 0);
});
