// The address is the state: every view is read from its URL and every change is written there.

import { parseDuration } from "../base/nanos";
import { kDefaultRange, type Range, readRange, writeRange } from "./range";

export interface TraceFilters {
  readonly service: string;
  readonly name: string;
  /** As typed: `250ms`. "" when there is none. */
  readonly min: string;
  readonly errors: boolean;
  /** Each `key=value`. */
  readonly attributes: readonly string[];
}

export interface LogFilters {
  /** A service, or a log group of CloudWatch. */
  readonly service: string;
  /** The family of clients that sent it, as `originOf` reads it: `otlp`, `cloudwatch`; "" for any. */
  readonly client: string;
  /** Lowest severity number shown; 0 shows all. */
  readonly severity: number;
  readonly text: string;
}

export interface ItemFilters {
  /** active, resolved or muted; "" for any. */
  readonly status: string;
  readonly level: string;
  readonly environment: string;
  /** A project's number; "" for all. */
  readonly project: string;
  readonly text: string;
}

export type Route =
  | { readonly page: "home"; readonly range: Range }
  | {
      readonly page: "traces";
      readonly range: Range;
      readonly filters: TraceFilters;
      readonly cursor: string;
      /** Shown above the list: what sets apart the spans that meet the filter. */
      readonly apart: boolean;
    }
  | {
      readonly page: "trace";
      readonly traceId: string;
      /** The selected span, "" when there is none. */
      readonly span: string;
      readonly panel: "span" | "logs";
      /** Part of the trace that is shown, in nanoseconds from its start: `1000-250000`; "" shows all of it. */
      readonly zoom: string;
    }
  | {
      readonly page: "logs";
      readonly range: Range;
      readonly filters: LogFilters;
      readonly cursor: string;
      /** Asked again every few seconds. */
      readonly live: boolean;
    }
  | { readonly page: "errors"; readonly range: Range; readonly filters: ItemFilters; readonly cursor: "" }
  | {
      readonly page: "item";
      readonly range: Range;
      readonly project: string;
      readonly item: string;
      /** The id of the occurrence that is shown; "" for the newest. */
      readonly occurrence: string;
    }
  | {
      readonly page: "map";
      readonly range: Range;
      /** What is selected: a node's key, or two of them with an arrow between; "" for nothing. */
      readonly selected: string;
    }
  | { readonly page: "rejected" }
  | { readonly page: "unknown"; readonly path: string };

export type RouteOf<Page extends Route["page"]> = Extract<Route, { page: Page }>;

export const kNoTraceFilters: TraceFilters = { service: "", name: "", min: "", errors: false, attributes: [] };
export const kNoLogFilters: LogFilters = { service: "", client: "", severity: 0, text: "" };
/** What still needs somebody. */
export const kNoItemFilters: ItemFilters = { status: "active", level: "", environment: "", project: "", text: "" };

export const kHome: RouteOf<"home"> = { page: "home", range: kDefaultRange };
export const kTraces: RouteOf<"traces"> = {
  page: "traces",
  range: kDefaultRange,
  filters: kNoTraceFilters,
  cursor: "",
  apart: false,
};
export const kLogs: RouteOf<"logs"> = {
  page: "logs",
  range: kDefaultRange,
  filters: kNoLogFilters,
  cursor: "",
  live: false,
};
export const kErrors: RouteOf<"errors"> = { page: "errors", range: kDefaultRange, filters: kNoItemFilters, cursor: "" };
export const kMap: RouteOf<"map"> = { page: "map", range: kDefaultRange, selected: "" };
export const kRejected: RouteOf<"rejected"> = { page: "rejected" };

export function traceRoute(traceId: string, span = ""): RouteOf<"trace"> {
  return { page: "trace", traceId, span, panel: span === "" ? "logs" : "span", zoom: "" };
}

export function itemRoute(project: string | number, item: string | number, range = kDefaultRange): RouteOf<"item"> {
  return { page: "item", range, project: String(project), item: String(item), occurrence: "" };
}

