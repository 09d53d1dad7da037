// Marks of log records and errors: all of a trace on a lane above its spans, and those of one span on its row.

import type { Window } from "../charts/minimap";
import { type Mark, thinned } from "../model/marks";
import { originOf } from "../model/origin";

interface LaneProps {
  readonly marks: readonly Mark[];
  readonly view: Window;
  /** Pixels of the lane, about. */
  readonly width: number;
  readonly onSelect: (mark: Mark) => void;
}

export function MarkLane({ marks, view, width, onSelect }: LaneProps) {
  const errors = marks.filter((mark) => mark.kind === "error").length;
  const logs = marks.length - errors;
  return (
    <section class="mark-lane" data-testid="mark-lane" aria-label="Logs and errors over the trace's time">
      <span class="mark-lane-name quiet">
        {errors > 0 && `${errors} ${errors === 1 ? "error" : "errors"}`}
        {errors > 0 && logs > 0 && ", "}
        {logs > 0 && `${logs} ${logs === 1 ? "log record" : "log records"}`}
      </span>
      <span class="lane">
        <span class="lane-time">
          <MarkDots marks={thinned(marks, view.from, view.to, width)} view={view} onSelect={onSelect} />
        </span>
      </span>
    </section>
  );
}

interface DotsProps {
  readonly marks: readonly Mark[];
  readonly view: Window;
  readonly onSelect: (mark: Mark) => void;
}

export function MarkDots({ marks, view, onSelect }: DotsProps) {
  const share = (at: number) => (100 * (at - view.from)) / (view.to - view.from);
  return (
    <>
      {marks
        .filter((mark) => mark.at >= view.from && mark.at <= view.to)
        .map((mark, i) => (
          <button
            key={i}
            type="button"
            tabIndex={-1}
            class={`mark mark-${mark.kind} level-${mark.level}`}
            style={{ left: `${share(mark.at)}%` }}
            title={titleOf(mark)}
            aria-label={titleOf(mark)}
            data-testid={`mark-${mark.kind}`}
            onClick={(event) => {
              event.stopPropagation();
              onSelect(mark);
            }}
          />
        ))}
    </>
  );
}

function titleOf(mark: Mark): string {
  const when = mark.outside ? " (outside of the time that is drawn)" : "";
  const what = mark.kind === "error" ? "error" : mark.level === "none" ? "log" : `log, ${mark.level}`;
  return `${originOf(mark.protocol).name}, ${what}${when}: ${mark.text.slice(0, 300)}`;
}
