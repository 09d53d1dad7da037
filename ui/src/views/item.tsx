// One item: what to do about it, how often it occurred, and one of its occurrences.

import { useState } from "preact/hooks";
import { toFailure } from "../api/client";
import { changeStatus, fetchItem, fetchOccurrences, type Item, type Occurrence } from "../api/items";
import { formatCount, plural } from "../base/numbers";
import { Sparkline } from "../charts/sparkline";
import { type Failure, latest } from "../model/remote";
import { kErrors, type RouteOf, traceRoute } from "../model/route";
import { Fact } from "../widgets/facts";
import { useRemote } from "../widgets/hooks";
import { does, taken, useHotkeys } from "../widgets/hotkeys";
import { LevelText, StatusTag } from "../widgets/item_words";
import { go, Link } from "../widgets/navigation";
import { OriginBadge } from "../widgets/origin_badge";
import { Empty, Failed, Loading, StaleNote } from "../widgets/page_state";
import { TimePicker } from "../widgets/time_picker";
import { AgoText, TimeText } from "../widgets/time_text";
import { OccurrenceDetails } from "./occurrence_details";

type ItemPageRoute = RouteOf<"item">;

export function ItemView({ route }: { readonly route: ItemPageRoute }) {
  const { project, item: id } = route;
  const { remote, reload } = useRemote(`${project} ${id} ${JSON.stringify(route.range, exactly)}`, (signal) =>
    fetchItem(project, id, route.range, signal),
  );
  useHotkeys({ r: taken(() => reload()), Escape: () => does(() => go({ ...kErrors, range: route.range })) });
  const item = latest(remote);
  if (!item) {
    if (remote.state === "loading") return <Loading what="the item" />;
    if (remote.state === "failed" && remote.failure.code === "not_found") return <NoItem />;
    return remote.state === "failed" ? <Failed what="the item" failure={remote.failure} onRetry={reload} /> : null;
  }
  return (
    <article class="item">
      {remote.state === "failed" && <StaleNote failure={remote.failure} onRetry={reload} />}
      <Head item={item} route={route} onChanged={reload} />
      <Occurrences route={route} item={item} />
    </article>
  );
}

