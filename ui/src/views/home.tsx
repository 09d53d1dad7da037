// What arrives now: by service and by protocol. On a fresh server: what to set so that something arrives.

import { fetchServices, fetchStatus, type ProtocolRow, type ServiceRow, type Services } from "../api/queries";
import { formatDuration, kSecond, type Nanos } from "../base/nanos";
import { formatBytes, formatCount, formatRate, formatShare, plural } from "../base/numbers";
import { Sparkline } from "../charts/sparkline";
import { protocolName } from "../model/names";
import type { Range } from "../model/range";
import { latest } from "../model/remote";
import { kLogs, kNoTraceFilters, type Route } from "../model/route";
import { useRemote } from "../widgets/hooks";
import { taken, useHotkeys } from "../widgets/hotkeys";
import { go, Link } from "../widgets/navigation";
import { Empty, Failed, Loading, StaleNote } from "../widgets/page_state";
import { ServiceName } from "../widgets/service_name";
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
  return (
    <>
      <header class="view-head">
        <h1>{fresh ? "Nothing has arrived yet" : "What arrives now"}</h1>
        {state && !fresh && (
          <p class="quiet view-note">
            {plural(state.rows, "row")} · {formatBytes(state.diskBytes)} on disk
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

function ServiceTable({ rows, range, seconds }: ServiceTableProps) {
  const traces = (service: string, errors = false): Route => ({
    page: "traces",
    range,
    filters: { ...kNoTraceFilters, service, errors },
    cursor: "",
  });
  return (
    <table class="services">
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col" class="wide">
            Requests over time
          </th>
          <th scope="col" class="number">
            Rate
          </th>
          <th scope="col" class="number">
            Errors
          </th>
          <th scope="col" class="number">
            p50
          </th>
          <th scope="col" class="number">
            p95
          </th>
          <th scope="col" class="number">
            p99
          </th>
          <th scope="col" class="number optional">
            Spans
          </th>
          <th scope="col" class="number optional">
            Last
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.service} data-testid="service-row">
            <th scope="row">
              <Link to={traces(row.service)} data-row="">
                <ServiceName service={row.service} />
              </Link>
            </th>
            <td class="wide">
              <Sparkline
                counts={row.requestSeries}
                errors={row.errorSeries}
                label={`${plural(row.requests, "request")}, ${plural(row.errors, "error")}`}
              />
            </td>
            <td class="number" data-label="rate">
              {formatRate(row.requests / seconds)}
              <span class="unit">/s</span>
            </td>
            <td class="number" data-label="errors">
              {row.errors > 0 ? (
                <Link
                  to={traces(row.service, true)}
                  class="error-text"
                  title={`${plural(row.errors, "error")}: show them`}
                >
                  <span class="error-mark" aria-hidden="true">
                    !
                  </span>
                  {formatShare(row.errors, row.requests)}
                </Link>
              ) : (
                <span class="quiet">0 %</span>
              )}
            </td>
            <Quantile at={row.p50} label="p50" />
            <Quantile at={row.p95} label="p95" />
            <Quantile at={row.p99} label="p99" />
            <td class="number optional">{formatCount(row.spans)}</td>
            <td class="number optional">
              <AgoText at={row.last} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Quantile({ at, label }: { readonly at: Nanos | undefined; readonly label: string }) {
  return (
    <td class="number" data-label={label}>
      {at === undefined ? <span class="quiet">–</span> : formatDuration(at)}
    </td>
  );
}

function ProtocolTable({ rows, range }: { readonly rows: readonly ProtocolRow[]; readonly range: Range }) {
  return (
    <table class="protocols">
      <thead>
        <tr>
          <th scope="col">Protocol</th>
          <th scope="col" class="wide">
            Spans over time
          </th>
          <th scope="col" class="number">
            Spans
          </th>
          <th scope="col" class="number">
            Logs
          </th>
          <th scope="col" class="number">
            Last
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.protocol} data-testid="protocol-row">
            <th scope="row">{protocolName(row.protocol)}</th>
            <td class="wide">
              <Sparkline counts={row.series} label={plural(row.spans, "span")} />
            </td>
            <td class="number" data-label="spans">
              {formatCount(row.spans)}
            </td>
            <td class="number" data-label="logs">
              {row.logs > 0 ? <Link to={{ ...kLogs, range }}>{formatCount(row.logs)}</Link> : "0"}
            </td>
            <td class="number" data-label="last">
              <AgoText at={row.last} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
