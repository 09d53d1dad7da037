import { stableHash } from "../base/hash";

/**
 * How many colours app.css has for services (`--service-0` …): eight that can be told apart with every common form of
 * colour blindness, and a darker or lighter shade of each.
 */
export const kServiceColours = 16;

export function serviceSlot(service: string): number {
  return stableHash(service) % kServiceColours;
}

export function serviceColour(service: string): string {
  return `var(--service-${serviceSlot(service)})`;
}
