import type { Plugin } from "vite";
import { nowNanos } from "../src/base/nanos";
import { MockApi } from "./api";

/** Answers /api/v1/ from the fixture. MOCK=empty shows a fresh server, MOCK=slow waits, MOCK=failing answers 503. */
export function mockApi(): Plugin {
  return {
    name: "mock-api",
    configureServer(server) {
      const mode = process.env["MOCK"] ?? "";
      const api = new MockApi(nowNanos(), mode === "empty");
      server.middlewares.use("/api/v1/", (request, response) => {
        const url = new URL(request.url ?? "/", "http://mock");
        const { status, body } =
          mode === "failing"
            ? {
                status: 503,
                body: { error: { code: "unavailable", message: "The server is stopping. Try again in a moment." } },
              }
            : api.answer(url.pathname.slice(1), url.searchParams);
        const send = () => {
          response.statusCode = status;
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify(body));
        };
        setTimeout(send, mode === "slow" ? 60_000 : 0);
      });
    },
  };
}
