// Where the nodes of a service map stand. Loaded when a map is first shown: the library is a third of the page.

import { Graph, layout } from "@dagrejs/dagre";
import type { ServiceMap } from "./service_map";

/** Room of a node in pixels: the ring, and two lines of text below it. */
export const kNodeWidth = 150;
export const kNodeHeight = 116;
/** The ring stands above the middle of its node. */
export const kRingRise = 20;
const kRingRadius = 31;
const kArrowRoom = 4;

export interface PlacedEdge {
  readonly path: string;
  /** Where its label stands. */
  readonly x: number;
  readonly y: number;
}

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  /** Middle of each node. */
  readonly nodes: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly edges: ReadonlyMap<string, PlacedEdge>;
}

/** `direction`: who calls stands to the left of, or above, what is called. */
export function layOutMap(map: ServiceMap, direction: "LR" | "TB"): MapLayout {
  const graph = new Graph({ multigraph: false, compound: false });
  graph.setGraph({ rankdir: direction, nodesep: 24, ranksep: direction === "LR" ? 90 : 60, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of map.nodes) graph.setNode(node.key, { width: kNodeWidth, height: kNodeHeight });
  for (const edge of map.edges) {
    graph.setEdge(edge.from, edge.to, { width: 70, height: 30, labelpos: "c" });
  }
  layout(graph);
  const nodes = new Map<string, { x: number; y: number }>();
  for (const node of map.nodes) {
    const { x = 0, y = 0 } = graph.node(node.key) as { x?: number; y?: number };
    nodes.set(node.key, { x, y });
  }
  const edges = new Map<string, PlacedEdge>();
  for (const edge of map.edges) {
    const placed = graph.edge(edge.from, edge.to) as Partial<PlacedEdge> & { points?: readonly Point[] };
    // Between nodes side by side, lines run at the height of the rings.
    const rise = direction === "LR" ? kRingRise : 0;
    const points = (placed.points ?? []).map(({ x, y }) => ({ x, y: y - rise }));
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    const label = { x: placed.x ?? middle.x, y: placed.y === undefined ? middle.y : placed.y - rise };
    const path = smoothPath(
      direction === "LR" ? betweenRings(points, nodes.get(edge.from), nodes.get(edge.to)) : points,
    );
    edges.set(edge.key, { path, ...label });
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width, height, nodes, edges };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From the edge of one ring to that of the other, not from box to box. */
function betweenRings(points: readonly Point[], from: Point | undefined, to: Point | undefined): readonly Point[] {
  const inner = points.slice(1, -1);
  const second = inner[0];
  const last = inner[inner.length - 1];
  if (!from || !to || !second || !last) return points;
  return [ringEdge(from, second, kRingRadius), ...inner, ringEdge(to, last, kRingRadius + kArrowRoom)];
}

function ringEdge(node: Point, towards: Point, radius: number): Point {
  const middle = { x: node.x, y: node.y - kRingRise };
  const length = Math.hypot(towards.x - middle.x, towards.y - middle.y) || 1;
  return {
    x: middle.x + ((towards.x - middle.x) * radius) / length,
    y: middle.y + ((towards.y - middle.y) * radius) / length,
  };
}

/** A curve whose corners are rounded off between the middles of its parts. */
function smoothPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x.toFixed(1)} ${first.y.toFixed(1)}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    const end = next && i > 0 ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : point;
    if (i === 0 || !next) path += `L${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
    else path += `Q${point.x.toFixed(1)} ${point.y.toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
  });
  return path;
}
