import { useState } from "preact/hooks";
import { fetchSpan } from "../api/queries";
import type { WireSpan, WireSpanAnswer } from "../api/wire";
import { formatDuration } from "../base/nanos";
import { kindName, kStatusError, protocolName, statusName } from "../model/names";
import { originOf } from "../model/origin";
import { latest } from "../model/remote";
import { kTraces, traceRoute } from "../model/route";
import { nameAt, protocolAt, serviceAt, type Trace, twinAt } from "../model/trace";
import { Attributes } from "../widgets/attributes";
import { CopyButton } from "../widgets/copy_button";
import { Dropped, Fact, flagsText, Producer, Section } from "../widgets/facts";
import { useRemote } from "../widgets/hooks";
import { Link } from "../widgets/navigation";
import { OriginBadge } from "../widgets/origin_badge";
import { Failed, Loading } from "../widgets/page_state";
import { SentDocuments } from "../widgets/sent_document";
import { ServiceName } from "../widgets/service_name";
import { TimeText } from "../widgets/time_text";

/**
 * All of one span. What the waterfall knows is there at once; the rest is asked when the span is opened. A request that
 * two SDKs report has a page for each report.
 */
export function SpanPanel({ trace, span }: { readonly trace: Trace; readonly span: number }) {
  const [other, setOther] = useState(false);
  const twin = twinAt(trace, span);
  const showsTwin = other && twin !== undefined;
  const id = showsTwin ? twin.id : (trace.ids[span] ?? "");
  const protocol = showsTwin ? twin.protocol : protocolAt(trace, span);
  const name = showsTwin ? twin.name : nameAt(trace, span);
  const { remote, reload } = useRemote(`${trace.traceId} ${id}`, (signal) => fetchSpan(trace.traceId, id, signal));
  const loaded = latest(remote);
  const answer = loaded?.span.span_id === id ? loaded : undefined;
  const service = serviceAt(trace, span);
  const status = answer?.span.status ?? trace.status[span] ?? 0;
  const start = answer ? BigInt(answer.span.start) : (trace.starts[span] ?? 0n);
  const duration = answer ? BigInt(answer.span.duration) : (trace.durations[span] ?? 0n);
  return (
    <article class="span-panel" data-testid="span-panel">
      {twin && (
        <fieldset class="reports">
          <legend class="quiet">One request, reported by two SDKs</legend>
          <button type="button" aria-pressed={!showsTwin} onClick={() => setOther(false)}>
            {originOf(protocolAt(trace, span)).name}
          </button>
          <button type="button" aria-pressed={showsTwin} onClick={() => setOther(true)} data-testid="twin">
            {originOf(twin.protocol).name}
          </button>
        </fieldset>
      )}
      <h2>
        {status === kStatusError && (
          <span class="error-mark" title="failed">
            !
          </span>
        )}
        <span data-testid="span-name">{name}</span> <OriginBadge protocol={protocol} />
      </h2>
      <p>
        <Link to={{ ...kTraces, filters: { ...kTraces.filters, service, name } }} title="Traces with this span">
          <ServiceName service={service} />
        </Link>
      </p>
      {answer?.span.status_message && (
        <p class="status-message" data-testid="status-message">
          {answer.span.status_message}
        </p>
      )}
      <dl class="span-facts">
        <Fact name="Duration">{formatDuration(duration)}</Fact>
        <Fact name="Began">
          <TimeText at={start} /> <span class="quiet">{formatDuration(start - trace.start)} into the trace</span>
        </Fact>
        <Fact name="Kind">{kindName(trace.kind[span] ?? 0)}</Fact>
        <Fact name="Status">{statusName(status)}</Fact>
        <Fact name="Span id">
          <code data-testid="span-id">{id}</code>
          <CopyButton text={id} label="Copy the span id" />
        </Fact>
        {answer && <Sent span={answer.span} />}
      </dl>
      {originOf(protocol).key === "xray" && (
        <SentDocuments key={id} traceId={trace.traceId} which={{ span: id }} protocol={protocol} />
      )}
      {answer ? (
        <Details answer={answer} />
      ) : remote.state === "failed" ? (
        <Failed what="this span" failure={remote.failure} onRetry={reload} />
      ) : (
        <Loading what="its attributes" />
      )}
    </article>
  );
}

