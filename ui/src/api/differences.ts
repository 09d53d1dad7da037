// What sets some spans apart from the others: docs/protocols/ui.md, "difference".

import type { Range } from "../model/range";
import type { TraceFilters } from "../model/route";
import { getJson } from "./client";
import { filterParams, rangeParams } from "./queries";

/** Shares of each side, 0 to 1. */
export interface Shares {
  readonly selection: number;
  readonly rest: number;
}

export interface ValueShares extends Shares {
  readonly type: string;
  readonly text: string;
  /** The greatest number of a range of which `text` is the least. */
  readonly to?: string;
}

export interface FieldDifference {
  readonly key: string;
  readonly place: "span" | "attribute" | "resource";
  /** 0 to 1. */
  readonly score: number;
  readonly distinct: number;
  readonly missing: Shares;
  readonly values: readonly ValueShares[];
}

interface Side {
  readonly spans: string;
  readonly sampled: number;
}

export interface Difference {
  readonly selection: Side;
  readonly rest: Side;
  readonly keys: readonly FieldDifference[];
}

/**
 * Spans that meet all of `filters` against all others: of the same service, where a service is filtered and something
 * else, since it is known that services differ.
 */
export function fetchDifference(range: Range, filters: TraceFilters, signal: AbortSignal): Promise<Difference> {
  const within = comparedWithin(filters);
  const selected = within === "" ? filters : { ...filters, service: "" };
  const params = { ...rangeParams(range), service: within, ...filterParams(selected, "selected_") };
  return getJson<Difference>("difference", params, signal);
}

/** The service among whose spans the others are; "" for those of all. */
export function comparedWithin(filters: TraceFilters): string {
  const more = filters.name !== "" || filters.min !== "" || filters.errors || filters.attributes.length > 0;
  return more ? filters.service : "";
}
