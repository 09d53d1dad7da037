// The two layers above every page: the list of keys, and "find a trace".

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { traceRoute } from "../model/route";
import { cleanTraceId } from "../model/trace_id";
import { taken, useHotkeys } from "./hotkeys";
import { go, openOverlay } from "./navigation";

function Dialog({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useHotkeys({ Escape: taken(() => ref.current?.close()) });
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} aria-label={title} onClose={() => openOverlay("none")}>
      <header class="dialog-head">
        <h2>{title}</h2>
        <button type="button" onClick={() => ref.current?.close()} aria-label="Close">
          Esc
        </button>
      </header>
      {children}
    </dialog>
  );
}

const kKeys: readonly (readonly [string, string])[] = [
  ["/", "find a trace by its id"],
  ["g h · g t · g m", "home, traces, map"],
  ["g l · g e · g r", "logs, errors, rejected"],
  ["j  k", "next, previous row or span"],
  ["Enter", "open the row; details of the span"],
  ["Esc", "close what is innermost"],
  ["[  ]", "collapse, expand the span"],
  ["{  }", "collapse, expand everything"],
  ["w  s  a  d", "waterfall: zoom in, out, earlier, later"],
  ["z", "waterfall: the whole trace again"],
  ["n", "next failed span"],
  ["u", "local time or UTC"],
  ["p", "logs: live, or not"],
  ["r", "read again"],
  ["?", "this list"],
];

export function HelpDialog() {
  return (
    <Dialog title="Keys">
      <dl class="keys">
        {kKeys.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

export function FindDialog() {
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const pasted = new FormData(event.currentTarget as HTMLFormElement).get("id");
    const id = cleanTraceId(typeof pasted === "string" ? pasted : "");
    if (id !== "") go(traceRoute(id));
  };
  return (
    <Dialog title="Find a trace">
      <form class="find" onSubmit={open}>
        <label>
          Trace id
          <input
            name="id"
            data-testid="find-input"
            autocomplete="off"
            spellcheck={false}
            maxLength={512}
            placeholder="4bf92f3577b34da6a3ce929d0e0e4736"
          />
        </label>
        <p class="quiet">
          W3C (32 hex digits), X-Ray (<code>1-5759e988-bd86…</code>), a whole <code>traceparent</code> or X-Ray header,
          or any text that a client used as id.
        </p>
        <button type="submit" class="primary">
          Open trace
        </button>
      </form>
    </Dialog>
  );
}
