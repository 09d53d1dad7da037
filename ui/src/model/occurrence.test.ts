import { expect, test } from "vitest";
import { pairsOf, readOccurrence } from "./occurrence";

test("a chain of exceptions, frames innermost first, with code and locals", () => {
  const frame = (lineno: number) => ({ filename: "app.py", lineno, method: `f${lineno}` });
  const facts = readOccurrence({
    level: "error",
    notifier: { name: "pyrollbar", version: "1.5.0" },
    person: { id: "u-1" },
    request: { url: "http://x/", headers: { Host: "x" } },
    body: {
      trace_chain: [
        {
          exception: { class: "KeyError", message: "'handle'" },
          extra: { table: "users" },
          frames: [
            frame(1),
            {
              ...frame(2),
              code: "d['handle']",
              context: { pre: ["d = {}"], post: [] },
              locals: { d: {} },
              args: [7],
            },
          ],
        },
        { exception: { class: "TimeoutError", description: "slow" }, frames: [] },
      ],
      telemetry: [
        { level: "info", type: "log", source: "client", timestamp_ms: 5, body: { message: "clicked" } },
        { level: "error", type: "network", body: { url: "/x", status_code: 500 } },
      ],
    },
  });
  const [first, second] = facts.exceptions;
  expect(first).toMatchObject({ name: "KeyError", message: "'handle'", raw: "" });
  expect(first?.frames.map((one) => one.line)).toEqual([2, 1]);
  expect(first?.frames[0]).toMatchObject({ code: "d['handle']", before: ["d = {}"] });
  expect(first?.frames[0]?.locals).toEqual([
    { key: "d", text: "{}" },
    { key: "argument 1", text: "7" },
  ]);
  expect(second).toMatchObject({ name: "TimeoutError", message: "slow" });
  expect(facts.telemetry.map((event) => event.text)).toEqual(["clicked", "url=/x  status_code=500"]);
  expect(facts.request).toContainEqual({ key: "headers.Host", text: "x" });
  expect(facts.custom).toEqual([{ key: "table", text: "users" }]);
  expect(facts.facts).toEqual([
    { key: "level", text: "error" },
    { key: "notifier", text: "pyrollbar 1.5.0" },
  ]);
});

test("a message, and a stack as text", () => {
  expect(readOccurrence({ body: { message: { body: "hello", route: "/" } } })).toMatchObject({
    message: "hello",
    custom: [{ key: "route", text: "/" }],
  });
  const raw = readOccurrence({ body: { trace: { exception: { class: "E", raw: "at x" } } } });
  expect(raw.exceptions[0]?.raw).toBe("at x");
});

test.each([null, 7, "text", [], { body: [] }, { body: { trace: 1, trace_chain: [null, 3], telemetry: {} } }])(
  "what makes no sense (%j) is no error",
  (sent) => expect(() => readOccurrence(sent)).not.toThrow(),
);

test("an object in an object is told by dotted names, as deep as people read", () => {
  expect(pairsOf({ a: { b: { c: { d: { e: { f: 1 } } } } }, l: [1], n: null })).toEqual([
    { key: "a.b.c.d.e", text: '{"f":1}' },
    { key: "l", text: "[1]" },
    { key: "n", text: "null" },
  ]);
});
