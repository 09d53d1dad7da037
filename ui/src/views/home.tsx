// What arrives now: by service and by protocol. On a fresh server: what to set so that something arrives.

import { fetchServices, fetchStatus, type ProtocolRow, type ServiceRow, type Services } from "../api/queries";
import { kSecond } from "../base/nanos";
import { formatBytes, formatCount, formatRate, formatShare, plural } from "../base/numbers";
import { Sparkline } from "../charts/sparkline";
import { protocolName } from "../model/names";
import type { Range } from "../model/range";
import { latest } from "../model/remote";
import { kLogs, kNoTraceFilters, kRejected, kTraces, type Route } from "../model/route";
import { useRemote } from "../widgets/hooks";
import { taken, useHotkeys } from "../widgets/hotkeys";
import { go, Link } from "../widgets/navigation";
import { Empty, Failed, Loading, StaleNote } from "../widgets/page_state";
import { ServiceName } from "../widgets/service_name";
import { type Column, DurationCell, ErrorText, NoValue, NumberCell, TableHead } from "../widgets/table";
import { TimePicker } from "../widgets/time_picker";
import { AgoText } from "../widgets/time_text";
import { Connect } from "./connect";

const kRefreshMs = 5000;

export function HomeView({ range }: { readonly range: Range }) {
  const services = useRemote(JSON.stringify(rangeKey(range)), (signal) => fetchServices(range, signal), kRefreshMs);
  const status = useRemote("status", fetchStatus, kRefreshMs);
  useHotkeys({
    r: taken(() => {
      services.reload();
      status.reload();
    }),
  });

  const known = latest(services.remote);
  const state = latest(status.remote);
  const fresh = state?.clients.every((client) => client.last === undefined) ?? false;
  const rejected = state?.clients.reduce((sum, client) => sum + client.rejected, 0n) ?? 0n;
  return (
    <>
      <header class="view-head">
        <h1>{fresh ? "Nothing has arrived yet" : "What arrives now"}</h1>
        {state && !fresh && (
          <p class="quiet view-note">
            {plural(state.rows, "row")} · {formatBytes(state.diskBytes)} on disk
            {rejected > 0n && (
              <>
                {" · "}
                <Link to={kRejected} class="error-link" data-testid="rejected-link">
                  <ErrorText>{plural(Number(rejected), "request")} rejected</ErrorText>
                </Link>
              </>
            )}
          </p>
        )}
        {!fresh && <TimePicker range={range} onChange={(next) => go({ page: "home", range: next })} />}
      </header>
      {fresh && state ? (
        <Connect status={state} open />
      ) : (
        <>
          {services.remote.state === "failed" && known && (
            <StaleNote failure={services.remote.failure} onRetry={services.reload} />
          )}
          {known ? (
            <Arrivals data={known} range={range} />
          ) : services.remote.state === "failed" ? (
            <Failed what="what arrives" failure={services.remote.failure} onRetry={services.reload} />
          ) : (
            <Loading what="what arrives" />
          )}
          {state && <Connect status={state} open={false} />}
        </>
      )}
    </>
  );
}

function rangeKey(range: Range): string {
  return range.kind === "last" ? range.last : `${range.from}-${range.to}`;
}

function Arrivals({ data, range }: { readonly data: Services; readonly range: Range }) {
  if (data.services.length === 0 && data.protocols.length === 0) {
    return (
      <Empty title="Nothing arrived in this time">
        <p>
          <button type="button" onClick={() => go({ page: "home", range: { kind: "last", last: "30d" } })}>
            Look at the last 30 days
          </button>
        </p>
      </Empty>
    );
  }
  const seconds = Math.max(1, Number((data.to - data.from) / kSecond));
  return (
    <>
      <section class="card" aria-labelledby="by-service">
        <h2 id="by-service">Services</h2>
        {data.services.length === 0 ? (
          <p class="quiet">Only logs or metrics arrived in this time, no spans.</p>
        ) : (
          <ServiceTable rows={data.services} range={range} seconds={seconds} />
        )}
      </section>
      <section class="card" aria-labelledby="by-protocol">
        <h2 id="by-protocol">By protocol</h2>
        <ProtocolTable rows={data.protocols} range={range} />
      </section>
    </>
  );
}

