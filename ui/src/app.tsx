// The page: the frame around every view, and which view an address shows.

import "./app.css";
import "./reports.css";
import "./map.css";
import "./apart.css";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { type AppState, app } from "./model/app_state";
import { kErrors, kHome, kLogs, kMap, kRejected, kTraces, type Route } from "./model/route";
import { ErrorsView } from "./views/errors";
import { HomeView } from "./views/home";
import { ItemView } from "./views/item";
import { LogsView } from "./views/logs";
import { RejectedView } from "./views/rejected";
import { ServiceMapView } from "./views/service_map";
import { TraceView } from "./views/trace";
import { TracesView } from "./views/traces";
import { FindDialog, HelpDialog } from "./widgets/dialogs";
import { useStore } from "./widgets/hooks";
import { taken, useHotkeys } from "./widgets/hotkeys";
import { followAddress, go, Link, openOverlay, toggleZone } from "./widgets/navigation";
import { Empty } from "./widgets/page_state";

const kPages: readonly { readonly route: Route; readonly title: string; readonly letter: string }[] = [
  { route: kHome, title: "Home", letter: "h" },
  { route: kTraces, title: "Traces", letter: "t" },
  { route: kMap, title: "Map", letter: "m" },
  { route: kLogs, title: "Logs", letter: "l" },
  { route: kErrors, title: "Errors", letter: "e" },
  { route: kRejected, title: "Rejected", letter: "r" },
];

function Frame() {
  const state = useStore(app);
  const keys = Object.fromEntries(kPages.map((page) => [`g ${page.letter}`, taken(() => go(page.route))]));
  useHotkeys({
    ...keys,
    "/": taken(() => openOverlay("find")),
    "?": taken(() => openOverlay("help")),
    u: taken(() => toggleZone()),
  });
  useEffect(() => {
    document.title = titleOf(state.route);
  }, [state.route]);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <TopBar state={state} />
      <main id="content" tabIndex={-1} class={`page-${state.route.page}`}>
        <View route={state.route} />
      </main>
      {state.overlay === "help" && <HelpDialog />}
      {state.overlay === "find" && <FindDialog />}
    </>
  );
}

function TopBar({ state }: { readonly state: AppState }) {
  const { page: shown } = state.route;
  const current = shown === "trace" ? "traces" : shown === "item" ? "errors" : shown;
  return (
    <header class="top">
      <Link to={kHome} class="brand">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 3h8M5 6.5h7M7.5 10h6M4 13.5h4" />
        </svg>
        tetrascope
      </Link>
      <nav aria-label="Pages">
        {kPages.map((page) => (
          <Link key={page.title} to={page.route} aria-current={page.route.page === current ? "page" : undefined}>
            {page.title}
          </Link>
        ))}
      </nav>
      <div class="top-tools">
        <button type="button" class="find-button" onClick={() => openOverlay("find")} data-testid="find">
          Find a trace <kbd>/</kbd>
        </button>
        <button type="button" onClick={toggleZone} title="Times in local time or UTC (u)">
          {state.zone === "utc" ? "UTC" : "Local"}
        </button>
        <button type="button" onClick={() => openOverlay("help")} aria-label="Keys" title="Keys (?)">
          ?
        </button>
      </div>
    </header>
  );
}

function View({ route }: { readonly route: Route }) {
  switch (route.page) {
    case "home":
      return <HomeView range={route.range} />;
    case "traces":
      return <TracesView route={route} />;
    case "trace":
      return <TraceView key={route.traceId} route={route} />;
    case "logs":
      return <LogsView route={route} />;
    case "errors":
      return <ErrorsView route={route} />;
    case "item":
      return <ItemView key={`${route.project} ${route.item}`} route={route} />;
    case "map":
      return <ServiceMapView route={route} />;
    case "rejected":
      return <RejectedView />;
    case "unknown":
      return (
        <Empty title="There is no such page">
          <p>
            <code>{route.path}</code>
          </p>
          <p>
            <Link to={kHome} class="button">
              Home
            </Link>
          </p>
        </Empty>
      );
  }
}

function titleOf(route: Route): string {
  const names = {
    home: "",
    traces: "Traces",
    trace: "Trace",
    map: "Service map",
    logs: "Logs",
    errors: "Errors",
    item: "Error",
    rejected: "Rejected",
    unknown: "Not found",
  };
  const name = route.page === "trace" ? `Trace ${route.traceId.slice(0, 8)}` : names[route.page];
  return name === "" ? "tetrascope" : `${name} · tetrascope`;
}

const root = document.getElementById("app");
if (root) {
  followAddress();
  render(<Frame />, root);
}
