// Somebody who opens a trace on the server's page in Chromium: node trace_page.mjs URL TRACE_ID TEXT…
// Waits until each TEXT is in a row of the trace; prints the rows' texts as JSON.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../browser/package.json", import.meta.url))("playwright-core");
const kPatienceMs = 30_000;
const [url, traceId, ...texts] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1200 } });
  page.setDefaultTimeout(kPatienceMs);
  await page.goto(`${url}/trace/${traceId}`);
  const rows = page.getByTestId("span-row");
  for (const text of texts) await rows.filter({ hasText: text }).first().waitFor();
  console.log(JSON.stringify(await rows.allTextContents()));
} finally {
  await browser.close();
}
