// The guided way in Chromium: from the situation to the medicine, by links alone, back and forward, with the search, without a network; and
// what the pages at its end say when a parent's situation or medicine is not what the table is about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, stored, watched } from "./chromium.mjs";
import { serve } from "./serve.mjs";
import { repository } from "./sites.mjs";

let browser;
let served;
let base;
before(async () => {
  [browser, served] = await Promise.all([launch(), serve([repository()[0]])]);
  base = served.sites[0].url;
});
after(async () => {
  await browser?.close();
  served?.close();
});

async function open(path, options = {}) {
  const opened = await watched(browser, { viewport: { width: 360, height: 780 }, ...options });
  await opened.page.goto(`${base}${path}`, { waitUntil: "load" });
  return opened;
}
function follow(page, link) {
  const from = page.url();
  return Promise.all([page.waitForURL((url) => url.href !== from), page.click(link)]);
}
const said = (page) => page.$$eval(".turn-you > span", (turns) => turns.filter((turn) => turn.checkVisibility()).map(({ textContent }) => textContent));
const inView = (page, selector) => page.$eval(selector, (element) => ((box) => box.top >= 0 && box.bottom <= innerHeight)(element.getBoundingClientRect()));

for (const javaScriptEnabled of [true, false]) {
  test(`by links alone to a medicine of which the name is not known, back and forward, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, misdeeds, close } = await open("medicines/", { javaScriptEnabled });
    try {
      await follow(page, "main a[href$='/medicines/guide/']");
      assert.deepEqual(await said(page), []);
      await follow(page, ".answers a[href$='/guide/newborn/']");
      assert.deepEqual(await said(page), ["授乳中（生後28日未満・早く生まれた赤ちゃん）"]);
      await follow(page, ".answers a[href$='/guide/newborn/pain/']");
      assert.deepEqual(await said(page), ["授乳中（生後28日未満・早く生まれた赤ちゃん）", "名前がわからない、痛み・熱の薬"]);
      await follow(page, ".answers a[href*='/codeine/']");
      assert.equal(page.url(), `${base}medicines/codeine/#newborn`);
      // The card: whose words, from when, to what they are limited, what to mind now, and where to turn.
      assert.ok(await inView(page, "h1"), "the name is in view");
      assert.ok(await page.isVisible("#newborn"));
      assert.ok(!(await page.isVisible("#pregnancy")) && !(await page.isVisible("#older")));
      assert.match(await page.textContent("#newborn"), /月齢についての注意.*LactMed.*新生児のときは注意/s);
      assert.match(await page.textContent(".assessment"), /LactMed.*出典の改訂\d{4}年.*このサイトが読んだ日\d{4}年/s);
      assert.ok(await page.isVisible("section.help"));
      await page.goBack();
      assert.equal(page.url(), `${base}medicines/guide/newborn/pain/`);
      await page.goBack();
      await page.goBack();
      assert.equal(page.url(), `${base}medicines/guide/`);
      assert.deepEqual(await said(page), []);
      await page.goForward();
      await page.goForward();
      await page.goForward();
      assert.equal(page.url(), `${base}medicines/codeine/#newborn`);
      assert.ok(await page.isVisible("#newborn"));
      // An answer is changed where it stands.
      await follow(page, "#newborn a");
      assert.equal(page.url(), `${base}medicines/guide/`);
      // Who goes on before an icon has come aborts it; without script a module that was announced is not fetched.
      const real = misdeeds.filter((misdeed) => !misdeed.endsWith("net::ERR_ABORTED") && (javaScriptEnabled || !misdeed.endsWith(".js csp")));
      assert.deepEqual([...real, ...(javaScriptEnabled ? await stored(page) : [])], []);
    } finally {
      await close();
    }
  });
}

test("a known name is typed, and the situation comes along; nothing that is typed leaves the page", async () => {
  const { page, misdeeds, close } = await open("medicines/guide/older/");
  try {
    await page.waitForSelector("#lookup[data-kept]", { timeout: 120_000 });
    const requests = [];
    page.context().on("request", (request) => requests.push(request.url()));
    await page.type("#lookup-query", "カロナール");
    await page.press("#lookup-query", "Enter");
    assert.deepEqual(requests, []);
    await Promise.all([page.waitForURL(`${base}medicines/acetaminophen/#older`), page.press("#lookup-query", "Enter")]);
    assert.ok(await page.isVisible("#older"));
    await page.goBack();
    await page.waitForSelector("#lookup:not([hidden])");
    await page.fill("#lookup-query", "ロキソプロフェン");
    assert.match(await page.textContent("#lookup-list"), /この表には載っていません（出典に載っていません）/);
    await page.fill("#lookup-query", "ぬぬぬぬ");
    assert.match(await page.textContent("#lookup-none"), /安全という意味でも危険という意味でもありません/);
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
  }
});

test("without script every medicine can still be reached by its name", async () => {
  const { page, close } = await open("medicines/guide/older/", { javaScriptEnabled: false });
  try {
    assert.equal(await page.isHidden("#lookup"), true);
    await page.click("summary:text-is('あ行')");
    await follow(page, ".guide-row a[href*='/acetaminophen/']");
    assert.equal(page.url(), `${base}medicines/acetaminophen/#older`);
  } finally {
    await close();
  }
});

