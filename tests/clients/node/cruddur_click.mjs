// A visitor of Cruddur's page in Chromium: node cruddur_click.mjs URL. Prints what the page said, one line a click.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../browser/package.json", import.meta.url))("playwright-core");
// The page is put together when it is first asked for, which takes a while on a busy machine.
const kPatienceMs = 90_000;
const kClicks = [
  ["Worf", "I am out of prune juice."],
  ["Messages with nobody", "500 INTERNAL SERVER ERROR"],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(kPatienceMs);
  await page.goto(process.argv[2]);
  await page.getByText("The cloud is only rented time").waitFor();
  for (const [button, says] of kClicks) {
    await page.getByRole("button", { name: button }).click();
    await page.getByText(says).waitFor();
    console.log(says);
  }
  // The spans of the last click leave within a second of it.
  await page.waitForResponse((answer) => answer.url().endsWith("/v1/traces") && answer.ok());
} finally {
  await browser.close();
}
