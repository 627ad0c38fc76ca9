// The search box in Chromium: what is typed finds what it means, by keyboard alone, without a request, an address or a trace; without
// script the table is there; after the first visit no network is needed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, stored, watched } from "./chromium.mjs";
import { serve } from "./serve.mjs";
import { repository } from "./sites.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Twenty medicines and how people write them. */
const QUERIES = {
  acetaminophen: ["アセトアミノフェン", "あせとあみのふぇん", "ｱｾﾄｱﾐﾉﾌｪﾝ", "ACETAMINOPHEN", "paracetamol", "カロナール", "かろなーる", "ｶﾛﾅｰﾙ", "karonaru", "カロナル", "カロナール錠200", "ｋａｒｏｎａｒｕ"],
  ibuprofen: ["イブプロフェン", "いぶぷろふえん", "ibuprofen", "ibupurofen"],
  oseltamivir: ["タミフル", "たみふる", "tamifuru", "tamihuru", "オセルタミビル"],
  amoxicillin: ["アモキシシリン", "amokishishirin", "amokisisirin"],
  loratadine: ["ロラタジン", "roratajin", "roratazin"],
  fexofenadine: ["フェキソフェナジン", "fekisofenajin", "ふぇきそふぇなじん"],
  cetirizine: ["セチリジン", "sechirijin", "Cetirizine"],
  diazepam: ["ジアゼパム", "ｼﾞｱｾﾞﾊﾟﾑ", "ziazepamu"],
  carbamazepine: ["カルバマゼピン", "テグレトール", "てぐれとる"],
  metoclopramide: ["メトクロプラミド", "metokuropuramido", "プリンペラン"],
  domperidone: ["ドンペリドン", "domperidone", "dompelidon"],
  codeine: ["コデイン", "kodein", "CODEINE"],
  levothyroxine: ["レボチロキシン", "rebochirokishin", "LEVOTHYROXINE"],
  prednisolone: ["プレドニゾロン", "puredonizoron", "プレドニン"],
  warfarin: ["ワルファリン", "warufarin", "ワーファリン"],
  famotidine: ["ファモチジン", "famochijin", "ガスター"],
  lansoprazole: ["ランソプラゾール", "ransopurazōru", "タケプロン"],
  sertraline: ["セルトラリン", "serutorarin", "ジェイゾロフト"],
  lithium: ["リチウム", "リーマス", "lithium"],
  "magnesium-oxide": ["酸化マグネシウム", "さんかまぐねしうむ", "magnesium oxide"],
};

const NOTHING = ["ぬぬぬぬ", "くすりやさん", "qwqwqw", "ﾎｹﾞﾎｹﾞ", "おなかがいたい", "東京特許許可局", "zxzxzx", "ペンギンビーム", "！？", "999999", "カロナールプラスエース", "りんごジュース", "はろーわーるど", "xyzzyplugh", "ムニャムニャ", "自転車", "smartphone", "テレビジョン", "<b>bold</b>", "ヌヌヌヌヌヌヌヌヌヌ"];

let browser;
let served;
let base;
const asked = [];
before(async () => {
  const site = repository()[0];
  [browser, served] = await Promise.all([launch(), serve([site], ({ url, headers }) => asked.push({ url, referer: headers.referer ?? "" }))]);
  base = served.sites[0].url;
});
after(async () => {
  await browser?.close();
  served?.close();
});

async function open(options = {}, path = "medicines/") {
  const opened = await watched(browser, options);
  await opened.page.goto(`${base}${path}`, { waitUntil: "load" });
  return opened;
}

const kept = (page) => page.waitForSelector("#lookup[data-kept]", { timeout: 120_000 });
const ready = (page) => page.waitForSelector("#lookup:not([hidden])");
const results = (page) => page.$$eval("#lookup-list [role=option]", (options) => options.map((option) => option.dataset.to ?? option.textContent));

