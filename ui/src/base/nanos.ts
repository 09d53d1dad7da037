// Instants and durations are nanoseconds in a bigint from the wire to the screen: a double loses the last digits.

export type Nanos = bigint;

export const kMicro = 1_000n;
export const kMilli = 1_000_000n;
export const kSecond = 1_000_000_000n;
export const kMinute = 60n * kSecond;
export const kHour = 60n * kMinute;
export const kDay = 24n * kHour;

export function nowNanos(): Nanos {
  return BigInt(Date.now()) * kMilli;
}

/** Decimal text to nanoseconds; undefined when it is anything else. */
export function parseNanos(text: string): Nanos | undefined {
  return /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
}

/** Three significant digits in the unit that fits: `850 ns`, `1.25 ms`, `12.3 s`, `2 m 05 s`, `3 h 20 m`, `2 d 4 h`. */
export function formatDuration(nanos: Nanos): string {
  if (nanos < 0n) return `−${formatDuration(-nanos)}`;
  if (nanos < kMicro) return `${nanos} ns`;
  if (nanos < 999_500n) return `${threeDigits(nanos, kMicro)} µs`;
  if (nanos < 999_500_000n) return `${threeDigits(nanos, kMilli)} ms`;
  if (nanos < kMinute) return `${threeDigits(nanos, kSecond)} s`;
  if (nanos < kHour) return twoUnits(nanos, kMinute, "m", kSecond, "s");
  if (nanos < kDay) return twoUnits(nanos, kHour, "h", kMinute, "m");
  return twoUnits(nanos, kDay, "d", kHour, "h");
}

function threeDigits(nanos: Nanos, unit: Nanos): string {
  const value = Number(nanos) / Number(unit);
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function twoUnits(nanos: Nanos, big: Nanos, bigName: string, small: Nanos, smallName: string): string {
  const rest = (nanos % big) / small;
  return `${nanos / big} ${bigName} ${rest < 10n ? "0" : ""}${rest} ${smallName}`;
}

export type Zone = "local" | "utc";

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

/** Every part of an instant that is shown, in the zone asked for. */
function parts(at: Nanos, zone: Zone) {
  const millis = Number(at >= 0n ? at / kMilli : (at - kMilli + 1n) / kMilli);
  const date = new Date(millis);
  const utc = zone === "utc";
  return {
    day: utc
      ? `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`
      : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`,
    clock: utc
      ? `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`
      : `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`,
    nanos: ((at % kSecond) + kSecond) % kSecond,
  };
}

/** `14:03:05.123`, or with its day when that is not the day of `today`. */
export function formatTime(at: Nanos, zone: Zone, today: Nanos): string {
  const shown = parts(at, zone);
  const clock = `${shown.clock}.${pad(Number(shown.nanos / kMilli), 3)}`;
  return shown.day === parts(today, zone).day ? clock : `${shown.day} ${clock}`;
}

/** `2026-11-22 14:03:05.123456789 UTC`: nothing rounded away. */
export function formatExact(at: Nanos, zone: Zone): string {
  const shown = parts(at, zone);
  return `${shown.day} ${shown.clock}.${pad(Number(shown.nanos), 9)} ${zone === "utc" ? "UTC" : "local"}`;
}

/** `3 s ago`, `2 m ago`; `in 5 s` for a clock that is ahead. */
export function formatAgo(at: Nanos, now: Nanos): string {
  const gap = now - at;
  if (gap < 0n) return gap > -2n * kSecond ? "now" : `in ${oneUnit(-gap)}`;
  return gap < 2n * kSecond ? "now" : `${oneUnit(gap)} ago`;
}

function oneUnit(gap: Nanos): string {
  if (gap < kMinute) return `${gap / kSecond} s`;
  if (gap < kHour) return `${gap / kMinute} min`;
  if (gap < 2n * kDay) return `${gap / kHour} h`;
  return `${gap / kDay} d`;
}

/** Reads `250ms`, `1.5 s`, `80us`, `2m`, or a bare number of milliseconds; undefined when it is none of these. */
export function parseDuration(text: string): Nanos | undefined {
  const match = /^\s*(\d{1,9})(?:\.(\d{1,9}))?\s*(ns|us|µs|ms|s|m|h)?\s*$/.exec(text);
  if (!match) return undefined;
  const unit =
    { ns: 1n, us: kMicro, µs: kMicro, ms: kMilli, s: kSecond, m: kMinute, h: kHour }[match[3] ?? "ms"] ?? kMilli;
  const fraction = match[2] ?? "";
  return BigInt(match[1] ?? "0") * unit + (BigInt(fraction || "0") * unit) / 10n ** BigInt(fraction.length);
}
