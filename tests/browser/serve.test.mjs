// `ubugi serve` in Chromium, as an editor has it: a copy of this repository's project is edited, and the browser is looked at.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, watched } from "./chromium.mjs";
import { DATE, ROOT } from "./sites.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const UBUGI = process.env.UBUGI ?? join(ROOT, "target", "release", "ubugi");
const FEVER = "content/articles/illness/fever.md";
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };

let browser;
let project;
let server;
before(async () => {
  project = join(mkdtempSync(join(tmpdir(), "ubugi-serve-")), "project");
  for (const name of ["ubugi.yaml", "content", "municipalities", "themes"]) cpSync(join(ROOT, name), join(project, name), { recursive: true });
  // A little program of its own: an article that is still to come, one that is over, a draft.
  const kin = (title, slug, more) => put(`content/articles/illness/${slug}.md`, read(FEVER).replace(/^title: .*$/m, `title: ${title}`).replace(/^slug: .*\n/m, "").replace(/^published: .*$/m, more));
  kin("これから出る記事", "to-come", "published: 2026-12-20");
  kin("終わった記事", "is-over", "published: 2026-10-01\nexpires: 2026-11-01");
  kin("書きかけの記事", "a-draft", "published: 2026-10-01\ndraft: true");
  [browser, server] = await Promise.all([launch(), start()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  if (project) rmSync(join(project, ".."), { recursive: true, force: true });
});

function read(path) {
  return readFileSync(join(project, path), "utf8");
}
function put(path, text) {
  writeFileSync(join(project, path), text);
}
/** Changes a file for as long as `during` takes. */
async function edited(path, change, during) {
  const was = read(path);
  const text = change(was);
  assert.notEqual(text, was, `${path} is changed`);
  put(path, text);
  try {
    return await during();
  } finally {
    // The next test begins when the server has seen that it is as it was.
    const turns = () => server.said.match(/ → 開いている /g)?.length ?? 0;
    const before = turns();
    put(path, was);
    await until(() => turns() > before);
  }
}

/** Starts the preview and waits until it says where it is. */
async function start(...options) {
  const port = options.includes("--port") ? [] : ["--port", "0"];
  const lang = options[0] === "en" ? options.shift() : "ja";
  const child = spawn(UBUGI, ["--lang", lang, "serve", "--project", project, "--date", DATE, ...port, ...options], { stdio: ["ignore", "ignore", "pipe"] });
  const running = { said: "", child };
  child.stderr.setEncoding("utf8");
  running.base = await new Promise((done, failed) => {
    const late = setTimeout(() => (child.kill(), failed(new Error(`serve does not say where it is: ${running.said}`))), 60_000);
    child.once("exit", (code) => (clearTimeout(late), failed(new Error(`serve ended with ${code}: ${running.said}`))));
    child.stderr.on("data", (text) => {
      running.said += text;
      const found = running.said.match(/^(?:preview at )?(http:\/\/\S+?)\/ (?:で下見できます|\(edition)/m);
      if (found) clearTimeout(late), done(found[1]);
    });
  });
  running.stop = () => new Promise((done) => (child.exitCode === null && child.signalCode === null ? (child.once("exit", done), child.kill()) : done()));
  return running;
}

/** Opens a page and waits until its bar knows it. */
async function open(path, options = {}) {
  const opened = await watched(browser, { viewport: WIDE, ...options });
  await opened.page.goto(server.base + path, { waitUntil: "load" });
  await ready(opened.page);
  return opened;
}
/** Waits until the bar has something that says something, or has it no more. While a page is loaded again there is no bar to look at. */
const inBar = (page, selector, { is = true, says = "" } = {}) =>
  page.waitForFunction(
    ([selector, is, says]) => {
      const root = document.querySelector("ubugi-bar")?.shadowRoot;
      return root?.querySelector('.bar [data-panel="page"]') && Boolean(root.querySelector(selector)?.textContent.includes(says)) === is;
    },
    [selector, is, says],
  );
const ready = (page) => inBar(page, ".bar");
const pathOf = (page) => decodeURIComponent(new URL(page.url()).pathname);
/** Follows a link in one of the bar's panels. */
async function choose(page, panel, name) {
  await page.click(`.bar [data-panel="${panel}"]`);
  const from = page.url();
  await page.locator("ubugi-bar .panel a", { hasText: name }).first().click();
  await page.waitForURL((url) => url.href !== from);
  await ready(page);
}
const h1 = (page) => page.textContent("h1");
const violations = async (page, options = {}) => {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (options) => (await globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "target-size": { enabled: true } }, ...options })).violations, options);
  return found.flatMap(({ id, help, nodes }) => nodes.slice(0, 4).map(({ target, any, all, none }) => `${id}: ${help}: ${target.join(" ")} ${[...any, ...all, ...none].map(({ message }) => message).join("; ")}`));
};

