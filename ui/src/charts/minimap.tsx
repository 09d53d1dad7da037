// The whole trace in 56 pixels: every span a line in its service's colour; drag to look at a part of it.

import { useEffect, useRef, useState } from "preact/hooks";
import { serviceSlot } from "../model/palette";
import type { Trace } from "../model/trace";

export interface Window {
  readonly from: number;
  readonly to: number;
}

interface Props {
  readonly trace: Trace;
  readonly width: number;
  /** Part shown below, in nanoseconds on the layout's axis. */
  readonly view: Window;
  readonly onView: (view: Window) => void;
}

const kHeight = 56;

export function Minimap({ trace, width, view, onView }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drag, setDrag] = useState<Window | undefined>(undefined);
  const length = trace.layout.length;

  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const paint = () => canvas.current && width > 0 && draw(canvas.current, trace, width);
    paint();
    scheme.addEventListener("change", paint);
    return () => scheme.removeEventListener("change", paint);
  }, [trace, width]);

  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width))) * length;
  };
  const down = (event: PointerEvent) => {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    setDrag({ from: at(event), to: at(event) });
  };
  const move = (event: PointerEvent) => drag && setDrag({ from: drag.from, to: at(event) });
  const up = () => {
    if (!drag) return;
    const from = Math.min(drag.from, drag.to);
    const to = Math.max(drag.from, drag.to);
    setDrag(undefined);
    if (to - from > length / 500) onView({ from, to });
  };
  const shown = drag ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) } : view;
  const whole = shown.from <= 0 && shown.to >= length;
  const percent = (nanos: number) => `${(100 * nanos) / length}%`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the pointer; w a s d and z do the same by keyboard
    <div
      class="minimap"
      data-testid="minimap"
      title="Drag to zoom, double-click for the whole trace"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onDblClick={() => onView({ from: 0, to: length })}
    >
      <canvas ref={canvas} style={{ width: `${width}px`, height: `${kHeight}px` }} />
      {!whole && (
        <>
          <span class="minimap-shade" style={{ left: 0, width: percent(shown.from) }} />
          <span class="minimap-shade" style={{ left: percent(shown.to), right: 0 }} />
        </>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, trace: Trace, width: number): void {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(kHeight * ratio);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  context.clearRect(0, 0, width, kHeight);
  const style = getComputedStyle(document.documentElement);
  const colours = trace.services.map((service) => style.getPropertyValue(`--service-${serviceSlot(service)}`));
  const error = style.getPropertyValue("--error");
  const { order, left, width: spanWidth, length, nodes } = trace.layout;
  const rowHeight = Math.min(6, (kHeight - 4) / Math.max(1, nodes));
  const thick = Math.max(1, rowHeight * 0.7);
  const painted = new Set<number>();
  for (let row = 0; row < nodes; row++) {
    const node = order[row] ?? 0;
    if (node >= trace.count) continue;
    const x = ((left[node] ?? 0) / length) * width;
    const w = Math.max(1, ((spanWidth[node] ?? 0) / length) * width);
    const y = 2 + row * rowHeight;
    const failed = trace.status[node] === 2;
    // Of many spans on one pixel only the first is painted: a hundred thousand rectangles would cost a second.
    const pixel = (Math.floor(y) * 8192 + Math.floor(x)) * 8 + Math.min(7, Math.floor(Math.log2(w)));
    if (!failed && painted.has(pixel)) continue;
    painted.add(pixel);
    context.fillStyle = failed ? error : (colours[trace.service[node] ?? 0] ?? "gray");
    context.fillRect(x, y, w, failed ? Math.max(2, thick) : thick);
  }
}
