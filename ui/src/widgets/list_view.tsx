// What every list of the server has in common: a head with the time, a filter, one page of rows, and the way on.

import type { ComponentChildren } from "preact";
import type { Range } from "../model/range";
import { latest } from "../model/remote";
import { type Route, writeRoute } from "../model/route";
import { useRemote } from "./hooks";
import { does, moveFocus, taken, useHotkeys } from "./hotkeys";
import { go, Link } from "./navigation";
import { Empty, Failed, Loading, StaleNote } from "./page_state";
import { Pager } from "./pager";
import { TimePicker } from "./time_picker";

/** An address that shows one page of a list. */
type ListRoute = Extract<Route, { readonly cursor: string }>;

const kLiveMs = 3000;

interface Props<Page> {
  readonly title: string;
  readonly route: ListRoute;
  readonly filters: ComponentChildren;
  /** What stands between the filter and the rows, and is there without rows too. */
  readonly chart?: (page: Page | undefined) => ComponentChildren;
  /** Asks again every few seconds, or stops; absent for lists that do not. */
  readonly live?: { readonly on: boolean; readonly toggle: () => void };
  readonly load: (signal: AbortSignal) => Promise<Page>;
  readonly rows: (page: Page) => ComponentChildren;
  /** Shown instead of rows when the first page has none. */
  readonly empty: ComponentChildren;
  readonly isEmpty: (page: Page) => boolean;
}

export function ListView<Page extends { readonly cursor: string }>(props: Props<Page>) {
  const { title, route, filters, chart, live, load, rows, empty, isEmpty } = props;
  const { remote, reload } = useRemote(writeRoute(route), load, live?.on ? kLiveMs : 0);
  useHotkeys({
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    r: taken(() => reload()),
    p: () => live !== undefined && does(live.toggle),
  });
  const page = latest(remote);
  const busy = remote.state === "loading";
  const newest = { ...route, cursor: "" } as Route;
  return (
    <>
      <header class="view-head">
        <h1>{title}</h1>
        <TimePicker range={route.range} onChange={(range) => go({ ...newest, range } as Route)} />
        {live && (
          <button
            type="button"
            class={live.on ? "live on" : "live"}
            aria-pressed={live.on}
            onClick={live.toggle}
            title="Read again every 3 seconds (p)"
            data-testid="live"
          >
            <span class="lamp" aria-hidden="true" /> Live
          </button>
        )}
      </header>
      {filters}
      {chart?.(page)}
      {remote.state === "failed" && page && <StaleNote failure={remote.failure} onRetry={reload} />}
      {page && isEmpty(page) ? (
        empty
      ) : page ? (
        <div aria-busy={busy} class={busy ? "busy" : ""}>
          {rows(page)}
          <Pager
            first={route.cursor === ""}
            newest={newest}
            older={page.cursor === "" ? undefined : ({ ...route, cursor: page.cursor } as Route)}
            onReload={reload}
          />
        </div>
      ) : remote.state === "failed" ? (
        <Failed what={title.toLowerCase()} failure={remote.failure} onRetry={reload}>
          {route.cursor !== "" && (
            <Link to={newest} class="button">
              From the newest
            </Link>
          )}
        </Failed>
      ) : (
        <Loading what={title.toLowerCase()} />
      )}
    </>
  );
}

interface NothingProps {
  readonly title: string;
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  /** Absent when nothing is filtered. */
  readonly onClear: (() => void) | undefined;
  readonly children: ComponentChildren;
}

const kLongest = "30d";

/** An empty list: what could be done about it. */
export function NothingFound({ title, range, onRange, onClear, children }: NothingProps) {
  return (
    <Empty title={title}>
      <p class="actions">
        {onClear && (
          <button type="button" onClick={onClear}>
            Clear the filter
          </button>
        )}
        {(range.kind === "between" || range.last !== kLongest) && (
          <button type="button" onClick={() => onRange({ kind: "last", last: kLongest })}>
            Look at the last 30 days
          </button>
        )}
      </p>
      {children}
    </Empty>
  );
}
