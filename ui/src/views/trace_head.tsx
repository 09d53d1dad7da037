// What a trace is, in a few lines: its root, its numbers, its ids, its services.

import { traceDownloadUrl } from "../api/queries";
import { formatDuration } from "../base/nanos";
import { plural } from "../base/numbers";
import { originOf } from "../model/origin";
import { kTraces } from "../model/route";
import { nameAt, serviceAt, type Trace } from "../model/trace";
import { toXray } from "../model/trace_id";
import { CopyButton } from "../widgets/copy_button";
import { Link } from "../widgets/navigation";
import { OriginBadge } from "../widgets/origin_badge";
import { ServiceName } from "../widgets/service_name";
import { TimeText } from "../widgets/time_text";

export function TraceHead({ trace }: { readonly trace: Trace }) {
  const root = trace.layout.order[0] ?? 0;
  const first = root < trace.count ? root : (trace.layout.order[1] ?? 0);
  return (
    <header class="trace-head">
      <h1>
        <ServiceName service={serviceAt(trace, first)} /> <span class="root-name">{nameAt(trace, first)}</span>
      </h1>
      <ul class="facts">
        <li>
          <TimeText at={trace.start} />
        </li>
        <li>{formatDuration(BigInt(Math.round(trace.layout.length)))}</li>
        <li data-testid="span-count" data-count={trace.count}>
          {plural(trace.count, "span")}
        </li>
        {trace.errors > 0 && (
          <li class="error-text">
            <span class="error-mark" aria-hidden="true">
              !
            </span>
            {plural(trace.errors, "failed span")}
          </li>
        )}
        {trace.layout.missing.length > 0 && (
          <li title="Spans that others name as their parent and that have not arrived">
            {plural(trace.layout.missing.length, "missing parent")}
          </li>
        )}
        {origins(trace).map((protocol) => (
          <li key={protocol}>
            <OriginBadge protocol={protocol} />
          </li>
        ))}
        {trace.truncated && <li class="error-text">only the first {plural(trace.count, "span")} are shown</li>}
      </ul>
      <TraceIds trace={trace} />
      <ul class="legend" aria-label="Services">
        {trace.byService.slice(0, 12).map((one) => (
          <li key={one.service}>
            <Link to={{ ...kTraces, filters: { ...kTraces.filters, service: one.service } }}>
              <ServiceName service={one.service} />
            </Link>{" "}
            <span class="quiet">{one.spans}</span>
          </li>
        ))}
      </ul>
    </header>
  );
}

/** Who told of its spans. */
function origins(trace: Trace): readonly string[] {
  const seen = new Map(trace.protocols.map((protocol) => [originOf(protocol).key, protocol]));
  return [...seen.values()].sort();
}

export function TraceIds({ trace }: { readonly trace: Trace }) {
  const xray = toXray(trace.traceId);
  return (
    <ul class="facts ids">
      <li>
        <span class="quiet">trace</span> <code data-testid="trace-id">{trace.traceId}</code>
        <CopyButton text={trace.traceId} label="Copy the trace id" />
      </li>
      {trace.text !== "" && (
        <li>
          <span class="quiet">as sent</span> <code>{trace.text}</code>
          <CopyButton text={trace.text} label="Copy the id as the client wrote it" />
        </li>
      )}
      {xray !== "" && (
        <li>
          <span class="quiet">X-Ray</span> <code data-testid="xray-id">{xray}</code>
          <CopyButton text={xray} label="Copy the id in X-Ray's form" />
        </li>
      )}
      <li>
        <a href={traceDownloadUrl(trace.traceId)} download={`${trace.traceId}.json`} data-testid="download">
          Download JSON
        </a>
      </li>
    </ul>
  );
}
