// Counts and rates as people read them.

/** `950`, `12,345`, `1.2 M`, `3.4 G`. */
export function formatCount(value: number): string {
  if (value < 1_000_000) return Math.round(value).toLocaleString("en-US");
  if (value < 1e9) return `${(value / 1e6).toFixed(1)} M`;
  return `${(value / 1e9).toFixed(1)} G`;
}

/** So many in so many seconds, in the unit that keeps it above one where it can: `3.4 /s`, `2.1 /min`, `5 /h`. */
export function formatRate(count: number, seconds: number): { readonly rate: string; readonly unit: string } {
  const short = (value: number) => (value < 100 ? value.toFixed(1).replace(/\.0$/, "") : formatCount(value));
  const perSecond = count / Math.max(1, seconds);
  if (perSecond >= 1) return { rate: short(perSecond), unit: "/s" };
  if (perSecond * 60 >= 1) return { rate: short(perSecond * 60), unit: "/min" };
  if (perSecond * 3600 >= 0.1 || count === 0) return { rate: short(perSecond * 3600), unit: "/h" };
  return { rate: short(perSecond * 86_400), unit: "/d" };
}

/** A share in per cent: `0 %`, `<0.1 %`, `2.5 %`, `100 %`. */
export function formatShare(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "0 %";
  const percent = (100 * part) / whole;
  if (percent < 0.1) return "<0.1 %";
  return `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
