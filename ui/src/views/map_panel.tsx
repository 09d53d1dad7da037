// Beside the map: the numbers of what is selected and its traces; all services as a table when nothing is.

import { useState } from "preact/hooks";
import { fetchMapTraces, type MapTrace, type Span, toNanos } from "../api/service_map";
import { formatDuration } from "../base/nanos";
import { formatCount, formatShare } from "../base/numbers";
import { latest } from "../model/remote";
import { kTraces, type RouteOf, traceRoute } from "../model/route";
import { type CallStats, filterOf, isClient, type ServiceMap } from "../model/service_map";
import { Fact } from "../widgets/facts";
import { useRemote } from "../widgets/hooks";
import { go, Link } from "../widgets/navigation";
import { Failed, Loading } from "../widgets/page_state";
import { type Column, ErrorText, NoValue, NumberCell, TableHead } from "../widgets/table";
import { TimeText } from "../widgets/time_text";

interface Props {
  readonly map: ServiceMap;
  readonly span: Span;
  readonly route: RouteOf<"map">;
}

export function MapPanel({ map, span, route }: Props) {
  const node = map.nodes.find((one) => one.key === route.selected);
  const edge = map.edges.find((one) => one.key === route.selected);
  const stats = node?.stats ?? edge?.stats;
  if (!stats) return <AllServices map={map} route={route} />;
  const traced = node && !node.inferred && !isClient(node);
  return (
    <aside class="map-side" aria-label="Selected" data-testid="map-panel">
      <header class="map-side-head">
        <h2>{node ? (isClient(node) ? `Clients of ${node.name}` : node.name) : route.selected}</h2>
        <button
          type="button"
          class="close"
          onClick={() => go({ ...route, selected: "" }, "replace")}
          aria-label="Close the selection"
        >
          ×
        </button>
      </header>
      {node && node.type !== "" && !isClient(node) && <p class="quiet">{node.type}</p>}
      <Numbers stats={stats} />
      <Times stats={stats} />
      {traced && (
        <p class="actions">
          <Link
            to={{ ...kTraces, range: route.range, filters: { ...kTraces.filters, service: node.name } }}
            class="button"
          >
            All its traces
          </Link>
        </p>
      )}
      <Traces key={route.selected} map={map} span={span} selected={route.selected} faults={stats.fault > 0} />
    </aside>
  );
}

function Numbers({ stats }: { readonly stats: CallStats }) {
  const part = (count: number) => `${formatCount(count)} (${formatShare(count, stats.total)})`;
  return (
    <dl class="span-facts">
      <Fact name="Requests">{formatCount(stats.total)}</Fact>
      <Fact name="Average">{formatDuration(toNanos(stats.average))}</Fact>
      <Fact name="p99">
        <span data-testid="map-p99">{formatDuration(toNanos(stats.p99))}</span>
      </Fact>
      <Fact name="Fine">{part(stats.ok)}</Fact>
      {stats.error > 0 && (
        <Fact name="Errors (4xx)">
          <ErrorText>{part(stats.error)}</ErrorText>
        </Fact>
      )}
      {stats.throttle > 0 && (
        <Fact name="Throttled (429)">
          <ErrorText>{part(stats.throttle)}</ErrorText>
        </Fact>
      )}
      {stats.fault > 0 && (
        <Fact name="Faults (5xx)">
          <span data-testid="map-faults">
            <ErrorText>{part(stats.fault)}</ErrorText>
          </span>
        </Fact>
      )}
    </dl>
  );
}

const kBins = 30;
const kHeight = 48;

