// The spans of a trace, one row each. Only the rows that are seen are in the document, so that a trace of any length scrolls.

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatDuration } from "../base/nanos";
import { formatCount } from "../base/numbers";
import type { Window } from "../charts/minimap";
import type { Mark } from "../model/marks";
import { kindName, kStatusError } from "../model/names";
import { serviceColour } from "../model/palette";
import { nameAt, protocolAt, serviceAt, type Trace, twinAt } from "../model/trace";
import { useMedia } from "../widgets/hooks";
import { OriginBadge } from "../widgets/origin_badge";
import { MarkDots } from "./mark_lane";

interface Props {
  readonly trace: Trace;
  /** Rows of the layout that are shown. */
  readonly rows: Int32Array;
  readonly collapsed: ReadonlySet<number>;
  /** A span, -1 for none. */
  readonly selected: number;
  readonly view: Window;
  readonly onSelect: (node: number) => void;
  readonly onToggle: (node: number) => void;
  /** Log records and errors by span. */
  readonly marks: ReadonlyMap<number, readonly Mark[]>;
  readonly onMark: (mark: Mark) => void;
  /** Stands between the axis and the rows. */
  readonly above: ComponentChildren;
  /** Buttons that stand above the names. */
  readonly tools: ComponentChildren;
}

const kOverscan = 12;
const kTicks = 5;
/** Pixels a level; less in deep traces, so that names keep the room that they need. */
const kIndent = 14;
const kMostIndented = 150;

export function Waterfall(props: Props) {
  const { trace, rows, selected, view } = props;
  const narrow = useMedia("(max-width: 640px)");
  const rowHeight = narrow ? 42 : 24;
  const scroller = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 600 });

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setScroll({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);

  // Selected by a key or by the address: bring it into view, with a row of context.
  useEffect(() => {
    const element = scroller.current;
    const at = selected < 0 ? -1 : rows.indexOf(trace.layout.rowOf[selected] ?? -1);
    if (!element || at < 0) return;
    const top = at * rowHeight;
    if (top < element.scrollTop + rowHeight) element.scrollTop = Math.max(0, top - rowHeight);
    else if (top + 2 * rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + 2 * rowHeight - element.clientHeight;
    }
  }, [selected, rows, rowHeight, trace]);

  const indent = useMemo(() => indentOf(trace), [trace]);
  const first = Math.max(0, Math.floor(scroll.top / rowHeight) - kOverscan);
  const last = Math.min(rows.length, Math.ceil((scroll.top + scroll.height) / rowHeight) + kOverscan);
  const shown: number[] = [];
  for (let i = first; i < last; i++) shown.push(i);
  return (
    <>
      <TimeAxis view={view}>{props.tools}</TimeAxis>
      {props.above}
      <div
        class="waterfall"
        ref={scroller}
        role="tree"
        aria-label={`${formatCount(trace.count)} spans`}
        tabIndex={0}
        aria-activedescendant={selected >= 0 ? `span-${trace.ids[selected]}` : undefined}
        data-testid="waterfall"
      >
        <div style={{ height: `${rows.length * rowHeight}px` }} class="waterfall-space">
          {shown.map((i) => (
            <Row
              key={trace.layout.order[rows[i] ?? 0]}
              {...props}
              row={rows[i] ?? 0}
              top={i * rowHeight}
              height={rowHeight}
              indent={indent}
            />
          ))}
        </div>
      </div>
    </>
  );
}

function TimeAxis({ view, children }: { readonly view: Window; readonly children: ComponentChildren }) {
  const ticks = Array.from({ length: kTicks }, (_, i) => view.from + ((view.to - view.from) * i) / kTicks);
  return (
    <div class="axis">
      <span class="axis-names">{children}</span>
      <span class="axis-lane" aria-hidden="true">
        {ticks.map((tick, i) => (
          <span key={i} style={{ left: `${(100 * i) / kTicks}%` }}>
            {tick === 0 ? "0" : formatDuration(BigInt(Math.round(tick)))}
          </span>
        ))}
      </span>
    </div>
  );
}

/** Pixels a level that leave the deepest name legible. */
function indentOf(trace: Trace): number {
  let deepest = 0;
  for (const depth of trace.layout.depth) if (depth > deepest) deepest = depth;
  return Math.min(kIndent, Math.max(2, kMostIndented / Math.max(1, deepest)));
}

interface RowProps extends Props {
  readonly row: number;
  readonly top: number;
  readonly height: number;
  readonly indent: number;
}

