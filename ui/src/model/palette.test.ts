import { expect, test } from "vitest";
import { kServiceColours, serviceSlot } from "./palette";

test("a service keeps its colour over releases", () => {
  expect(["checkout", "cart", "payments", "gateway"].map(serviceSlot)).toEqual([3, 4, 2, 6]);
});

test("names that differ by one letter spread over all colours", () => {
  const used = new Set(Array.from({ length: 256 }, (_, i) => serviceSlot(`service-${i}`)));
  expect(used.size).toBe(kServiceColours);
});