function exactly(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

function NoItem() {
  return (
    <Empty title="There is no such item">
      <p>
        <Link to={kErrors} class="button">
          All errors
        </Link>
      </p>
    </Empty>
  );
}

interface HeadProps {
  readonly item: Item;
  readonly route: ItemPageRoute;
  readonly onChanged: () => void;
}

function Head({ item, route, onChanged }: HeadProps) {
  return (
    <>
      <header class="view-head">
        <h1 data-testid="item-title">{item.title}</h1>
        <TimePicker range={route.range} onChange={(range) => go({ ...route, range })} />
      </header>
      <ul class="facts">
        <li>
          <LevelText level={item.level} />
        </li>
        <li data-testid="item-status" data-status={item.status}>
          {item.status === "active" ? "active" : <StatusTag status={item.status} />}
        </li>
        <li>
          <OriginBadge protocol={item.origin} /> {item.project_name} <span class="quiet">#{item.counter}</span>
        </li>
        <li>{item.environment}</li>
        <li>{item.framework}</li>
      </ul>
      <StatusButtons item={item} onChanged={onChanged} />
      <section class="card item-numbers" aria-label="How often">
        <Sparkline counts={item.series} label={`${plural(item.in_range, "occurrence")} in this time`} />
        <dl class="span-facts">
          <Fact name="In this time">{formatCount(item.in_range)}</Fact>
          <Fact name="Since it became active">{formatCount(item.occurrences)}</Fact>
          {item.addresses > 0 && <Fact name="From">{plural(item.addresses, "address", "addresses")}</Fact>}
          <Fact name="First seen">
            <TimeText at={item.first} />
          </Fact>
          <Fact name="Last seen">
            <TimeText at={item.last} /> <AgoText at={item.last} />
          </Fact>
          {item.resolved !== undefined && (
            <Fact name="Last resolved">
              <TimeText at={item.resolved} /> {item.resolved_in_version}
            </Fact>
          )}
        </dl>
      </section>
    </>
  );
}

const kChanges = [
  { status: "resolved", label: "Resolve", title: "It comes back by itself when it occurs again" },
  { status: "muted", label: "Mute", title: "It is counted and not shown among the active ones" },
  { status: "active", label: "Reopen", title: "It is active again" },
] as const;

function StatusButtons({ item, onChanged }: { readonly item: Item; readonly onChanged: () => void }) {
  const [failure, setFailure] = useState<Failure | undefined>();
  const [busy, setBusy] = useState(false);
  const change = async (status: (typeof kChanges)[number]["status"]) => {
    setBusy(true);
    try {
      await changeStatus(item, status);
      setFailure(undefined);
      onChanged();
    } catch (error) {
      setFailure(toFailure(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p class="actions item-actions">
        {kChanges
          .filter((one) => one.status !== item.status)
          .map((one) => (
            <button
              key={one.status}
              type="button"
              class={one.status === "resolved" ? "primary" : ""}
              disabled={busy}
              title={one.title}
              onClick={() => void change(one.status)}
              data-testid={`item-${one.status}`}
            >
              {one.label}
            </button>
          ))}
      </p>
      {failure && (
        <p class="stale-note" role="alert">
          It was not changed: {failure.message}
        </p>
      )}
    </>
  );
}

function Occurrences({ route, item }: { readonly route: ItemPageRoute; readonly item: Item }) {
  const [before, setBefore] = useState("");
  const { remote, reload } = useRemote(`${item.project} ${item.id} ${before} ${item.last}`, (signal) =>
    fetchOccurrences(route.project, route.item, before, signal),
  );
  const page = latest(remote);
  const shown = page?.occurrences.find((one) => one.id === route.occurrence) ?? page?.occurrences[0];
  const step = (by: number) => {
    const all = page?.occurrences ?? [];
    const next = shown && all[all.indexOf(shown) + by];
    return next !== undefined && does(() => go({ ...route, occurrence: next.id }, "replace"));
  };
  useHotkeys({ j: () => step(1), k: () => step(-1) });
  if (!page) {
    return remote.state === "failed" ? (
      <Failed what="the occurrences" failure={remote.failure} onRetry={reload} />
    ) : (
      <Loading what="occurrences" />
    );
  }
  if (!shown) return <Empty title="None of its occurrences is kept any more" />;
  return (
    <div class="item-body">
      <nav class="occurrences" aria-label="Occurrences">
        <h2>Occurrences</h2>
        <ol>
          {page.occurrences.map((one) => (
            <li key={one.id}>
              <Link
                to={{ ...route, occurrence: one.id }}
                aria-current={one === shown ? "true" : undefined}
                data-testid="occurrence"
              >
                <TimeText at={one.time} /> {one.traceId !== "" && <span class="tag">trace</span>}
              </Link>
            </li>
          ))}
        </ol>
        <p class="actions">
          {before !== "" && (
            <button type="button" onClick={() => setBefore("")}>
              Newest
            </button>
          )}
          {page.before !== "" && (
            <button type="button" onClick={() => setBefore(page.before)}>
              Older
            </button>
          )}
        </p>
      </nav>
      <section class="occurrence" aria-label="Occurrence" data-testid="occurrence-details">
        <OccurrenceHead occurrence={shown} />
        <OccurrenceDetails key={shown.id} data={shown.data} at={shown.time} />
      </section>
    </div>
  );
}

function OccurrenceHead({ occurrence }: { readonly occurrence: Occurrence }) {
  return (
    <p class="actions">
      <TimeText at={occurrence.time} />
      {occurrence.traceId === "" ? (
        <span class="quiet">It names no trace.</span>
      ) : (
        <Link to={traceRoute(occurrence.traceId, occurrence.spanId)} class="button" data-testid="occurrence-trace">
          Its trace
        </Link>
      )}
    </p>
  );
}
