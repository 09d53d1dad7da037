// One trace: its facts, the minimap, the waterfall, and beside it the span or the log records.

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { fetchTrace, fetchTraceErrors, fetchTraceLogs } from "../api/queries";
import { Minimap, type Window } from "../charts/minimap";
import { visibleRows } from "../model/layout";
import { type Mark, marksBySpan, placeMarks } from "../model/marks";
import { latest, type Remote } from "../model/remote";
import type { RouteOf } from "../model/route";
import { spanIndex, type Trace } from "../model/trace";
import { useRemote, useSize } from "../widgets/hooks";
import { does, taken, useHotkeys } from "../widgets/hotkeys";
import { go, Link } from "../widgets/navigation";
import { Empty, Failed, Loading } from "../widgets/page_state";
import { MarkLane } from "./mark_lane";
import { SpanPanel } from "./span_panel";
import { TraceHead, TraceIds } from "./trace_head";
import { type Reports, TraceReports } from "./trace_reports";
import { Waterfall } from "./waterfall";

export function TraceView({ route }: { readonly route: RouteOf<"trace"> }) {
  const { remote, reload } = useRemote(route.traceId, (signal) => fetchTrace(route.traceId, signal));
  useHotkeys({ r: taken(() => reload()) });
  const trace = latest(remote);
  if (trace) return <JoinedTrace trace={trace} route={route} />;
  if (remote.state === "loading") return <Loading what={`trace ${route.traceId}`} />;
  if (remote.state === "failed" && remote.failure.code === "not_found") {
    return (
      <Empty title="Nothing of this trace has arrived">
        <p>
          <code>{route.traceId}</code>
        </p>
        <p class="quiet">
          No span, no segment, no log record and no error names it. Exporters send in batches: a span may need a few
          seconds. Or the trace was not sampled, or it was refused.
        </p>
        <p class="actions">
          <button type="button" onClick={reload}>
            Look again
          </button>
          <Link to={{ page: "rejected" }} class="button">
            What was rejected
          </Link>
        </p>
      </Empty>
    );
  }
  return remote.state === "failed" ? <Failed what="the trace" failure={remote.failure} onRetry={reload} /> : null;
}

/** The trace with what log records and errors say beside it. */
function JoinedTrace({ trace, route }: { readonly trace: Trace; readonly route: RouteOf<"trace"> }) {
  const { remote, reload } = useRemote<Reports>(`${trace.traceId} ${trace.logs} ${trace.reported}`, async (signal) => {
    const [logs, errors] = await Promise.all([
      trace.logs === 0 ? { logs: [], cursor: "" } : fetchTraceLogs(trace.traceId, "", signal),
      trace.reported === 0 ? { errors: [] } : fetchTraceErrors(trace.traceId, signal),
    ]);
    return { logs: logs.logs, cursor: logs.cursor, errors: errors.errors };
  });
  const props = { trace, route, reports: remote, onReload: reload };
  return trace.count === 0 ? <SpanlessTrace {...props} /> : <OpenTrace {...props} />;
}

interface TraceProps {
  readonly trace: Trace;
  readonly route: RouteOf<"trace">;
  readonly reports: Remote<Reports>;
  readonly onReload: () => void;
}

function SpanlessTrace({ trace, reports, onReload }: TraceProps) {
  return (
    <div class="trace spanless">
      <header class="trace-head">
        <h1>Trace without spans</h1>
        <p class="quiet">
          No span and no segment of it has arrived (not sampled, or still on their way); this is what names it.
        </p>
        <TraceIds trace={trace} />
      </header>
      <TraceReports trace={trace} reports={reports} onReload={onReload} span="" onSpan={() => undefined} />
    </div>
  );
}

function readZoom(zoom: string, length: number): Window {
  const [from, to] = zoom.split("-").map(Number);
  return from !== undefined && to !== undefined && from < to
    ? { from, to: Math.min(to, length) }
    : { from: 0, to: length };
}

function writeZoom(view: Window, length: number): string {
  const from = Math.max(0, Math.floor(view.from));
  const to = Math.min(length, Math.ceil(view.to));
  return (from === 0 && to >= length) || to <= from ? "" : `${from}-${to}`;
}

