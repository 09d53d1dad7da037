// One error of a trace: a line that opens to its stack, its attributes, and what was sent.

import type { TraceError } from "../api/queries";
import { originOf } from "../model/origin";
import { itemRoute } from "../model/route";
import { Attributes } from "./attributes";
import { Producer } from "./facts";
import { Link } from "./navigation";
import { OriginBadge } from "./origin_badge";
import { SentDocuments } from "./sent_document";
import { ServiceName } from "./service_name";
import { TimeText } from "./time_text";

interface Props {
  readonly traceId: string;
  readonly error: TraceError;
  /** Shows the span in which it was; absent where the trace has no such span. */
  readonly onSpan?: (spanId: string) => void;
}

export function ErrorLine({ traceId, error, onSpan }: Props) {
  const attribute = (key: string) => error.attributes.find((one) => one.key === key)?.text ?? "";
  const project = attribute("rollbar.project_id");
  const item = attribute("rollbar.item_id");
  const origin = originOf(error.protocol).key;
  return (
    <li class="log level-error" data-testid="trace-error">
      <details>
        <summary data-row="">
          <TimeText at={error.time} />
          <span class={`level ${error.level === "critical" ? "fatal" : error.level}`}>{error.level}</span>
          <OriginBadge protocol={error.protocol} />
          <ServiceName service={error.service} />
          <span class="log-body">
            <strong>{error.exception_type}</strong>
            {error.exception_type !== "" && error.exception_message !== "" && ": "}
            {error.exception_message || attribute("rollbar.title")}
          </span>
        </summary>
        <div class="log-details">
          {error.stacktrace !== "" && <pre class="log-whole">{error.stacktrace}</pre>}
          {error.attributes.length > 0 && <Attributes attributes={error.attributes} />}
          {origin === "rollbar" && (
            <SentDocuments
              traceId={traceId}
              which={{ key: `${project}/${attribute("rollbar.uuid")}` }}
              protocol={error.protocol}
            />
          )}
          {origin === "xray" && (
            <SentDocuments traceId={traceId} which={{ span: error.span_id }} protocol={error.protocol} />
          )}
          <Producer title="Resource" producer={error.resource} open={false} />
        </div>
      </details>
      <span class="log-links">
        {item !== "" && (
          <Link to={itemRoute(project, item)} class="action" data-testid="error-item">
            item
          </Link>
        )}
        {onSpan && (
          <button type="button" class="action" onClick={() => onSpan(error.span_id)}>
            span
          </button>
        )}
      </span>
    </li>
  );
}
