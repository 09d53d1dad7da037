import { expect, test } from "vitest";
import { chosenHandler, type Hotkeys } from "./hotkeys";

const named = (name: string, keys: readonly string[]): Hotkeys =>
  Object.fromEntries(keys.map((key) => [key, Object.assign(() => true, { from: `${name}:${key}` })]));

const frame = named("frame", ["g r", "/", "Escape"]);
const view = named("view", ["r", "j", "Escape"]);

test.each([
  ["", "j", "view:j"],
  ["", "/", "frame:/"],
  ["", "Escape", "view:Escape"],
  ["g", "r", "frame:g r"],
  ["j", "r", "view:r"],
  ["g", "x", undefined],
])("after '%s' the key %s is taken by %s", (before, key, from) => {
  const handler = chosenHandler([frame, view], before, key) as { from?: string } | undefined;
  expect(handler?.from).toBe(from);
});