test("what is typed is found first, and what is not there is not found, without a request or a trace", async () => {
  const { page, misdeeds, close } = await open();
  try {
    // The pages that are kept for later come first; from then on there is silence, the service worker's requests included.
    await kept(page);
    const before = await page.evaluate(() => [location.href, history.length]);
    const requests = [];
    page.context().on("request", (request) => requests.push(request.url()));
    let count = 0;
    for (const [id, queries] of Object.entries(QUERIES)) {
      for (const query of queries) {
        await page.fill("#lookup-query", "");
        await page.type("#lookup-query", query);
        const [first] = await results(page);
        assert.equal(first, `${base}medicines/${id}/`, query);
        count++;
      }
    }
    assert.ok(count >= 60 && Object.keys(QUERIES).length >= 20, `${count}`);
    for (const query of NOTHING) {
      await page.fill("#lookup-query", query);
      assert.deepEqual(await results(page), [], query);
      assert.match(await page.textContent("#lookup-status"), /見つかりません$/, query);
      assert.match(await page.textContent("#lookup-none"), /安全という意味でも危険という意味でもありません/);
      assert.equal(await page.isVisible("#lookup-none a[href$='/consultation/']"), true);
    }
    assert.deepEqual(requests, []);
    assert.deepEqual(await page.evaluate(() => [location.href, history.length]), before);
    assert.deepEqual([...misdeeds, ...(await stored(page))], []);
  } finally {
    await close();
  }
});

test("what is not listed says so with its reason; a typing error brings the nearest names", async () => {
  const { page, close } = await open();
  try {
    await ready(page);
    await page.fill("#lookup-query", "ロキソニン");
    assert.match(await page.textContent("#lookup-list"), /ロキソプロフェン.*この表には載っていません（出典に載っていません）/);
    assert.equal((await results(page))[0], `${base}medicines/not-listed/loxoprofen/`);
    assert.equal(await page.isVisible("#lookup-none"), true);
    await page.press("#lookup-query", "Enter");
    await Promise.all([page.waitForURL(`${base}medicines/not-listed/loxoprofen/`), page.press("#lookup-query", "Enter")]);
    assert.match(await page.textContent("main"), /安全とも危険とも意味しません.*この表の出典には、このお薬についての記録がありません/s);
    assert.equal(await page.isVisible("#help"), true);
    await page.goBack();
    await ready(page);
    await page.fill("#lookup-query", "アセトアミモフェン");
    assert.equal((await results(page))[0], `${base}medicines/acetaminophen/`);
    assert.match(await page.textContent("#lookup-status"), /見つかりません。名前が似ているお薬/);
    assert.equal(await page.isVisible("#lookup-none"), true);
    await page.fill("#lookup-query", "カロナール");
    const [option] = await page.$$eval("#lookup-list [role=option]", (all) => all.map(({ textContent }) => textContent));
    assert.match(option, /^アセトアミノフェン商品名「カロナール」に一致/);
    // The sources' words, with their conditions, as the table has them.
    const row = await page.$eval("[data-drug=acetaminophen] .drug-verdicts", (verdicts) => [...verdicts.children].map(({ textContent }) => textContent));
    for (const verdict of row) assert.ok(option.includes(verdict), verdict);
  } finally {
    await close();
  }
});

test("by keyboard alone, with an input method, to the page of a medicine", async () => {
  const { page, close } = await open();
  try {
    await ready(page);
    await page.focus("#lookup-query");
    await page.keyboard.type("セ");
    const chosen = () => page.$eval("#lookup-query", (input) => document.getElementById(input.getAttribute("aria-activedescendant"))?.id ?? null);
    const last = (await results(page)).length - 1;
    assert.ok(last > 3);
    assert.equal(await page.getAttribute("#lookup-query", "aria-expanded"), "true");
    await page.keyboard.press("ArrowDown");
    assert.equal(await chosen(), "lookup-option-0");
    await page.keyboard.press("End");
    assert.equal(await chosen(), `lookup-option-${last}`);
    await page.keyboard.press("ArrowDown");
    assert.equal(await chosen(), "lookup-option-0");
    await page.keyboard.press("ArrowUp");
    assert.equal(await chosen(), `lookup-option-${last}`);
    await page.keyboard.press("Home");
    assert.equal(await chosen(), "lookup-option-0");
    assert.equal(await page.$$eval("[role=option][aria-selected=true]", ({ length }) => length), 1);
    await page.keyboard.press("Escape");
    assert.equal(await page.getAttribute("#lookup-query", "aria-expanded"), "false");
    assert.equal(await chosen(), null);
    await page.keyboard.press("Escape");
    assert.equal(await page.inputValue("#lookup-query"), "");

    // While a composition runs the list follows; the Enter that ends it opens nothing.
    const session = await page.context().newCDPSession(page);
    await session.send("Input.imeSetComposition", { text: "たみふる", selectionStart: 4, selectionEnd: 4 });
    assert.equal((await results(page))[0], `${base}medicines/oseltamivir/`);
    await page.$eval("#lookup-query", (input) => input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true })));
    assert.equal(await chosen(), null);
    await session.send("Input.insertText", { text: "タミフル" });
    await page.keyboard.press("Enter");
    assert.equal(await chosen(), "lookup-option-0");
    await Promise.all([page.waitForURL(`${base}medicines/oseltamivir/`), page.keyboard.press("Enter")]);
  } finally {
    await close();
  }
});

