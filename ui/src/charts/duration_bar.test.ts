import { expect, test } from "vitest";
import { scaleOf, shareOf } from "./duration_bar";

test("one slow trace leaves the others apart", () => {
  const scale = scaleOf([20_000_000n, 200_000_000n, 60_000_000_000n]);
  expect(shareOf(60_000_000_000n, scale)).toBe(100);
  expect(shareOf(20_000_000n, scale)).toBe(10);
  expect(shareOf(200_000_000n, scale)).toBeGreaterThan(30);
});

test("traces of one length, of none, or against the clock are drawn", () => {
  expect(shareOf(5n, scaleOf([5n, 5n]))).toBe(100);
  expect(shareOf(0n, scaleOf([0n, 1000n]))).toBe(10);
  expect(shareOf(-5n, scaleOf([-5n, 1000n]))).toBe(10);
});
