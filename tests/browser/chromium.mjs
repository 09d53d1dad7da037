// Debian's Chromium, and what every test asks of a page in it.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { kRoot } from "./tetrascope.mjs";

const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kFolder = join(kRoot, "build/screenshots");

/** Where a picture of that name goes. */
export const kShots = (name) => join(kFolder, `${name}.png`);

export function openBrowser() {
  mkdirSync(kFolder, { recursive: true });
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page of that width, and what went wrong in it. */
export async function openPage(browser, width, address) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.setDefaultTimeout(15_000);
  await page.goto(address);
  return { page, wrong };
}

export const shown = (page, id) => page.getByTestId(id);

export async function violations(page) {
  await page.evaluate(kAxe);
  const found = await page.evaluate(() =>
    globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }),
  );
  return found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

export async function fits(page) {
  return (await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0;
}
