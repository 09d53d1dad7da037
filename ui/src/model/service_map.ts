// X-Ray's service graph as the page draws it: nodes, the calls between them, and their statistics.

/** As GetServiceGraph answers, for the members that are used. */
export interface WireStatistics {
  readonly OkCount: number;
  readonly ErrorStatistics: { readonly ThrottleCount: number; readonly OtherCount: number };
  readonly FaultStatistics: { readonly TotalCount: number };
  readonly TotalCount: number;
  readonly TotalResponseTime: number;
}
export type WireTimes = readonly { readonly Value: number; readonly Count: number }[];
export interface WireGraphService {
  readonly ReferenceId: number;
  readonly Name: string;
  readonly Type?: string;
  readonly Root?: boolean;
  readonly State: string;
  readonly SummaryStatistics?: WireStatistics;
  readonly ResponseTimeHistogram?: WireTimes;
  readonly Edges: readonly {
    readonly ReferenceId: number;
    readonly SummaryStatistics?: WireStatistics;
    readonly ResponseTimeHistogram?: WireTimes;
  }[];
}

export interface CallStats {
  readonly ok: number;
  readonly error: number;
  readonly throttle: number;
  readonly fault: number;
  readonly total: number;
  /** Seconds. */
  readonly average: number;
  readonly p99: number;
  readonly times: WireTimes;
}

export interface MapNode {
  /** Name and type: the same after every reading, so that it may stand in an address. */
  readonly key: string;
  readonly name: string;
  /** X-Ray's word: `AWS::DynamoDB::Table`, `client`, … "" where there is none. */
  readonly type: string;
  /** Only known by what others say of it. */
  readonly inferred: boolean;
  readonly stats: CallStats;
}

export interface MapEdge {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly stats: CallStats;
}

export interface ServiceMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

const kClient = "client";
const kArrow = " → ";

export function isClient(node: MapNode): boolean {
  return node.type === kClient;
}

export function edgeKey(from: string, to: string): string {
  return from + kArrow + to;
}

export function readServiceMap(services: readonly WireGraphService[]): ServiceMap {
  const keyOf = (service: WireGraphService) => (service.Type ? `${service.Name} (${service.Type})` : service.Name);
  const keys = new Map(services.map((service) => [service.ReferenceId, keyOf(service)]));
  const edges = services.flatMap((service) =>
    service.Edges.map((edge): MapEdge => {
      const from = keyOf(service);
      const to = keys.get(edge.ReferenceId) ?? "";
      return { key: edgeKey(from, to), from, to, stats: statsOf(edge.SummaryStatistics, edge.ResponseTimeHistogram) };
    }),
  );
  const nodes = services.map((service): MapNode => {
    const key = keyOf(service);
    const own = statsOf(service.SummaryStatistics, service.ResponseTimeHistogram);
    return {
      key,
      name: service.Name,
      type: service.Type ?? "",
      inferred: service.State === "unknown",
      // A client has no statistics of its own: what it called tells.
      stats: service.Type === kClient ? sumOf(edges.filter((edge) => edge.from === key).map((one) => one.stats)) : own,
    };
  });
  return { nodes, edges: edges.filter((edge) => edge.to !== "") };
}

function statsOf(summary: WireStatistics | undefined, times: WireTimes = []): CallStats {
  const total = summary?.TotalCount ?? 0;
  return {
    ok: summary?.OkCount ?? 0,
    error: summary?.ErrorStatistics.OtherCount ?? 0,
    throttle: summary?.ErrorStatistics.ThrottleCount ?? 0,
    fault: summary?.FaultStatistics.TotalCount ?? 0,
    total,
    average: total === 0 ? 0 : (summary?.TotalResponseTime ?? 0) / total,
    p99: quantile(times, 0.99),
    times,
  };
}

function sumOf(all: readonly CallStats[]): CallStats {
  const times = all.flatMap((one) => [...one.times]).sort((a, b) => a.Value - b.Value);
  const sum = (pick: (one: CallStats) => number) => all.reduce((so_far, one) => so_far + pick(one), 0);
  const total = sum((one) => one.total);
  return {
    ok: sum((one) => one.ok),
    error: sum((one) => one.error),
    throttle: sum((one) => one.throttle),
    fault: sum((one) => one.fault),
    total,
    average: total === 0 ? 0 : sum((one) => one.average * one.total) / total,
    p99: quantile(times, 0.99),
    times,
  };
}

/** The value that a share of `level` is not above; 0 without any. */
export function quantile(times: WireTimes, level: number): number {
  const sorted = [...times].sort((a, b) => a.Value - b.Value);
  const total = sorted.reduce((sum, one) => sum + one.Count, 0);
  let seen = 0;
  for (const one of sorted) {
    seen += one.Count;
    if (seen >= level * total) return one.Value;
  }
  return 0;
}

export interface Share {
  readonly name: "ok" | "error" | "throttle" | "fault";
  /** Of the ring, from its top on; 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** The parts of a node's ring, in X-Ray's order; none where nothing was counted. */
export function ringOf(stats: CallStats): readonly Share[] {
  const names = ["ok", "error", "throttle", "fault"] as const;
  const shares: Share[] = [];
  let from = 0;
  for (const name of names) {
    if (stats.total === 0 || stats[name] === 0) continue;
    const to = Math.min(1, from + stats[name] / stats.total);
    shares.push({ name, from, to });
    from = to;
  }
  return shares;
}

const kStringMarks = /["\\]/g;
const quoted = (text: string) => `"${text.replace(kStringMarks, "\\$&")}"`;
const idOf = (node: MapNode) =>
  node.type === "" ? `id(name: ${quoted(node.name)})` : `id(name: ${quoted(node.name)}, type: ${quoted(node.type)})`;

/** X-Ray's filter expression for the traces of a node, or of the calls from one to another; "" where there is none. */
export function filterOf(map: ServiceMap, selected: string, onlyFaults = false): string {
  const find = (key: string) => map.nodes.find((one) => one.key === key);
  const which = onlyFaults ? " { fault }" : "";
  const service = (key: string) => {
    const node = find(key);
    return node ? `service(${idOf(node)})${which}` : "";
  };
  const edge = map.edges.find((one) => one.key === selected);
  const node = edge ? find(edge.from) : find(selected);
  if (!node) return "";
  if (edge) {
    const to = find(edge.to);
    // Who calls from outside has no segment: the traces are those of what it called.
    return isClient(node) || !to ? service(edge.to) : `edge(${idOf(node)}, ${idOf(to)})${which}`;
  }
  if (!isClient(node)) return service(node.key);
  const called = map.edges.filter((one) => one.from === node.key).map((one) => service(one.to));
  return called.join(" OR ");
}
