// Log records of every origin: how many over time, and each of them.

import { fetchLogHistogram, fetchLogs, type LogHistogram } from "../api/queries";
import { formatTime, nowNanos } from "../base/nanos";
import { plural } from "../base/numbers";
import { Histogram } from "../charts/histogram";
import { app } from "../model/app_state";
import type { Level } from "../model/names";
import { originOf } from "../model/origin";
import { latest } from "../model/remote";
import { kNoLogFilters, type LogFilters, type RouteOf, writeRoute } from "../model/route";
import { ChoiceField, FilterForm, ServiceField, TextField, textOf } from "../widgets/filter_form";
import { useRemote, useStore } from "../widgets/hooks";
import { ListView, NothingFound } from "../widgets/list_view";
import { LogLine } from "../widgets/log_line";
import { go } from "../widgets/navigation";

/** In the order of the server's series. */
const kLevels: readonly Level[] = ["none", "trace", "debug", "info", "warn", "error", "fatal"];
const kLiveMs = 3000;

type LogsRoute = RouteOf<"logs">;

export function LogsView({ route }: { readonly route: LogsRoute }) {
  const filtered = JSON.stringify(route.filters) !== JSON.stringify(kNoLogFilters);
  const clear = filtered ? () => go({ ...route, filters: kNoLogFilters, cursor: "" }) : undefined;
  const histogram = useRemote(
    writeRoute({ ...route, cursor: "", live: false }),
    (signal) => fetchLogHistogram(route.range, route.filters, signal),
    route.live ? kLiveMs : 0,
  );
  const counts = latest(histogram.remote);
  const canBeLive = route.range.kind === "last" && route.cursor === "";
  return (
    <ListView
      title="Logs"
      route={route}
      filters={<Filters route={route} histogram={counts} onClear={clear} />}
      chart={() => <LogChart route={route} histogram={counts} />}
      {...(canBeLive ? { live: { on: route.live, toggle: () => go({ ...route, live: !route.live }, "replace") } } : {})}
      load={(signal) => fetchLogs(route.range, route.filters, route.cursor, signal)}
      isEmpty={(page) => page.logs.length === 0}
      rows={(page) => (
        <ol class="logs">
          {page.logs.map((log, i) => (
            <LogLine key={`${log.time}-${log.observed_time}-${i}`} log={log} linkTrace />
          ))}
        </ol>
      )}
      empty={
        <NothingFound
          title={filtered ? "No log record in this time meets the filter" : "No log record in this time"}
          range={route.range}
          onRange={(range) => go({ ...route, range, cursor: "" })}
          onClear={clear}
        >
          <p class="quiet">
            OpenTelemetry SDKs send logs to the same address as traces once <code>OTEL_LOGS_EXPORTER=otlp</code> is set;
            watchtower, the CloudWatch agent and <code>aws logs</code> once{" "}
            <code>AWS_ENDPOINT_URL_LOGS={location.origin}</code> is.
          </p>
        </NothingFound>
      }
    />
  );
}

interface ChartProps {
  readonly route: LogsRoute;
  readonly histogram: LogHistogram | undefined;
}

/** Room is kept while the counts are on their way. */
function LogChart({ route, histogram }: ChartProps) {
  const { zone } = useStore(app);
  if (!histogram) return <div class="log-chart" aria-busy="true" />;
  const { first, step, count, levels } = histogram;
  const start = (i: number) => first + BigInt(i) * step;
  const layers = kLevels.map((name, i) => ({ name, counts: levels[i] ?? [] }));
  const shown = layers
    .map(({ name, counts }) => ({ name, total: counts.reduce((sum, one) => sum + one, 0) }))
    .filter(({ total }) => total > 0);
  const choose = (from: number, to: number) =>
    go({ ...route, range: { kind: "between", from: start(from), to: start(to) }, cursor: "", live: false });
  return (
    <figure class="log-chart" data-testid="log-chart" data-count={count}>
      <Histogram
        layers={layers}
        label={`${plural(count, "log record")} over time`}
        onRange={choose}
        titleOf={(i) => formatTime(start(i), zone, nowNanos())}
      />
      <figcaption>
        {plural(count, "record")}
        {shown.map(({ name, total }) => (
          <span key={name} class="legend-level">
            <span class={`swatch fill-${name}`} aria-hidden="true" /> {name === "none" ? "no severity" : name}{" "}
            <span class="quiet">{total}</span>
          </span>
        ))}
        <span class="quiet drag-hint">drag to zoom</span>
      </figcaption>
    </figure>
  );
}

const kSeverities: readonly (readonly [string, string])[] = [
  ["0", "any"],
  ["5", "debug"],
  ["9", "info"],
  ["13", "warn"],
  ["17", "error"],
  ["21", "fatal"],
];

const kClients: readonly (readonly [string, string])[] = [
  ["", "any"],
  ...["otlp", "cloudwatch", "honeycomb"].map((client) => [client, originOf(client).name] as const),
];

interface FiltersProps extends ChartProps {
  readonly onClear: (() => void) | undefined;
}

function Filters({ route, histogram, onClear }: FiltersProps) {
  const { filters, range } = route;
  const read = (data: FormData) => {
    const next: LogFilters = {
      service: textOf(data, "service"),
      client: textOf(data, "client"),
      text: String(data.get("text") ?? ""),
      severity: Number(data.get("severity") ?? "0"),
    };
    go({ ...route, filters: next, cursor: "" });
  };
  const names = [...new Set(histogram?.sources.map((one) => one.service).filter((name) => name !== ""))];
  return (
    <FilterForm label="Filter logs" filters={filters} onRead={read} onClear={onClear}>
      {(submit) => (
        <>
          <TextField
            name="text"
            label="Text"
            value={filters.text}
            placeholder="in the body, any case"
            size="grow"
            onChange={submit}
          />
          <ServiceField
            value={filters.service}
            range={range}
            label="Service or log group"
            names={names}
            onChange={submit}
          />
          <ChoiceField name="client" label="From" value={filters.client} choices={kClients} onChange={submit} />
          <ChoiceField
            name="severity"
            label="At least"
            value={String(filters.severity)}
            choices={kSeverities}
            onChange={submit}
          />
        </>
      )}
    </FilterForm>
  );
}
