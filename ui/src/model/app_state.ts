// The state of the page that is no server's: one store, which every view is a function of.

import type { Zone } from "../base/nanos";
import { Store } from "../base/store";
import { kHome, type Route } from "./route";

export interface AppState {
  readonly route: Route;
  readonly zone: Zone;
  readonly overlay: "none" | "help" | "find";
}

export const app = new Store<AppState>({ route: kHome, zone: "local", overlay: "none" });
