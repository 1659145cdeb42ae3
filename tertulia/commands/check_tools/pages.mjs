// Opens pages in a real browser: accessibility by axe-core in both colour schemes, width at 320 px, what the
// console says, and every request that leaves this machine.
//
//     node pages.mjs JOB.json     {"chromium": path, "origin": "http://127.0.0.1:8123", "paths": ["/", …]}
//
// Prints {"findings": [{"kind", "path", "what"}]}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const findings = [];
const seen = new Set();
const report = (kind, path, what) => {
  const key = `${kind} ${path} ${what}`;
  if (!seen.has(key)) findings.push({ kind, path, what });
  seen.add(key);
};

const browser = await chromium.launch({
  executablePath: job.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});

for (const scheme of ["light", "dark"]) {
  // bypassCSP: axe is added by us and is no part of the page.
  const context = await browser.newContext({ colorScheme: scheme, reducedMotion: "reduce", bypassCSP: true });
  let here = "";
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith(job.origin + "/") || url.startsWith("data:") || url.startsWith("blob:")) return route.continue();
    report("outside", here, url);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => report("console", here, String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !here.endsWith("404.html")) report("console", here, message.text());
  });
  for (const path of job.paths) {
    here = path;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(job.origin + path, { waitUntil: "load" });
    await page.addScriptTag({ path: axe });
    const result = await page.evaluate(() => axe.run());
    for (const rule of result.violations)
      for (const node of rule.nodes)
        report("axe", path, `${rule.id} (${scheme}): ${node.target.join(" ")}: ${rule.help}`);
    // What a finger has to hit, and what has to be scrolled, differs on a telephone.
    await page.setViewportSize({ width: 412, height: 823 });
    const held = await page.evaluate(() => axe.run({ runOnly: ["target-size", "scrollable-region-focusable"] }));
    for (const rule of held.violations)
      for (const node of rule.nodes)
        report("axe", path, `${rule.id} (412 px): ${node.target.join(" ")}: ${rule.help}`);
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) report("width", path, `${wide}px`);
  }
  await context.close();
}
await browser.close();
console.log(JSON.stringify({ findings }));
