import { kHour, kMilli, type Nanos, nowNanos } from "../base/nanos";
import { kChoices, lengthOf, type Range } from "../model/range";

interface Props {
  readonly range: Range;
  readonly onChange: (range: Range) => void;
}

/** The one time picker: a length until now, or two instants in local time. */
export function TimePicker({ range, onChange }: Props) {
  const choose = (value: string) => onChange(value === "between" ? betweenOf(range) : { kind: "last", last: value });
  const choices =
    range.kind === "last" && !kChoices.some((choice) => choice.last === range.last)
      ? [{ last: range.last, label: `Last ${range.last}` }, ...kChoices]
      : kChoices;
  return (
    <div class="time-picker">
      <label>
        <span class="visually-hidden">Time range</span>
        <select
          data-testid="time-range"
          value={range.kind === "last" ? range.last : "between"}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {choices.map((choice) => (
            <option key={choice.last} value={choice.last}>
              {choice.label}
            </option>
          ))}
          <option value="between">Between …</option>
        </select>
      </label>
      {range.kind === "between" && (
        <>
          <Instant label="From" at={range.from} onChange={(from) => from < range.to && onChange({ ...range, from })} />
          <Instant label="To" at={range.to} onChange={(to) => to > range.from && onChange({ ...range, to })} />
        </>
      )}
    </div>
  );
}

function Instant({ label, at, onChange }: { label: string; at: Nanos; onChange: (at: Nanos) => void }) {
  const changed = (value: string) => {
    const millis = new Date(value).getTime();
    if (!Number.isNaN(millis)) onChange(BigInt(millis) * kMilli);
  };
  return (
    <label class="instant">
      <span class="visually-hidden">{label}</span>
      <input
        type="datetime-local"
        step="1"
        value={forInput(at)}
        onChange={(event) => changed(event.currentTarget.value)}
      />
    </label>
  );
}

function betweenOf(range: Range): Range {
  if (range.kind === "between") return range;
  const to = nowNanos();
  return { kind: "between", from: to - (lengthOf(range.last) ?? kHour), to };
}

/** Local time as `datetime-local` wants it. */
function forInput(at: Nanos): string {
  const date = new Date(Number(at / kMilli));
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