test("during pregnancy each step and each medicine says that the table is about breastfeeding", async () => {
  for (const path of ["medicines/guide/pregnancy/", "medicines/guide/pregnancy/pain/", "medicines/acetaminophen/#pregnancy", "medicines/products/dellegra/#pregnancy"]) {
    const { page, close } = await open(path);
    try {
      const warning = page.locator(".callout-warning", { hasText: "妊娠中のことは、この表ではわかりません" });
      assert.ok(await warning.isVisible(), path);
      assert.ok(await warning.locator("a[href='#help']").isVisible(), path);
      assert.ok(await page.isVisible("#help"), path);
    } finally {
      await close();
    }
  }
});

test("a combination product shows each ingredient, says which are unknown, and has no verdict of its own", async () => {
  const { page, close } = await open("medicines/");
  try {
    await page.waitForSelector("#lookup:not([hidden])");
    await page.fill("#lookup-query", "ディレグラ");
    const option = await page.textContent("#lookup-list [role=option]");
    assert.match(option, /配合剤.*お薬全体としての判断はありません/s);
    await page.press("#lookup-query", "Enter");
    await Promise.all([page.waitForURL(`${base}medicines/products/dellegra/`), page.press("#lookup-query", "Enter")]);
    assert.deepEqual(await page.$$eval(".drugs [data-drug]", (rows) => rows.map((row) => row.dataset.drug).sort()), ["fexofenadine", "pseudoephedrine"]);
    assert.match(await page.textContent("main"), /お薬全体としての判断はありません/);
    await page.goto(`${base}medicines/products/pl/`);
    assert.match(await page.textContent("main"), /この表にない成分が入っています.*安全とも危険とも言えません/s);
    // What the sources say of each ingredient's signs and ages is said of the product; its own label is pointed to.
    await page.goto(`${base}medicines/products/tramcet/#newborn`);
    assert.match(await page.textContent("#newborn"), /トラマドール、LactMed[^：]*：.*新生児/);
    assert.match(await page.textContent("main"), /相談するとき.*トラマドール、LactMed.*呼吸/s);
    assert.match(await page.textContent("main"), /箱や説明書に書いてある「授乳中」についての説明を必ず読み/);
    assert.match(await page.textContent("section.sources"), /米国国立医学図書館（NLM）とLactMedの著者は/);
    await page.goto(`${base}medicines/pseudoephedrine/`);
    assert.ok(await page.isVisible("a[href$='/medicines/products/dellegra/']"), "the ingredient names its products");
  } finally {
    await close();
  }
});

test("a caution of age is shown whatever the child's age is, as it may speak of later months", async () => {
  for (const situation of ["newborn", "older"]) {
    const { page, close } = await open(`medicines/escitalopram/#${situation}`);
    try {
      assert.match(await page.textContent(`#${situation}`), /月齢についての注意.*2か月/s);
    } finally {
      await close();
    }
  }
});

test("the beginning of a product's name warns of its namesakes with other ingredients, and leads to consultation", async () => {
  const { page, close } = await open("medicines/");
  try {
    await page.waitForSelector("#lookup:not([hidden])");
    await page.fill("#lookup-query", "パブロン");
    assert.match(await page.textContent("#lookup-list"), /名前の一部が同じでも、成分の違うお薬があります/);
    assert.ok(await page.isVisible("#lookup-note a[href$='/consultation/']"));
  } finally {
    await close();
  }
});

test("an ointment is not read as a tablet, nor a tablet as an ointment", async () => {
  for (const [id, words] of [["betamethasone-topical", /塗り薬.*飲み薬や注射には当てはまりません/], ["loperamide", /飲み薬.*塗り薬や目薬などがあっても、それには当てはまりません/], ["acyclovir", /使い方によって評価が違うことがあります/]]) {
    const { page, close } = await open(`medicines/${id}/`);
    try {
      assert.match(await page.textContent("main"), words, id);
    } finally {
      await close();
    }
  }
});

test("after the first visit the guide works without a network", async () => {
  const { page, close } = await open("medicines/guide/newborn/");
  try {
    await page.waitForSelector("#lookup[data-kept]", { timeout: 120_000 });
    await page.context().setOffline(true);
    await page.goto(`${base}medicines/guide/`);
    await follow(page, ".answers a[href$='/guide/pregnancy/']");
    await follow(page, ".answers a[href$='/guide/pregnancy/pain/']");
    await follow(page, ".answers a[href*='/codeine/']");
    assert.ok(await page.isVisible("#pregnancy"));
    // Every way on is there, and what is not kept says why and keeps the numbers.
    await page.click("dd a[href*='/classes/']");
    await page.waitForURL(/classes/);
    assert.ok(await page.isVisible(".drugs"));
    await page.goto(`${base}en/supervision/`);
    assert.match(await page.textContent("h1"), /つながっていません|No connection/);
    await page.goto(`${base}supervision/`);
    assert.match(await page.textContent("main"), /インターネットにつながっていない.*119/s);
  } finally {
    await close();
  }
});
