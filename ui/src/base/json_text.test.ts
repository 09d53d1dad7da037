import { expect, test } from "vitest";
import { indentJson } from "./json_text";

test("a document gets line ends and keeps every digit", () => {
  expect(indentJson('{"id":12345678901234567890,"t":1.50,"a":[1, {}],"e":[],"s":"a{\\"b,c"}')).toBe(
    [
      "{",
      '  "id": 12345678901234567890,',
      '  "t": 1.50,',
      '  "a": [',
      "    1,",
      "    {}",
      "  ],",
      '  "e": [],',
      '  "s": "a{\\"b,c"',
      "}",
    ].join("\n"),
  );
});

test.each(["HomeActivities run", "", '{"cut":'])("%s is no JSON and stays as it is", (text) =>
  expect(indentJson(text)).toBe(text),
);
