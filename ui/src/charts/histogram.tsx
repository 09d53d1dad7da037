// Counts over time, one colour a level. A drag chooses a part of the time.

import { useRef, useState } from "preact/hooks";
import { formatCount } from "../base/numbers";

export interface Layer {
  readonly name: string;
  readonly counts: readonly number[];
}

interface Props {
  /** From the foot of a bar up. */
  readonly layers: readonly Layer[];
  readonly label: string;
  /** Begin and end of the steps that were chosen, from 0. */
  readonly onRange: (from: number, to: number) => void;
  /** What a step is called on hover. */
  readonly titleOf: (step: number) => string;
}

const kHeight = 60;

export function Histogram({ layers, label, onRange, titleOf }: Props) {
  const chart = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | undefined>();
  const steps = layers[0]?.counts.length ?? 0;
  const totals = Array.from({ length: steps }, (_, i) => layers.reduce((sum, one) => sum + (one.counts[i] ?? 0), 0));
  const top = Math.max(1, ...totals);
  const at = (event: PointerEvent) => {
    const box = chart.current?.getBoundingClientRect();
    if (!box) return 0;
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    return Math.min(steps - 1, Math.max(0, Math.floor(share * steps)));
  };
  const down = (event: PointerEvent) => {
    chart.current?.setPointerCapture(event.pointerId);
    setDrag({ from: at(event), to: at(event) });
  };
  const up = () => {
    if (!drag) return;
    setDrag(undefined);
    onRange(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to) + 1);
  };
  return (
    <div
      class="histogram"
      ref={chart}
      onPointerDown={down}
      onPointerMove={(event) => drag && setDrag({ from: drag.from, to: at(event) })}
      onPointerUp={up}
      onPointerCancel={() => setDrag(undefined)}
      data-testid="histogram"
    >
      <svg viewBox={`0 0 ${Math.max(1, steps)} ${kHeight}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {layers.map((layer, at_layer) => (
          <path key={layer.name} class={`fill-${layer.name}`} d={barsOf(layers, at_layer, top)} />
        ))}
        {totals.map((total, i) => (
          <rect key={i} class="histogram-step" x={i} y={0} width={1} height={kHeight}>
            <title>{`${titleOf(i)}: ${formatCount(total)}`}</title>
          </rect>
        ))}
        {drag && (
          <rect
            class="histogram-drag"
            x={Math.min(drag.from, drag.to)}
            y={0}
            width={Math.abs(drag.to - drag.from) + 1}
            height={kHeight}
          />
        )}
      </svg>
    </div>
  );
}

/** The bars of one layer, each on top of those below it. */
function barsOf(layers: readonly Layer[], layer: number, top: number): string {
  let path = "";
  layers[layer]?.counts.forEach((count, step) => {
    if (count === 0) return;
    const below = layers.slice(0, layer).reduce((sum, one) => sum + (one.counts[step] ?? 0), 0);
    const height = Math.max(1, (count / top) * (kHeight - 2));
    const foot = kHeight - (below / top) * (kHeight - 2);
    path += `M${step + 0.1} ${foot.toFixed(2)}h0.8v${(-height).toFixed(2)}h-0.8z`;
  });
  return path;
}
