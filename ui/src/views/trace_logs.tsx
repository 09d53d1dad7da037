import { useState } from "preact/hooks";
import { fetchTraceLogs } from "../api/queries";
import { latest } from "../model/remote";
import { spanIndex, type Trace } from "../model/trace";
import { useRemote } from "../widgets/hooks";
import { LogLine } from "../widgets/log_line";
import { Failed, Loading } from "../widgets/page_state";

interface Props {
  readonly trace: Trace;
  /** The selected span; "" shows the logs of the whole trace. */
  readonly span: string;
  readonly onSpan: (spanId: string) => void;
}

/** The log records that name this trace, oldest first as they happened; those of the selected span alone if wanted. */
export function TraceLogs({ trace, span, onSpan }: Props) {
  const [cursor, setCursor] = useState("");
  const [onlySpan, setOnlySpan] = useState(true);
  const { remote, reload } = useRemote(`${trace.traceId} ${cursor}`, (signal) =>
    fetchTraceLogs(trace.traceId, cursor, signal),
  );
  const page = latest(remote);
  if (!page) {
    return remote.state === "failed" ? (
      <Failed what="the log records" failure={remote.failure} onRetry={reload} />
    ) : (
      <Loading what="log records" />
    );
  }
  const narrowed = span !== "" && onlySpan;
  const shown = narrowed ? page.logs.filter((log) => log.span_id === span) : page.logs;
  return (
    <div class="trace-logs" data-testid="trace-logs">
      {span !== "" && (
        <label class="check">
          <input type="checkbox" checked={onlySpan} onChange={() => setOnlySpan(!onlySpan)} /> Of this span only
        </label>
      )}
      {shown.length === 0 ? (
        <p class="quiet">
          {narrowed
            ? "This span wrote no log record."
            : "No log record names this trace. OpenTelemetry SDKs send logs once OTEL_LOGS_EXPORTER=otlp is set."}
        </p>
      ) : (
        <ol class="logs compact">
          {shown.map((log, i) => (
            <LogLine
              key={`${log.time}-${i}`}
              log={log}
              {...(!narrowed && spanIndex(trace, log.span_id) >= 0 ? { onSpan } : {})}
            />
          ))}
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
            Later ones
          </button>
        )}
      </p>
    </div>
  );
}
