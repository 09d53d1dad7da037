// Above the list of traces: which fields set the spans that meet the filter apart from all others.

import { useState } from "preact/hooks";
import {
  comparedWithin,
  type Difference,
  type FieldDifference,
  fetchDifference,
  type Shares,
  type ValueShares,
} from "../api/differences";
import { formatDuration } from "../base/nanos";
import { formatCount, formatShare } from "../base/numbers";
import { latest } from "../model/remote";
import { type RouteOf, type TraceFilters, writeRoute } from "../model/route";
import { useRemote } from "../widgets/hooks";
import { go } from "../widgets/navigation";
import { Failed, Loading } from "../widgets/page_state";

const kFewFields = 6;
const kFewValues = 3;
/** Less than this is what chance makes of samples. */
const kLeastScore = 0.03;
const kLeastDistance = 0.01;

export function SetApart({ route }: { readonly route: RouteOf<"traces"> }) {
  if (!route.apart) {
    return (
      <p class="apart-offer">
        <button type="button" data-testid="set-apart" onClick={() => go({ ...route, apart: true })}>
          What sets these apart?
        </button>
      </p>
    );
  }
  return <Panel route={route} />;
}

function Panel({ route }: { readonly route: RouteOf<"traces"> }) {
  const key = writeRoute({ ...route, cursor: "" });
  const { remote, reload } = useRemote(key, (signal) => fetchDifference(route.range, route.filters, signal));
  const [all, setAll] = useState(false);
  const found = latest(remote);
  const fields = found?.keys.filter((field) => field.score >= kLeastScore) ?? [];
  const within = comparedWithin(route.filters);
  return (
    <section class="apart" aria-label="What sets these spans apart" data-testid="apart">
      <header class="apart-head">
        <h2>What sets these spans apart</h2>
        <button type="button" class="link" onClick={() => go({ ...route, apart: false })}>
          Close
        </button>
      </header>
      {found ? (
        <>
          <p class="quiet apart-sides">
            <span class="apart-key selection" aria-hidden="true" /> {formatCount(Number(found.selection.spans))} spans
            that meet the filter, <span class="apart-key rest" aria-hidden="true" />{" "}
            {formatCount(Number(found.rest.spans))} other spans{within === "" ? "" : ` of ${within}`}
            {sampledWords(found)}
          </p>
          {fields.length === 0 ? (
            <p>{nothingWords(found)}</p>
          ) : (
            <ol class={remote.state === "loading" ? "apart-fields busy" : "apart-fields"}>
              {fields.slice(0, all ? fields.length : kFewFields).map((field) => (
                <Field key={`${field.place} ${field.key}`} field={field} route={route} />
              ))}
            </ol>
          )}
          {fields.length > kFewFields && (
            <button type="button" class="link" onClick={() => setAll(!all)}>
              {all ? "Show fewer" : `Show all ${fields.length} fields`}
            </button>
          )}
        </>
      ) : remote.state === "failed" ? (
        <Failed what="what sets them apart" failure={remote.failure} onRetry={reload} />
      ) : (
        <Loading what="what sets them apart" />
      )}
    </section>
  );
}

function sampledWords({ selection, rest }: Difference): string {
  const sampled = selection.sampled + rest.sampled;
  const spans = Number(selection.spans) + Number(rest.spans);
  return sampled < spans ? `; told from ${formatCount(sampled)} of them` : "";
}

function nothingWords({ selection, rest }: Difference): string {
  if (selection.spans === "0") return "No span in this time meets the filter.";
  if (rest.spans === "0") return "All spans in this time meet the filter: there is nothing to compare them with.";
  return "No field does: they look like the others.";
}

function Field({ field, route }: { readonly field: FieldDifference; readonly route: RouteOf<"traces"> }) {
  return (
    <li class="apart-field" data-testid="apart-field" data-key={field.key}>
      <h3>
        <code>{field.key}</code>
        {field.place === "resource" && <span class="tag">resource</span>}
        <span class="apart-score" title="How much the two sides differ in this field, 0 to 100">
          {Math.round(field.score * 100)}
        </span>
      </h3>
      <ul>
        {shownValues(field).map((value) => (
          <Value key={`${value.text} ${value.to}`} value={value} field={field} route={route} />
        ))}
      </ul>
    </li>
  );
}

interface Shown extends Shares {
  readonly type: string;
  readonly text: string;
  readonly to: string | undefined;
  readonly missing: boolean;
}

/** Those whose shares differ most; that a field is missing is one of them. */
function shownValues(field: FieldDifference): readonly Shown[] {
  const missing: Shown = { ...field.missing, type: "empty", text: "", to: undefined, missing: true };
  const values = field.values.map((value: ValueShares) => ({ ...value, to: value.to, missing: false }));
  const distance = (value: Shares) => Math.abs(value.selection - value.rest);
  return [...values, missing]
    .filter((value) => distance(value) >= kLeastDistance)
    .sort((a, b) => distance(b) - distance(a))
    .slice(0, kFewValues);
}

interface ValueProps {
  readonly value: Shown;
  readonly field: FieldDifference;
  readonly route: RouteOf<"traces">;
}

function Value({ value, field, route }: ValueProps) {
  const filters = value.missing || value.to !== undefined ? undefined : narrowed(route.filters, field, value.text);
  const words = wordsOf(value, field);
  return (
    <li class="apart-value">
      {filters ? (
        <button
          type="button"
          class="link apart-text"
          title={`Only spans with ${field.key} = ${value.text}`}
          onClick={() => go({ ...route, filters, cursor: "" })}
        >
          {words}
        </button>
      ) : (
        <span class={value.missing ? "apart-text quiet" : "apart-text"}>{words}</span>
      )}
      <Bar side="selection" share={value.selection} label="that meet the filter" />
      <Bar side="rest" share={value.rest} label="of the others" />
    </li>
  );
}

function Bar({ side, share, label }: { readonly side: string; readonly share: number; readonly label: string }) {
  const percent = formatShare(share, 1);
  return (
    <span class={`apart-bar ${side}`} title={`${percent} of the spans ${label}`}>
      <span class="apart-fill" style={{ width: `${share * 100}%` }} aria-hidden="true" />
      <span class="apart-percent">{percent}</span>
    </span>
  );
}

function wordsOf(value: Shown, field: FieldDifference): string {
  if (value.missing) return "not set";
  const isDuration = field.place === "span" && field.key === "duration";
  const word = (text: string) => {
    if (value.type === "double") return String(Number(Number(text).toPrecision(4)));
    return isDuration ? formatDuration(BigInt(text)) : text;
  };
  if (value.to === undefined) return value.text === "" ? '""' : word(value.text);
  return `${word(value.text)} to ${word(value.to)}`;
}

/** The filter with this value too; undefined where the list has no filter for it. */
function narrowed(filters: TraceFilters, field: FieldDifference, text: string): TraceFilters | undefined {
  if (field.place !== "span") return { ...filters, attributes: [...filters.attributes, `${field.key}=${text}`] };
  if (field.key === "service.name") return { ...filters, service: text };
  if (field.key === "name") return { ...filters, name: text };
  if (field.key === "status" && text === "error") return { ...filters, errors: true };
  return undefined;
}
