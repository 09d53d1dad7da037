import { expect, test } from "vitest";
import { type Drawn, traceOf } from "../../test/trees";
import { visibleRows } from "./layout";
import type { Trace } from "./trace";

/** `id@depth` by row. */
function rows(trace: Trace): string[] {
  const { order, depth, missing } = trace.layout;
  return [...order].map((node, row) => `${trace.ids[node] ?? `?${missing[node - trace.count]}`}@${depth[row]}`);
}

const kCases: readonly { readonly name: string; readonly spans: readonly Drawn[]; readonly rows: readonly string[] }[] =
  [
    {
      name: "children below their parent, earliest first, whatever the order of arrival",
      spans: [
        { id: "c", parent: "r", at: 50, lasts: 10 },
        { id: "b", parent: "r", at: 10, lasts: 10 },
        { id: "b1", parent: "b", at: 12, lasts: 1 },
        { id: "r", at: 0, lasts: 100 },
      ],
      rows: ["r@0", "b@1", "b1@2", "c@1"],
    },
    {
      name: "a missing parent keeps its children together",
      spans: [
        { id: "r", at: 0, lasts: 100 },
        { id: "x", parent: "gone", at: 20, lasts: 10 },
        { id: "y", parent: "gone", at: 40, lasts: 10 },
      ],
      rows: ["r@0", "?gone@0", "x@1", "y@1"],
    },
    {
      name: "two roots, the earlier first",
      spans: [
        { id: "late", at: 9, lasts: 1 },
        { id: "early", at: 3, lasts: 1 },
      ],
      rows: ["early@0", "late@0"],
    },
    {
      name: "a cycle is cut at its earliest span",
      spans: [
        { id: "a", parent: "c", at: 2, lasts: 5 },
        { id: "b", parent: "a", at: 1, lasts: 5 },
        { id: "c", parent: "b", at: 3, lasts: 5 },
      ],
      rows: ["b@0", "c@1", "a@2"],
    },
    { name: "its own parent", spans: [{ id: "a", parent: "a", at: 0, lasts: 1 }], rows: ["a@0"] },
    {
      name: "one id twice: children go to the first",
      spans: [
        { id: "a", at: 0, lasts: 5 },
        { id: "a", at: 1, lasts: 5 },
        { id: "k", parent: "a", at: 2, lasts: 1 },
      ],
      rows: ["a@0", "k@1", "a@0"],
    },
  ];

for (const one of kCases) {
  test(one.name, () => expect(rows(traceOf(one.spans))).toEqual(one.rows));
}

test("an empty trace has no rows and a finite axis", () => {
  const { layout } = traceOf([]);
  expect(layout.nodes).toBe(0);
  expect(layout.length).toBe(1);
});

test("a callee whose clock is behind is moved into its caller, with what hangs below it", () => {
  const trace = traceOf([
    { id: "call", at: 0, lasts: 100, service: "a", kind: 3 },
    { id: "serve", parent: "call", at: -3000, lasts: 60, service: "b", kind: 2 },
    { id: "query", parent: "serve", at: -2990, lasts: 10, service: "b", kind: 3 },
  ]);
  const { left, shift, length } = trace.layout;
  expect(length).toBe(100e6);
  expect([...left]).toEqual([0, 20e6, 30e6]);
  expect([...shift]).toEqual([0, 3020e6, 3020e6]);
  expect(trace.starts[1]).toBe(1_699_999_997_000_000_000n);
});

test("a server that answers after its client gave up is skew; a consumer that begins later is not", () => {
  const late = (kind: number, parentKind: number) =>
    traceOf([
      { id: "p", at: 0, lasts: 100, service: "a", kind: parentKind },
      { id: "c", parent: "p", at: 5000, lasts: 50, service: "b", kind },
    ]).layout.shift[1];
  expect(late(2, 3)).toBe(-4975e6);
  expect(late(5, 4)).toBe(0);
});

test("half a millisecond is jitter and stays", () => {
  const trace = traceOf([
    { id: "p", at: 1, lasts: 100, service: "a" },
    { id: "c", parent: "p", at: 0, lasts: 50, service: "b" },
  ]);
  expect(trace.layout.shift[1]).toBe(0);
});

test("collapsing hides what is below and says whether it failed", () => {
  const trace = traceOf([
    { id: "r", at: 0, lasts: 100 },
    { id: "a", parent: "r", at: 1, lasts: 10 },
    { id: "a1", parent: "a", at: 2, lasts: 1, status: 2 },
    { id: "b", parent: "r", at: 20, lasts: 10 },
  ]);
  expect([...visibleRows(trace.layout, new Set([1]))]).toEqual([0, 1, 3]);
  expect([...visibleRows(trace.layout, new Set([0, 1]))]).toEqual([0]);
  expect([...trace.layout.errorBelow]).toEqual([1, 1, 0, 0]);
});

test("a chain of 20,000 spans does not overflow the stack", () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => ({
    id: `s${i}`,
    ...(i > 0 ? { parent: `s${i - 1}` } : {}),
    at: i,
    lasts: 1,
  }));
  const { layout } = traceOf(chain);
  expect(layout.depth[19_999]).toBe(19_999);
  expect(layout.after[0]).toBe(20_000);
});
