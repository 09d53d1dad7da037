// Loading, empty and failed: each says what it is and what can be done.

import type { ComponentChildren } from "preact";
import type { Failure } from "../model/remote";

export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="page-state" role="status" data-testid="loading">
      <span class="spinner" aria-hidden="true" />
      Reading {what} …
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="page-state empty" data-testid="empty">
      <p class="page-state-title">{title}</p>
      {children}
    </div>
  );
}

const kHints: Readonly<Record<string, string>> = {
  offline: "Start it with `build/tetrascope serve`, then try again.",
  deadline_exceeded: "Choose a shorter time range or a narrower filter, then try again.",
  too_large: "Choose a shorter time range or a narrower filter, then try again.",
  invalid: "Change or clear what it names.",
};

interface FailedProps {
  readonly what: string;
  readonly failure: Failure;
  readonly onRetry: () => void;
  /** Another way on than trying again. */
  readonly children?: ComponentChildren;
}

export function Failed({ what, failure, onRetry, children }: FailedProps) {
  const hint = kHints[failure.code];
  return (
    <div class="page-state failed" role="alert" data-testid="failed">
      <p class="page-state-title">
        <span class="error-mark" aria-hidden="true">
          !
        </span>
        Could not read {what}
      </p>
      <p>{failure.message}</p>
      {hint && <p class="quiet">{hint}</p>}
      <p class="actions">
        {children}
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      </p>
    </div>
  );
}

/** A failed refresh above what is still shown from before. */
export function StaleNote({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => void }) {
  return (
    <p class="stale-note" role="alert">
      Not up to date: {failure.message}{" "}
      <button type="button" class="link" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
