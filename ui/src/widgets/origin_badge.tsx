import { originOf } from "../model/origin";

/** Whose client told of it. */
export function OriginBadge({ protocol }: { readonly protocol: string }) {
  const origin = originOf(protocol);
  return (
    <span class={`origin origin-${origin.key}`} title={`came by ${origin.name}`} data-testid="origin">
      {origin.short}
    </span>
  );
}
