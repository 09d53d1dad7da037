import { expect, test } from "vitest";
import { traceOf } from "../../test/trees";
import { marksBySpan, placeMarks, thinned } from "./marks";
import type { Trace } from "./trace";

const kMilli = 1_000_000;
const trace = traceOf([
  { id: "a1", at: 0, lasts: 100, service: "web", kind: 2 },
  { id: "a2", parent: "a1", at: 10, lasts: 5, service: "web" },
]);

function log(at: number, span = "", severity = 9) {
  return {
    time: start(trace) + BigInt(at * kMilli),
    span_id: span,
    severity_number: severity,
    protocol: "otlp",
    body: "b",
  };
}
function start(of: Trace): bigint {
  return of.starts[0] ?? 0n;
}

test("marks stand at their time, on their span where it is there", () => {
  const error = { ...log(60, "gone"), exception_type: "E", exception_message: "m" };
  const marks = placeMarks(trace, [log(12, "a2", 17), log(50)], [error]);
  expect(marks).toMatchObject([
    { kind: "log", at: 12 * kMilli, span: 1, level: "error", outside: false },
    { kind: "log", at: 50 * kMilli, span: -1, level: "info" },
    { kind: "error", at: 60 * kMilli, span: -1, text: "E: m" },
  ]);
  expect([...marksBySpan(marks)].map(([span, all]) => [span, all.length])).toEqual([[1, 1]]);
});

test("what came later than the last span stands at the end and says so", () => {
  expect(placeMarks(trace, [log(250), log(-3)], [])).toMatchObject([
    { at: 100 * kMilli, outside: true },
    { at: 0, outside: true },
  ]);
});

test("a thousand marks on one pixel are one, an error among them stays", () => {
  const many = Array.from({ length: 1000 }, () => log(50));
  const error = { ...log(50), exception_type: "E", exception_message: "" };
  const shown = thinned(placeMarks(trace, many, [error]), 0, 100 * kMilli, 500);
  expect(shown.map((mark) => mark.kind)).toEqual(["log", "error"]);
  expect(thinned(placeMarks(trace, [log(50)], []), 0, 10 * kMilli, 500)).toEqual([]);
});
