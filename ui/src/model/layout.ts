// The waterfall's geometry: the tree in drawing order, and each span's place on one time axis.
//
// What clients send need not be a tree. A parent that is absent gets a node of its own, so that its children stay
// together and the gap is seen; a cycle is cut at its earliest span; of two spans with one id the first is the parent.
// Clocks of different hosts differ: a span that would begin before its cause is moved to where it can have happened,
// together with what hangs below it, and `shift` says by how much. The times shown stay those that were sent.

import type { TraceColumns } from "./trace";

export interface Layout {
  /** Nodes: first the spans, by their place in the columns, then one for each missing parent. */
  readonly nodes: number;
  readonly missing: readonly string[];
  /** By row, all expanded: the node, how deep it is, and the first row after all below it. */
  readonly order: Int32Array;
  readonly depth: Uint16Array;
  readonly after: Int32Array;
  /** By row: 1 when a span below it has failed. */
  readonly errorBelow: Uint8Array;
  readonly rowOf: Int32Array;
  /** By node, in nanoseconds: from the start of the axis, and how far it was moved (0 for most). */
  readonly left: Float64Array;
  readonly width: Float64Array;
  readonly shift: Float64Array;
  /** Length of the axis; at least 1. */
  readonly length: number;
}

const kNone = -1;
/** Less than this is jitter between clocks, not skew. */
const kSkewNanos = 1_000_000;
const kServer = 2;
const kClient = 3;

interface Tree {
  readonly nodes: number;
  readonly missing: readonly string[];
  readonly parent: Int32Array;
  readonly roots: number[];
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
}

export function layOut(columns: TraceColumns, origin: bigint): Layout {
  const count = columns.ids.length;
  const offset = new Float64Array(count);
  const width = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    offset[i] = Number((columns.starts[i] ?? 0n) - origin);
    width[i] = Math.max(0, Number(columns.durations[i] ?? 0n));
  }
  const tree = buildTree(columns, offset);
  const walk = walkTree(tree, columns.status);
  return { ...walk, ...place(columns, tree, walk.order, offset, width), nodes: tree.nodes, missing: tree.missing };
}

function buildTree(columns: TraceColumns, offset: Float64Array): Tree {
  const count = columns.ids.length;
  const byId = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const id = columns.ids[i] ?? "";
    if (!byId.has(id)) byId.set(id, i);
  }
  const missing: string[] = [];
  const missingNode = new Map<string, number>();
  const parents: number[] = new Array<number>(count);
  for (let i = 0; i < count; i++) {
    const parentId = columns.parents[i] ?? "";
    let parent = parentId === "" ? kNone : byId.get(parentId);
    if (parent === undefined) {
      parent = missingNode.get(parentId);
      if (parent === undefined) {
        parent = count + missing.length;
        missing.push(parentId);
        missingNode.set(parentId, parent);
      }
    }
    parents[i] = parent;
  }
  const nodes = count + missing.length;
  const parent = new Int32Array(nodes).fill(kNone);
  parent.set(parents);
  cutCycles(parent, offset);
  return linkChildren(nodes, missing, parent, offset);
}

/** Follows every span up to a root; where that comes back to itself, the earliest span of the ring becomes a root. */
function cutCycles(parent: Int32Array, offset: Float64Array): void {
  const seenIn = new Int32Array(parent.length).fill(kNone);
  for (let from = 0; from < parent.length; from++) {
    let node = from;
    while (node !== kNone && seenIn[node] === kNone) {
      seenIn[node] = from;
      node = parent[node] ?? kNone;
    }
    if (node === kNone || seenIn[node] !== from) continue;
    let earliest = node;
    for (let at = parent[node] ?? node; at !== node; at = parent[at] ?? node) {
      if ((offset[at] ?? 0) < (offset[earliest] ?? 0)) earliest = at;
    }
    parent[earliest] = kNone;
  }
}

function linkChildren(nodes: number, missing: readonly string[], parent: Int32Array, offset: Float64Array): Tree {
  const begin = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY);
  begin.set(offset);
  for (let i = 0; i < offset.length; i++) {
    const above = parent[i] ?? kNone;
    if (above >= offset.length) begin[above] = Math.min(begin[above] ?? 0, offset[i] ?? 0);
  }
  // Latest first, each put in front of its siblings: children then stand earliest first.
  const byStart = Int32Array.from({ length: nodes }, (_, i) => i).sort(
    (a, b) => (begin[b] ?? 0) - (begin[a] ?? 0) || b - a,
  );
  const firstChild = new Int32Array(nodes).fill(kNone);
  const nextSibling = new Int32Array(nodes).fill(kNone);
  const roots: number[] = [];
  for (const node of byStart) {
    const above = parent[node] ?? kNone;
    if (above === kNone) {
      roots.push(node);
    } else {
      nextSibling[node] = firstChild[above] ?? kNone;
      firstChild[above] = node;
    }
  }
  roots.reverse();
  return { nodes, missing, parent, roots, firstChild, nextSibling };
}

