#!/usr/bin/env node
// Measures the search for medicines: the index's size, how long a key press takes in Chromium at a quarter of the speed, and how often
// a name is found. `benches/lookup.mjs [--drugs 2000] [--aliases 20] [--random] [--slowdown 4] [--ubugi FILE]`. It needs Chromium and
// `npm ci` in tests/browser. `--random`: every alias is a name of its own, the worst case for compression.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import { launch } from "../tests/browser/chromium.mjs";
import { serve } from "../tests/browser/serve.mjs";
import { sitesOf } from "../tests/browser/sites.mjs";
import { spellings, typo } from "../tests/browser/spellings.mjs";
import { prepare, search } from "../themes/base/static/lookup-search.js";
import { plain } from "../themes/base/static/lookup-fold.js";
import { UBUGI, needs, workshop } from "./bench.mjs";
import { generate } from "./generate.mjs";
import { Random } from "./random.mjs";

const MORAE = [..."アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモラリルレロンガギグゲゴザジズゼゾダデドバビブベボパピプペポ", "フェ", "フィ", "シュ", "ジュ", "チャ", "ティ", "ロー", "ラー", "ック", "ット", "プロ", "リン"];
const FORMS = ["錠", "カプセル", "細粒", "シロップ", "点眼液", "テープ", "OD錠", "顆粒"];
const MAKERS = ["見本製薬", "サンプル", "ミホン", "東西", "南北", "ABC", "アオバ", "ヒカリ", "ミナト", "大空"];

const taken = new Set();

/** A made-up name of three to six sounds, another one each time. */
function stem(r, low = 3, high = 6) {
  for (;;) {
    const name = Array.from({ length: r.between(low, high) }, () => r.pick(MORAE)).join("").replace(/^[ンッー]/, "ア");
    if (!taken.has(name)) return taken.add(name) && name;
  }
}

/** The names of one entry: half are products of makers, as they are in Japan; the rest are names of their own, also in Latin letters. */
function namesOf(r, count, isRandom) {
  const name = stem(r, 4, 7);
  const [romaji] = spellings(name).filter((text) => /^[a-z']+$/.test(text));
  const brands = [stem(r), stem(r), stem(r)];
  const aliases = isRandom ? [] : [romaji?.replace("'", "") ?? stem(r), ...brands.flatMap((brand) => [brand, `${brand}${r.pick(FORMS)}`]), stem(r), stem(r), `${name}塩酸塩`];
  while (aliases.length < count) aliases.push(isRandom ? stem(r) : `${name}${r.pick(FORMS)}「${r.pick(MAKERS)}」`);
  return { name, aliases: aliases.slice(0, count) };
}

function makeProject(folder, drugs, aliases, isRandom) {
  generate(folder, { municipalities: 1, articles: 2, drugs });
  const r = new Random(7);
  const home = join(folder, "content", "drugs");
  for (const file of readdirSync(home).sort()) {
    const names = namesOf(r, aliases, isRandom);
    const kana = names.name.replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60));
    const lines = readFileSync(join(home, file), "utf8").split("\n").slice(4);
    const half = names.aliases.length / 2;
    const list = (all) => [...new Set(all)].map((name) => JSON.stringify(name)).join(", ");
    writeFileSync(join(home, file), [`name: {ja: ${names.name}}`, `kana: ${kana}`, `aliases: [${list(names.aliases.slice(half))}]`, `brands: [${list(names.aliases.slice(0, half))}]`, ...lines].join("\n"));
  }
}

