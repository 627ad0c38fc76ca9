// Every kind of page, in every language, in both themes, by day and by night, on a phone and on a desk: axe finds nothing, the browser
// complains of nothing, nothing is stored, nothing is fetched from elsewhere, and nothing has to be scrolled sideways.
// With a seed the test looks at a sample of the pages, which has every kind in every language and in
// every theme, each by day and by night, on a phone and on a desk.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch, stored, watched } from "./chromium.mjs";
import { KINDS, pagesOfEveryKind } from "./kinds.mjs";
import { sample } from "./sample.mjs";
import { serve } from "./serve.mjs";
import { fixture, repository } from "./sites.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true }, "css-orientation-lock": { enabled: true } },
  resultTypes: ["violations"],
};
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };
// In this order only one thing changes at a time, and the page stays loaded.
const DRESSES = [
  { name: "light, 1280 px", colorScheme: "light", viewport: WIDE },
  { name: "light, 320 px", colorScheme: "light", viewport: NARROW },
  { name: "dark, 320 px", colorScheme: "dark", viewport: NARROW },
  { name: "dark, 1280 px", colorScheme: "dark", viewport: WIDE },
];

// Of the repository one site in each theme; of the made-up project, which has what the repository has not, both sites.
const DULL = new Set(["stage", "topic", "medicines", "privacy", "accessibility", "sitemap", "404"]);
const own = repository();
const made = fixture("kinds");
const themes = new Set(own.map(({ theme }) => theme));
const chosen = [...themes].map((theme) => own.find((site) => site.theme === theme)).concat(made);
const all = chosen.flatMap((site, number) => pagesOfEveryKind(site).filter((page) => !made.includes(site) || !DULL.has(page.kind)).map((page) => ({ ...page, number, theme: site.theme, name: `${site.theme} ${site.code}/${page.address} (${page.kind})` })));
const jobs = sample(all, ({ kind, language, theme }) => kind.split(", ").flatMap((one) => [`${one} ${language}`, `${one} ${theme}`]));

let browser;
let served;
before(async () => {
  [browser, served] = await Promise.all([launch(), serve(chosen)]);
});
after(async () => {
  await browser?.close();
  served?.close();
});

test("there is a page of every kind", () => {
  const found = new Set(jobs.flatMap(({ kind }) => kind.split(", ")));
  assert.deepEqual(Object.keys(KINDS).filter((kind) => !found.has(kind)), []);
});

describe("pages", { concurrency: 2 }, () => {
  for (const job of jobs) test(job.name, () => look(job));
});

async function look({ number, address, kind }) {
  const { page, misdeeds, close } = await watched(browser, { viewport: WIDE });
  try {
    const isRedirect = kind.includes("redirect");
    await open(page, served.sites[number].url + address, isRedirect);
    await page.evaluate(AXE);
    // What is laid out only where it is seen is looked at as it is when it is seen.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { content-visibility: visible !important; }");
      document.adoptedStyleSheets.push(sheet);
    });
    for (const dress of DRESSES) {
      await page.emulateMedia({ colorScheme: dress.colorScheme });
      await page.setViewportSize(dress.viewport);
      misdeeds.push(...(await violations(page)).map((text) => `${dress.name}: ${text}`));
      misdeeds.push(...(await overflow(page)).map((text) => `${dress.name}: ${text}`));
    }
    misdeeds.push(...(await stored(page)));
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
  }
}

async function open(page, url, isRedirect) {
  if (!isRedirect) return page.goto(url, { waitUntil: "load" });
  // Without the refresh, which would take the page away from under axe.
  await page.route(url, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<meta http-equiv="refresh"[^>]*>/, "");
    await route.fulfill({ response, body });
  });
  return page.goto(url, { waitUntil: "load" });
}

async function violations(page) {
  const found = await page.evaluate(async (rules) => (await globalThis.axe.run(document, rules)).violations, RULES);
  return found.flatMap(({ id, help, nodes }) => nodes.slice(0, 5).map(({ target, any, all, none }) => `axe ${id}: ${help}: ${target.join(" ")} ${[...any, ...all, ...none].map(({ message }) => message).join("; ")}`));
}

/** What sticks out of the page sideways. */
function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    // What lies in a frame that scrolls by itself does not widen the page.
    const framed = (element) => element && element !== document.body && (getComputedStyle(element).overflowX !== "visible" || framed(element.parentElement));
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > width + 1 && !framed(element.parentElement));
    return [`has to be scrolled sideways (${document.documentElement.scrollWidth} px): ${wide.slice(0, 3).map((element) => `${element.tagName.toLowerCase()}.${element.className}`).join(", ")}`];
  });
}
