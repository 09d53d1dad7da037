import { stableHash } from "../base/hash";

/** How many colours app.css has for services (`--service-0` …): told apart with every common form of colour blindness. */
export const kServiceColours = 8;

export function serviceSlot(service: string): number {
  return stableHash(service) % kServiceColours;
}

export function serviceColour(service: string): string {
  return `var(--service-${serviceSlot(service)})`;
}