export function readRoute(path: string, search: string): Route {
  const params = new URLSearchParams(search);
  const range = readRange(params);
  switch (path) {
    case "/":
      return { page: "home", range };
    case "/traces": {
      const apart = textOf(params, "apart") === "1";
      return { page: "traces", range, filters: readTraceFilters(params), cursor: textOf(params, "cursor"), apart };
    }
    case "/logs": {
      const cursor = textOf(params, "cursor");
      const live = textOf(params, "live") === "1" && cursor === "" && range.kind === "last";
      return { page: "logs", range, filters: readLogFilters(params), cursor, live };
    }
    case "/errors":
      return { page: "errors", range, filters: readItemFilters(params), cursor: "" };
    case "/map":
      return { page: "map", range, selected: textOf(params, "selected") };
    case "/rejected":
      return { page: "rejected" };
  }
  if (path.startsWith("/trace/") && path.length > "/trace/".length) {
    return {
      page: "trace",
      traceId: decode(path.slice("/trace/".length)),
      span: textOf(params, "span"),
      panel: textOf(params, "panel") === "logs" || textOf(params, "span") === "" ? "logs" : "span",
      zoom: /^\d{1,19}-\d{1,19}$/.test(textOf(params, "zoom")) ? textOf(params, "zoom") : "",
    };
  }
  const item = /^\/errors\/(\d{1,19})\/(\d{1,19})$/.exec(path);
  if (item?.[1] && item[2]) {
    const occurrence = textOf(params, "occurrence");
    const known = /^\d{1,19}$/.test(occurrence) ? occurrence : "";
    return { page: "item", range, project: item[1], item: item[2], occurrence: known };
  }
  return { page: "unknown", path };
}

function textOf(params: URLSearchParams, name: string): string {
  return params.get(name) ?? "";
}

function readTraceFilters(params: URLSearchParams): TraceFilters {
  return {
    service: textOf(params, "service"),
    name: textOf(params, "name"),
    min: parseDuration(textOf(params, "min")) === undefined ? "" : textOf(params, "min"),
    errors: textOf(params, "errors") === "1",
    attributes: params.getAll("attribute").filter((pair) => pair.indexOf("=") > 0),
  };
}

function readLogFilters(params: URLSearchParams): LogFilters {
  const severity = Number(textOf(params, "severity"));
  return {
    service: textOf(params, "service"),
    client: textOf(params, "client"),
    severity: Number.isInteger(severity) && severity > 0 && severity <= 24 ? severity : 0,
    text: textOf(params, "text"),
  };
}

function readItemFilters(params: URLSearchParams): ItemFilters {
  const status = textOf(params, "status");
  const known = ["any", "resolved", "muted"].includes(status) ? status : kNoItemFilters.status;
  return {
    status: known === "any" ? "" : known,
    level: textOf(params, "level"),
    environment: textOf(params, "environment"),
    project: /^\d{1,19}$/.test(textOf(params, "project")) ? textOf(params, "project") : "",
    text: textOf(params, "text"),
  };
}

export function writeRoute(route: Route): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string) => {
    if (value !== "") params.set(name, value);
  };
  switch (route.page) {
    case "home":
      putRange(route.range, params);
      return withParams("/", params);
    case "traces":
      putRange(route.range, params);
      put("service", route.filters.service);
      put("name", route.filters.name);
      put("min", route.filters.min);
      put("errors", route.filters.errors ? "1" : "");
      for (const pair of route.filters.attributes) params.append("attribute", pair);
      put("cursor", route.cursor);
      put("apart", route.apart ? "1" : "");
      return withParams("/traces", params);
    case "trace":
      put("span", route.span);
      put("panel", route.span !== "" && route.panel === "logs" ? "logs" : "");
      put("zoom", route.zoom);
      return withParams(`/trace/${encodeURIComponent(route.traceId)}`, params);
    case "logs":
      putRange(route.range, params);
      put("service", route.filters.service);
      put("client", route.filters.client);
      put("severity", route.filters.severity === 0 ? "" : String(route.filters.severity));
      put("text", route.filters.text);
      put("cursor", route.cursor);
      put("live", route.live ? "1" : "");
      return withParams("/logs", params);
    case "errors":
      putRange(route.range, params);
      put("status", route.filters.status === kNoItemFilters.status ? "" : route.filters.status || "any");
      put("level", route.filters.level);
      put("environment", route.filters.environment);
      put("project", route.filters.project);
      put("text", route.filters.text);
      return withParams("/errors", params);
    case "item":
      putRange(route.range, params);
      put("occurrence", route.occurrence);
      return withParams(`/errors/${route.project}/${route.item}`, params);
    case "map":
      putRange(route.range, params);
      put("selected", route.selected);
      return withParams("/map", params);
    case "rejected":
      return "/rejected";
    case "unknown":
      return route.path;
  }
}

/** The default range is left out of the address: `/traces` is the last hour. */
function putRange(range: Range, params: URLSearchParams): void {
  const isDefault = range.kind === "last" && kDefaultRange.kind === "last" && range.last === kDefaultRange.last;
  if (!isDefault) writeRange(range, params);
}

function withParams(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
