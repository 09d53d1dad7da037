// A field for `key=value` of an attribute: keys are offered while one is typed, then the values that it has.

import { useEffect, useRef, useState } from "preact/hooks";
import { fetchAttributeKeys, fetchAttributeValues } from "../api/queries";
import type { Range } from "../model/range";
import { TextField } from "./filter_form";

interface Props {
  readonly range: Range;
  readonly onChange: (event: Event) => void;
}

/** Typing pauses this long before the server is asked. */
const kPauseMs = 120;

async function suggest(text: string, range: Range, signal: AbortSignal): Promise<readonly string[]> {
  const equals = text.indexOf("=");
  if (equals <= 0) return (await fetchAttributeKeys(text, signal)).map((key) => `${key}=`);
  const key = text.slice(0, equals);
  const values = await fetchAttributeValues(key, text.slice(equals + 1), range, signal);
  return values.map((value) => `${key}=${value}`);
}

export function AttributeField({ range, onChange }: Props) {
  const [text, setText] = useState<string | undefined>(undefined);
  const [choices, setChoices] = useState<readonly string[]>([]);
  const latest = useRef(range);
  latest.current = range;
  useEffect(() => {
    if (text === undefined) return;
    const asking = new AbortController();
    const pause = setTimeout(() => {
      // Only suggestions: without them the field can still be typed into.
      suggest(text, latest.current, asking.signal).then(setChoices, () => {});
    }, kPauseMs);
    return () => {
      clearTimeout(pause);
      asking.abort();
    };
  }, [text]);
  return (
    <>
      <TextField
        name="attribute"
        label="Attribute"
        value=""
        placeholder="key=value"
        list="known-attributes"
        onFocus={() => setText((before) => before ?? "")}
        onInput={setText}
        onChange={onChange}
      />
      <datalist id="known-attributes" data-testid="known-attributes">
        {choices.map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </>
  );
}