test("an edit is seen at once, and the page stays where it was; two towns in two tabs both follow", async () => {
  const [one, two] = await Promise.all([open("/132128/articles/fever/"), open("/112194/articles/fever/")]);
  try {
    for (const { page } of [one, two]) await page.evaluate(() => scrollTo({ top: 600, behavior: "instant" }));
    const change = (text) => text.replace("夜に熱が出たとき", "夜中に熱が出たとき");
    await edited(FEVER, change, async () => {
      for (const { page } of [one, two]) {
        await page.waitForFunction(() => document.body?.textContent.includes("夜中に熱が出たとき"));
        await page.waitForFunction(() => scrollY === 600);
      }
    });
    for (const { page } of [one, two]) await page.waitForFunction(() => document.body && !document.body.textContent.includes("夜中に熱が出たとき"));
    assert.match(server.said, /content\/articles\/illness\/fever\.md → 開いている 2 ページのうち 2 ページが変わりました（\d+ ミリ秒）/);
    assert.deepEqual([...one.misdeeds, ...two.misdeeds], []);
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});

test("a fault is told over the last good page with its place and what to do, can be closed, comes back when it changes, and goes when it is mended", async () => {
  const { page, misdeeds, close } = await open("/132128/articles/fever/");
  const dialog = page.locator("[role=alertdialog]");
  try {
    await page.focus(".skip");
    await edited(FEVER, (text) => text.replace("topics: [fever", "topics: [fevr"), async () => {
      await dialog.waitFor();
      const said = await dialog.textContent();
      assert.match(said, /誤りが 1 件あります/);
      assert.match(said, /UB0207.*「fevr」はありません.*content\/articles\/illness\/fever\.md:\d+:\d+.*topics: \[fevr.*直し方.*「fever」のことですか/s);
      assert.equal(await dialog.locator("mark").textContent(), "fevr");
      const href = await dialog.locator("a.place").getAttribute("href");
      assert.match(href, new RegExp(`^vscode://file${project}/content/articles/illness/fever\\.md:\\d+:\\d+$`));
      assert.match(await h1(page), /熱を出したとき/, "the last good page is below");
      // The dialog has the focus, but does not keep it.
      assert.equal(await page.evaluate(() => document.querySelector("ubugi-bar").shadowRoot.activeElement?.id), "overlay-title");
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip", "the focus is back where it was");
      assert.equal(await page.textContent(".bar .bad"), "誤り 1 件");
      await page.reload();
      await ready(page);
      await page.waitForSelector(".bar .bad");
      assert.equal(await dialog.isVisible(), false, "what was closed stays closed");
      await edited(FEVER, (text) => text.replace("topics: [fevr", "topics: [fevre"), async () => {
        await dialog.waitFor();
        assert.match(await dialog.textContent(), /「fevre」/);
        assert.deepEqual(await violations(page), []);
      });
    });
    await dialog.waitFor({ state: "hidden" });
    await inBar(page, ".bar .bad", { is: false });
    assert.match(server.said, /誤り 1 件。直すまで、ページは前のまま変わりません/);
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
  }
});

test("a page that a template's fault keeps from being made stays as it was, and the fault is told here and in the terminal", async () => {
  const { page, close } = await open("/132128/articles/fever/");
  const other = await open("/132128/consultation/");
  try {
    await edited("themes/base/templates/article.html", (text) => text.replace(/\{% block main %\}/, "{% block main %}{{ no.such.thing }}"), async () => {
      await page.locator("[role=alertdialog]").waitFor();
      assert.match(await page.textContent("[role=alertdialog]"), /themes\/base\/templates\/article\.html:\d+:\d+/);
      assert.match(await h1(page), /熱を出したとき/);
      await page.reload();
      assert.match(await h1(page), /熱を出したとき/, "also when it is loaded again");
    });
    await page.locator("[role=alertdialog]").waitFor({ state: "hidden" });
    assert.match(server.said, /themes\/base\/templates\/article\.html/);
  } finally {
    await close();
    await other.close();
  }
});

test("a page that nobody had open and that cannot be made says why, and mends itself", async () => {
  const { page, close } = await watched(browser, { viewport: WIDE });
  try {
    await edited("themes/base/templates/consultation.html", (text) => text.replace(/\{% block main %\}/, "{% block main %}{{ no.such.thing }}"), async () => {
      await until(() => /consultation\.html → /.test(server.said));
      const response = await page.goto(`${server.base}/132128/consultation/`);
      assert.equal(response.status(), 500);
      assert.match(await page.textContent("pre"), /themes\/base\/templates\/consultation\.html/);
      await until(() => /\/132128\/consultation\/ を作れませんでした/.test(server.said));
      await page.locator("[role=alertdialog]").waitFor();
    });
    await page.waitForFunction(() => document.body?.className.includes("kind-consultation"));
  } finally {
    await close();
  }
});

async function until(holds) {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`never: ${holds}\n${server.said}`);
}

test("a style is changed without loading the page again", async () => {
  const { page, misdeeds, close } = await open("/132128/articles/fever/");
  try {
    await page.evaluate(() => (window.marker = "still here"));
    const colour = () => page.evaluate(() => getComputedStyle(document.querySelector("h1")).color);
    const was = await colour();
    await edited("themes/base/static/site.css", (text) => `${text}\nh1 { color: rgb(1, 2, 3); }\n`, async () => {
      await page.waitForFunction(() => getComputedStyle(document.querySelector("h1")).color === "rgb(1, 2, 3)");
      assert.equal(await page.evaluate(() => window.marker), "still here");
    });
    await page.waitForFunction((was) => getComputedStyle(document.querySelector("h1")).color === was, was);
    assert.equal(await page.evaluate(() => window.marker), "still here");
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
  }
});

test("when an article's address changes its page goes there", async () => {
  const { page, close } = await open("/@drafts/132128/articles/fever/");
  try {
    await edited(FEVER, (text) => text.replace(/^title: /m, "slug: fever-now\ntitle: "), () => page.waitForURL("**/@drafts/132128/articles/fever-now/"));
    await page.waitForURL("**/@drafts/132128/articles/fever/");
  } finally {
    await close();
  }
});

test("what changes between a page and its connection is not lost", async () => {
  const { page, close } = await watched(browser, { viewport: WIDE });
  try {
    let go;
    const held = new Promise((done) => (go = done));
    // Whatever becomes of the test, nothing waits for ever.
    setTimeout(() => go(), 20_000).unref();
    await page.route("**/_ubugi/events?*", async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await page.goto(`${server.base}/132128/articles/fever/`);
    const lines = () => server.said.match(/fever\.md → /g)?.length ?? 0;
    const before = lines();
    await edited(FEVER, (text) => text.replace("夜に熱が出たとき", "夜おそくに熱が出たとき"), async () => {
      await until(() => lines() > before);
      go();
      await page.waitForFunction(() => document.body?.textContent.includes("夜おそくに熱が出たとき"));
    });
  } finally {
    await close();
  }
});

test("a tab that nobody sees gives its connection back, and hears what it missed when it is seen again", async () => {
  const { page, close } = await open("/132128/articles/fever/");
  const see = (state) =>
    page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  try {
    await see("hidden");
    await page.waitForTimeout(6000);
    const lines = () => server.said.match(/fever\.md → 開いている 0 ページ/g)?.length ?? 0;
    const before = lines();
    await edited(FEVER, (text) => text.replace("夜に熱が出たとき", "夜更けに熱が出たとき"), async () => {
      await until(() => lines() > before);
      assert.doesNotMatch(await page.textContent("main"), /夜更けに熱が出たとき/);
      await see("visible");
      await page.waitForFunction(() => document.body?.textContent.includes("夜更けに熱が出たとき"));
    });
  } finally {
    await close();
  }
});

test("the bar leads to the same page of other municipalities and languages, or says that there is none", async () => {
  const { page, misdeeds, close } = await open("/132128/articles/fever/");
  try {
    await choose(page, "towns", "府中市");
    assert.equal(pathOf(page), "/132063/articles/fever/");
    await choose(page, "towns", "English");
    assert.equal(pathOf(page), "/132063/en/articles/fever/");
    await choose(page, "towns", "上尾市");
    assert.equal(pathOf(page), "/112194/en/articles/fever/");
    await page.goto(`${server.base}/132128/articles/pocket-navi/`);
    await ready(page);
    await page.click('.bar [data-panel="towns"]');
    assert.match(await page.textContent(".town-list"), /上尾市：このページはありません トップへ/);
    await page.click(".town-list a[href='/112194/']");
    await page.waitForURL("**/112194/");
    await page.goto(`${server.base}/132063/articles/fuchu-final-survey/`);
    await ready(page);
    await page.click('.bar [data-panel="towns"]');
    assert.match(await page.textContent(".language-list"), /English：このページはありません トップへ/);
    assert.equal(await page.getAttribute(".language-list a", "href"), "/132063/en/");
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
  }
});

test("the bar changes day, drafts and theme; links stay in the view", async () => {
  const { page, misdeeds, close } = await open("/132128/articles/fever/");
  try {
    await choose(page, "view", "1か月後");
    assert.equal(pathOf(page), "/@date=2026-12-21/132128/articles/fever/");
    await page.click('.bar [data-panel="view"]');
    await page.fill("ubugi-bar .panel input[type=date]", "2026-12-20");
    await Promise.all([page.waitForURL("**/@date=2026-12-20/132128/articles/fever/"), page.click("ubugi-bar .panel form button")]);
    await ready(page);
    assert.match(await page.textContent(".bar .view"), /2026-12-20/);
    await choose(page, "view", "下書きも出す");
    await choose(page, "view", "warm");
    assert.equal(pathOf(page), "/@date=2026-12-20,drafts,theme=warm/132128/articles/fever/");
    assert.ok(await page.locator("link[href*='/assets/warm.']").count(), "it has the theme's style");
    await page.click(".crumbs a >> nth=0");
    await page.waitForURL("**/@date=2026-12-20,drafts,theme=warm/132128/");
    await ready(page);
    const seen = await page.goto(`${server.base}/@date=2026-12-20,drafts,theme=warm/132128/articles/a-draft/`);
    assert.equal(seen.status(), 200);
    await ready(page);
    await choose(page, "view", "下書きは出さない");
    assert.equal(pathOf(page), "/@date=2026-12-20,theme=warm/132128/articles/a-draft/");
    assert.match(await page.textContent("ubugi-bar .note"), /「書きかけの記事」は下書きなので、出ていません。.*下書きを見る/);
    await page.goto(`${server.base}/@date=2026-12-20,theme=warm/132128/articles/fever/`);
    await ready(page);
    await choose(page, "view", "市区町村のとおり");
    assert.equal(pathOf(page), "/@date=2026-12-20/132128/articles/fever/");
    await choose(page, "view", "今日");
    assert.equal(pathOf(page), "/132128/articles/fever/");
    await page.goto(`${server.base}/@date=2026-12-20,drafts,theme=warm/132128/articles/fever/`);
    await ready(page);
    await choose(page, "view", "ふつうの下見に戻す");
    assert.equal(pathOf(page), "/132128/articles/fever/");
    assert.deepEqual(misdeeds.filter((misdeed) => !/404/.test(misdeed)), []);
  } finally {
    await close();
  }
});

test("an article that is still to come, or over, says when it is shown", async () => {
  const { page, close } = await open("/132128/articles/to-come/");
  try {
    assert.match(await page.textContent("ubugi-bar .note"), /「これから出る記事」は 2026-12-20 から公開されます。/);
    await page.click("ubugi-bar .note a:text('2026-12-20 の版で見る')");
    await page.waitForURL("**/@date=2026-12-20/132128/articles/to-come/");
    assert.equal(await h1(page), "これから出る記事");
    await page.goto(`${server.base}/132128/articles/is-over/`);
    await ready(page);
    await page.click("ubugi-bar .note a:text('2026-11-01 の版で見る')");
    await page.waitForURL("**/@date=2026-11-01/132128/articles/is-over/");
    assert.equal(await h1(page), "終わった記事");
  } finally {
    await close();
  }
});

test("a view that is none is told", async () => {
  const { page, close } = await watched(browser);
  try {
    for (const part of ["@theme=none", "@drafts,date=2026-12-20", "@date=2026-02-30", "@"]) {
      const response = await page.goto(`${server.base}/${part}/132128/`);
      assert.equal(response.status(), 404, part);
      assert.match(await page.textContent("main"), /この見かたはありません/);
    }
  } finally {
    await close();
  }
});

test("the page's panel tells who uses the article, and where its source is", async () => {
  const { page, close } = await open("/132128/articles/fever/");
  try {
    await page.click('.bar [data-panel="page"]');
    const panel = await page.textContent("ubugi-bar .panel");
    assert.match(panel, /未承認/);
    assert.match(panel, /4 市区町村のうち 4 つに出ています/);
    assert.match(panel, /リンクしている記事.*せきが出る・息が苦しそうなとき.*cough-breathing\.md:\d+/s);
    assert.match(panel, /のっている一覧.*発熱/s);
    assert.match(await page.getAttribute(".bar .edit", "href"), /^vscode:\/\/file\/.*\/content\/articles\/illness\/fever\.md:\d+:1$/);
    await page.goto(`${server.base}/132128/medicines/acetaminophen/`);
    await ready(page);
    await page.click('.bar [data-panel="page"]');
    assert.match(await page.textContent("ubugi-bar .panel"), /content\/drugs\/acetaminophen\.yaml:1/);
  } finally {
    await close();
  }
});

test("an approval is shown with its reviewer, and an edit since as what differs from the approved text", async () => {
  const { page, close } = await open("/132128/articles/fever/");
  try {
    execFileSync(UBUGI, ["--lang", "ja", "approve", join(project, FEVER), "--project", project, "--by", "sample-doctor", "--on", DATE, "--next-review", "2027-11-21"], { stdio: "pipe" });
    await inBar(page, ".bar .page", { says: "承認済み" });
    await page.click('.bar [data-panel="page"]');
    assert.match(await page.textContent(".standing"), /承認済み.*見本 医師 が 2026-11-21 に承認.*次の見直し 2027-11-21（あと 365 日）/s);
    await edited(FEVER, (text) => text.replace("夜に熱が出たとき", "深夜に熱が出たとき"), async () => {
      await inBar(page, "table.diff");
      assert.deepEqual(await page.locator(".diff ins").allTextContents(), ["深夜"]);
      assert.deepEqual(await page.locator(".diff del").allTextContents(), ["夜"]);
      assert.match(await page.textContent(".standing"), /承認された文章のほうが公開されます/);
      assert.doesNotMatch(await page.textContent("main"), /深夜に熱が出たとき/, "the approved text is what is shown");
      await page.click('.bar [data-panel="warnings"]');
      assert.match(await page.textContent("ubugi-bar .panel"), /UB0802.*fever\.md/s);
      assert.deepEqual(await violations(page), []);
    });
    await inBar(page, '[data-panel="warnings"]', { is: false });
  } finally {
    rmSync(join(project, "content/ledger"), { recursive: true, force: true });
    await close();
  }
});

test("a frame shows the page at a width and without script, follows its links and its changes", async () => {
  const { page, misdeeds, close } = await open("/132128/feeds/");
  try {
    await choose(page, "view", "スマートフォン 360");
    const frame = () => page.frames()[1];
    assert.equal(await frame().evaluate(() => innerWidth), 360);
    assert.equal(await frame().evaluate(() => Boolean(document.querySelector("ubugi-bar"))), false, "no bar within");
    await choose(page, "view", "なし");
    assert.match(page.url(), /width=360&script=off/);
    for (const [name, width] of [["タブレット 768", 768], ["パソコン 1280", 1280]]) {
      await choose(page, "view", name);
      assert.equal(await page.locator("iframe").evaluate((frame) => frame.offsetWidth), width);
      assert.match(page.url(), /script=off/, "what else was chosen stays");
    }
    await choose(page, "view", "スマートフォン 360");
    assert.equal(await page.locator("iframe").getAttribute("sandbox"), "allow-same-origin");
    await page.goto(`${server.base}/_ubugi/frame?page=/132128/articles/fever/&script=off`);
    await ready(page);
    await frame().evaluate(() => scrollTo({ top: 500, behavior: "instant" }));
    await edited(FEVER, (text) => text.replace("夜に熱が出たとき", "深夜に熱が出たとき"), async () => {
      await page.frameLocator("iframe").locator("p", { hasText: "深夜に熱が出たとき" }).first().waitFor();
      await page.waitForFunction(() => document.querySelector("iframe").contentWindow.scrollY === 500);
    });
    await page.frameLocator("iframe").locator(".crumbs a").first().click();
    await page.waitForURL("**/_ubugi/frame?page=%2F132128%2F&script=off");
    await page.waitForFunction(() => document.querySelector("ubugi-bar")?.shadowRoot.querySelector(".bar .leave")?.getAttribute("href") === "/132128/");
    await page.click("ubugi-bar .leave");
    await page.waitForURL(`${server.base}/132128/`);
    assert.deepEqual(misdeeds.filter((misdeed) => !/Blocked script execution/.test(misdeed)), []);
  } finally {
    await close();
  }
});

test("without script a page shows what it has for that", async () => {
  const page = "themes/base/templates/partials/footer.html";
  const { page: seen, close } = await open("/_ubugi/frame?page=/132128/");
  try {
    await edited(page, (text) => `<noscript><p class="no-script-here">script is off</p></noscript>\n${text}`, async () => {
      await seen.frameLocator("iframe").locator("noscript").waitFor({ state: "attached" });
      assert.equal(await seen.frameLocator("iframe").locator(".no-script-here").count(), 0);
      await seen.goto(`${server.base}/_ubugi/frame?page=/132128/&script=off`);
      await seen.frameLocator("iframe").locator(".no-script-here").waitFor();
      assert.equal(await seen.frameLocator("iframe").locator(".no-script-here").isVisible(), true);
    });
  } finally {
    await close();
  }
});

test("side by side: the same page of several municipalities, each following for itself, scrolled together on request", async () => {
  const { page, misdeeds, close } = await open("/132128/articles/fever/");
  try {
    await page.click('.bar [data-panel="towns"]');
    await page.click("ubugi-bar .panel a.side");
    await page.waitForURL(/_ubugi\/side/);
    await page.locator(".pane iframe").nth(1).waitFor();
    assert.deepEqual(await page.locator(".pane h2").allTextContents(), ["日野市", "上尾市"]);
    await page.click("summary");
    await page.check("fieldset input[value='132063']");
    await page.check("fieldset input[value='141097']");
    await page.waitForFunction(() => document.querySelectorAll("iframe").length === 4 && [...document.querySelectorAll("iframe")].every((frame) => frame.contentDocument?.readyState === "complete" && frame.contentDocument.querySelector("h1")));
    await page.uncheck("fieldset input[value='112194']");
    await page.waitForFunction(() => document.querySelectorAll("iframe").length === 3 && [...document.querySelectorAll("iframe")].every((frame) => frame.contentDocument?.readyState === "complete" && frame.contentDocument.querySelector("h1")));
    // One town's own file changes: its pane alone is loaded again.
    await page.evaluate(() => document.querySelectorAll("iframe").forEach((frame) => (frame.contentWindow.marker = true)));
    await page.waitForTimeout(300);
    await edited("municipalities/132128-hino/municipality.yaml", (text) => text.replace("子供の健康相談室", "子どもの健康相談室"), async () => {
      await page.waitForFunction(() => [...document.querySelectorAll("iframe")].filter((frame) => !frame.contentWindow.marker).length === 1);
    });
    const inTop = (index) => page.evaluate((index) => document.querySelectorAll("iframe")[index].contentWindow.scrollY, index);
    await page.waitForFunction(() => [...document.querySelectorAll("iframe")].every((frame) => frame.contentDocument?.readyState === "complete"));
    await page.waitForTimeout(500);
    await page.evaluate(() => document.querySelector("iframe").contentWindow.scrollTo({ top: 400, behavior: "instant" }));
    await page.waitForTimeout(300);
    assert.equal(await inTop(1), 0);
    await page.check("#together");
    await page.evaluate(() => document.querySelector("iframe").contentWindow.scrollTo({ top: 800, behavior: "instant" }));
    await page.waitForFunction(() => document.querySelectorAll("iframe")[1].contentWindow.scrollY > 400);
    await page.goto(`${server.base}/_ubugi/side?page=/132128/articles/pocket-navi/&with=132128,112194`);
    await page.locator(".pane p", { hasText: "このページはありません" }).waitFor();
    assert.equal(await page.locator(".pane").nth(1).locator("p a").getAttribute("href"), "/112194/");
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
  }
});

test("the start page has the municipalities and what is not shown, and follows", async () => {
  const { page, misdeeds, close } = await watched(browser, { viewport: WIDE });
  try {
    await page.goto(`${server.base}/`);
    await page.locator(".counts", { hasText: "0 誤り" }).waitFor();
    const towns = await page.locator(".towns li").allTextContents();
    assert.equal(towns.length, 4);
    assert.match(towns.find((town) => town.includes("日野市")), /東京都.*132128.*ページ.*見本.*日本語.*English.*やさしい日本語/s);
    const counts = await page.textContent(".counts");
    assert.match(counts, /0\s*誤り.*0\s*注意.*1\s*下書き.*1\s*公開待ち.*1\s*掲載終了/s);
    const coming = page.locator("#unseen a", { hasText: "これから出る記事" });
    assert.match(await coming.getAttribute("href"), /^\/@date=2026-12-20\/\d{6}\/articles\/to-come\/$/);
    await edited("content/articles/illness/a-draft.md", (text) => text.replace("書きかけの記事", "もっと書いた記事"), () => page.locator("#unseen a", { hasText: "もっと書いた記事" }).waitFor());
    await page.locator("#unseen a", { hasText: "書きかけの記事" }).waitFor();
    await page.goto(`${server.base}/@drafts/`);
    assert.match(await page.getAttribute(".town", "href"), /^\/@drafts\/\d{6}\/$/);
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
  }
});

test("the bar can be folded, is remembered so, and never covers what has the focus nor what a page keeps at the bottom", async () => {
  const { page, close } = await open("/132128/articles/fever/", { viewport: NARROW });
  try {
    const { top, bar } = await page.evaluate(() => ({ top: document.querySelector(".quick").getBoundingClientRect().bottom, bar: document.querySelector("ubugi-bar").shadowRoot.querySelector(".bar").getBoundingClientRect() }));
    assert.ok(bar.height <= 44 && bar.width === 360);
    assert.ok(top <= bar.top, "the page's own bar is above it");
    assert.ok(await page.evaluate(() => { const bar = document.querySelector("ubugi-bar").shadowRoot.querySelector(".bar"); return bar.scrollWidth <= 360; }), "everything fits into 360 px");
    const links = await page.locator("main a, footer a").count();
    for (let index = 0; index < links; index += 5) {
      await page.locator("main a, footer a").nth(index).focus();
      const [end, bar] = await page.evaluate(() => [document.activeElement.getBoundingClientRect().bottom, document.querySelector("ubugi-bar").shadowRoot.querySelector(".bar").getBoundingClientRect().top]);
      assert.ok(end <= bar, `link ${index} ends at ${end}, the bar begins at ${bar}`);
    }
    await page.click(".bar .fold");
    assert.equal(await page.isVisible("ubugi-bar .bar"), false);
    await page.reload();
    await page.waitForSelector("ubugi-bar .small");
    assert.equal(await page.isVisible("ubugi-bar .bar"), false);
    assert.equal(await page.getAttribute("ubugi-bar .small", "aria-label"), "下見の操作を開く");
    await page.focus("ubugi-bar .small");
    await page.keyboard.press("Enter");
    assert.equal(await page.isVisible("ubugi-bar .bar"), true);
    // By keyboard: open, leave, and the focus is where it was.
    await page.focus('.bar [data-panel="view"]');
    await page.keyboard.press("Enter");
    await page.waitForSelector("ubugi-bar .panel form");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.querySelector("ubugi-bar").shadowRoot.activeElement.dataset.panel), "view");
  } finally {
    await close();
  }
});

