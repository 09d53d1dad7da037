// The address and the store, kept the same.

import type { ComponentChildren, JSX } from "preact";
import { app } from "../model/app_state";
import { type Route, readRoute, writeRoute } from "../model/route";

function showAddress(): void {
  const route = readRoute(location.pathname, location.search);
  app.update((state) => ({ ...state, route, overlay: "none" }));
}

/** Shows what the address says, now and whenever the browser goes back or forward. */
export function followAddress(): void {
  showAddress();
  addEventListener("popstate", showAddress);
}

/** `replace`: a step that "back" should not stop at (the next selection, a letter typed). */
export function go(route: Route, how: "push" | "replace" = "push"): void {
  const address = writeRoute(route);
  const same = address === location.pathname + location.search;
  if (how === "push" && !same) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  const pageBefore = app.get().route.page;
  showAddress();
  if (how === "push" && pageBefore !== route.page) scrollTo(0, 0);
}

export function toggleZone(): void {
  app.update((state) => ({ ...state, zone: state.zone === "utc" ? "local" : "utc" }));
}

export function openOverlay(overlay: "none" | "help" | "find"): void {
  app.update((state) => ({ ...state, overlay }));
}

interface LinkProps extends Omit<JSX.HTMLAttributes<HTMLAnchorElement>, "to"> {
  readonly to: Route;
  readonly children: ComponentChildren;
}

/** A real link: it can be opened in a new tab and copied; a plain click stays in the page. */
export function Link({ to, children, ...rest }: LinkProps) {
  const click = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a {...rest} href={writeRoute(to)} onClick={click}>
      {children}
    </a>
  );
}
