import { formatDuration, type Nanos } from "../base/nanos";

/** A duration as text over a bar that compares it with the longest of the list. */
export function DurationBar({ duration, longest }: { readonly duration: Nanos; readonly longest: Nanos }) {
  const share = longest > 0n ? Math.max(0.5, (100 * Number(duration)) / Number(longest)) : 0;
  return (
    <span class="duration-bar">
      <span class="duration-track" aria-hidden="true">
        <span class="duration-fill" style={{ width: `${share}%` }} />
      </span>
      <span class="duration-text">{formatDuration(duration)}</span>
    </span>
  );
}
