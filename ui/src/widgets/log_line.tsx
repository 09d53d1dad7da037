import type { LogRow } from "../api/queries";
import { levelOf } from "../model/names";
import { traceRoute } from "../model/route";
import { Attributes } from "./attributes";
import { Link } from "./navigation";
import { ServiceName } from "./service_name";
import { TimeText } from "./time_text";

interface Props {
  readonly log: LogRow;
  /** A link to the trace; not needed inside of it. */
  readonly linkTrace?: boolean;
  /** Inside a trace: shows the span that wrote it. */
  readonly onSpan?: (spanId: string) => void;
}

/** One record: a line that opens to its attributes. */
export function LogLine({ log, linkTrace = false, onSpan }: Props) {
  const level = levelOf(log.severity_number);
  return (
    <li class={`log level-${level}`} data-testid="log-line">
      <details>
        <summary data-row="">
          <TimeText at={log.time} />
          <span class={`level ${level}`}>{log.severity_text === "" ? level : log.severity_text.toLowerCase()}</span>
          <ServiceName service={log.service} />
          <span class="log-body">{log.body === "" ? "(empty)" : log.body}</span>
        </summary>
        <pre class="log-whole">{log.body}</pre>
        <Attributes attributes={log.attributes} />
      </details>
      {linkTrace && log.trace_id !== "" && (
        <Link to={traceRoute(log.trace_id, log.span_id)} class="action" data-testid="log-trace">
          trace
        </Link>
      )}
      {onSpan && log.span_id !== "" && (
        <button type="button" class="action" onClick={() => onSpan(log.span_id)}>
          span
        </button>
      )}
    </li>
  );
}