function OpenTrace({ trace, route, reports, onReload }: TraceProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => visibleRows(trace.layout, collapsed), [trace, collapsed]);
  const { ref, size } = useSize<HTMLDivElement>();
  const length = trace.layout.length;
  const view = useMemo(() => readZoom(route.zoom, length), [route.zoom, length]);
  const selected = spanIndex(trace, route.span);
  const known = latest(reports);
  const marks = useMemo(() => placeMarks(trace, known?.logs ?? [], known?.errors ?? []), [trace, known]);
  const bySpan = useMemo(() => marksBySpan(marks), [marks]);

  const select = useCallback(
    (node: number) => {
      const id = trace.ids[node];
      if (id !== undefined) go({ ...route, span: id, panel: "span" }, "replace");
    },
    [trace, route],
  );
  const openMark = (mark: Mark) => go({ ...route, span: trace.ids[mark.span] ?? route.span, panel: "logs" }, "replace");
  const setView = (next: Window) => go({ ...route, zoom: writeZoom(next, length) }, "replace");
  const toggle = (node: number, close?: boolean) => setCollapsed((before) => toggled(before, node, close));
  const move = (by: number) => moveSelection(trace, rows, selected, by, select);
  const zoom = (factor: number, pan: number) => setView(zoomed(view, factor, pan, length));

  useHotkeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Enter: () => selected >= 0 && route.panel !== "span" && does(() => go({ ...route, panel: "span" })),
    Escape: () => route.span !== "" && does(() => go({ ...route, span: "", panel: "logs" })),
    "[": () => selected >= 0 && does(() => toggle(selected, true)),
    "]": () => selected >= 0 && does(() => toggle(selected, false)),
    "{": taken(() => setCollapsed(everyParent(trace))),
    "}": taken(() => setCollapsed(new Set())),
    n: () => nextError(trace, selected, select),
    w: taken(() => zoom(0.6, 0)),
    s: taken(() => zoom(1 / 0.6, 0)),
    a: taken(() => zoom(1, -0.2)),
    d: taken(() => zoom(1, 0.2)),
    z: taken(() => setView({ from: 0, to: length })),
  });
  useOpenAbove(trace, selected, setCollapsed);

  return (
    <div class="trace">
      <TraceHead trace={trace} />
      <div class="trace-body">
        <section class="trace-main" aria-label="Waterfall" ref={ref}>
          <Minimap trace={trace} width={size.width} view={view} onView={setView} />
          <Waterfall
            trace={trace}
            rows={rows}
            collapsed={collapsed}
            selected={selected}
            view={view}
            onSelect={select}
            onToggle={toggle}
            marks={bySpan}
            onMark={openMark}
            above={
              marks.length > 0 && <MarkLane marks={marks} view={view} width={size.width * 0.6} onSelect={openMark} />
            }
            tools={
              <>
                <button type="button" onClick={() => setCollapsed(everyParent(trace))} title="Collapse everything ({)">
                  Collapse
                </button>
                <button
                  type="button"
                  onClick={() => setCollapsed(new Set())}
                  disabled={collapsed.size === 0}
                  title="Expand everything (})"
                >
                  Expand
                </button>
                {trace.errors > 0 && (
                  <button type="button" onClick={() => nextError(trace, selected, select)} title="Next failed span (n)">
                    Next error
                  </button>
                )}
                {route.zoom !== "" && (
                  <button type="button" onClick={() => setView({ from: 0, to: length })} title="The whole trace (z)">
                    Whole trace
                  </button>
                )}
              </>
            }
          />
        </section>
        <aside class={selected >= 0 ? "trace-side has-span" : "trace-side"} aria-label="Details">
          <Side trace={trace} route={route} selected={selected} reports={reports} onReload={onReload} />
        </aside>
      </div>
    </div>
  );
}

interface SideProps extends TraceProps {
  readonly selected: number;
}

