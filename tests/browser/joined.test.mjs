// What a person finds of a request that four vendors' clients told of: one trace, its logs, its errors, the map.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fits, kShots, openBrowser, openPage, shown, violations } from "./chromium.mjs";
import { startServer } from "./tetrascope.mjs";
import { makeJoinedRequest } from "./vendors.mjs";

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([openBrowser(), startServer()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const width of [1440, 400]) {
  describe(`${width} pixels wide`, () => {
    let made;
    before(async () => {
      // Words, since digits do not tell items apart.
      made = await makeJoinedRequest(server, width === 400 ? "backend-narrow" : "backend-wide");
    });
    const open = (path) => openPage(browser, width, server.url + path);

    test("the X-Ray form of the id, typed, opens one trace with what all four told", async () => {
      const { page, wrong } = await open("/");
      await shown(page, "find").click();
      await shown(page, "find-input").fill(made.xray);
      await shown(page, "find-input").press("Enter");
      await shown(page, "trace-id").waitFor();
      assert.equal(await shown(page, "trace-id").textContent(), made.traceId);
      // Two SDKs reported one request: one row with both badges, the children of both below it.
      assert.equal(await shown(page, "span-row").count(), 3);
      const request = shown(page, "span-row").filter({ hasText: "GET /api/home" });
      assert.deepEqual(await request.getByTestId("origin").allTextContents(), ["OTel", "X-Ray"]);
      for (const name of ["render home", "dynamodb"]) await shown(page, "span-row").filter({ hasText: name }).waitFor();

      const list = shown(page, "trace-logs");
      await list.getByTestId("log-line").filter({ hasText: made.logLine }).waitFor();
      const origins = (part) =>
        part.evaluateAll((all) => all.map((one) => one.querySelector("[data-testid=origin]").textContent));
      assert.deepEqual(await origins(list.getByTestId("log-line")), ["CloudWatch"]);
      assert.deepEqual((await origins(list.getByTestId("trace-error"))).sort(), ["OTel", "Rollbar", "X-Ray"]);
      // Each is a mark on the waterfall, too.
      assert.equal(await shown(page, "mark-lane").getByTestId("mark-log").count(), 1);
      assert.ok((await shown(page, "mark-lane").getByTestId("mark-error").count()) >= 1);
      assert.ok((await request.getByTestId("mark-error").count()) >= 1);
      await page.screenshot({ path: kShots(`joined-${width}`), fullPage: true });
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("the segment is shown as it was sent, for the request and for its subsegment", async () => {
      const { page, wrong } = await open(`/trace/${made.traceId}?span=53995c3f42cd8ad8`);
      const panel = shown(page, "span-panel");
      await panel.getByTestId("as-sent").locator("summary").click();
      const text = await panel.getByTestId("document").textContent();
      assert.deepEqual(JSON.parse(text), JSON.parse(made.segment));
      await page.goto(`${server.url}/trace/${made.traceId}?span=70de5b6f19ff9a0a`);
      await panel.getByText("GET /api/home").waitFor();
      await panel.getByTestId("twin").click();
      await panel.getByTestId("span-id").filter({ hasText: "70de5b6f19ff9a0a" }).waitFor();
      await panel.getByTestId("as-sent").waitFor();
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("from the error in the trace to its item: frames, request, person, telemetry, and back", async () => {
      const { page, wrong } = await open(`/trace/${made.xray}`);
      await shown(page, "trace-error").getByTestId("error-item").click();
      await shown(page, "item-title")
        .filter({ hasText: `Timeout: ${made.message}` })
        .waitFor();
      const details = shown(page, "occurrence-details");
      const frames = details.getByTestId("frame");
      await frames.first().waitFor();
      assert.match(await frames.first().textContent(), /table\.py:7.*query.*raise Timeout\(group\)/s);
      for (const text of ["asked the table", "andrew", "http://api.example/api/home", "1.4.2"]) {
        await details.getByText(text).first().waitFor();
      }
      await page.screenshot({ path: kShots(`item-${width}`), fullPage: true });
      await details.getByTestId("occurrence-trace").click();
      await shown(page, "trace-id").waitFor();
      assert.equal(await shown(page, "trace-id").textContent(), made.traceId);
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("an item is resolved, leaves the list, and is reopened", async () => {
      const { page, wrong } = await open(`/errors?text=${encodeURIComponent(made.message)}`);
      const rows = shown(page, "item-row");
      await rows.first().waitFor();
      // Rollbar's, and the exception that OpenTelemetry recorded.
      assert.deepEqual((await rows.getByTestId("origin").allTextContents()).sort(), ["OTel", "Rollbar"]);
      await page.screenshot({ path: kShots(`errors-${width}`) });
      await rows.filter({ hasText: "Timeout:" }).getByTestId("item-link").click();
      await shown(page, "item-resolved").click();
      await page.locator("[data-testid=item-status][data-status=resolved]").waitFor();
      await page.goBack();
      await rows.filter({ hasText: "RangeError" }).waitFor();
      assert.equal(await rows.count(), 1);
      await page.goto(`${server.url}/errors?status=resolved&text=${encodeURIComponent(made.message)}`);
      await rows.first().getByTestId("item-link").click();
      await shown(page, "item-active").click();
      await page.locator("[data-testid=item-status][data-status=active]").waitFor();
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("logs: the group's, counted over time, live", async () => {
      const { page, wrong } = await open(`/logs?service=${encodeURIComponent(`/${made.service}/log`)}`);
      const line = shown(page, "log-line").filter({ hasText: made.logLine });
      await line.waitFor();
      await page.locator("[data-testid=log-chart][data-count='1']").waitFor();
      await shown(page, "live").click();
      assert.match(page.url(), /live=1/);
      await page.screenshot({ path: kShots(`logs-joined-${width}`) });
      await line.getByTestId("log-trace").click();
      await shown(page, "trace-id").waitFor();
      assert.equal(await shown(page, "trace-id").textContent(), made.traceId);
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("the map has the service once, with its call and its faults, and leads to the trace", async () => {
      const { page, wrong } = await open("/map");
      const node = page.locator(`[data-testid=map-node][data-name="${made.service}"]:not([aria-label^=Clients])`);
      await node.waitFor();
      assert.match(await node.getAttribute("aria-label"), /1 request, 1 fault/);
      await page.locator(`[data-testid=map-edge][aria-label^="${made.service} → table-of-${made.service}"]`).waitFor();
      await page.screenshot({ path: kShots(`map-${width}`) });
      await node.focus();
      await page.keyboard.press("Enter");
      await shown(page, "map-faults").waitFor();
      await shown(page, "only-faults").check();
      await shown(page, "map-trace").first().click();
      await shown(page, "trace-id").waitFor();
      assert.equal(await shown(page, "trace-id").textContent(), made.traceId);
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("every view is accessible and fits the width", async () => {
      const { page } = await open(`/errors?text=${encodeURIComponent(made.message)}`);
      const item = await shown(page, "item-link").first().getAttribute("href");
      await page.close();
      const trace = `/trace/${made.traceId}`;
      for (const path of [
        trace,
        `${trace}?span=70de5b6f19ff9a0a`,
        "/logs",
        "/errors",
        item,
        "/map",
        "/map?last=6h",
        "/errors?text=nothing",
      ]) {
        const { page: view } = await open(path);
        await view.waitForLoadState("networkidle");
        await shown(view, "loading").first().waitFor({ state: "detached" });
        assert.deepEqual(await violations(view), [], path);
        assert.ok(await fits(view), `${path} is too wide`);
        await view.close();
      }
    });
  });
}

test("pages are reached by keys", async () => {
  const { page } = await openPage(browser, 1440, `${server.url}/`);
  await shown(page, "service-row").first().waitFor();
  for (const [letter, path] of [
    ["m", "/map"],
    ["e", "/errors"],
    ["l", "/logs"],
  ]) {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await page.waitForURL(`**${path}`);
  }
  await page.close();
});

test("a server without data says which line fills each page", async () => {
  const fresh = await startServer();
  for (const [path, line] of [
    ["/errors", `endpoint=${fresh.url}/api/1/`],
    ["/logs", `AWS_ENDPOINT_URL_LOGS=${fresh.url}`],
    ["/map", "AWS_XRAY_DAEMON_ADDRESS="],
  ]) {
    const { page } = await openPage(browser, 1440, fresh.url + path);
    await shown(page, "empty").waitFor();
    assert.ok((await shown(page, "empty").textContent()).includes(line), path);
    await page.close();
  }
  await fresh.stop();
});
