const kLevelClasses: Readonly<Record<string, string>> = { critical: "fatal", warning: "warn" };

/** Rollbar's level. */
export function LevelText({ level }: { readonly level: string }) {
  return <span class={`level ${kLevelClasses[level] ?? level}`}>{level}</span>;
}

/** Nothing for an active item: that is what lists show unless said. */
export function StatusTag({ status }: { readonly status: string }) {
  return status === "active" ? null : <span class={`tag status-${status}`}>{status}</span>;
}
