// What the log records and the errors of a trace say, of every origin, in the order in which it happened.

import { useState } from "preact/hooks";
import { fetchTraceLogs, type LogRow, type TraceError } from "../api/queries";
import { originOf } from "../model/origin";
import { latest, type Remote } from "../model/remote";
import { spanIndex, type Trace } from "../model/trace";
import { ErrorLine } from "../widgets/error_line";
import { useRemote } from "../widgets/hooks";
import { LogLine } from "../widgets/log_line";
import { OriginBadge } from "../widgets/origin_badge";
import { Failed, Loading } from "../widgets/page_state";

/** The first page of the log records, and the errors: what the waterfall marks, too. */
export interface Reports {
  readonly logs: readonly LogRow[];
  /** For the log records after these; "" at the end. */
  readonly cursor: string;
  readonly errors: readonly TraceError[];
}

interface Props {
  readonly trace: Trace;
  readonly reports: Remote<Reports>;
  readonly onReload: () => void;
  /** The selected span; "" shows those of the whole trace. */
  readonly span: string;
  readonly onSpan: (spanId: string) => void;
}

export function TraceReports({ trace, reports, onReload, span, onSpan }: Props) {
  const [cursor, setCursor] = useState("");
  const [onlySpan, setOnlySpan] = useState(true);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const first = latest(reports);
  const later = useRemote(`${trace.traceId} ${cursor}`, (signal) =>
    cursor === "" ? Promise.resolve(undefined) : fetchTraceLogs(trace.traceId, cursor, signal),
  );
  const page = cursor === "" ? first : { errors: first?.errors ?? [], logs: [], cursor: "", ...latest(later.remote) };
  if (!first || !page) {
    return reports.state === "failed" ? (
      <Failed what="the log records and errors" failure={reports.failure} onRetry={onReload} />
    ) : (
      <Loading what="log records and errors" />
    );
  }
  const at = spanIndex(trace, span);
  const narrowed = span !== "" && onlySpan;
  const ofSpan = (one: { readonly span_id: string }) => !narrowed || (at >= 0 && spanIndex(trace, one.span_id) === at);
  const all = [...page.errors, ...page.logs].filter(ofSpan);
  const origins = [...new Set(all.map((one) => one.protocol))].sort();
  const shown = all
    .filter((one) => !hidden.has(one.protocol))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const toggle = (protocol: string) => {
    const next = new Set(hidden);
    if (!next.delete(protocol)) next.add(protocol);
    setHidden(next);
  };
  return (
    <div class="trace-logs" data-testid="trace-logs">
      {span !== "" && (
        <label class="check">
          <input type="checkbox" checked={onlySpan} onChange={() => setOnlySpan(!onlySpan)} /> Of this span only
        </label>
      )}
      {origins.length > 1 && (
        <fieldset class="origins">
          <legend class="visually-hidden">Whose are shown</legend>
          {origins.map((protocol) => (
            <label key={protocol} class="check" title={originOf(protocol).name}>
              <input type="checkbox" checked={!hidden.has(protocol)} onChange={() => toggle(protocol)} />
              <OriginBadge protocol={protocol} />
            </label>
          ))}
        </fieldset>
      )}
      {shown.length === 0 ? (
        <NothingSaid narrowed={narrowed} hidden={all.length > 0} />
      ) : (
        <ol class="logs compact">
          {shown.map((one, i) => {
            const canSelect = !narrowed && spanIndex(trace, one.span_id) >= 0 ? { onSpan } : {};
            return "exception_type" in one ? (
              <ErrorLine key={`${one.time} ${i}`} traceId={trace.traceId} error={one} {...canSelect} />
            ) : (
              <LogLine key={`${one.time} ${i}`} log={one} {...canSelect} />
            );
          })}
        </ol>
      )}
      <p class="actions">
        {cursor !== "" && (
          <button type="button" onClick={() => setCursor("")}>
            From the first
          </button>
        )}
        {page.cursor !== "" && (
          <button type="button" onClick={() => setCursor(page.cursor)}>
            Later log records
          </button>
        )}
      </p>
    </div>
  );
}

function NothingSaid({ narrowed, hidden }: { readonly narrowed: boolean; readonly hidden: boolean }) {
  if (hidden) return <p class="quiet">All of them are hidden.</p>;
  if (narrowed) return <p class="quiet">No log record and no error names this span.</p>;
  return (
    <p class="quiet">
      No log record and no error names this trace. OpenTelemetry SDKs send logs once OTEL_LOGS_EXPORTER=otlp is set; a
      CloudWatch event or a Rollbar occurrence belongs to it when it carries its id.
    </p>
  );
}
