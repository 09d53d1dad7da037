import { defineConfig } from "vitest/config";
import { mockApi } from "./mock/plugin";

const kServer = "http://127.0.0.1:4318";

// `vite --mode mock` answers the API itself from mock/; plain `vite` passes it on to a server on 4318.
export default defineConfig(({ mode }) => ({
  plugins: mode === "mock" ? [mockApi()] : [],
  server:
    mode === "mock" ? {} : { proxy: { "/api/v1": kServer, "/ServiceGraph": kServer, "/TraceSummaries": kServer } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { environment: "node", include: ["src/**/*.test.ts", "test/**/*.test.ts"] },
}));
