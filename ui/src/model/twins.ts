// What is reported twice is drawn once, with both sources: a span and an X-Ray segment or subsegment of one id, which one
// library sent to both; and one request that two SDKs report, a SERVER span and a segment of the same service and time.
// The span stays, what hung below the segment hangs below it.

import { originOf } from "./origin";
import type { TraceColumns } from "./trace";

/** The other report of a request. */
export interface Twin {
  readonly id: string;
  readonly protocol: string;
  readonly name: string;
}

export interface Joined {
  readonly columns: TraceColumns;
  /** By place of the span in `columns`. */
  readonly twins: ReadonlyMap<number, Twin>;
  /** Ids of segments that are drawn as another span → that span's id. */
  readonly aliases: ReadonlyMap<string, string>;
}

const kServer = 2;
const kError = 2;

export function joinTwins(columns: TraceColumns): Joined {
  const twinOf = findTwins(columns);
  if (twinOf.size === 0) return { columns, twins: new Map(), aliases: new Map() };
  const aliases = new Map<string, string>();
  for (const [segment, span] of twinOf) aliases.set(columns.ids[segment] ?? "", columns.ids[span] ?? "");
  const kept = columns.ids.map((_, i) => i).filter((i) => !twinOf.has(i));
  const segmentOf = new Map([...twinOf].map(([segment, span]) => [span, segment]));
  const parentOf = (i: number): string => {
    const segment = segmentOf.get(i);
    const own = columns.parents[i] ?? "";
    const parent = own === "" && segment !== undefined ? (columns.parents[segment] ?? "") : own;
    const joined = aliases.get(parent) ?? parent;
    return joined === columns.ids[i] ? "" : joined;
  };
  const statusOf = (i: number): number =>
    columns.status[segmentOf.get(i) ?? i] === kError ? kError : (columns.status[i] ?? 0);
  const pick = <T>(all: readonly T[]) => kept.map((i) => all[i] as T);
  const twins = new Map<number, Twin>();
  kept.forEach((i, place) => {
    const segment = segmentOf.get(i);
    if (segment === undefined) return;
    twins.set(place, {
      id: columns.ids[segment] ?? "",
      protocol: columns.protocols[columns.protocol[segment] ?? -1] ?? "",
      name: columns.names[columns.name[segment] ?? -1] ?? "",
    });
  });
  const joined: TraceColumns = {
    ...columns,
    ids: pick(columns.ids),
    parents: kept.map(parentOf),
    starts: BigInt64Array.from(kept, (i) => columns.starts[i] ?? 0n),
    durations: BigInt64Array.from(kept, (i) => columns.durations[i] ?? 0n),
    service: pick(columns.service),
    name: pick(columns.name),
    protocol: pick(columns.protocol),
    kind: pick(columns.kind),
    status: kept.map(statusOf),
  };
  return { columns: joined, twins, aliases };
}

/** Segments → the span that reports the same. */
function findTwins(columns: TraceColumns): ReadonlyMap<number, number> {
  const segments = columns.protocols.map((protocol) => originOf(protocol).key === "xray");
  if (!segments.includes(true) || !segments.includes(false)) return new Map();
  const isSegment = (i: number) => segments[columns.protocol[i] ?? 0] === true;
  const found = findSameIds(columns, isSegment);
  findSameRequests(columns, isSegment, found);
  return found;
}

function findSameIds(columns: TraceColumns, isSegment: (i: number) => boolean): Map<number, number> {
  const spanOf = new Map<string, number>();
  columns.ids.forEach((id, i) => {
    if (!isSegment(i)) spanOf.set(id, i);
  });
  const found = new Map<number, number>();
  const taken = new Set<number>();
  columns.ids.forEach((id, i) => {
    const span = spanOf.get(id);
    if (!isSegment(i) || span === undefined || taken.has(span)) return;
    found.set(i, span);
    taken.add(span);
  });
  return found;
}

/** Adds to `found`. Both are gone through by start, each service for itself. */
function findSameRequests(columns: TraceColumns, isSegment: (i: number) => boolean, found: Map<number, number>): void {
  const joined = new Set([...found.keys(), ...found.values()]);
  const spans = new Map<number, number[]>();
  const waiting: number[] = [];
  const byStart = columns.ids
    .map((_, i) => i)
    .filter((i) => columns.kind[i] === kServer && !joined.has(i))
    .sort((a, b) => Number((columns.starts[a] ?? 0n) - (columns.starts[b] ?? 0n)));
  for (const i of byStart) {
    if (isSegment(i)) {
      waiting.push(i);
      continue;
    }
    const service = columns.service[i] ?? 0;
    const known = spans.get(service);
    if (known) known.push(i);
    else spans.set(service, [i]);
  }
  const end = (i: number) => (columns.starts[i] ?? 0n) + (columns.durations[i] ?? 0n);
  for (const segment of waiting) {
    const candidates = spans.get(columns.service[segment] ?? 0) ?? [];
    // What ended before this segment ended before every later one too.
    while (candidates[0] !== undefined && end(candidates[0]) < (columns.starts[segment] ?? 0n)) candidates.shift();
    const span = candidates[0];
    if (span === undefined || (columns.starts[span] ?? 0n) > end(segment)) continue;
    found.set(segment, span);
    candidates.shift();
  }
}
