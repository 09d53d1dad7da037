// The form above a list: fields that apply when they change, and a button that clears them.

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { fetchServices } from "../api/queries";
import type { Range } from "../model/range";

interface FormProps {
  readonly label: string;
  /** What the fields show; other filters make a new form. */
  readonly filters: unknown;
  readonly onRead: (data: FormData) => void;
  /** Absent when there is nothing to clear. */
  readonly onClear: (() => void) | undefined;
  readonly children: (submit: (event: Event) => void) => ComponentChildren;
}

export function FilterForm({ label, filters, onRead, onClear, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    onRead(new FormData(form.current ?? undefined));
  };
  return (
    <form key={JSON.stringify(filters)} ref={form} class="filters" aria-label={label} onSubmit={submit}>
      {children(submit)}
      <button type="submit" class="visually-hidden">
        Apply
      </button>
      {onClear && (
        <button type="button" class="link" onClick={onClear}>
          Clear
        </button>
      )}
    </form>
  );
}

export function textOf(data: FormData, name: string): string {
  return String(data.get(name) ?? "").trim();
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly size?: "short" | "grow";
  /** What may be chosen from: the id of a datalist. */
  readonly list?: string;
  readonly onFocus?: () => void;
  /** What stands in the field, at each key. */
  readonly onInput?: (text: string) => void;
  readonly onChange: (event: Event) => void;
}

export function TextField({ name, label, value, placeholder, size, list, onFocus, onInput, onChange }: FieldProps) {
  return (
    <label class={`field ${size ?? ""}`}>
      {label}
      <input
        name={name}
        data-testid={`filter-${name}`}
        defaultValue={value}
        placeholder={placeholder}
        maxLength={256}
        autocomplete="off"
        spellcheck={false}
        {...(list === undefined ? {} : { list })}
        {...(onFocus === undefined ? {} : { onFocus })}
        {...(onInput === undefined ? {} : { onInput: (event) => onInput(event.currentTarget.value) })}
        onChange={onChange}
      />
    </label>
  );
}

interface ServiceProps {
  readonly value: string;
  readonly range: Range;
  readonly label?: string;
  /** The names to choose from; those of services that send spans unless said. */
  readonly names?: readonly string[];
  readonly onChange: (event: Event) => void;
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Value and what it is called. */
  readonly choices: readonly (readonly [string, string])[];
  readonly onChange: (event: Event) => void;
}

export function ChoiceField({ name, label, value, choices, onChange }: ChoiceProps) {
  const known = choices.some(([one]) => one === value) ? choices : [...choices, [value, value] as const];
  return (
    <label class="field short">
      {label}
      <select name={name} data-testid={`filter-${name}`} defaultValue={value} onChange={onChange}>
        {known.map(([one, title]) => (
          <option key={one} value={one} selected={one === value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A service's name, with those of the time range to choose from once the field is entered. */
export function ServiceField({ value, range, label = "Service", names, onChange }: ServiceProps) {
  const [services, setServices] = useState<readonly string[] | undefined>(undefined);
  const ask = () => {
    if (services !== undefined || names !== undefined) return;
    setServices([]);
    // Only suggestions: without them the field can still be typed into.
    fetchServices(range, new AbortController().signal).then(
      (found) => setServices(found.services.map((one) => one.service).filter((name) => name !== "")),
      () => setServices(undefined),
    );
  };
  return (
    <>
      <TextField
        name="service"
        label={label}
        value={value}
        placeholder="any"
        list="known-services"
        onFocus={ask}
        onChange={onChange}
      />
      <datalist id="known-services">
        {(names ?? services)?.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