function Row(props: RowProps) {
  const { trace, row, top, height, indent, collapsed, selected, view, onSelect, onToggle, marks, onMark } = props;
  const { order, depth, after, errorBelow } = trace.layout;
  const node = order[row] ?? 0;
  const level = depth[row] ?? 0;
  const below = (after[row] ?? row + 1) - row - 1;
  const closed = collapsed.has(node);
  const missing = node >= trace.count;
  const failed = !missing && trace.status[node] === kStatusError;
  const service = missing ? "" : serviceAt(trace, node);
  const classes = ["span-row"];
  if (node === selected) classes.push("selected");
  if (missing) classes.push("missing");
  if (failed) classes.push("failed");
  return (
    <div
      id={missing ? undefined : `span-${trace.ids[node]}`}
      class={classes.join(" ")}
      role="treeitem"
      tabIndex={-1}
      aria-level={level + 1}
      aria-selected={node === selected}
      aria-expanded={below > 0 ? !closed : undefined}
      style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
      onClick={() => !missing && onSelect(node)}
      onKeyDown={(event) => event.key === "Enter" && !missing && onSelect(node)}
      data-testid={missing ? "missing-span" : "span-row"}
    >
      <span class="span-name" style={{ paddingLeft: `${Math.min(level * indent, kMostIndented) + 4}px` }}>
        {below > 0 ? (
          <button
            type="button"
            class="twist"
            tabIndex={-1}
            aria-label={closed ? `Show ${below} spans below` : `Hide ${below} spans below`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(node);
            }}
          >
            {closed ? "▸" : "▾"}
          </button>
        ) : (
          <span class="twist" />
        )}
        {failed && (
          <span class="error-mark" title="failed">
            !
          </span>
        )}
        {missing ? (
          <span class="name-text" title="Others name it as their parent; it has not arrived">
            missing span <code>{trace.layout.missing[node - trace.count]}</code>
          </span>
        ) : (
          <span class="name-text" title={`${service}: ${nameAt(trace, node)} (${kindName(trace.kind[node] ?? 0)})`}>
            <span class="name-service">
              <span class="swatch" style={{ background: serviceColour(service) }} />
              {service}
            </span>{" "}
            {nameAt(trace, node)}
          </span>
        )}
        {!missing && <Sources trace={trace} node={node} />}
        {closed && (
          <span class="below">
            +{formatCount(below)}
            {errorBelow[row] === 1 && !failed && (
              <span class="error-mark" title="a span below has failed">
                !
              </span>
            )}
          </span>
        )}
      </span>
      <Bar trace={trace} node={node} view={view} colour={missing ? "transparent" : serviceColour(service)}>
        <MarkDots marks={marks.get(node) ?? []} view={view} onSelect={onMark} />
      </Bar>
    </div>
  );
}

/** Who told of a span, where a trace has several; a request that two told of has both. */
function Sources({ trace, node }: { readonly trace: Trace; readonly node: number }) {
  if (trace.protocols.length < 2) return null;
  const twin = twinAt(trace, node);
  return (
    <span class="sources">
      <OriginBadge protocol={protocolAt(trace, node)} />
      {twin && <OriginBadge protocol={twin.protocol} />}
    </span>
  );
}

interface BarProps {
  readonly trace: Trace;
  readonly node: number;
  readonly view: Window;
  readonly colour: string;
  readonly children: ComponentChildren;
}

function Bar({ trace, node, view, colour, children }: BarProps) {
  const { left, width, shift } = trace.layout;
  const seen = view.to - view.from;
  const begin = (100 * ((left[node] ?? 0) - view.from)) / seen;
  const share = (100 * (width[node] ?? 0)) / seen;
  // A bar far longer than the screen loses its place to rounding in the browser: cut it just outside.
  const from = Math.max(-5, begin);
  const to = Math.min(105, begin + share);
  if (to < 0 || begin > 100) return <span class="lane outside">{begin > 100 ? "▸" : "◂"}</span>;
  const moved = shift[node] ?? 0;
  const duration = node < trace.count ? (trace.durations[node] ?? 0n) : BigInt(Math.round(width[node] ?? 0));
  return (
    <span class="lane">
      <span class="lane-time">
        <span class="bar" style={{ left: `${from}%`, width: `${Math.max(0, to - from)}%`, "--bar": colour }} />
        <span class="bar-label" style={{ left: `${Math.min(100, to)}%` }}>
          {formatDuration(duration)}
        </span>
        {moved !== 0 && (
          <span
            class="skew"
            style={{ left: `${Math.max(0, from)}%` }}
            title="This host's clock differs from its caller's: the span is drawn where it can have happened"
          >
            clock {moved > 0 ? "−" : "+"}
            {formatDuration(BigInt(Math.round(Math.abs(moved))))}
          </span>
        )}
        {children}
      </span>
    </span>
  );
}
