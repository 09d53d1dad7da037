import { useEffect, useRef } from "preact/hooks";

/** A key as KeyboardEvent.key says it, or two in a row: `g t`. True: taken, nobody else sees it. */
export type Hotkeys = Readonly<Record<string, () => boolean>>;

/** Acts, and says that the key was taken. */
export function does(act: () => void): true {
  act();
  return true;
}

/** A handler that always takes its key. */
export function taken(act: () => void): () => true {
  return () => does(act);
}

const kSequenceMs = 1200;
const layers: { current: Hotkeys }[] = [];
let first: { readonly key: string; readonly at: number } | undefined;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Two keys in a row mean more than the last of them; then the innermost layer (the last that was drawn) is asked first. */
export function chosenHandler(layers: readonly Hotkeys[], before: string, key: string): (() => boolean) | undefined {
  const innermostFirst = [...layers].reverse();
  for (const name of before === "" ? [key] : [`${before} ${key}`, key]) {
    for (const layer of innermostFirst) {
      const handler = layer[name];
      if (handler) return handler;
    }
  }
  return undefined;
}

function dispatch(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) && event.key !== "Escape") return;
  if (document.querySelector("dialog[open]") && event.key !== "Escape") return;
  const before = first && event.timeStamp - first.at < kSequenceMs ? first.key : "";
  const handler = chosenHandler(
    layers.map((layer) => layer.current),
    before,
    event.key,
  );
  first = { key: event.key, at: event.timeStamp };
  if (!handler?.()) return;
  first = undefined;
  event.preventDefault();
}

export function useHotkeys(keys: Hotkeys): void {
  const layer = useRef(keys);
  layer.current = keys;
  useEffect(() => {
    if (layers.length === 0) window.addEventListener("keydown", dispatch);
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) window.removeEventListener("keydown", dispatch);
    };
  }, []);
}

/** `j` and `k` in a list: moves the focus among its rows (`data-row`). Enter is then the link's own. */
export function moveFocus(by: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at === -1 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}
