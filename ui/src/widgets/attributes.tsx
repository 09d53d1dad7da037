import type { WireAttribute } from "../api/wire";
import { kTraces } from "../model/route";
import { CopyButton } from "./copy_button";
import { Link } from "./navigation";

const kShortTypes: Readonly<Record<WireAttribute["type"], string>> = {
  string: "str",
  int: "int",
  double: "dbl",
  bool: "bool",
  array: "arr",
  map: "map",
  bytes: "byte",
  empty: "nil",
};

/** Longer values may scroll: the keyboard has to reach them then. */
const kScrolls = 200;

interface Props {
  readonly attributes: readonly WireAttribute[];
  /** Whether a value can be clicked to list the traces that have it. */
  readonly filter?: boolean;
}

/** Keys in their order by name, each value with the type that the client gave it. */
export function Attributes({ attributes, filter = false }: Props) {
  if (attributes.length === 0) return <p class="quiet">None.</p>;
  const sorted = [...attributes].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return (
    <dl class="attributes" data-testid="attributes">
      {sorted.map((one) => (
        <div key={one.key} class="attribute">
          <dt>
            <span class="attribute-key">{one.key}</span>
            <abbr class="type" title={`type: ${one.type}`}>
              {kShortTypes[one.type]}
            </abbr>
          </dt>
          <dd>
            <span class={`attribute-value type-${one.type}`} {...(one.text.length > kScrolls ? { tabIndex: 0 } : {})}>
              {one.text === "" ? "(empty)" : one.text}
            </span>
            <span class="attribute-actions">
              {filter && canFilter(one) && (
                <Link
                  to={{ ...kTraces, filters: { ...kTraces.filters, attributes: [`${one.key}=${one.text}`] } }}
                  class="action"
                  title={`Traces with ${one.key} = ${one.text}`}
                >
                  traces
                </Link>
              )}
              <CopyButton text={one.text} label={`Copy ${one.key}`} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function canFilter(one: WireAttribute): boolean {
  return ["string", "int", "double", "bool"].includes(one.type) && one.text.length <= 200;
}
