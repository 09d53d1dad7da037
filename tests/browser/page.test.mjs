// The page in Debian's Chromium: what a person finds there of requests that this test made itself.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fits, kShots, openPage as open, openBrowser, shown, violations } from "./chromium.mjs";
import { makeRequest, startServer } from "./tetrascope.mjs";

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([openBrowser(), startServer()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const openPage = (width, path, url = server.url) => open(browser, width, url + path);

test("a server without data says which line each client needs", async () => {
  const fresh = await startServer();
  const { page, wrong } = await openPage(1440, "/", fresh.url);
  await shown(page, "vendor").first().waitFor();
  const text = await page.locator("main").textContent();
  assert.match(text, /OTEL_EXPORTER_OTLP_ENDPOINT/);
  assert.ok(text.includes(fresh.url.replace("http://", "")), "the line names this very server");
  await page.screenshot({ path: kShots("empty-1440") });
  await page.close();
  await fresh.stop();
  assert.deepEqual(wrong, []);
});

for (const width of [1440, 400]) {
  describe(`${width} pixels wide`, () => {
    const service = `shop-${width}`;
    const children = width === 400 ? 4 : 7;
    let made;
    before(async () => {
      made = await makeRequest(server.url, service, children);
    });

    test("home shows the service that sends", async () => {
      const { page, wrong } = await openPage(width, "/");
      await shown(page, "service-row").filter({ hasText: service }).waitFor();
      await page.screenshot({ path: kShots(`home-${width}`) });
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("from the list of traces to the trace: its id, its spans, its log line", async () => {
      const { page, wrong } = await openPage(width, `/traces?service=${service}`);
      const row = shown(page, "trace-row").filter({ hasText: "GET /checkout" });
      await row.first().waitFor();
      assert.equal(await shown(page, "trace-row").count(), 1);
      await page.screenshot({ path: kShots(`traces-${width}`) });
      await row.first().getByRole("link").first().click();

      assert.equal(await shown(page, "trace-id").textContent(), made.traceId);
      assert.equal(await shown(page, "span-count").getAttribute("data-count"), String(made.spans));
      await shown(page, "span-row").filter({ hasText: "SELECT line 0" }).waitFor();
      const line = shown(page, "trace-logs").getByTestId("log-line").filter({ hasText: made.logLine });
      await line.waitFor();
      assert.equal(await shown(page, "trace-logs").getByTestId("log-line").count(), made.spans);
      await page.screenshot({ path: kShots(`trace-${width}`), fullPage: true });

      // The address is the state: opened anew, it is the same view.
      assert.match(page.url(), new RegExp(made.traceId));
      await page.goto(page.url());
      assert.equal(await shown(page, "trace-id").textContent(), made.traceId);
      await page.goBack();
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("a filter by attribute is completed: first the key, then its values", async () => {
      const { page, wrong } = await openPage(width, "/traces");
      const field = shown(page, "filter-attribute");
      const offers = (value) =>
        page.locator(`#known-attributes option[value="${value}"]`).waitFor({ state: "attached" });
      await field.fill("USER");
      await offers("user.id=");
      await field.fill("user.id=77");
      await offers("user.id=u-77");
      await field.fill("user.id=u-77");
      await field.press("Enter");
      await page.getByRole("button", { name: "user.id=u-77" }).waitFor();
      assert.match(page.url(), /user\.id/);
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("what sets the found spans apart from the others, and a click narrows to it", async () => {
      const apart = `apart-${width}`;
      for (let n = 0; n < 12; ++n) await makeRequest(server.url, apart, 3);
      const { page, wrong } = await openPage(width, `/traces?service=${apart}&name=GET+%2Fcheckout`);
      await shown(page, "set-apart").click();
      const field = (key) => page.locator(`[data-testid="apart-field"][data-key="${key}"]`);
      await field("user.id").waitFor();
      await field("kind").getByText("server", { exact: true }).waitFor();
      assert.match(await shown(page, "apart").textContent(), /12 spans that meet the filter.*36 other spans/s);
      assert.ok(await fits(page), "too wide");
      assert.deepEqual(await violations(page), []);
      await page.screenshot({ path: kShots(`apart-${width}`), fullPage: true });
      await field("user.id").getByRole("button", { name: "u-77" }).click();
      await page.getByRole("button", { name: "user.id=u-77" }).waitFor();
      assert.match(page.url(), /user\.id.*apart=1/);
      await shown(page, "apart").waitFor();
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("a span shows its attributes, its exception and its status", async () => {
      const { page, wrong } = await openPage(width, `/trace/${made.traceId}`);
      await shown(page, "span-row").filter({ hasText: "GET /checkout" }).first().click();
      const panel = shown(page, "span-panel");
      await panel.waitFor();
      await panel.getByText("u-77").first().waitFor();
      await panel.getByText("out of socks").first().waitFor();
      await panel.getByText("checkout failed").first().waitFor();
      await page.screenshot({ path: kShots(`span-${width}`) });
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("logs are found by their text and lead to the trace", async () => {
      const { page, wrong } = await openPage(width, `/logs?text=${encodeURIComponent(made.logLine)}`);
      const line = shown(page, "log-line").filter({ hasText: made.logLine });
      await line.waitFor();
      assert.equal(await shown(page, "log-line").count(), 1);
      await page.screenshot({ path: kShots(`logs-${width}`) });
      await line.getByTestId("log-trace").click();
      await shown(page, "trace-id").waitFor();
      assert.equal(await shown(page, "trace-id").textContent(), made.traceId);
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("what was rejected is shown with its reason", async () => {
      const refused = await fetch(`${server.url}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"resourceSpans":[{',
      });
      assert.equal(refused.status, 400);
      const { page, wrong } = await openPage(width, "/rejected");
      await shown(page, "rejected-row").first().waitFor();
      assert.notEqual((await shown(page, "rejected-reason").first().textContent()).trim(), "");
      await page.screenshot({ path: kShots(`rejected-${width}`) });
      await page.close();
      assert.deepEqual(wrong, []);
    });

    test("every view is accessible and fits the width", async () => {
      for (const path of ["/", "/traces", `/trace/${made.traceId}`, "/logs", "/rejected"]) {
        const { page } = await openPage(width, path);
        await page.waitForLoadState("networkidle");
        await shown(page, "loading").waitFor({ state: "detached" });
        assert.deepEqual(await violations(page), [], path);
        assert.ok(await fits(page), `${path} is too wide`);
        await page.close();
      }
    });
  });
}

test("a trace that is not there says so", async () => {
  const { page } = await openPage(1440, `/trace/${"0123456789abcdef".repeat(2)}`);
  await page
    .getByText(/not found|no trace|no span/i)
    .first()
    .waitFor();
  await page.close();
});