/** How long they took, from the fastest to the slowest in equal steps. */
function Times({ stats }: { readonly stats: CallStats }) {
  if (stats.times.length < 2) return null;
  const values = stats.times.map((one) => one.Value);
  const low = Math.min(...values);
  const width = Math.max(0.001, Math.max(...values) - low) / kBins;
  const bins = new Array<number>(kBins).fill(0);
  for (const { Value, Count } of stats.times) {
    const bin = Math.min(kBins - 1, Math.floor((Value - low) / width));
    bins[bin] = (bins[bin] ?? 0) + Count;
  }
  const top = Math.max(...bins);
  const bars = bins.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(1, (count / top) * kHeight);
    return `M${i + 0.1} ${kHeight}h0.8v${(-height).toFixed(2)}h-0.8z`;
  });
  return (
    <figure class="map-times">
      <svg viewBox={`0 0 ${kBins} ${kHeight}`} preserveAspectRatio="none" role="img" aria-label="Response times">
        <path class="spark-all" d={bars.join("")} />
      </svg>
      <figcaption class="quiet">
        <span>{formatDuration(toNanos(low))}</span>
        <span>{formatDuration(toNanos(low + kBins * width))}</span>
      </figcaption>
    </figure>
  );
}

interface TracesProps {
  readonly map: ServiceMap;
  readonly span: Span;
  readonly selected: string;
  /** There are some, so that they can be asked for alone. */
  readonly faults: boolean;
}

function Traces({ map, span, selected, faults }: TracesProps) {
  const [onlyFaults, setOnlyFaults] = useState(false);
  return (
    <>
      <h3>Newest traces</h3>
      {faults && (
        <label class="check">
          <input
            type="checkbox"
            checked={onlyFaults}
            onChange={() => setOnlyFaults(!onlyFaults)}
            data-testid="only-faults"
          />{" "}
          With faults here only
        </label>
      )}
      <TraceList span={span} filter={filterOf(map, selected, onlyFaults)} />
    </>
  );
}

function TraceList({ span, filter }: { readonly span: Span; readonly filter: string }) {
  const { remote, reload } = useRemote(`${span.to} ${filter}`, (signal) => fetchMapTraces(span, filter, signal));
  const traces = latest(remote);
  if (!traces) {
    return remote.state === "failed" ? (
      <Failed what="its traces" failure={remote.failure} onRetry={reload} />
    ) : (
      <Loading what="its traces" />
    );
  }
  if (traces.length === 0) return <p class="quiet">None in this time.</p>;
  return (
    <ol class="map-traces">
      {traces.map((trace) => (
        <li key={trace.id}>
          <TraceLine trace={trace} />
        </li>
      ))}
    </ol>
  );
}

function TraceLine({ trace }: { readonly trace: MapTrace }) {
  return (
    <Link to={traceRoute(trace.id)} data-testid="map-trace" title={trace.id}>
      <TimeText at={trace.start} /> <span class="number">{formatDuration(trace.duration)}</span>{" "}
      {trace.outcome !== "ok" && <ErrorText>{trace.outcome}</ErrorText>}
    </Link>
  );
}

const kColumns: readonly Column[] = [
  { title: "Service" },
  { title: "Requests", class: "number" },
  { title: "Failed", class: "number" },
  { title: "Average", class: "number" },
  { title: "p99", class: "number" },
];

/** The same as the drawing says, for those who read. */
function AllServices({ map, route }: Omit<Props, "span">) {
  const services = map.nodes
    .filter((node) => !isClient(node))
    .sort((a, b) => b.stats.fault - a.stats.fault || b.stats.total - a.stats.total);
  return (
    <aside class="map-side" aria-label="Services">
      <table class="map-services">
        <TableHead columns={kColumns} />
        <tbody>
          {services.map(({ key, name, type, stats }) => (
            <tr key={key}>
              <th scope="row">
                <button type="button" class="link" onClick={() => go({ ...route, selected: key }, "replace")}>
                  {name}
                </button>
                {type !== "" && <span class="quiet map-type">{type}</span>}
              </th>
              <NumberCell label="requests">{formatCount(stats.total)}</NumberCell>
              <NumberCell label="failed">
                {stats.total > stats.ok ? (
                  <ErrorText>{formatShare(stats.total - stats.ok, stats.total)}</ErrorText>
                ) : (
                  <span class="quiet">0 %</span>
                )}
              </NumberCell>
              <NumberCell label="average">
                {stats.total === 0 ? <NoValue /> : formatDuration(toNanos(stats.average))}
              </NumberCell>
              <NumberCell label="p99">
                {stats.total === 0 ? <NoValue /> : formatDuration(toNanos(stats.p99))}
              </NumberCell>
            </tr>
          ))}
        </tbody>
      </table>
    </aside>
  );
}
