import { useRef } from "preact/hooks";
import { fetchTraces, type TracePage, type TraceRow } from "../api/queries";
import { parseDuration } from "../base/nanos";
import { formatCount } from "../base/numbers";
import { DurationBar } from "../charts/duration_bar";
import { ServiceStrip } from "../charts/service_strip";
import { latest } from "../model/remote";
import { kNoTraceFilters, type RouteOf, type TraceFilters, traceRoute, writeRoute } from "../model/route";
import { useRemote } from "../widgets/hooks";
import { moveFocus, taken, useHotkeys } from "../widgets/hotkeys";
import { go, Link } from "../widgets/navigation";
import { Empty, Failed, Loading, StaleNote } from "../widgets/page_state";
import { Pager } from "../widgets/pager";
import { ServiceName } from "../widgets/service_name";
import { TimePicker } from "../widgets/time_picker";
import { TimeText } from "../widgets/time_text";

export function TracesView({ route }: { readonly route: RouteOf<"traces"> }) {
  const { remote, reload } = useRemote(writeRoute(route), (signal) =>
    fetchTraces(route.range, route.filters, route.cursor, signal),
  );
  useHotkeys({ j: () => moveFocus(1), k: () => moveFocus(-1), r: taken(() => reload()) });
  const change = (filters: TraceFilters) => go({ ...route, filters, cursor: "" });
  const page = latest(remote);
  return (
    <>
      <header class="view-head">
        <h1>Traces</h1>
        <TimePicker range={route.range} onChange={(range) => go({ ...route, range, cursor: "" })} />
      </header>
      <Filters filters={route.filters} onChange={change} />
      {remote.state === "failed" && page && <StaleNote failure={remote.failure} onRetry={reload} />}
      {page ? (
        <Results page={page} route={route} busy={remote.state === "loading"} onReload={reload} />
      ) : remote.state === "failed" ? (
        <Failed what="traces" failure={remote.failure} onRetry={reload} />
      ) : (
        <Loading what="traces" />
      )}
    </>
  );
}

