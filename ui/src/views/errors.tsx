// Items: errors grouped, of all projects, Rollbar's and those that came as OpenTelemetry's exceptions.

import { fetchItems, type Item, type ItemPage } from "../api/items";
import { formatCount, plural } from "../base/numbers";
import { Sparkline } from "../charts/sparkline";
import type { Range } from "../model/range";
import { type ItemFilters, itemRoute, kNoItemFilters, type RouteOf } from "../model/route";
import { ChoiceField, FilterForm, TextField, textOf } from "../widgets/filter_form";
import { LevelText, StatusTag } from "../widgets/item_words";
import { ListView, NothingFound } from "../widgets/list_view";
import { go, Link } from "../widgets/navigation";
import { OriginBadge } from "../widgets/origin_badge";
import { type Column, NumberCell, TableHead } from "../widgets/table";
import { AgoText } from "../widgets/time_text";

type ErrorsRoute = RouteOf<"errors">;

export function ErrorsView({ route }: { readonly route: ErrorsRoute }) {
  const filtered = JSON.stringify(route.filters) !== JSON.stringify(kNoItemFilters);
  const clear = filtered ? () => go({ ...route, filters: kNoItemFilters }) : undefined;
  return (
    <ListView<ItemPage>
      title="Errors"
      route={route}
      filters={null}
      chart={(page) => <Filters route={route} page={page} onClear={clear} />}
      load={(signal) => fetchItems(route.range, route.filters, signal)}
      isEmpty={(page) => page.items.length === 0}
      rows={(page) => (
        <>
          <ItemTable items={page.items} range={route.range} />
          {page.total > page.items.length && (
            <p class="quiet">
              The newest {page.items.length} of {plural(page.total, "item")}: a narrower filter shows the rest.
            </p>
          )}
        </>
      )}
      empty={
        <NothingFound
          title={filtered ? "No item of this time meets the filter" : "No active item occurred in this time"}
          range={route.range}
          onRange={(range) => go({ ...route, range })}
          onClear={clear}
        >
          {!filtered && (
            <p class="actions">
              <button type="button" onClick={() => go({ ...route, filters: { ...kNoItemFilters, status: "" } })}>
                Resolved and muted ones too
              </button>
            </p>
          )}
          <p class="quiet">
            Any Rollbar SDK sends here once <code>endpoint={location.origin}/api/1/</code> is set. Exceptions that
            OpenTelemetry SDKs record, and log records of severity ERROR, are items by themselves.
          </p>
        </NothingFound>
      }
    />
  );
}

const kStatuses: readonly (readonly [string, string])[] = [
  ["active", "active"],
  ["resolved", "resolved"],
  ["muted", "muted"],
  ["", "any"],
];
const kLevels: readonly (readonly [string, string])[] = [
  ["", "any"],
  ...["critical", "error", "warning", "info", "debug"].map((level) => [level, level] as const),
];

interface FiltersProps {
  readonly route: ErrorsRoute;
  readonly page: ItemPage | undefined;
  readonly onClear: (() => void) | undefined;
}

function Filters({ route, page, onClear }: FiltersProps) {
  const { filters } = route;
  const read = (data: FormData) => {
    const next: ItemFilters = {
      text: textOf(data, "text"),
      status: textOf(data, "status"),
      level: textOf(data, "level"),
      environment: textOf(data, "environment"),
      project: textOf(data, "project"),
    };
    go({ ...route, filters: next });
  };
  const projects = page?.projects.map((one) => [String(one.id), one.name] as const) ?? [];
  return (
    <FilterForm label="Filter errors" filters={filters} onRead={read} onClear={onClear}>
      {(submit) => (
        <>
          <TextField name="text" label="Title" value={filters.text} placeholder="any" size="grow" onChange={submit} />
          <ChoiceField name="status" label="Status" value={filters.status} choices={kStatuses} onChange={submit} />
          <ChoiceField name="level" label="Level" value={filters.level} choices={kLevels} onChange={submit} />
          <ChoiceField
            name="project"
            label="Project"
            value={filters.project}
            choices={[["", "all"], ...projects]}
            onChange={submit}
          />
          <TextField
            name="environment"
            label="Environment"
            value={filters.environment}
            placeholder="any"
            size="short"
            onChange={submit}
          />
        </>
      )}
    </FilterForm>
  );
}

const kColumns: readonly Column[] = [
  { title: "Level" },
  { title: "Item" },
  { title: "Occurrences over time", class: "wide" },
  { title: "In this time", class: "number" },
  { title: "Total", class: "number" },
  { title: "First seen", class: "number optional" },
  { title: "Last seen", class: "number" },
];

function ItemTable({ items, range }: { readonly items: readonly Item[]; readonly range: Range }) {
  return (
    <table class="items">
      <TableHead columns={kColumns} />
      <tbody>
        {items.map((item) => (
          <Row key={`${item.project} ${item.id}`} item={item} range={range} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ item, range }: { readonly item: Item; readonly range: Range }) {
  return (
    <tr class="row" data-testid="item-row" data-status={item.status}>
      <td class="item-level">
        <LevelText level={item.level} />
      </td>
      <th scope="row" class="root">
        <Link to={itemRoute(item.project, item.id, range)} class="row-link" data-row="" data-testid="item-link">
          <span class="item-title">{item.title}</span>
        </Link>
        <span class="item-place">
          <OriginBadge protocol={item.origin} /> <span class="quiet">#{item.counter}</span> {item.project_name}{" "}
          <span class="quiet">{item.environment}</span> <StatusTag status={item.status} />
        </span>
      </th>
      <td class="wide">
        <Sparkline counts={item.series} label={`${plural(item.in_range, "occurrence")} in this time`} />
      </td>
      <NumberCell label="in this time" testId="item-in-range">
        {formatCount(item.in_range)}
      </NumberCell>
      <NumberCell label="total">{formatCount(item.occurrences)}</NumberCell>
      <td class="number optional">
        <AgoText at={item.first} />
      </td>
      <NumberCell label="last seen">
        <AgoText at={item.last} />
      </NumberCell>
    </tr>
  );
}
