// Photographs pages in a real browser, each at a width and in a colour scheme of its own.
//
//     node shots.mjs JOB.json     {"chromium": path, "shots": [{"address", "width", "height", "scheme", "file"}, …]}

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const browser = await chromium.launch({ executablePath: job.chromium, args: ["--no-sandbox", "--disable-gpu"] });
for (const shot of job.shots) {
  const context = await browser.newContext({
    colorScheme: shot.scheme,
    reducedMotion: "reduce",
    viewport: { width: shot.width, height: shot.height },
  });
  const page = await context.newPage();
  const answer = await page.goto(shot.address, { waitUntil: "networkidle" });
  await page.evaluate(() => document.fonts.ready);
  const found = await page.evaluate(() => !location.hash || document.querySelector(":target") !== null);
  if (!answer.ok() || !found) throw new Error(`${shot.address} is not there`);
  await page.screenshot({ path: shot.file });
  await context.close();
}
await browser.close();