interface ServiceTableProps {
  readonly rows: readonly ServiceRow[];
  readonly range: Range;
  readonly seconds: number;
}

const kServiceColumns: readonly Column[] = [
  { title: "Service" },
  { title: "Requests over time", class: "wide" },
  { title: "Rate", class: "number" },
  { title: "Errors", class: "number" },
  { title: "p50", class: "number" },
  { title: "p95", class: "number" },
  { title: "p99", class: "number" },
  { title: "Spans", class: "number optional" },
  { title: "Last", class: "number optional" },
];

function ServiceTable({ rows, range, seconds }: ServiceTableProps) {
  return (
    <table class="services">
      <TableHead columns={kServiceColumns} />
      <tbody>
        {rows.map((row) => (
          <ServiceRowView key={row.service} row={row} range={range} seconds={seconds} />
        ))}
      </tbody>
    </table>
  );
}

interface ServiceRowProps {
  readonly row: ServiceRow;
  readonly range: Range;
  readonly seconds: number;
}

function ServiceRowView({ row, range, seconds }: ServiceRowProps) {
  const traces = (errors: boolean): Route => ({
    ...kTraces,
    range,
    filters: { ...kNoTraceFilters, service: row.service, errors },
  });
  const { rate, unit } = formatRate(row.requests, seconds);
  return (
    <tr data-testid="service-row">
      <th scope="row">
        <Link to={traces(false)} data-row="">
          <ServiceName service={row.service} />
        </Link>
      </th>
      <td class="wide">
        {row.requests > 0 ? (
          <Sparkline
            counts={row.requestSeries}
            errors={row.errorSeries}
            label={`${plural(row.requests, "request")}, ${plural(row.errors, "error")}`}
          />
        ) : (
          <span class="quiet" title="It serves nobody that traces: all its spans are internal or calls to others">
            no requests of its own, {plural(row.spans, "span")}
          </span>
        )}
      </td>
      <NumberCell label="rate">
        {row.requests > 0 ? (
          <>
            {rate} <span class="unit">{unit}</span>
          </>
        ) : (
          <NoValue />
        )}
      </NumberCell>
      <NumberCell label="errors">
        {row.errors > 0 ? (
          <Link to={traces(true)} title={`${plural(row.errors, "error")}: show them`}>
            <ErrorText>{formatShare(row.errors, row.requests)}</ErrorText>
          </Link>
        ) : row.requests > 0 ? (
          <span class="quiet">0 %</span>
        ) : (
          <NoValue />
        )}
      </NumberCell>
      <DurationCell duration={row.p50} label="p50" />
      <DurationCell duration={row.p95} label="p95" />
      <DurationCell duration={row.p99} label="p99" />
      <td class="number optional">{formatCount(row.spans)}</td>
      <td class="number optional">
        <AgoText at={row.last} />
      </td>
    </tr>
  );
}

const kProtocolColumns: readonly Column[] = [
  { title: "Protocol" },
  { title: "Spans and logs over time", class: "wide" },
  { title: "Spans", class: "number" },
  { title: "Logs", class: "number" },
  { title: "Last", class: "number" },
];

function ProtocolTable({ rows, range }: { readonly rows: readonly ProtocolRow[]; readonly range: Range }) {
  return (
    <table class="protocols">
      <TableHead columns={kProtocolColumns} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.protocol} data-testid="protocol-row">
            <th scope="row">{protocolName(row.protocol)}</th>
            <td class="wide">
              <Sparkline
                counts={row.series}
                label={`${plural(row.spans, "span")}, ${plural(row.logs, "log record")}`}
              />
            </td>
            <NumberCell label="spans">{formatCount(row.spans)}</NumberCell>
            <NumberCell label="logs">
              {row.logs > 0 ? <Link to={{ ...kLogs, range }}>{formatCount(row.logs)}</Link> : "0"}
            </NumberCell>
            <NumberCell label="last">
              <AgoText at={row.last} />
            </NumberCell>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
