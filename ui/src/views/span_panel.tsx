import type { ComponentChildren } from "preact";
import { fetchSpan } from "../api/queries";
import type { WireSpan, WireSpanAnswer } from "../api/wire";
import { formatDuration } from "../base/nanos";
import { kindName, kStatusError, protocolName, statusName } from "../model/names";
import { latest } from "../model/remote";
import { kTraces, traceRoute } from "../model/route";
import { nameAt, serviceAt, type Trace } from "../model/trace";
import { Attributes } from "../widgets/attributes";
import { CopyButton } from "../widgets/copy_button";
import { useRemote } from "../widgets/hooks";
import { Link } from "../widgets/navigation";
import { Failed, Loading } from "../widgets/page_state";
import { ServiceName } from "../widgets/service_name";
import { TimeText } from "../widgets/time_text";

/** All of one span. What the waterfall knows is there at once; the rest is asked when the span is opened. */
export function SpanPanel({ trace, span }: { readonly trace: Trace; readonly span: number }) {
  const id = trace.ids[span] ?? "";
  const { remote, reload } = useRemote(`${trace.traceId} ${id}`, (signal) => fetchSpan(trace.traceId, id, signal));
  const answer = latest(remote);
  const failed = trace.status[span] === kStatusError;
  const service = serviceAt(trace, span);
  return (
    <article class="span-panel" data-testid="span-panel">
      <h2>
        {failed && (
          <span class="error-mark" title="failed">
            !
          </span>
        )}
        <span data-testid="span-name">{nameAt(trace, span)}</span>
      </h2>
      <p>
        <Link
          to={{ ...kTraces, filters: { ...kTraces.filters, service, name: nameAt(trace, span) } }}
          title="Traces with this span"
        >
          <ServiceName service={service} />
        </Link>
      </p>
      {answer?.span.status_message && (
        <p class="status-message" data-testid="status-message">
          {answer.span.status_message}
        </p>
      )}
      <dl class="span-facts">
        <Fact name="Duration">{formatDuration(trace.durations[span] ?? 0n)}</Fact>
        <Fact name="Began">
          <TimeText at={trace.starts[span] ?? 0n} />{" "}
          <span class="quiet">+{formatDuration((trace.starts[span] ?? 0n) - trace.start)}</span>
        </Fact>
        <Fact name="Kind">{kindName(trace.kind[span] ?? 0)}</Fact>
        <Fact name="Status">{statusName(trace.status[span] ?? 0)}</Fact>
        <Fact name="Span id">
          <code data-testid="span-id">{id}</code>
          <CopyButton text={id} label="Copy the span id" />
        </Fact>
        {answer && <Sent span={answer.span} />}
      </dl>
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

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
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
      {span.trace_state !== "" && (
        <Fact name="Trace state">
          <code>{span.trace_state}</code>
        </Fact>
      )}
    </>
  );
}

function Details({ answer }: { readonly answer: WireSpanAnswer }) {
  const { span, others } = answer;
  const start = BigInt(span.start);
  return (
    <>
      {others > 0 && <p class="stale-note">This id came {others + 1} times in this trace; the first is shown.</p>}
      <Section title="Attributes" count={span.attributes.length}>
        <Attributes attributes={span.attributes} filter />
      </Section>
      <Section title="Events" count={span.events.length}>
        {span.events.map((event, i) => (
          <div key={i} class="span-event" data-testid="span-event">
            <h4>
              {event.name} <span class="quiet">+{formatDuration(BigInt(event.time) - start)}</span>
            </h4>
            <Attributes attributes={event.attributes} />
          </div>
        ))}
      </Section>
      <Section title="Links" count={span.links.length}>
        {span.links.map((link, i) => (
          <div key={i} class="span-event">
            <Link to={traceRoute(link.trace_id, link.span_id)}>
              <code>{link.trace_id}</code>
            </Link>
            <Attributes attributes={link.attributes} />
          </div>
        ))}
      </Section>
      <Section title="Resource" count={span.resource.length}>
        <Attributes attributes={span.resource} />
      </Section>
      {(span.scope.name !== "" || span.scope.attributes.length > 0) && (
        <Section title="Scope" count={span.scope.attributes.length + 1}>
          <p>
            <code>{span.scope.name}</code> {span.scope.version}
          </p>
          {span.scope.attributes.length > 0 && <Attributes attributes={span.scope.attributes} />}
        </Section>
      )}
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly count: number;
  readonly children: ComponentChildren;
}

function Section({ title, count, children }: SectionProps) {
  if (count === 0) return null;
  return (
    <details class="section" open>
      <summary>
        <h3>{title}</h3> <span class="quiet">{count}</span>
      </summary>
      {children}
    </details>
  );
}