/** Times key presses in the page: what the handler does and the layout that follows. */
async function keyPresses(site, queries, slowdown) {
  const [browser, served] = await Promise.all([launch(), serve([site])]);
  try {
    const page = await (await browser.newContext({ serviceWorkers: "block", viewport: { width: 390, height: 844 } })).newPage();
    await page.goto(`${served.sites[0].url}medicines/`);
    await page.waitForSelector("#lookup:not([hidden])", { timeout: 120_000 });
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    return await page.evaluate(async (texts) => {
      const input = document.getElementById("lookup-query");
      const times = [];
      for (const text of texts) {
        for (let end = 1; end <= text.length; end++) {
          const from = performance.now();
          input.value = text.slice(0, end);
          input.dispatchEvent(new Event("input"));
          const handled = performance.now();
          document.getElementById("lookup-list").getBoundingClientRect();
          times.push([handled - from, performance.now() - from]);
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        }
      }
      return times;
    }, queries);
  } finally {
    await browser.close();
    served.close();
  }
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
const percent = (part, all) => `${((100 * part) / all).toFixed(2)} %`;

function hitRates(index, r) {
  const byKey = new Map();
  for (const { key, entry } of index.names) byKey.set(key, (byKey.get(key) ?? new Set()).add(entry));
  const names = index.names.filter(({ kind }) => kind !== "class");
  const is = (hit, name) => [...byKey.get(name.key)].some((entry) => index.entries[entry].id === hit.id);
  const rate = { count: 0, first: 0, three: 0, typos: 0, forgiven: 0 };
  for (let n = 0; n < 400; n++) {
    const name = r.pick(names);
    for (const spelling of spellings(name.text)) {
      const { hits } = search(index, spelling);
      rate.count++;
      rate.first += Boolean(hits[0] && is(hits[0], name));
      rate.three += hits.slice(0, 3).some((hit) => is(hit, name));
    }
    if ([...plain(name.text)].length < 5) continue;
    const { hits, near } = search(index, typo(name.text, (below) => r.between(0, below - 1)));
    rate.typos++;
    rate.forgiven += [...hits, ...near].slice(0, 3).some((hit) => is(hit, name));
  }
  return rate;
}

const { values } = parseArgs({
  options: {
    drugs: { type: "string", default: "2000" },
    aliases: { type: "string", default: "20" },
    slowdown: { type: "string", default: "4" },
    random: { type: "boolean", default: false },
    ubugi: { type: "string", default: UBUGI },
  },
});
needs(values.ubugi);
const work = workshop();
const project = join(work, "project");
makeProject(project, Number(values.drugs), Number(values.aliases), values.random);
execFileSync(values.ubugi, ["build", "--project", project, "--out", join(work, "dist"), "--date", "2026-10-01", "--quiet", "--lang", "en"], { stdio: ["ignore", "ignore", "inherit"] });
const [site] = sitesOf(project, join(work, "dist"));
const bytes = readFileSync(join(site.folder, "assets", readdirSync(join(site.folder, "assets")).find((file) => /^medicines\..*\.json$/.test(file))));
const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
const from = performance.now();
const index = prepare(JSON.parse(bytes));
console.log(`index: ${bytes.length} bytes, ${brotli.length} with brotli; ${index.entries.length} medicines, ${index.names.length} keys, folded in ${Math.round(performance.now() - from)} ms`);
const rate = hitRates(index, new Random(11));
console.log(`${rate.count} spellings: first ${percent(rate.first, rate.count)}, in three ${percent(rate.three, rate.count)}; ${rate.typos} with one error: in three ${percent(rate.forgiven, rate.typos)}`);
const r = new Random(5);
const queries = Array.from({ length: 40 }, (_, n) => {
  const { text } = index.names[Math.floor((n / 40) * index.names.length)];
  return n % 4 === 3 ? typo(text, (below) => r.between(0, below - 1)) : r.pick(spellings(text));
});
const times = await keyPresses(site, queries, Number(values.slowdown));
for (const [place, what] of ["search and list", "with layout"].entries()) {
  const sorted = times.map((pair) => pair[place]).sort((a, b) => a - b);
  console.log(`key press at ${values.slowdown}× slowdown, ${what}: median ${quantile(sorted, 0.5).toFixed(1)} ms, 95 % ${quantile(sorted, 0.95).toFixed(1)} ms, of ${sorted.length}`);
}
