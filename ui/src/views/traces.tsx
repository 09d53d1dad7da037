import { fetchTraces, type TraceRow } from "../api/queries";
import { parseDuration } from "../base/nanos";
import { formatCount } from "../base/numbers";
import { DurationBar, type DurationScale, scaleOf } from "../charts/duration_bar";
import { ServiceStrip } from "../charts/service_strip";
import { kNoTraceFilters, type RouteOf, type TraceFilters, traceRoute } from "../model/route";
import { AttributeField } from "../widgets/attribute_field";
import { FilterForm, ServiceField, TextField, textOf } from "../widgets/filter_form";
import { ListView, NothingFound } from "../widgets/list_view";
import { go, Link } from "../widgets/navigation";
import { ServiceName } from "../widgets/service_name";
import { type Column, ErrorText, NumberCell, TableHead } from "../widgets/table";
import { TimeText } from "../widgets/time_text";
import { SetApart } from "./set_apart";

export function TracesView({ route }: { readonly route: RouteOf<"traces"> }) {
  const filtered = JSON.stringify(route.filters) !== JSON.stringify(kNoTraceFilters);
  const change = (filters: TraceFilters) => go({ ...route, filters, cursor: "" });
  const clear = filtered ? () => go({ ...route, filters: kNoTraceFilters, cursor: "", apart: false }) : undefined;
  return (
    <ListView
      title="Traces"
      route={route}
      filters={<Filters route={route} onChange={change} onClear={clear} />}
      chart={() => filtered && <SetApart route={route} />}
      load={(signal) => fetchTraces(route.range, route.filters, route.cursor, signal)}
      isEmpty={(page) => page.traces.length === 0}
      rows={(page) => <TraceTable traces={page.traces} />}
      empty={
        <NothingFound
          title={filtered ? "No trace in this time meets the filter" : "No trace began in this time"}
          range={route.range}
          onRange={(range) => go({ ...route, range, cursor: "" })}
          onClear={clear}
        >
          {filtered ? (
            <p class="quiet">A filter looks for one span that meets all of it.</p>
          ) : (
            <p class="quiet">
              Every OpenTelemetry SDK sends here once <code>OTEL_EXPORTER_OTLP_ENDPOINT={location.origin}</code> is set.
            </p>
          )}
        </NothingFound>
      }
    />
  );
}

interface FiltersProps {
  readonly route: RouteOf<"traces">;
  readonly onChange: (filters: TraceFilters) => void;
  readonly onClear: (() => void) | undefined;
}

function Filters({ route, onChange, onClear }: FiltersProps) {
  const { filters, range } = route;
  const read = (data: FormData) => {
    const added = textOf(data, "attribute");
    const min = textOf(data, "min");
    onChange({
      service: textOf(data, "service"),
      name: textOf(data, "name"),
      min: parseDuration(min) === undefined ? "" : min,
      errors: data.get("errors") === "on",
      attributes: added.indexOf("=") > 0 ? [...filters.attributes, added] : filters.attributes,
    });
  };
  return (
    <FilterForm label="Filter traces" filters={filters} onRead={read} onClear={onClear}>
      {(submit) => (
        <>
          <ServiceField value={filters.service} range={range} onChange={submit} />
          <TextField name="name" label="Span name" value={filters.name} placeholder="any" onChange={submit} />
          <TextField
            name="min"
            label="Lasts at least"
            value={filters.min}
            placeholder="250ms"
            size="short"
            onChange={submit}
          />
          <AttributeField range={range} onChange={submit} />
          <label class="check">
            <input type="checkbox" name="errors" data-testid="errors-only" checked={filters.errors} onChange={submit} />
            Errors only
          </label>
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
        </>
      )}
    </FilterForm>
  );
}

const kColumns: readonly Column[] = [
  { title: "Began" },
  { title: "Root" },
  { title: "Duration" },
  { title: "Services" },
  { title: "Spans", class: "number" },
  { title: "Errors", class: "number" },
];

function TraceTable({ traces }: { readonly traces: readonly TraceRow[] }) {
  const scale = scaleOf(traces.map((trace) => trace.duration));
  return (
    <table class="traces">
      <TableHead columns={kColumns} />
      <tbody>
        {traces.map((trace) => (
          <Row key={trace.traceId} trace={trace} scale={scale} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ trace, scale }: { readonly trace: TraceRow; readonly scale: DurationScale }) {
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
        <DurationBar duration={trace.duration} scale={scale} />
      </td>
      <td class="strip">
        <ServiceStrip services={trace.services} />
      </td>
      <NumberCell label="spans" testId="trace-row-spans">
        {formatCount(trace.spans)}
      </NumberCell>
      <NumberCell label="errors" class={trace.errors > 0 ? "" : "none"}>
        {trace.errors > 0 ? <ErrorText>{formatCount(trace.errors)}</ErrorText> : <span class="quiet">0</span>}
      </NumberCell>
    </tr>
  );
}
