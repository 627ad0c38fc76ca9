// The report as a page: axe finds nothing in either language, by day and by night, on a phone and on a desk; it fetches nothing, and nothing but
// its tables has to be scrolled sideways; on paper it is white and nothing is cut off.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, watched } from "./chromium.mjs";
import { ROOT, sitesOf } from "./sites.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] };
const UBUGI = process.env.UBUGI ?? join(ROOT, "target", "release", "ubugi");
const AGENT = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";

/** A year of page views of this repository's first site, more in some months than in others, and none in August. */
function log(site) {
  const months = ["Apr", "May", "Jun", "Jul", "Sep", "Oct", "Nov"];
  const pages = ["", "articles/fever/", "articles/sleep/", "medicines/", "consultation/", "en/articles/fever/"];
  const lines = months.flatMap((month, number) => pages.flatMap((page, at) => Array(((number * 7 + at * 5) % 40) + 3).fill(`192.0.2.7 - - [05/${month}/2026:12:00:00 +0900] "GET ${site.base.pathname}${page} HTTP/1.1" 200 1 "-" "${AGENT}"`)));
  return `${lines.join("\n")}\n`;
}

const folder = mkdtempSync(join(tmpdir(), "ubugi-report-"));
const pages = {};
let browser;
let server;
let url;
before(async () => {
  const [site] = sitesOf(ROOT, "");
  writeFileSync(join(folder, "access.log"), log(site));
  const ledger = [
    { act: "ledger", version: 1 },
    { act: "open", municipality: site.code, channel: "mail", segment: "baby", on: "2026-06-01" },
    ...["2026-07-03", "2026-10-05", "2026-10-20"].map((on, at) => ({ act: "begin", id: `00000000-0000-8000-8000-00000000000${at}`, on, municipality: site.code, channel: "mail", kind: "email", segment: "baby", language: "ja", article: "a.md", rev: 1, wording: ["plain", "present-bias", "loss-aversion"][at] })),
  ];
  writeFileSync(join(folder, "ledger.jsonl"), ledger.map((line) => `${JSON.stringify(line)}\n`).join(""));
  for (const lang of ["ja", "en"]) {
    const options = ["--lang", lang, "report", "--project", ROOT, "--on", "2026-11-21", "--site", `${site.code}=${join(folder, "access.log")}`, "--ledger", join(folder, "ledger.jsonl"), "--format", "html"];
    pages[`/${lang}`] = execFileSync(UBUGI, options, { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 26 });
  }
  server = createServer((request, response) => (pages[request.url] ? response.setHeader("content-type", "text/html").end(pages[request.url]) : response.writeHead(204).end()));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${server.address().port}`;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const lang of ["ja", "en"]) {
  describe(lang, () => {
    test("axe finds nothing in any dress, and only tables scroll sideways", async () => {
      const { page, misdeeds, close } = await watched(browser);
      await page.goto(`${url}/${lang}`);
      await page.evaluate(AXE);
      for (const colorScheme of ["light", "dark"]) {
        for (const width of [1280, 360, 320]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          const found = await page.evaluate((rules) => axe.run(document, rules).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)), RULES);
          misdeeds.push(...found.map((text) => `${colorScheme}, ${width} px: ${text}`));
          const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          if (over > 0) misdeeds.push(`${colorScheme}, ${width} px: ${over} px too wide`);
        }
      }
      if (process.env.UBUGI_SCREENSHOTS) await screenshots(page, lang);
      assert.deepEqual(misdeeds, []);
      await close();
    });

    test("every chart has a name, and its figures in words and in a table", async () => {
      const { page, close } = await watched(browser);
      await page.goto(`${url}/${lang}`);
      const charts = await page.locator("svg[role=img]").all();
      assert.ok(charts.length >= 3);
      for (const chart of charts) {
        const said = await chart.evaluate((svg) => ["aria-labelledby", "aria-describedby"].map((name) => document.getElementById(svg.getAttribute(name)).textContent));
        assert.ok(said[0].length > 3 && /2026-04 .*2026-11 /.test(said[1]), said.join(" | "));
      }
      const unknown = lang === "ja" ? "不明" : "unknown";
      assert.match(await page.locator("svg desc").nth(-1).textContent(), new RegExp(`2026-08 ${unknown}`));
      assert.ok((await page.locator("table").count()) > charts.length);
      await close();
    });

    test("on paper nothing is cut off, and it is white at night too", async () => {
      // A4 less the margins, at 96 dots an inch.
      const { page, close } = await watched(browser, { viewport: { width: 702, height: 1000 }, colorScheme: "dark" });
      await page.goto(`${url}/${lang}`);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      const { over, ground, ink } = await page.evaluate(() => ({
        over: [...document.querySelectorAll("table")].filter((table) => table.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map((table) => table.parentElement.previousElementSibling.textContent),
        ground: getComputedStyle(document.body).backgroundColor,
        ink: getComputedStyle(document.body).color,
      }));
      assert.deepEqual(over, []);
      assert.equal(ground, "rgb(255, 255, 255)");
      assert.equal(ink, "rgb(26, 26, 26)");
      await close();
    });
  });
}

async function screenshots(page, lang) {
  for (const [width, colorScheme] of [[1280, "light"], [360, "light"], [1280, "dark"]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 1600 });
    await page.screenshot({ path: join(process.env.UBUGI_SCREENSHOTS, `report-${lang}-${width}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await page.pdf({ path: join(process.env.UBUGI_SCREENSHOTS, `report-${lang}.pdf`), preferCSSPageSize: true });
}
