import { expect, test } from "vitest";
import { formatAgo, formatDuration, formatExact, formatTime, parseDuration, parseNanos } from "./nanos";

test.each([
  [0n, "0 ns"],
  [999n, "999 ns"],
  [1_250n, "1.25 µs"],
  [999_499n, "999 µs"],
  [999_500n, "1.00 ms"],
  [12_340_000n, "12.3 ms"],
  [999_600_000n, "1.00 s"],
  [59_000_000_000n, "59.0 s"],
  [125_000_000_000n, "2 m 05 s"],
  [12_000_000_000_000n, "3 h 20 m"],
  [187_200_000_000_000n, "2 d 04 h"],
  [-1_500_000n, "−1.50 ms"],
])("%s nanoseconds are shown as %s", (nanos, text) => expect(formatDuration(nanos)).toBe(text));

test.each([
  ["250ms", 250_000_000n],
  ["250", 250_000_000n],
  ["1.5 s", 1_500_000_000n],
  ["80us", 80_000n],
  ["0.000001ms", 1n],
  ["2m", 120_000_000_000n],
  ["-1s", undefined],
  ["1 fortnight", undefined],
  ["", undefined],
])("%s is read as a duration", (text, nanos) => expect(parseDuration(text)).toBe(nanos));

test("no nanosecond is rounded away", () => {
  expect(parseNanos("1795356350834567891")).toBe(1795356350834567891n);
  expect(formatExact(1795356350834567891n, "utc")).toBe("2026-11-22 14:05:50.834567891 UTC");
});

test.each(["", "1e9", "0x10", "12.5", "99999999999999999999"])("%s is no instant", (text) =>
  expect(parseNanos(text)).toBeUndefined(),
);

test("times before 1970 keep their order", () => {
  expect(formatExact(-1n, "utc")).toBe("1969-12-31 23:59:59.999999999 UTC");
});

test("the day is shown when it is another", () => {
  const noon = 1795356350834567891n;
  expect(formatTime(noon, "utc", noon + 1n)).toBe("14:05:50.834");
  expect(formatTime(noon - 86_400_000_000_000n, "utc", noon)).toBe("2026-11-21 14:05:50.834");
});

test("how long ago", () => {
  const at = 1_000_000_000_000n;
  expect(formatAgo(at, at + 1_000_000_000n)).toBe("now");
  expect(formatAgo(at, at + 90_000_000_000n)).toBe("1 min ago");
  expect(formatAgo(at, at - 30_000_000_000n)).toBe("in 30 s");
});
