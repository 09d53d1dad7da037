// Named values in two columns, and sections that fold.

import type { ComponentChildren } from "preact";
import type { WireProducer } from "../api/wire";
import { plural } from "../base/numbers";
import { Attributes } from "./attributes";

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly count: number;
  readonly open?: boolean;
  readonly children: ComponentChildren;
}

/** Nothing when it would be empty. */
export function Section({ title, count, open = true, children }: SectionProps) {
  if (count === 0) return null;
  return (
    <details class="section" open={open}>
      <summary>
        <h3>{title}</h3> <span class="quiet">{count}</span>
      </summary>
      {children}
    </details>
  );
}

/** What the client says that it left out: it is nowhere to be found. */
export function Dropped({ count, what }: { readonly count: number; readonly what: string }) {
  if (count === 0) return null;
  return <p class="dropped">The client left out {plural(count, what)}.</p>;
}

/** W3C's and OTLP's trace flags as people read them. */
export function flagsText(flags: number): string {
  const said = [flags & 1 ? "sampled" : "", flags & 2 ? "random trace id" : ""];
  if (flags & 0x100) said.push(flags & 0x200 ? "remote parent" : "local parent");
  const known = said.filter((one) => one !== "").join(", ");
  return `0x${flags.toString(16).padStart(2, "0")}${known === "" ? "" : ` (${known})`}`;
}

interface ProducerProps {
  readonly title: string;
  readonly producer: WireProducer;
  readonly open?: boolean;
}

/** A resource, or a scope with its name. */
export function Producer({ title, producer, open = true }: ProducerProps) {
  const { name, version, attributes, schema_url: schema, dropped_attributes_count: dropped } = producer;
  const said = attributes.length + (name === "" ? 0 : 1);
  if (said === 0 && schema === "" && dropped === 0) return null;
  return (
    <Section title={title} count={Math.max(1, said)} open={open}>
      {name !== "" && (
        <p class="scope-name">
          <code>{name}</code> {version}
        </p>
      )}
      {attributes.length > 0 && <Attributes attributes={attributes} />}
      {schema !== "" && (
        <p class="quiet schema">
          schema <code>{schema}</code>
        </p>
      )}
      <Dropped count={dropped} what="attribute" />
    </Section>
  );
}
