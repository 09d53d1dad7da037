// Services and the calls between them, as they were in a time range.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { fetchServiceMap, toNanos } from "../api/service_map";
import { formatDuration } from "../base/nanos";
import { formatCount, plural } from "../base/numbers";
import { Ring } from "../charts/ring";
import type { layOutMap, MapLayout } from "../model/map_layout";
import { latest } from "../model/remote";
import { kMap, type RouteOf, writeRoute } from "../model/route";
import { isClient, type MapEdge, type MapNode, type ServiceMap } from "../model/service_map";
import { useMedia, useRemote } from "../widgets/hooks";
import { does, moveFocus, taken, useHotkeys } from "../widgets/hotkeys";
import { go } from "../widgets/navigation";
import { Empty, Failed, Loading, StaleNote } from "../widgets/page_state";
import { TimePicker } from "../widgets/time_picker";
import { MapPanel } from "./map_panel";

type MapRoute = RouteOf<"map">;

export function ServiceMapView({ route }: { readonly route: MapRoute }) {
  const { remote, reload } = useRemote(writeRoute({ ...route, selected: "" }), (signal) =>
    fetchServiceMap(route.range, signal),
  );
  useHotkeys({
    r: taken(() => reload()),
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    Escape: () => route.selected !== "" && does(() => go({ ...route, selected: "" })),
  });
  const answer = latest(remote);
  return (
    <>
      <header class="view-head">
        <h1>Service map</h1>
        {answer?.span.cut && <p class="quiet view-note">A map covers six hours: these are the newest of that time.</p>}
        <TimePicker range={route.range} onChange={(range) => go({ ...route, range })} />
      </header>
      {remote.state === "failed" && answer && <StaleNote failure={remote.failure} onRetry={reload} />}
      {!answer ? (
        remote.state === "failed" ? (
          <Failed what="the service map" failure={remote.failure} onRetry={reload} />
        ) : (
          <Loading what="the service map" />
        )
      ) : answer.map.nodes.length === 0 ? (
        <NoServices route={route} />
      ) : (
        <div class="map-body" aria-busy={remote.state === "loading"}>
          <Drawing map={answer.map} route={route} />
          <MapPanel map={answer.map} span={answer.span} route={route} />
        </div>
      )}
      {answer && answer.map.nodes.length > 0 && <Legend />}
    </>
  );
}

function NoServices({ route }: { readonly route: MapRoute }) {
  return (
    <Empty title="No request in this time">
      {route.range.kind === "last" && route.range.last !== "6h" && (
        <p class="actions">
          <button type="button" onClick={() => go({ ...kMap, range: { kind: "last", last: "6h" } })}>
            Look at the last 6 hours
          </button>
        </p>
      )}
      <p class="quiet">
        OpenTelemetry's spans draw the map once <code>OTEL_EXPORTER_OTLP_ENDPOINT={location.origin}</code> is set,
        X-Ray's segments once <code>AWS_XRAY_DAEMON_ADDRESS={location.hostname}:2000</code> is.
      </p>
    </Empty>
  );
}

/** The library comes with the first map that is drawn. */
function useLayout(map: ServiceMap, direction: "LR" | "TB"): MapLayout | undefined {
  const [layOut, setLayOut] = useState<{ readonly run: typeof layOutMap } | undefined>();
  useEffect(() => {
    let wanted = true;
    void import("../model/map_layout").then((library) => wanted && setLayOut({ run: library.layOutMap }));
    return () => {
      wanted = false;
    };
  }, []);
  return useMemo(() => layOut?.run(map, direction), [layOut, map, direction]);
}

interface DrawingProps {
  readonly map: ServiceMap;
  readonly route: MapRoute;
}

const kSmallest = 0.4;

function Drawing({ map, route }: DrawingProps) {
  const narrow = useMedia("(max-width: 640px)");
  const layout = useLayout(map, narrow ? "TB" : "LR");
  const frame = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(1);
  useEffect(() => {
    if (!layout || !frame.current) return;
    // The whole map is seen at first, as far as it stays legible.
    setScale(Math.max(kSmallest, Math.min(1, frame.current.clientWidth / layout.width)));
  }, [layout]);
  if (!layout) return <Loading what="the drawing" />;
  const select = (key: string) => go({ ...route, selected: route.selected === key ? "" : key }, "replace");
  return (
    <section class="map-main" aria-label="Map">
      <p class="actions map-tools">
        <button type="button" onClick={() => setScale(scale * 1.25)} aria-label="Larger">
          +
        </button>
        <button type="button" onClick={() => setScale(Math.max(0.1, scale / 1.25))} aria-label="Smaller">
          −
        </button>
      </p>
      <div class="map-frame" ref={frame}>
        {/* biome-ignore lint/a11y/useSemanticElements: a drawing cannot be a fieldset */}
        <svg
          class="map"
          width={layout.width * scale}
          height={layout.height * scale}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          role="group"
          aria-label={`${plural(map.nodes.length, "service")}, ${plural(map.edges.length, "connection")}`}
          data-testid="map"
        >
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path class="map-arrow" d="M0 0.5L7.5 4L0 7.5z" />
            </marker>
          </defs>
          {map.edges.map((edge) => (
            <EdgeView key={edge.key} edge={edge} layout={layout} selected={route.selected} onSelect={select} />
          ))}
          {map.nodes.map((node) => (
            <NodeView key={node.key} node={node} layout={layout} selected={route.selected} onSelect={select} />
          ))}
        </svg>
      </div>
    </section>
  );
}

