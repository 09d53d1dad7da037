// What one occurrence says: its exceptions with their frames, and everything that was sent beside them.

import { formatDuration, kMilli, type Nanos } from "../base/nanos";
import { type Exception, type Frame, type Pair, readOccurrence, type TelemetryEvent } from "../model/occurrence";
import { Section } from "../widgets/facts";
import { DocumentText } from "../widgets/sent_document";

interface Props {
  readonly data: unknown;
  readonly at: Nanos;
}

export function OccurrenceDetails({ data, at }: Props) {
  const facts = readOccurrence(data);
  return (
    <>
      {facts.message !== "" && <pre class="log-whole">{facts.message}</pre>}
      {facts.exceptions.map((exception, i) => (
        <ExceptionView key={i} exception={exception} cause={i > 0} />
      ))}
      <Section title="Telemetry before it" count={facts.telemetry.length}>
        <Telemetry events={facts.telemetry} at={at} />
      </Section>
      <PairsSection title="Request" pairs={facts.request} />
      <PairsSection title="Person" pairs={facts.person} />
      <PairsSection title="Custom" pairs={facts.custom} />
      <PairsSection title="Occurrence" pairs={facts.facts} />
      <PairsSection title="Server" pairs={facts.server} open={false} />
      <PairsSection title="Client" pairs={facts.client} open={false} />
      <details class="section" data-testid="occurrence-raw">
        <summary>
          <h3>All of it as JSON</h3>
        </summary>
        <DocumentText text={JSON.stringify(data)} kind="data" />
      </details>
    </>
  );
}

function ExceptionView({ exception, cause }: { readonly exception: Exception; readonly cause: boolean }) {
  return (
    <section class="exception-view">
      <h2>
        {cause && <span class="quiet">caused by </span>}
        {exception.name}
        {exception.name !== "" && exception.message !== "" && ": "}
        <span class="exception-message">{exception.message}</span>
      </h2>
      {exception.raw !== "" && <pre class="log-whole">{exception.raw}</pre>}
      <ol class="frames">
        {exception.frames.map((frame, i) => (
          <FrameView key={i} frame={frame} open={i === 0} />
        ))}
      </ol>
    </section>
  );
}

function FrameView({ frame, open }: { readonly frame: Frame; readonly open: boolean }) {
  const place = (
    <>
      <code class="frame-file">
        {frame.file}
        {frame.line !== undefined && `:${frame.line}`}
        {frame.column !== undefined && `:${frame.column}`}
      </code>{" "}
      {frame.method !== "" && (
        <>
          <span class="quiet">in</span> <code>{frame.method}</code>
        </>
      )}
    </>
  );
  const more = frame.code !== "" || frame.before.length + frame.after.length + frame.locals.length > 0;
  return (
    <li class="frame" data-testid="frame">
      {more ? (
        <details open={open}>
          <summary>{place}</summary>
          <Code frame={frame} />
          {frame.locals.length > 0 && <Pairs pairs={frame.locals} />}
        </details>
      ) : (
        <p>{place}</p>
      )}
    </li>
  );
}

/** The line with its neighbours, each with its number where the frame has one. */
function Code({ frame }: { readonly frame: Frame }) {
  const lines = [
    ...frame.before.map((text, i) => ({ text, offset: i - frame.before.length })),
    ...(frame.code === "" ? [] : [{ text: frame.code, offset: 0 }]),
    ...frame.after.map((text, i) => ({ text, offset: i + 1 })),
  ];
  if (lines.length === 0) return null;
  return (
    <pre class="frame-code">
      {lines.map(({ text, offset }) => (
        <span key={offset} class={offset === 0 ? "frame-line here" : "frame-line"}>
          <span class="frame-number">{frame.line === undefined ? "" : frame.line + offset}</span>
          {text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

function Telemetry({ events, at }: { readonly events: readonly TelemetryEvent[]; readonly at: Nanos }) {
  return (
    <ol class="telemetry">
      {events.map((event, i) => (
        <li key={i}>
          <span class="quiet">
            {event.at === undefined ? "" : `−${formatDuration(at - BigInt(Math.round(event.at)) * kMilli)}`}
          </span>{" "}
          <span class={`level ${event.level}`}>{event.type || event.level}</span> <span>{event.text}</span>
        </li>
      ))}
    </ol>
  );
}

interface PairsProps {
  readonly title: string;
  readonly pairs: readonly Pair[];
  readonly open?: boolean;
}

function PairsSection({ title, pairs, open = true }: PairsProps) {
  return (
    <Section title={title} count={pairs.length} open={open}>
      <Pairs pairs={pairs} />
    </Section>
  );
}

function Pairs({ pairs }: { readonly pairs: readonly Pair[] }) {
  return (
    <dl class="attributes">
      {pairs.map((one, i) => (
        <div key={`${one.key} ${i}`} class="attribute">
          <dt>
            <span class="attribute-key">{one.key}</span>
          </dt>
          <dd>
            <span class="attribute-value">{one.text === "" ? "(empty)" : one.text}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