function Sent({ span }: { readonly span: WireSpan }) {
  return (
    <>
      <Fact name="Came by">
        {protocolName(span.protocol)}
        {span.dataset !== "" && span.dataset !== span.service && ` · dataset ${span.dataset}`}
        {span.environment !== "" && span.environment !== "default" && ` · ${span.environment}`}
      </Fact>
      <Fact name="Received">
        <TimeText at={BigInt(span.received)} />
      </Fact>
      {span.sample_rate !== 1 && <Fact name="Stands for">{span.sample_rate} spans</Fact>}
      {span.flags !== 0 && <Fact name="Flags">{flagsText(span.flags)}</Fact>}
      {span.trace_state !== "" && (
        <Fact name="Trace state">
          <code>{span.trace_state}</code>
        </Fact>
      )}
      {span.span_id_text !== "" && (
        <Fact name="Id as sent">
          <code>{span.span_id_text}</code>
        </Fact>
      )}
      {span.parent_span_id_text !== "" && (
        <Fact name="Parent as sent">
          <code>{span.parent_span_id_text}</code>
        </Fact>
      )}
    </>
  );
}

function Details({ answer }: { readonly answer: WireSpanAnswer }) {
  const { span, others } = answer;
  // An exception is what people open a span for.
  const failedFirst = span.events.some((event) => event.name === "exception");
  return (
    <>
      {others > 0 && <p class="stale-note">This id came {others + 1} times in this trace; the first is shown.</p>}
      {failedFirst && <Events span={span} />}
      <Section title="Attributes" count={span.attributes.length}>
        <Attributes attributes={span.attributes} filter />
      </Section>
      <Dropped count={span.dropped_attributes_count} what="attribute" />
      {!failedFirst && <Events span={span} />}
      <Links span={span} />
      <Producer title="Resource" producer={span.resource} />
      <Producer title="Scope" producer={span.scope} />
    </>
  );
}

function Events({ span }: { readonly span: WireSpan }) {
  const start = BigInt(span.start);
  return (
    <>
      <Section title="Events" count={span.events.length}>
        {span.events.map((event, i) => (
          <div
            key={i}
            class={event.name === "exception" ? "span-event exception" : "span-event"}
            data-testid="span-event"
          >
            <h4>
              {event.name} <span class="quiet">+{formatDuration(BigInt(event.time) - start)}</span>
            </h4>
            {event.attributes.length > 0 && <Attributes attributes={event.attributes} />}
            <Dropped count={event.dropped_attributes_count} what="attribute" />
          </div>
        ))}
      </Section>
      <Dropped count={span.dropped_events_count} what="event" />
    </>
  );
}

function Links({ span }: { readonly span: WireSpan }) {
  return (
    <>
      <Section title="Links" count={span.links.length}>
        {span.links.map((link, i) => (
          <div key={i} class="span-event" data-testid="span-link">
            <Link to={traceRoute(link.trace_id, link.span_id)}>
              <code class="id">{link.trace_id}</code>
            </Link>
            <dl class="span-facts">
              <Fact name="Span">
                <code>{link.span_id}</code>
              </Fact>
              {link.flags !== 0 && <Fact name="Flags">{flagsText(link.flags)}</Fact>}
              {link.trace_state !== "" && (
                <Fact name="Trace state">
                  <code>{link.trace_state}</code>
                </Fact>
              )}
            </dl>
            {link.attributes.length > 0 && <Attributes attributes={link.attributes} />}
            <Dropped count={link.dropped_attributes_count} what="attribute" />
          </div>
        ))}
      </Section>
      <Dropped count={span.dropped_links_count} what="link" />
    </>
  );
}
