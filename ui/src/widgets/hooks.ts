import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { toFailure } from "../api/client";
import type { Store } from "../base/store";
import { failed, loading, type Remote } from "../model/remote";

export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(store.get());
    return store.subscribe(() => setValue(store.get()));
  }, [store]);
  return value;
}

export interface Loaded<T> {
  readonly remote: Remote<T>;
  readonly reload: () => void;
}

/**
 * Data of the server, asked again whenever `key` changes, and every `everyMs` while the page is seen (0: never).
 * A question that is no longer wanted is cancelled. Repeats are silent: what is shown stays until the answer is there.
 */
export function useRemote<T>(key: string, load: (signal: AbortSignal) => Promise<T>, everyMs = 0): Loaded<T> {
  const [remote, setRemote] = useState<Remote<T>>({ state: "loading", previous: undefined });
  const [attempt, setAttempt] = useState(0);
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    const abort = new AbortController();
    const ask = async () => {
      try {
        const value = await loader.current(abort.signal);
        if (!abort.signal.aborted) setRemote({ state: "ready", value });
      } catch (error) {
        if (!abort.signal.aborted) setRemote((before) => failed(before, toFailure(error)));
      }
    };
    setRemote((before) => loading(before));
    void ask();
    const timer =
      everyMs > 0 ? setInterval(() => document.visibilityState === "visible" && void ask(), everyMs) : undefined;
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [key, attempt, everyMs]);

  return { remote, reload: useCallback(() => setAttempt((n) => n + 1), []) };
}

/** Width and height of an element in CSS pixels, kept up to date. */
export function useSize<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, size };
}

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setMatches(list.matches);
    changed();
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return matches;
}