test("axe finds nothing with the list open, by day and by night, wide and narrow", async () => {
  for (const path of ["medicines/", "en/medicines/", "easy/medicines/"]) {
    const { page, misdeeds, close } = await open({}, path);
    try {
      await ready(page);
      await page.evaluate(AXE);
      for (const query of ["ロキソ", "セ", "アセトアミモフェン", "ぬぬぬぬ"]) {
        await page.fill("#lookup-query", query);
        if (query !== "ぬぬぬぬ") await page.press("#lookup-query", "ArrowDown");
        for (const [colorScheme, width] of [["light", 1280], ["dark", 320]]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          const found = await page.evaluate(async () => (await globalThis.axe.run("#lookup", { rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] })).violations);
          assert.deepEqual(found.map(({ id, nodes }) => `${path} ${query} ${colorScheme}: ${id} ${nodes[0].html}`), []);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${path} ${query}: scrolls sideways`);
        }
      }
      assert.deepEqual(misdeeds, []);
    } finally {
      await close();
    }
  }
});

test("without script there is no box, and the table says all", async () => {
  const { page, close } = await open({ javaScriptEnabled: false });
  try {
    assert.equal(await page.isHidden("#lookup"), true);
    assert.equal(await page.isVisible("[data-drug=acetaminophen] .verdict"), true);
    assert.equal(await page.isVisible("[data-missing]"), true);
    await Promise.all([page.waitForURL(`${base}medicines/not-listed/loxoprofen/`), page.click("[data-missing] a[href$='/loxoprofen/']")]);
    assert.equal(await page.isVisible("#help"), true);
  } finally {
    await close();
  }
});

test("a server's log tells what is kept for later from what somebody reads", async () => {
  const { page, close } = await open();
  try {
    await kept(page);
    asked.length = 0;
    await page.goto(`${base}medicines/acetaminophen/`);
    const { pathname } = new URL(base);
    assert.deepEqual(asked.filter(({ url }) => url.endsWith("/acetaminophen/")), [{ url: `${pathname}medicines/acetaminophen/`, referer: "" }]);
    // Another profile keeps anew; only the page that was opened has not the worker's referer.
    asked.length = 0;
    const other = await open();
    await kept(other.page);
    await other.close();
    const pages = asked.filter(({ url }) => url.endsWith("/"));
    assert.ok(pages.length > 50, `${pages.length}`);
    assert.deepEqual(pages.filter(({ referer }) => referer !== `${base}sw.js`).map(({ url }) => url), [`${pathname}medicines/`]);
  } finally {
    await close();
  }
});

test("after the first visit it is searched and read without a network", async () => {
  const { page, close } = await open();
  try {
    await kept(page);
    await page.context().setOffline(true);
    served.close();
    await page.goto(`${base}medicines/`);
    await ready(page);
    await page.fill("#lookup-query", "カロナール");
    await page.press("#lookup-query", "Enter");
    await Promise.all([page.waitForURL(`${base}medicines/acetaminophen/`), page.press("#lookup-query", "Enter")]);
    assert.match(await page.textContent("h1"), /アセトアミノフェン/);
    assert.notEqual(await page.$eval("h1", (heading) => getComputedStyle(heading).fontSize), "32px", "the style sheet is there");
    for (const [path, words] of [["medicines/zolpidem/", /ゾルピデム/], ["consultation/", /相談/], ["", /子育て|健康/]]) {
      await page.goto(`${base}${path}`);
      assert.match(await page.textContent("h1"), words, path);
    }
    // Nothing but this site's own files, in one store.
    const stores = await page.evaluate(async () => Promise.all((await caches.keys()).map(async (name) => [name, (await (await caches.open(name)).keys()).map(({ url }) => url)])));
    assert.equal(stores.length, 1);
    assert.deepEqual(stores[0][1].filter((url) => !url.startsWith(base) || url.includes("?") || url.includes("#")), []);
    assert.deepEqual(await stored(page), []);
  } finally {
    await close();
  }
});