interface PartProps {
  readonly layout: MapLayout;
  readonly selected: string;
  readonly onSelect: (key: string) => void;
}

/** What makes a group of shapes a button. */
function buttonProps(key: string, label: string, selected: string, onSelect: (key: string) => void) {
  return {
    role: "button" as const,
    // An SVG element knows the attribute by this name only.
    tabindex: 0,
    "data-row": "",
    "aria-label": label,
    "aria-pressed": selected === key,
    onClick: () => onSelect(key),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onSelect(key);
    },
  };
}

function EdgeView({ edge, layout, selected, onSelect }: PartProps & { readonly edge: MapEdge }) {
  const placed = layout.edges.get(edge.key);
  if (!placed) return null;
  const { stats } = edge;
  const failed = stats.fault + stats.error + stats.throttle;
  const label = `${edge.key}: ${plural(stats.total, "call")}, ${failed} failed`;
  return (
    <g
      class={`map-edge${selected === edge.key ? " selected" : ""}${stats.fault > 0 ? " has-faults" : ""}`}
      data-testid="map-edge"
      {...buttonProps(edge.key, label, selected, onSelect)}
    >
      <path class="map-edge-hit" d={placed.path} />
      <path class="map-edge-line" d={placed.path} marker-end="url(#arrow)" />
      {stats.total > 0 && (
        <text x={placed.x} y={placed.y} class="map-edge-label">
          <tspan x={placed.x} dy="-3">
            {formatCount(stats.total)}
            {failed > 0 && ` · ! ${formatCount(failed)}`}
          </tspan>
          <tspan x={placed.x} dy="13">
            {formatDuration(toNanos(stats.average))}
          </tspan>
        </text>
      )}
    </g>
  );
}

/** As the layout has it: its module is loaded later than this one. */
const kRise = 20;
const kLongestName = 24;
const shortened = (name: string) => (name.length > kLongestName ? `${name.slice(0, kLongestName - 1)}…` : name);

function NodeView({ node, layout, selected, onSelect }: PartProps & { readonly node: MapNode }) {
  const place = layout.nodes.get(node.key);
  if (!place) return null;
  const { stats } = node;
  const client = isClient(node);
  const name = client ? "Clients" : node.name;
  const kind = client ? `of ${node.name}` : node.type;
  const label = `${name} ${kind}: ${plural(stats.total, "request")}, ${plural(stats.fault, "fault")}, ${plural(
    stats.error + stats.throttle,
    "error",
  )}`;
  return (
    <g
      class={`map-node${selected === node.key ? " selected" : ""}`}
      transform={`translate(${place.x} ${place.y})`}
      data-testid="map-node"
      data-name={node.name}
      {...buttonProps(node.key, label, selected, onSelect)}
    >
      <title>{label}</title>
      <g transform={`translate(0 ${-kRise})`}>
        <Ring stats={stats} dashed={node.inferred && !client} />
        <text class="map-node-numbers">
          {stats.total === 0 ? (
            <tspan x="0" dy="4">
              –
            </tspan>
          ) : (
            <>
              <tspan x="0" dy="-1">
                {formatDuration(toNanos(stats.average))}
              </tspan>
              <tspan x="0" dy="13" class="map-node-count">
                {formatCount(stats.total)}
              </tspan>
            </>
          )}
        </text>
      </g>
      <text y="27" class="map-node-name">
        {shortened(name)}
      </text>
      <text y="42" class="map-node-kind">
        {shortened(kind)}
      </text>
    </g>
  );
}

function Legend() {
  return (
    <ul class="legend map-legend" aria-label="Colours of the rings">
      {(["ok", "error", "throttle", "fault"] as const).map((name) => (
        <li key={name}>
          <span class={`swatch ring-${name}`} aria-hidden="true" />
          {{ ok: "fine", error: "error (4xx)", throttle: "throttled (429)", fault: "fault (5xx)" }[name]}
        </li>
      ))}
      <li class="quiet">inside: average time and requests · dashed: known by its callers only</li>
    </ul>
  );
}
