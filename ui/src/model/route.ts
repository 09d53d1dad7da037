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
  readonly service: string;
  /** Lowest severity number shown; 0 shows all. */
  readonly severity: number;
  readonly text: string;
}

export type Route =
  | { readonly page: "home"; readonly range: Range }
  | { readonly page: "traces"; readonly range: Range; readonly filters: TraceFilters; readonly cursor: string }
  | {
      readonly page: "trace";
      readonly traceId: string;
      /** The selected span, "" when there is none. */
      readonly span: string;
      readonly panel: "span" | "logs";
      /** Part of the trace that is shown, in nanoseconds from its start: `1000-250000`; "" shows all of it. */
      readonly zoom: string;
    }
  | { readonly page: "logs"; readonly range: Range; readonly filters: LogFilters; readonly cursor: string }
  | { readonly page: "rejected" }
  | { readonly page: "unknown"; readonly path: string };

export type RouteOf<Page extends Route["page"]> = Extract<Route, { page: Page }>;

export const kNoTraceFilters: TraceFilters = { service: "", name: "", min: "", errors: false, attributes: [] };
export const kNoLogFilters: LogFilters = { service: "", severity: 0, text: "" };

export const kHome: RouteOf<"home"> = { page: "home", range: kDefaultRange };
export const kTraces: RouteOf<"traces"> = {
  page: "traces",
  range: kDefaultRange,
  filters: kNoTraceFilters,
  cursor: "",
};
export const kLogs: RouteOf<"logs"> = { page: "logs", range: kDefaultRange, filters: kNoLogFilters, cursor: "" };
export const kRejected: RouteOf<"rejected"> = { page: "rejected" };

export function traceRoute(traceId: string, span = ""): RouteOf<"trace"> {
  return { page: "trace", traceId, span, panel: span === "" ? "logs" : "span", zoom: "" };
}

export function readRoute(path: string, search: string): Route {
  const params = new URLSearchParams(search);
  const text = (name: string) => params.get(name) ?? "";
  if (path === "/") return { page: "home", range: readRange(params) };
  if (path === "/traces") {
    const filters: TraceFilters = {
      service: text("service"),
      name: text("name"),
      min: parseDuration(text("min")) === undefined ? "" : text("min"),
      errors: text("errors") === "1",
      attributes: params.getAll("attribute").filter((pair) => pair.indexOf("=") > 0),
    };
    return { page: "traces", range: readRange(params), filters, cursor: text("cursor") };
  }
  if (path.startsWith("/trace/") && path.length > "/trace/".length) {
    return {
      page: "trace",
      traceId: decode(path.slice("/trace/".length)),
      span: text("span"),
      panel: text("panel") === "logs" || text("span") === "" ? "logs" : "span",
      zoom: /^\d{1,19}-\d{1,19}$/.test(text("zoom")) ? text("zoom") : "",
    };
  }
  if (path === "/logs") {
    const severity = Number(text("severity"));
    const filters: LogFilters = {
      service: text("service"),
      severity: Number.isInteger(severity) && severity > 0 && severity <= 24 ? severity : 0,
      text: text("text"),
    };
    return { page: "logs", range: readRange(params), filters, cursor: text("cursor") };
  }
  if (path === "/rejected") return { page: "rejected" };
  return { page: "unknown", path };
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
      return withParams("/traces", params);
    case "trace":
      put("span", route.span);
      put("panel", route.span !== "" && route.panel === "logs" ? "logs" : "");
      put("zoom", route.zoom);
      return withParams(`/trace/${encodeURIComponent(route.traceId)}`, params);
    case "logs":
      putRange(route.range, params);
      put("service", route.filters.service);
      put("severity", route.filters.severity === 0 ? "" : String(route.filters.severity));
      put("text", route.filters.text);
      put("cursor", route.cursor);
      return withParams("/logs", params);
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
