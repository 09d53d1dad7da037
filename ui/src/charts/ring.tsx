import { type CallStats, ringOf } from "../model/service_map";

const kRadius = 26;
const kLength = 2 * Math.PI * kRadius;

/** Shares of outcomes as X-Ray draws them: fine, error (4xx), throttled, fault (5xx). */
export function Ring({ stats, dashed }: { readonly stats: CallStats; readonly dashed: boolean }) {
  return (
    <>
      <circle class="ring-ground" r={kRadius} />
      {dashed && <circle class="ring-dashed" r={kRadius + 6} />}
      {ringOf(stats).map((share) => (
        <circle
          key={share.name}
          class={`ring-part ring-${share.name}`}
          r={kRadius}
          transform="rotate(-90)"
          stroke-dasharray={`${((share.to - share.from) * kLength).toFixed(2)} ${kLength.toFixed(2)}`}
          stroke-dashoffset={(-share.from * kLength).toFixed(2)}
        />
      ))}
    </>
  );
}
