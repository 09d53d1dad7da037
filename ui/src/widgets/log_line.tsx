import type { LogRow } from "../api/queries";
import { indentJson } from "../base/json_text";
import { levelOf, protocolName } from "../model/names";
import { originOf } from "../model/origin";
import { traceRoute } from "../model/route";
import { Attributes } from "./attributes";
import { CopyButton } from "./copy_button";
import { Dropped, Fact, flagsText, Producer } from "./facts";
import { Link } from "./navigation";
import { OriginBadge } from "./origin_badge";
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
          <span class={`level ${level}`}>{levelText(log)}</span>
          <OriginBadge protocol={log.protocol} />
          <ServiceName service={log.service} />
          <span class="log-body">{summaryOf(log)}</span>
        </summary>
        <Whole log={log} />
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

/** CloudWatch's events have no severity: nothing is said then. */
function levelText(log: LogRow): string {
  if (log.severity_text !== "") return log.severity_text.toLowerCase();
  const level = levelOf(log.severity_number);
  return level === "none" ? "–" : level;
}

/** The body; an event without one is told by its name and its attributes. */
function summaryOf(log: LogRow): string {
  if (log.body !== "") return log.body;
  const said = log.attributes.slice(0, 8).map((one) => `${one.key}=${one.text}`);
  if (log.event_name !== "") said.unshift(log.event_name);
  return said.length === 0 ? "(empty)" : said.join("  ");
}

function Body({ log }: { readonly log: LogRow }) {
  const indented = indentJson(log.body);
  return (
    <div class="sent-document">
      <pre class="log-whole">{indented}</pre>
      <CopyButton text={log.body} label="Copy the message as it was sent" />
    </div>
  );
}

function Whole({ log }: { readonly log: LogRow }) {
  return (
    <div class="log-details">
      {log.body !== "" && <Body log={log} />}
      {log.attributes.length > 0 && <Attributes attributes={log.attributes} />}
      <Dropped count={log.dropped_attributes_count} what="attribute" />
      <dl class="span-facts">
        {log.event_name !== "" && <Fact name="Event">{log.event_name}</Fact>}
        {log.severity_number > 0 && (
          <Fact name="Severity">
            {log.severity_number} {log.severity_text}
          </Fact>
        )}
        {log.sent_time === "0" && <Fact name="Time">none was sent: observed or received</Fact>}
        {log.observed_time !== "0" && originOf(log.protocol).key !== "cloudwatch" && (
          <Fact name="Observed">
            <TimeText at={BigInt(log.observed_time)} />
          </Fact>
        )}
        <Fact name="Received">
          <TimeText at={BigInt(log.received)} /> <span class="quiet">{protocolName(log.protocol)}</span>
        </Fact>
        {log.body_type !== "" && log.body_type !== "string" && <Fact name="Body is">{log.body_type}</Fact>}
        {log.sample_rate !== 1 && <Fact name="Stands for">{log.sample_rate} records</Fact>}
        {log.flags !== 0 && <Fact name="Flags">{flagsText(log.flags)}</Fact>}
        {log.span_id !== "" && (
          <Fact name="Span id">
            <code>{log.span_id}</code>
          </Fact>
        )}
      </dl>
      <Producer title="Resource" producer={log.resource} open={false} />
      <Producer title="Scope" producer={log.scope} open={false} />
    </div>
  );
}