function Filters({ filters, onChange }: { filters: TraceFilters; onChange: (filters: TraceFilters) => void }) {
  const form = useRef<HTMLFormElement>(null);
  const read = (): TraceFilters => {
    const data = new FormData(form.current ?? undefined);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const added = text("attribute");
    const min = text("min");
    return {
      service: text("service"),
      name: text("name"),
      min: parseDuration(min) === undefined ? "" : min,
      errors: data.get("errors") === "on",
      attributes: added.indexOf("=") > 0 ? [...filters.attributes, added] : filters.attributes,
    };
  };
  const submit = (event: Event) => {
    event.preventDefault();
    onChange(read());
  };
  const key = JSON.stringify(filters);
  return (
    <form key={key} ref={form} class="filters" aria-label="Filter traces" onSubmit={submit}>
      <Field name="service" label="Service" value={filters.service} placeholder="any" onChange={submit} />
      <Field name="name" label="Span name" value={filters.name} placeholder="any" onChange={submit} />
      <Field name="min" label="Lasts at least" value={filters.min} placeholder="250ms" short onChange={submit} />
      <Field name="attribute" label="Attribute" value="" placeholder="key=value" onChange={submit} />
      <label class="check">
        <input type="checkbox" name="errors" data-testid="errors-only" checked={filters.errors} onChange={submit} />
        Errors only
      </label>
      <button type="submit" class="visually-hidden">
        Apply
      </button>
      {filters.attributes.map((pair) => (
        <button
          key={pair}
          type="button"
          class="chip"
          title="Remove this filter"
          onClick={() => onChange({ ...filters, attributes: filters.attributes.filter((one) => one !== pair) })}
        >
          {pair} <span aria-hidden="true">×</span>
          <span class="visually-hidden">remove</span>
        </button>
      ))}
      {key !== JSON.stringify(kNoTraceFilters) && (
        <button type="button" class="link" onClick={() => onChange(kNoTraceFilters)}>
          Clear
        </button>
      )}
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly short?: boolean;
  readonly onChange: (event: Event) => void;
}

function Field({ name, label, value, placeholder, short = false, onChange }: FieldProps) {
  return (
    <label class={short ? "field short" : "field"}>
      {label}
      <input
        name={name}
        data-testid={`filter-${name}`}
        defaultValue={value}
        placeholder={placeholder}
        maxLength={256}
        autocomplete="off"
        spellcheck={false}
        onChange={onChange}
      />
    </label>
  );
}

function longestOf(traces: readonly TraceRow[]): bigint {
  let longest = 0n;
  for (const { duration } of traces) if (duration > longest) longest = duration;
  return longest;
}

interface ResultsProps {
  readonly page: TracePage;
  readonly route: RouteOf<"traces">;
  readonly busy: boolean;
  readonly onReload: () => void;
}

function Results({ page, route, busy, onReload }: ResultsProps) {
  if (page.traces.length === 0) {
    const filtered = JSON.stringify(route.filters) !== JSON.stringify(kNoTraceFilters);
    return (
      <Empty title={filtered ? "No trace in this time meets the filter" : "No trace began in this time"}>
        <p class="quiet">A filter looks for one span that meets all of it.</p>
        <p class="actions">
          {filtered && (
            <button type="button" onClick={() => go({ ...route, filters: kNoTraceFilters, cursor: "" })}>
              Clear the filter
            </button>
          )}
          <button type="button" onClick={() => go({ ...route, range: { kind: "last", last: "30d" }, cursor: "" })}>
            Look at the last 30 days
          </button>
        </p>
      </Empty>
    );
  }
  const longest = longestOf(page.traces);
  return (
    <div aria-busy={busy} class={busy ? "busy" : ""}>
      <table class="traces">
        <thead>
          <tr>
            <th scope="col">Began</th>
            <th scope="col">Root</th>
            <th scope="col">Duration</th>
            <th scope="col">Services</th>
            <th scope="col" class="number">
              Spans
            </th>
            <th scope="col" class="number">
              Errors
            </th>
          </tr>
        </thead>
        <tbody>
          {page.traces.map((trace) => (
            <Row key={trace.traceId} trace={trace} longest={longest} />
          ))}
        </tbody>
      </table>
      <Pager
        first={route.cursor === ""}
        newest={{ ...route, cursor: "" }}
        older={page.cursor === "" ? undefined : { ...route, cursor: page.cursor }}
        onReload={onReload}
      />
    </div>
  );
}

function Row({ trace, longest }: { readonly trace: TraceRow; readonly longest: bigint }) {
  return (
    <tr class={trace.errors > 0 ? "row has-errors" : "row"} data-testid="trace-row" data-trace-id={trace.traceId}>
      <td class="when">
        <TimeText at={trace.start} />
      </td>
      <th scope="row" class="root">
        <Link to={traceRoute(trace.traceId)} class="row-link" data-row="" data-testid="trace-link">
          <ServiceName service={trace.rootService} />
          <span class="root-name">{trace.rootName}</span>
          {trace.rootMissing && (
            <span class="tag" title="The first span of this trace has not arrived; its earliest is shown">
              root missing
            </span>
          )}
        </Link>
      </th>
      <td class="duration">
        <DurationBar duration={trace.duration} longest={longest} />
      </td>
      <td class="strip">
        <ServiceStrip services={trace.services} />
      </td>
      <td class="number" data-label="spans" data-testid="trace-row-spans">
        {formatCount(trace.spans)}
      </td>
      <td class={trace.errors > 0 ? "number" : "number none"} data-label="errors">
        {trace.errors > 0 ? (
          <span class="error-text">
            <span class="error-mark" aria-hidden="true">
              !
            </span>
            {formatCount(trace.errors)}
          </span>
        ) : (
          <span class="quiet">0</span>
        )}
      </td>
    </tr>
  );
}
