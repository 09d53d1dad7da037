import { formatAgo, formatExact, formatTime, type Nanos, nowNanos } from "../base/nanos";
import { app } from "../model/app_state";
import { useStore } from "./hooks";

/** An instant in the zone that was chosen; the whole of it, and how long ago, on hover. */
export function TimeText({ at }: { readonly at: Nanos }) {
  const { zone } = useStore(app);
  const now = nowNanos();
  return (
    <time class="time" dateTime={toIso(at)} title={`${formatExact(at, zone)} · ${formatAgo(at, now)}`}>
      {formatTime(at, zone, now)}
    </time>
  );
}

export function AgoText({ at }: { readonly at: Nanos }) {
  const { zone } = useStore(app);
  return (
    <time class="time" dateTime={toIso(at)} title={formatExact(at, zone)}>
      {formatAgo(at, nowNanos())}
    </time>
  );
}

function toIso(at: Nanos): string {
  return formatExact(at, "utc").replace(" UTC", "Z").replace(" ", "T");
}
