interface Props {
  readonly counts: readonly number[];
  /** Of the counts, how many failed; drawn at the foot of each bar, hatched by being narrower, not by colour alone. */
  readonly errors?: readonly number[];
  readonly label: string;
}

const kHeight = 24;

/** One bar a bucket. Buckets are merged by the server to what fits, never here. */
export function Sparkline({ counts, errors = [], label }: Props) {
  const top = Math.max(1, ...counts);
  const bar = (value: number) => (value === 0 ? 0 : Math.max(1, (value / top) * kHeight));
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${counts.length * 3} ${kHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path class="spark-all" d={bars(counts, bar, 0, 2.4)} />
      <path class="spark-errors" d={bars(errors, bar, 0.5, 1.4)} />
      <path class="spark-base" d={`M0 ${kHeight - 0.25}H${counts.length * 3}`} />
    </svg>
  );
}

function bars(values: readonly number[], height: (value: number) => number, inset: number, width: number): string {
  let path = "";
  values.forEach((value, i) => {
    if (value > 0) path += `M${i * 3 + inset} ${kHeight}h${width}v${-height(value).toFixed(2)}h${-width}z`;
  });
  return path;
}
