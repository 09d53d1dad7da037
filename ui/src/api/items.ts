// Items: what the page asks of errors. docs/protocols/ui.md says what each field means.

import type { Nanos } from "../base/nanos";
import type { Range } from "../model/range";
import type { ItemFilters } from "../model/route";
import { getJson, sendJson } from "./client";
import { rangeParams } from "./queries";

interface WireItem {
  readonly project: number;
  readonly project_name: string;
  /** otlp or rollbar. */
  readonly origin: string;
  readonly id: number;
  readonly counter: number;
  readonly title: string;
  readonly level: string;
  readonly status: string;
  readonly environment: string;
  readonly framework: string;
  readonly language: string;
  readonly occurrences: number;
  readonly addresses: number;
  readonly first: string;
  readonly last: string;
  readonly resolved: string | null;
  readonly resolved_in_version: string;
  readonly in_range: number;
  readonly series: readonly number[];
}

interface WireItems {
  readonly projects: readonly { readonly id: number; readonly name: string; readonly origin: string }[];
  readonly total: number;
  readonly items: readonly WireItem[];
}

interface WireOccurrences {
  readonly before: string | null;
  readonly occurrences: readonly {
    readonly id: string;
    readonly time: string;
    readonly uuid: string;
    readonly trace_id: string;
    readonly span_id: string;
    /** Rollbar's instance; `data` is what the client sent. */
    readonly instance: { readonly data: unknown };
  }[];
}

export interface Item extends Omit<WireItem, "first" | "last" | "resolved"> {
  readonly first: Nanos;
  readonly last: Nanos;
  readonly resolved: Nanos | undefined;
}

export interface ItemPage {
  readonly projects: WireItems["projects"];
  readonly total: number;
  readonly items: readonly Item[];
  readonly cursor: "";
}

function readItem(wire: WireItem): Item {
  return {
    ...wire,
    first: BigInt(wire.first),
    last: BigInt(wire.last),
    resolved: wire.resolved === null ? undefined : BigInt(wire.resolved),
  };
}

export async function fetchItems(range: Range, filters: ItemFilters, signal: AbortSignal): Promise<ItemPage> {
  const wire = await getJson<WireItems>("items", { ...rangeParams(range), ...filters }, signal);
  return { ...wire, items: wire.items.map(readItem), cursor: "" };
}

export async function fetchItem(project: string, item: string, range: Range, signal: AbortSignal): Promise<Item> {
  return readItem((await getJson<{ item: WireItem }>(`items/${project}/${item}`, rangeParams(range), signal)).item);
}

export interface Occurrence {
  readonly id: string;
  readonly time: Nanos;
  readonly uuid: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly data: unknown;
}

export interface OccurrencePage {
  readonly occurrences: readonly Occurrence[];
  /** For the next, older page; "" at the end. */
  readonly before: string;
}

/** `before`: the id below which they are; "" for the newest. */
export async function fetchOccurrences(
  project: string,
  item: string,
  before: string,
  signal: AbortSignal,
): Promise<OccurrencePage> {
  const wire = await getJson<WireOccurrences>(`items/${project}/${item}/occurrences`, { before }, signal);
  return {
    before: wire.before ?? "",
    occurrences: wire.occurrences.map((one) => ({
      id: one.id,
      time: BigInt(one.time),
      uuid: one.uuid,
      traceId: one.trace_id,
      spanId: one.span_id,
      data: one.instance.data,
    })),
  };
}

export async function changeStatus(item: Item, status: "active" | "resolved" | "muted"): Promise<void> {
  await sendJson("PATCH", `items/${item.project}/${item.id}`, { status });
}
