import { formatDuration, type Nanos } from "../base/nanos";

/** What the bars of one list are drawn by: logarithmic, since one slow trace would make all others look alike. */
export interface DurationScale {
  readonly shortest: number;
  readonly longest: number;
}

export function scaleOf(durations: readonly Nanos[]): DurationScale {
  const numbers = durations.map((one) => Math.max(1, Number(one)));
  return { shortest: Math.min(...numbers), longest: Math.max(...numbers) };
}

/** Per cent of the track: the longest takes all of it, the shortest a tenth. */
export function shareOf(duration: Nanos, { shortest, longest }: DurationScale): number {
  if (longest <= shortest) return 100;
  const place = Math.log(Math.max(1, Number(duration)) / shortest) / Math.log(longest / shortest);
  return 10 + 90 * Math.min(1, Math.max(0, place));
}

/** A duration as text beside a bar that compares it with the others of the list. */
export function DurationBar({ duration, scale }: { readonly duration: Nanos; readonly scale: DurationScale }) {
  return (
    <span class="duration-bar">
      <span class="duration-track" aria-hidden="true" title="logarithmic">
        <span class="duration-fill" style={{ width: `${shareOf(duration, scale).toFixed(1)}%` }} />
      </span>
      <span class="duration-text">{formatDuration(duration)}</span>
    </span>
  );
}
