import { fetchLogs } from "../api/queries";
import { kNoLogFilters, type LogFilters, type RouteOf } from "../model/route";
import { FilterForm, ServiceField, TextField, textOf } from "../widgets/filter_form";
import { ListView, NothingFound } from "../widgets/list_view";
import { LogLine } from "../widgets/log_line";
import { go } from "../widgets/navigation";

export function LogsView({ route }: { readonly route: RouteOf<"logs"> }) {
  const filtered = JSON.stringify(route.filters) !== JSON.stringify(kNoLogFilters);
  const clear = filtered ? () => go({ ...route, filters: kNoLogFilters, cursor: "" }) : undefined;
  return (
    <ListView
      title="Logs"
      route={route}
      filters={<Filters route={route} onClear={clear} />}
      load={(signal) => fetchLogs(route.range, route.filters, route.cursor, signal)}
      isEmpty={(page) => page.logs.length === 0}
      rows={(page) => (
        <ol class="logs">
          {page.logs.map((log, i) => (
            <LogLine key={`${log.time}-${i}`} log={log} linkTrace />
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
            OpenTelemetry SDKs send logs to the same address as traces once <code>OTEL_LOGS_EXPORTER=otlp</code> is set.
          </p>
        </NothingFound>
      }
    />
  );
}

const kSeverities: readonly (readonly [number, string])[] = [
  [0, "any"],
  [5, "debug"],
  [9, "info"],
  [13, "warn"],
  [17, "error"],
  [21, "fatal"],
];

interface FiltersProps {
  readonly route: RouteOf<"logs">;
  readonly onClear: (() => void) | undefined;
}

function Filters({ route, onClear }: FiltersProps) {
  const { filters, range } = route;
  const read = (data: FormData) => {
    const next: LogFilters = {
      service: textOf(data, "service"),
      text: String(data.get("text") ?? ""),
      severity: Number(data.get("severity") ?? "0"),
    };
    go({ ...route, filters: next, cursor: "" });
  };
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
          <ServiceField value={filters.service} range={range} onChange={submit} />
          <label class="field short">
            At least
            <select name="severity" defaultValue={String(filters.severity)} onChange={submit}>
              {kSeverities.map(([number, name]) => (
                <option key={number} value={number} selected={number === filters.severity}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
    </FilterForm>
  );
}
