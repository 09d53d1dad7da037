import { expect, test } from "vitest";
import { layOutMap } from "./map_layout";
import { filterOf, quantile, readServiceMap, ringOf, type WireGraphService, type WireStatistics } from "./service_map";

function stats(ok: number, error = 0, throttle = 0, fault = 0, seconds = 1): WireStatistics {
  return {
    OkCount: ok,
    ErrorStatistics: { ThrottleCount: throttle, OtherCount: error },
    FaultStatistics: { TotalCount: fault },
    TotalCount: ok + error + throttle + fault,
    TotalResponseTime: seconds,
  };
}

const kServices: readonly WireGraphService[] = [
  {
    ReferenceId: 0,
    Name: 'we"b',
    State: "active",
    SummaryStatistics: stats(5, 2, 1, 2, 20),
    ResponseTimeHistogram: [
      { Value: 9, Count: 1 },
      { Value: 1, Count: 9 },
    ],
    Edges: [{ ReferenceId: 1, SummaryStatistics: stats(3, 0, 0, 1, 2) }],
  },
  { ReferenceId: 1, Name: "t", Type: "AWS::DynamoDB::Table", State: "unknown", Edges: [] },
  {
    ReferenceId: 2,
    Name: 'we"b',
    Type: "client",
    State: "unknown",
    Edges: [{ ReferenceId: 0, SummaryStatistics: stats(5, 2, 1, 2, 20) }],
  },
];

test("a graph becomes nodes and edges with shares, average and p99", () => {
  const map = readServiceMap(kServices);
  expect(map.nodes.map((node) => node.key)).toEqual(['we"b', "t (AWS::DynamoDB::Table)", 'we"b (client)']);
  const web = map.nodes[0];
  expect(web?.stats).toMatchObject({ ok: 5, error: 2, throttle: 1, fault: 2, total: 10, average: 2, p99: 9 });
  // A client has no statistics of its own.
  expect(map.nodes[2]?.stats).toMatchObject({ total: 10, fault: 2, average: 2 });
  expect(map.edges.map((edge) => edge.key)).toEqual(['we"b → t (AWS::DynamoDB::Table)', 'we"b (client) → we"b']);
  expect(ringOf(web?.stats ?? raise()).map((share) => [share.name, share.to - share.from])).toEqual([
    ["ok", 0.5],
    ["error", expect.closeTo(0.2)],
    ["throttle", expect.closeTo(0.1)],
    ["fault", expect.closeTo(0.2)],
  ]);
});

test.each([
  ['we"b', 'service(id(name: "we\\"b"))'],
  ['we"b → t (AWS::DynamoDB::Table)', 'edge(id(name: "we\\"b"), id(name: "t", type: "AWS::DynamoDB::Table"))'],
  ['we"b (client) → we"b', 'service(id(name: "we\\"b"))'],
  ['we"b (client)', 'service(id(name: "we\\"b"))'],
  ["nobody", ""],
])("the traces of %s are those of %s", (selected, filter) =>
  expect(filterOf(readServiceMap(kServices), selected)).toBe(filter),
);

test("the faults of a call alone", () => {
  expect(filterOf(readServiceMap(kServices), 'we"b', true)).toBe('service(id(name: "we\\"b")) { fault }');
});

test("a quantile is the value that so many are not above", () => {
  const times = [
    { Value: 3, Count: 1 },
    { Value: 1, Count: 98 },
    { Value: 2, Count: 1 },
  ];
  expect([0, 0.5, 0.98, 0.99, 1].map((level) => quantile(times, level))).toEqual([1, 1, 1, 2, 3]);
  expect(quantile([], 0.5)).toBe(0);
});

test("calls go in one direction, and nothing lies on another", () => {
  const map = readServiceMap(kServices);
  const layout = layOutMap(map, "LR");
  const at = (key: string) => layout.nodes.get(key) ?? raise();
  expect(at('we"b (client)').x).toBeLessThan(at('we"b').x);
  expect(at('we"b').x).toBeLessThan(at("t (AWS::DynamoDB::Table)").x);
  for (const node of layout.nodes.values()) {
    expect(node.x).toBeGreaterThan(0);
    expect(node.x).toBeLessThan(layout.width);
    expect(node.y).toBeLessThan(layout.height);
  }
  expect([...layout.edges.values()].every((edge) => edge.path.startsWith("M"))).toBe(true);
});

test("a service that calls itself, and one that nobody calls, have their place", () => {
  const alone = readServiceMap([
    { ReferenceId: 0, Name: "a", State: "active", Edges: [{ ReferenceId: 0, SummaryStatistics: stats(1) }] },
    { ReferenceId: 1, Name: "b", State: "active", Edges: [] },
  ]);
  const layout = layOutMap(alone, "TB");
  expect(layout.nodes.size).toBe(2);
  expect(layout.edges.size).toBe(1);
});

function raise(): never {
  throw new Error("missing");
}
