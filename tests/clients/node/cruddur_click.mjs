// A visitor of Cruddur's page in Chromium: node cruddur_click.mjs URL [TEXT]. TEXT: what is written before the clicks.
// Prints a line of JSON a click: {"click", "says", "trace_id"}; the id is that of the header that went to the back end.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../browser/package.json", import.meta.url))("playwright-core");
// The page is put together when it is first asked for, which takes a while on a busy machine.
const kPatienceMs = 90_000;
const kClicks = [
  ["Worf", "I am out of prune juice."],
  ["Messages with nobody", "500 INTERNAL SERVER ERROR"],
];

let told;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(kPatienceMs);
  await page.goto(process.argv[2]);
  await page.getByText("The cloud is only rented time").waitFor();
  const text = process.argv[3];
  if (text) {
    await page.getByLabel("Message").fill(text);
    await clicked("Crud", "Said until");
  }
  for (const [button, says] of kClicks) await clicked(button, says);
  await told;

  async function clicked(button, says) {
    const asked = page.waitForRequest((request) => request.headers().traceparent !== undefined);
    await page.getByRole("button", { name: button }).click();
    const [, traceId] = (await asked).headers().traceparent.split("-");
    // The call's span ends last, some time after its answer, and leaves within a second.
    told = page.waitForResponse((answer) => answer.ok() && spans(answer.request()).some(isCallOf(traceId)));
    await page.getByText(says).waitFor();
    console.log(JSON.stringify({ click: button, says, trace_id: traceId }));
  }
} finally {
  await browser.close();
}

/** The spans that a request to the traces' address carries. */
function spans(request) {
  if (request.method() !== "POST" || !request.url().endsWith("/v1/traces")) return [];
  return request.postDataJSON().resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans));
}

function isCallOf(traceId) {
  return (span) => span.traceId === traceId && span.parentSpanId;
}
