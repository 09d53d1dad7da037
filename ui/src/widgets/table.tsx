import type { ComponentChildren } from "preact";
import type { Nanos } from "../base/nanos";
import { formatDuration } from "../base/nanos";

export interface Column {
  readonly title: string;
  /** `number` is aligned to the right, `wide` takes the room that is left, `optional` is left out on small screens. */
  readonly class?: string;
}

export function TableHead({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th key={column.title} scope="col" class={column.class}>
            {column.title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface CellProps {
  /** Its name where the table has become cards. */
  readonly label: string;
  readonly class?: string;
  readonly testId?: string;
  readonly children: ComponentChildren;
}

export function NumberCell({ label, class: more = "", testId, children }: CellProps) {
  return (
    <td class={`number ${more}`} data-label={label} data-testid={testId}>
      {children}
    </td>
  );
}

export function DurationCell({ label, duration }: { readonly label: string; readonly duration: Nanos | undefined }) {
  return <NumberCell label={label}>{duration === undefined ? <NoValue /> : formatDuration(duration)}</NumberCell>;
}

export function NoValue() {
  return <span class="quiet">–</span>;
}

/** Something failed: said by a mark and by colour. */
export function ErrorText({ children }: { readonly children: ComponentChildren }) {
  return (
    <span class="error-text">
      <span class="error-mark" aria-hidden="true">
        !
      </span>
      {children}
    </span>
  );
}
