import { expect, test } from "vitest";
import { formatRate } from "./numbers";

test("a rate is said in a unit that people can read", () => {
  const said = (count: number, seconds: number) => {
    const { rate, unit } = formatRate(count, seconds);
    return `${rate} ${unit}`;
  };
  expect(said(12_345, 10)).toBe("1,235 /s");
  expect(said(36, 10)).toBe("3.6 /s");
  expect(said(160, 3600)).toBe("2.7 /min");
  expect(said(27, 3600)).toBe("27 /h");
  expect(said(1, 30 * 86_400)).toBe("0 /d");
  expect(said(0, 3600)).toBe("0 /h");
  expect(said(5, 0)).toBe("5 /s");
});