function Side({ trace, route, selected, reports, onReload }: SideProps) {
  const panel = selected >= 0 ? route.panel : "logs";
  const tab = (name: "span" | "logs", label: string) => (
    <button
      type="button"
      role="tab"
      aria-selected={panel === name}
      disabled={name === "span" && selected < 0}
      onClick={() => go({ ...route, panel: name }, "replace")}
    >
      {label}
    </button>
  );
  return (
    <>
      <div class="tabs">
        <div role="tablist" aria-label="Details">
          {tab("span", "Span")}
          {tab("logs", reportsTitle(trace))}
        </div>
        {selected >= 0 && (
          <button
            type="button"
            class="close"
            onClick={() => go({ ...route, span: "", panel: "logs" })}
            aria-label="Close the span"
          >
            ×
          </button>
        )}
      </div>
      <div class="panel" role="tabpanel">
        {panel === "span" ? (
          <SpanPanel key={trace.ids[selected]} trace={trace} span={selected} />
        ) : (
          <TraceReports
            trace={trace}
            reports={reports}
            onReload={onReload}
            span={route.span}
            onSpan={(id) => go({ ...route, span: id, panel: "span" })}
          />
        )}
      </div>
    </>
  );
}

function reportsTitle(trace: Trace): string {
  return trace.reported === 0 ? `Logs (${trace.logs})` : `Logs (${trace.logs}) and errors (${trace.reported})`;
}

function toggled(before: ReadonlySet<number>, node: number, close?: boolean): ReadonlySet<number> {
  const after = new Set(before);
  if (close ?? !before.has(node)) after.add(node);
  else after.delete(node);
  return after;
}

/** Everything that has something below it, but for the outermost. */
function everyParent(trace: Trace): ReadonlySet<number> {
  const nodes = new Set<number>();
  const { order, after, depth } = trace.layout;
  for (let row = 0; row < order.length; row++) {
    if ((depth[row] ?? 0) > 0 && (after[row] ?? 0) > row + 1) nodes.add(order[row] ?? 0);
  }
  return nodes;
}

function moveSelection(
  trace: Trace,
  rows: Int32Array,
  selected: number,
  by: number,
  select: (node: number) => void,
): boolean {
  const at = selected < 0 ? -1 : rows.indexOf(trace.layout.rowOf[selected] ?? -1);
  // A missing parent cannot be opened: the selection steps over it.
  for (let i = at === -1 ? (by > 0 ? 0 : rows.length - 1) : at + by; i >= 0 && i < rows.length; i += by) {
    const node = trace.layout.order[rows[i] ?? 0] ?? 0;
    if (node < trace.count) {
      select(node);
      return true;
    }
  }
  return true;
}

function nextError(trace: Trace, selected: number, select: (node: number) => void): boolean {
  const { order, rowOf, nodes } = trace.layout;
  const from = selected < 0 ? -1 : (rowOf[selected] ?? -1);
  for (let step = 1; step <= nodes; step++) {
    const node = order[(from + step) % nodes] ?? 0;
    if (node < trace.count && trace.status[node] === 2) {
      select(node);
      break;
    }
  }
  return true;
}

/** `factor` < 1 looks closer; `pan` moves by that share of what is seen. */
function zoomed(view: Window, factor: number, pan: number, length: number): Window {
  const middle = (view.from + view.to) / 2 + pan * (view.to - view.from);
  const width = Math.min(length, Math.max(10, (view.to - view.from) * factor));
  const from = Math.min(Math.max(0, middle - width / 2), length - width);
  return { from, to: from + width };
}

/** A span that is selected (by the address, or by "next error") is never hidden in a collapsed one. */
function useOpenAbove(
  trace: Trace,
  selected: number,
  setCollapsed: (change: (before: ReadonlySet<number>) => ReadonlySet<number>) => void,
): void {
  useEffect(() => {
    if (selected < 0) return;
    const { rowOf, after } = trace.layout;
    const row = rowOf[selected] ?? -1;
    setCollapsed((before) => {
      const hiding = [...before].filter((node) => {
        const above = rowOf[node] ?? -1;
        return above < row && row < (after[above] ?? 0);
      });
      if (hiding.length === 0) return before;
      const open = new Set(before);
      for (const node of hiding) open.delete(node);
      return open;
    });
  }, [trace, selected]);
}