function walkTree(tree: Tree, status: readonly number[]) {
  const order = new Int32Array(tree.nodes);
  const depth = new Uint16Array(tree.nodes);
  const after = new Int32Array(tree.nodes);
  const errorBelow = new Uint8Array(tree.nodes);
  const rowOf = new Int32Array(tree.nodes).fill(kNone);
  let row = 0;
  for (const root of tree.roots) {
    let node = root;
    let level = 0;
    for (;;) {
      order[row] = node;
      depth[row] = Math.min(level, 0xffff);
      rowOf[node] = row++;
      const child = tree.firstChild[node] ?? kNone;
      if (child !== kNone) {
        node = child;
        level++;
        continue;
      }
      while (node !== root && (tree.nextSibling[node] ?? kNone) === kNone) {
        after[rowOf[node] ?? 0] = row;
        node = tree.parent[node] ?? root;
        level--;
      }
      after[rowOf[node] ?? 0] = row;
      if (node === root) break;
      node = tree.nextSibling[node] ?? root;
    }
  }
  for (let at = tree.nodes - 1; at >= 0; at--) {
    const node = order[at] ?? 0;
    const above = tree.parent[node] ?? kNone;
    if (above !== kNone && (status[node] === 2 || errorBelow[at] === 1)) errorBelow[rowOf[above] ?? 0] = 1;
  }
  return { order, depth, after, errorBelow, rowOf };
}

function place(columns: TraceColumns, tree: Tree, order: Int32Array, offset: Float64Array, spanWidth: Float64Array) {
  const count = offset.length;
  const left = new Float64Array(tree.nodes);
  const width = new Float64Array(tree.nodes);
  const shift = new Float64Array(tree.nodes);
  left.set(offset);
  width.set(spanWidth);
  for (const node of order) {
    const above = tree.parent[node] ?? kNone;
    if (node >= count || above === kNone || above >= count) continue;
    shift[node] = skewOf(columns, node, above, left, width, shift);
    left[node] = (left[node] ?? 0) + (shift[node] ?? 0);
  }
  spanMissing(tree, count, left, width);
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let i = 0; i < tree.nodes; i++) first = Math.min(first, left[i] ?? 0);
  for (let i = 0; i < tree.nodes; i++) {
    left[i] = (left[i] ?? 0) - first;
    last = Math.max(last, (left[i] ?? 0) + (width[i] ?? 0));
  }
  return { left, width, shift, length: Math.max(1, last) };
}

/** How far `node` must move so that it can have been caused by `above`, which is placed already. */
function skewOf(
  columns: TraceColumns,
  node: number,
  above: number,
  left: Float64Array,
  width: Float64Array,
  shift: Float64Array,
): number {
  const inherited = columns.service[node] === columns.service[above] ? (shift[above] ?? 0) : 0;
  const begin = (left[node] ?? 0) + inherited;
  const parentBegin = left[above] ?? 0;
  const room = (width[above] ?? 0) - (width[node] ?? 0);
  const tooEarly = parentBegin - begin > kSkewNanos;
  // A server answers while its client waits; any other child may well begin after its parent has ended.
  const call = columns.kind[node] === kServer && columns.kind[above] === kClient;
  const tooLate = call && begin - (parentBegin + (width[above] ?? 0)) > kSkewNanos;
  if (!tooEarly && !tooLate) return inherited;
  return parentBegin + Math.max(0, room) / 2 - (left[node] ?? 0);
}

/** A missing parent is drawn as long as what hangs below it. */
function spanMissing(tree: Tree, count: number, left: Float64Array, width: Float64Array): void {
  for (let node = count; node < tree.nodes; node++) {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let child = tree.firstChild[node] ?? kNone; child !== kNone; child = tree.nextSibling[child] ?? kNone) {
      from = Math.min(from, left[child] ?? 0);
      to = Math.max(to, (left[child] ?? 0) + (width[child] ?? 0));
    }
    left[node] = from;
    width[node] = to - from;
  }
}

/** The rows that are drawn when `collapsed` nodes hide what is below them. */
export function visibleRows(layout: Layout, collapsed: ReadonlySet<number>): Int32Array {
  const rows = new Int32Array(layout.nodes);
  let shown = 0;
  for (let row = 0; row < layout.nodes; ) {
    rows[shown++] = row;
    row = collapsed.has(layout.order[row] ?? -1) ? (layout.after[row] ?? row + 1) : row + 1;
  }
  return rows.subarray(0, shown);
}
