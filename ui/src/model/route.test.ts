import { expect, test } from "vitest";
import { readRoute, writeRoute } from "./route";
import { cleanTraceId, toXray } from "./trace_id";

// What an address says is what writing it again gives: any view can be pasted to a colleague.
test.each([
  "/",
  "/?last=15m",
  "/traces",
  "/traces?last=7d&service=cart&name=GET+%2Fcart&min=250ms&errors=1&attribute=k%3Dv%3Dw&attribute=%C3%A9%3D%26&cursor=abc&apart=1",
  "/traces?from=1795356350834567891&to=1795356350834567999",
  "/trace/5759e988bd862e3fe1be46a994272793",
  "/trace/5759e988bd862e3fe1be46a994272793?span=00f067aa0ba902b7&zoom=10-2000",
  "/trace/5759e988bd862e3fe1be46a994272793?span=00f067aa0ba902b7&panel=logs",
  "/trace/any%2Fold%20id%3F",
  "/logs?last=1d&service=cart&severity=17&text=card+declined",
  "/logs?client=cloudwatch&live=1",
  "/errors",
  "/errors?last=7d&status=any&level=critical&environment=production&project=3&text=Key",
  "/errors?status=resolved",
  "/errors/1/42?last=1d&occurrence=17",
  "/map?last=6h&selected=web+%E2%86%92+db",
  "/rejected",
  "/no/such/page",
])("%s comes back as it was", (address) => {
  const [path = "", search = ""] = address.split("?");
  expect(writeRoute(readRoute(path, search))).toBe(address);
});

test.each([
  ["/traces?last=1h", "/traces"],
  ["/traces?last=soon", "/traces"],
  ["/traces?from=9&to=3", "/traces"],
  ["/traces?min=quick", "/traces"],
  ["/traces?apart=yes", "/traces"],
  ["/traces?attribute=nothing", "/traces"],
  ["/logs?severity=99", "/logs"],
  ["/logs?live=1&cursor=abc", "/logs?cursor=abc"],
  ["/errors?status=gone&project=x", "/errors"],
  ["/errors/1/42?occurrence=last", "/errors/1/42"],
  ["/errors/1/x", "/errors/1/x"],
  ["/trace/abc?zoom=all", "/trace/abc"],
  ["/trace/%E0%A4%A", "/trace/%25E0%25A4%25A"],
])("%s, which makes no sense, is taken as %s", (address, taken) => {
  const [path = "", search = ""] = address.split("?");
  expect(writeRoute(readRoute(path, search))).toBe(taken);
});

test.each([
  ["5759e988bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a994272793"],
  ['  "5759E988"', "5759E988"],
  ["00-5759e988bd862e3fe1be46a994272793-00f067aa0ba902b7-01", "5759e988bd862e3fe1be46a994272793"],
  ["Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", "1-5759e988-bd862e3fe1be46a994272793"],
  ["http://localhost:4318/trace/my%20id?span=1", "my id"],
])("%s is the trace %s", (pasted, id) => expect(cleanTraceId(pasted)).toBe(id));

test("X-Ray's form exists for 32 hex digits only", () => {
  expect(toXray("5759e988bd862e3fe1be46a994272793")).toBe("1-5759e988-bd862e3fe1be46a994272793");
  expect(toXray("checkout-17")).toBe("");
});
