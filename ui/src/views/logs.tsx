import { useRef } from "preact/hooks";
import { fetchLogs, type LogPage } from "../api/queries";
import { latest } from "../model/remote";
import { kNoLogFilters, type LogFilters, type RouteOf, writeRoute } from "../model/route";
import { useRemote } from "../widgets/hooks";
import { moveFocus, taken, useHotkeys } from "../widgets/hotkeys";
import { LogLine } from "../widgets/log_line";
import { go } from "../widgets/navigation";
import { Empty, Failed, Loading, StaleNote } from "../widgets/page_state";
import { Pager } from "../widgets/pager";
import { TimePicker } from "../widgets/time_picker";

export function LogsView({ route }: { readonly route: RouteOf<"logs"> }) {
  const { remote, reload } = useRemote(writeRoute(route), (signal) =>
    fetchLogs(route.range, route.filters, route.cursor, signal),
  );
  useHotkeys({ j: () => moveFocus(1), k: () => moveFocus(-1), r: taken(() => reload()) });
  const page = latest(remote);
  return (
    <>
      <header class="view-head">
        <h1>Logs</h1>
        <TimePicker range={route.range} onChange={(range) => go({ ...route, range, cursor: "" })} />
      </header>
      <Filters filters={route.filters} onChange={(filters) => go({ ...route, filters, cursor: "" })} />
      {remote.state === "failed" && page && <StaleNote failure={remote.failure} onRetry={reload} />}
      {page ? (
        <Results page={page} route={route} busy={remote.state === "loading"} onReload={reload} />
      ) : remote.state === "failed" ? (
        <Failed what="logs" failure={remote.failure} onRetry={reload} />
      ) : (
        <Loading what="logs" />
      )}
    </>
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

function Filters({ filters, onChange }: { filters: LogFilters; onChange: (filters: LogFilters) => void }) {
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const data = new FormData(form.current ?? undefined);
    onChange({
      service: String(data.get("service") ?? "").trim(),
      text: String(data.get("text") ?? ""),
      severity: Number(data.get("severity") ?? "0"),
    });
  };
  const key = JSON.stringify(filters);
  return (
    <form key={key} ref={form} class="filters" aria-label="Filter logs" onSubmit={submit}>
      <label class="field grow">
        Text
        <input
          name="text"
          data-testid="filter-text"
          defaultValue={filters.text}
          placeholder="in the body, any case"
          maxLength={256}
          autocomplete="off"
          spellcheck={false}
          onChange={submit}
        />
      </label>
      <label class="field">
        Service
        <input
          name="service"
          data-testid="filter-service"
          defaultValue={filters.service}
          placeholder="any"
          maxLength={256}
          autocomplete="off"
          spellcheck={false}
          onChange={submit}
        />
      </label>
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
      <button type="submit" class="visually-hidden">
        Apply
      </button>
      {key !== JSON.stringify(kNoLogFilters) && (
        <button type="button" class="link" onClick={() => onChange(kNoLogFilters)}>
          Clear
        </button>
      )}
    </form>
  );
}

interface ResultsProps {
  readonly page: LogPage;
  readonly route: RouteOf<"logs">;
  readonly busy: boolean;
  readonly onReload: () => void;
}

function Results({ page, route, busy, onReload }: ResultsProps) {
  if (page.logs.length === 0) {
    const filtered = JSON.stringify(route.filters) !== JSON.stringify(kNoLogFilters);
    return (
      <Empty title={filtered ? "No log record in this time meets the filter" : "No log record in this time"}>
        <p class="actions">
          {filtered && (
            <button type="button" onClick={() => go({ ...route, filters: kNoLogFilters, cursor: "" })}>
              Clear the filter
            </button>
          )}
          <button type="button" onClick={() => go({ ...route, range: { kind: "last", last: "30d" }, cursor: "" })}>
            Look at the last 30 days
          </button>
        </p>
        <p class="quiet">OpenTelemetry SDKs send logs once OTEL_LOGS_EXPORTER=otlp is set.</p>
      </Empty>
    );
  }
  return (
    <div aria-busy={busy} class={busy ? "busy" : ""}>
      <ol class="logs">
        {page.logs.map((log, i) => (
          <LogLine key={`${log.time}-${i}`} log={log} linkTrace />
        ))}
      </ol>
      <Pager
        first={route.cursor === ""}
        newest={{ ...route, cursor: "" }}
        older={page.cursor === "" ? undefined : { ...route, cursor: page.cursor }}
        onReload={onReload}
      />
    </div>
  );
}