test("axe finds nothing, by day and by night, on a phone and on a desk", async () => {
  const pages = [
    ["/", null],
    ["/132128/articles/fever/", "towns"],
    ["/132128/articles/fever/", "view"],
    ["/132128/articles/fever/", "page"],
    ["/_ubugi/frame?page=/132128/&width=360", "view"],
    ["/_ubugi/side?page=/132128/&with=132128,112194", null],
    ["/@theme=none/", null],
    ["/999999/", null],
  ];
  const found = [];
  for (const [path, panel] of pages) {
    for (const [viewport, colorScheme] of [[WIDE, "light"], [NARROW, "dark"]]) {
      const { page, close } = await watched(browser, { viewport, colorScheme });
      try {
        await page.goto(server.base + path, { waitUntil: "load" });
        if (panel) {
          await ready(page);
          await page.click(`.bar [data-panel="${panel}"]`);
        }
        if (path.includes("side")) await page.locator(".pane iframe").nth(1).waitFor();
        // The pages in the frames are looked at elsewhere.
        found.push(...(await violations(page, { iframes: false })).map((text) => `${path} ${panel ?? ""} ${colorScheme}: ${text}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) found.push(`${path} ${viewport.width}: ${wide} px too wide`);
      } finally {
        await close();
      }
    }
  }
  assert.deepEqual(found, []);
});

test("in English, and without an editor, it says the same", async () => {
  const own = server;
  server = await start("en", "--editor-url", "none");
  const { page, misdeeds, close } = await open("/132128/en/articles/fever/");
  try {
    assert.equal(await page.getAttribute("ubugi-bar", "lang"), "en");
    assert.equal(await page.locator("ubugi-bar .edit").count(), 0);
    for (const [panel, words] of [["towns", /Language.*Side by side/s], ["view", /with drafts.*the municipality's.*phone 360/s], ["page", /Supervision.*unsigned.*fever\.en\.md:\d+.*Shown by 4 of 4 municipalities/s]]) {
      await page.click(`.bar [data-panel="${panel}"]`);
      const text = await page.textContent("ubugi-bar .panel");
      assert.match(text, words);
      assert.doesNotMatch(text, /undefined|=>/);
      assert.equal(await page.locator("ubugi-bar .panel a[href^='vscode:']").count(), 0);
    }
    await page.goto(`${server.base}/`);
    assert.match(await page.textContent("main"), /Municipalities.*demonstration/s);
    assert.deepEqual(misdeeds, []);
  } finally {
    await close();
    await server.stop();
    server = own;
  }
});

test("after the server was started again a page reloads by itself", async () => {
  const own = server;
  server = await start();
  const { page, close } = await open("/132128/articles/fever/");
  const { port } = new URL(server.base);
  try {
    await page.evaluate(() => (window.marker = true));
    await server.stop();
    await page.locator("ubugi-bar .note", { hasText: "下見が止まっています" }).waitFor();
    server = await start("--port", port);
    await page.waitForFunction(() => window.marker === undefined && document.querySelector("ubugi-bar"), null, { timeout: 30_000 });
    assert.match(await h1(page), /熱を出したとき/);
  } finally {
    await close();
    await server.stop();
    server = own;
  }
});

test("a service worker that another site left at this port gives no old page", async () => {
  const WORKER = `self.addEventListener("install", (event) => event.waitUntil((async () => { const cache = await caches.open("old"); await cache.add("/132128/"); await self.skipWaiting(); })()));
    self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener("fetch", (event) => event.respondWith(caches.match(event.request).then((found) => found ?? fetch(event.request))));`;
  const old = createServer((asked, answer) => {
    const isWorker = asked.url.endsWith("/sw.js");
    answer.writeHead(200, { "content-type": isWorker ? "text/javascript" : "text/html" });
    answer.end(isWorker ? WORKER : "<!doctype html><title>old</title><h1>old page</h1>");
  });
  await new Promise((done) => old.listen(0, "127.0.0.1", done));
  const { port } = old.address();
  const { page, close } = await watched(browser);
  let next;
  try {
    await page.goto(`http://127.0.0.1:${port}/132128/`);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register("/132128/sw.js");
      await navigator.serviceWorker.ready;
    });
    await page.reload();
    assert.ok(await page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
    await new Promise((done) => (old.close(done), old.closeAllConnections()));
    next = await start("--port", String(port));
    await page.goto(`http://127.0.0.1:${port}/132128/`);
    await page.waitForFunction(() => document.querySelector("h1")?.textContent.includes("日野市"), null, { timeout: 30_000 });
    await page.reload();
    assert.match(await h1(page), /日野市/);
    assert.deepEqual(await page.evaluate(async () => [(await navigator.serviceWorker.getRegistrations()).length, (await caches.keys()).length, Boolean(navigator.serviceWorker.controller)]), [0, 0, false]);
  } finally {
    await close();
    if (old.listening) old.close();
    await next?.stop();
  }
});

test("a page of another site can link to the preview, and neither read nor embed it", async () => {
  const other = createServer((asked, answer) => {
    answer.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    answer.end(`<!doctype html><title>other</title><a href="${server.base}/132128/">link</a> <a class="view" href="${server.base}/@date=2027-03-03/132128/">view</a> <iframe src="${server.base}/132128/"></iframe>`);
  });
  await new Promise((done) => other.listen(0, "127.0.0.1", done));
  // Another name is another site, on the same machine too.
  const from = `http://localhost:${other.address().port}/`;
  const { page, close } = await watched(browser);
  try {
    const answered = new Map();
    page.on("response", (response) => answered.set(new URL(response.url()).pathname, response.status()));
    await page.goto(from);
    assert.equal(answered.get("/132128/"), 403, "a frame");
    const got = (path, options) => page.evaluate(([url, options]) => fetch(url, options).then((answer) => answer.type, (error) => error.name), [server.base + path, options]);
    for (const path of ["/132128/articles/fever/", "/_ubugi/events?pages=%5B%5D", "/132128/medicines/"]) {
      assert.equal(await got(path, {}), "TypeError", path);
      assert.equal(await got(path, { mode: "no-cors" }), "TypeError", `${path} without asking`);
    }
    await page.click("a.view");
    await page.waitForURL("**/132128/");
    assert.equal(answered.get("/@date=2027-03-03/132128/"), 403, "no view is made for another site");
    assert.match(await page.textContent("body"), /アドレス欄にこのアドレスを入れなおすと、開けます/);
    await page.goto(from);
    await page.click("a:not(.view)");
    await ready(page);
    assert.match(await h1(page), /日野市/);
  } finally {
    await close();
    other.close();
    other.closeAllConnections();
  }
});

/** Asks as a program, with whatever header. */
const ask = (path, headers = {}, method = "GET") =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(server.base);
    request({ hostname, port, path, method, headers }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text) => (body += text)).on("end", () => done({ status: answer.statusCode, headers: answer.headers, body }));
    }).on("error", failed).end();
  });

test("nothing but the edition is served, to nobody who comes by another name, under a strict policy", async () => {
  assert.equal((await ask("/", { host: "evil.example" })).status, 421);
  for (const path of ["/ubugi.yaml", "/132128/../ubugi.yaml", "/132128/..%2fubugi.yaml", "/132128/%2e%2e/%2e%2e/etc/passwd", "/_ubugi/../ubugi.yaml", "/_ubugi/..%2f..%2fubugi.yaml", "//etc/passwd", "/content/articles/illness/fever.md", "/_ubugi/mod.rs"]) {
    const { status, body } = await ask(path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(body, /default_language|root:/, path);
  }
  assert.equal((await ask("/132128/", {}, "POST")).status, 405);
  const { headers } = await ask("/132128/articles/fever/");
  assert.match(headers["content-security-policy"], /default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'self'/);
  assert.doesNotMatch(headers["content-security-policy"], /unsafe/);
  assert.equal(headers["cross-origin-resource-policy"], "same-origin");
  assert.equal(headers["cache-control"], "no-store");
  assert.equal((await ask("/_ubugi/events?pages=x")).status, 400);
  assert.equal((await ask("/132128/feeds/all.rss")).status === 200 || (await ask("/132128/feeds/all.atom")).status === 200, true);
});
