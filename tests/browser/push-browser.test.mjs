// Notices in Chromium: the page of feeds has a form that asks and sends only when it is pressed, and the service worker shows what comes and leads to
// this site alone. The push service of the browser's maker is not on this machine: what a browser would be given by it is made here, and a
// message is handed to the worker by the browser's own tools.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, stored, watched } from "./chromium.mjs";
import { serve } from "./serve.mjs";
import { DATE, ROOT, sitesOf } from "./sites.mjs";

const UBUGI = process.env.UBUGI ?? join(ROOT, "target", "release", "ubugi");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const KEY = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
const ENDPOINT = "https://push.example.jp/to/1";

const folder = mkdtempSync(join(tmpdir(), "ubugi-push-"));
const told = [];
let status = 204;
/** The municipality's own desk, on another origin. */
const desk = createServer((request, response) => {
  const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "content-type", "access-control-allow-methods": "POST, DELETE" };
  if (request.method === "OPTIONS") return response.writeHead(204, headers).end();
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    told.push({ method: request.method, cookie: request.headers.cookie, referer: request.headers.referer, body: JSON.parse(Buffer.concat(parts).toString()) });
    response.writeHead(status, headers).end();
  });
});
let browser;
let served;
let url;
let deskOrigin;

before(async () => {
  await new Promise((done) => desk.listen(0, "127.0.0.1", done));
  deskOrigin = `http://127.0.0.1:${desk.address().port}`;
  const project = join(folder, "project");
  cpSync(join(ROOT, "tests", "fixtures", "kinds"), project, { recursive: true });
  cpSync(join(ROOT, "themes"), join(project, "themes"), { recursive: true });
  const [town, other] = readdirSync(join(project, "municipalities")).sort();
  rmSync(join(project, "municipalities", other), { recursive: true });
  const path = join(project, "municipalities", town, "municipality.yaml");
  const [first, second] = [...readFileSync(join(project, "content/stages.yaml"), "utf8").matchAll(/id: ([a-z0-9-]+)/g)].map(([, id]) => id);
  const segments = `[{id: all}, {id: one, stages: [${[first, second].filter(Boolean).join(", ")}]}, {id: english, language: en}]`;
  const notify = `notify:\n  segments: ${segments}\n  channels:\n    - {id: push, kind: web-push, public_key: ${KEY}, contact: "mailto:kosodate@example.jp", subscribe: "${deskOrigin}/subscriptions"}\n`;
  writeFileSync(path, readFileSync(path, "utf8").replace(/^demo: true\n/m, "") + notify);
  mkdirSync(join(folder, "dist"), { recursive: true });
  execFileSync(UBUGI, ["build", "--project", project, "--out", join(folder, "dist"), "--date", DATE, "--quiet", "--lang", "en"], { stdio: ["ignore", "ignore", "pipe"] });
  [browser, served] = await Promise.all([launch(), serve(sitesOf(project, join(folder, "dist")))]);
  ({ url } = served.sites[0]);
});
after(async () => {
  await browser?.close();
  served?.close();
  desk.close();
  desk.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** Stands in for the push service of the browser's maker, and notes every question for permission. */
function standIn({ endpoint, key }) {
  let current = null;
  const bytes = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey !== key) throw new Error("not as it should be");
    const keys = { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" };
    current = {
      endpoint,
      options: { applicationServerKey: bytes.buffer },
      toJSON: () => ({ endpoint, expirationTime: null, keys }),
      unsubscribe: async () => ((current = null), true),
    };
    return current;
  };
  globalThis.asked = 0;
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => ((globalThis.asked += 1), ask());
}

async function open(options = {}, { allowed = true, path = "feeds/" } = {}) {
  const opened = await watched(browser, options);
  if (allowed) await opened.page.context().grantPermissions(["notifications"], { origin: new URL(url).origin });
  await opened.page.addInitScript(standIn, { endpoint: ENDPOINT, key: KEY });
  await opened.page.goto(`${url}${path}`, { waitUntil: "load" });
  if (options.javaScriptEnabled !== false) await opened.page.waitForFunction(() => document.getElementById("push-state").textContent);
  return opened;
}

const state = (page) => page.textContent("#push-state");
const says = (page, words) => page.waitForFunction((words) => document.getElementById("push-state").textContent.includes(words), words);
const foreign = (misdeeds) => misdeeds.filter((text) => !text.startsWith(`request to ${deskOrigin}/subscriptions`));

test("nothing is asked and nothing goes out before a button is pressed", async () => {
  const { page, misdeeds, close } = await open();
  try {
    assert.match(await state(page), /受けとっていません/);
    await page.check("#push input[value=one]");
    await page.waitForTimeout(300);
    assert.deepEqual([await page.evaluate(() => globalThis.asked), await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)], [0, 0]);
    assert.deepEqual([misdeeds, told, await stored(page)], [[], [], []]);
    const values = await page.$$eval("#push input", (inputs) => inputs.map(({ value }) => value));
    assert.deepEqual(values, ["all", "one"], "the segments of the page's language");
  } finally {
    await close();
  }
});

test("a press sends the choice to the municipality and nowhere else, and another takes it back", async () => {
  const { page, misdeeds, close } = await open();
  try {
    told.length = 0;
    await page.click("#push-on");
    await says(page, "一つ以上");
    assert.deepEqual([told.length, await page.evaluate(() => document.activeElement.value), await page.evaluate(() => globalThis.asked)], [0, "all", 0]);
    await page.keyboard.press("Space");
    status = 500;
    await page.click("#push-on");
    await says(page, "うまくいきませんでした");
    status = 204;
    await page.click("#push-on");
    await says(page, "受けとるようになりました");
    await page.click("#push-off");
    await says(page, "やめました");
    assert.deepEqual(told.map(({ method }) => method), ["POST", "POST", "DELETE"]);
    const [, { body, cookie, referer }, gone] = told;
    assert.deepEqual([body.endpoint, body.segments, body.language, Object.keys(body.keys).sort()], [ENDPOINT, ["all"], "ja", ["auth", "p256dh"]]);
    assert.deepEqual([gone.body, cookie, referer], [{ endpoint: ENDPOINT }, undefined, undefined]);
    assert.deepEqual(foreign(misdeeds).filter((text) => !/500/.test(text)), []);
  } finally {
    await close();
  }
});

test("who says no is told how to change it", async () => {
  const { page, close } = await open({}, { allowed: false });
  try {
    told.length = 0;
    await page.check("#push input[value=all]");
    await page.click("#push-on");
    await says(page, "許可されていません");
    assert.deepEqual(told, []);
  } finally {
    await close();
  }
});

test("without script the page says what else there is", async () => {
  const { page, close } = await open({ javaScriptEnabled: false });
  try {
    assert.ok(await page.isHidden("#push-form"));
    assert.match(await page.textContent("#push noscript"), /フィード/);
  } finally {
    await close();
  }
});

test("the worker shows what comes and leads to this site alone", async () => {
  const { page, misdeeds, close } = await open();
  try {
    const context = page.context();
    const session = await context.newCDPSession(page);
    const registered = new Promise((done) => session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations[0] && done(registrations[0].registrationId)));
    await session.send("ServiceWorker.enable");
    await page.evaluate(async (worker) => {
      await navigator.serviceWorker.register(worker);
      await navigator.serviceWorker.ready;
    }, await page.getAttribute("#push", "data-worker"));
    const registrationId = await registered;
    const shown = () =>
      page.evaluate(async () => {
        const all = await (await navigator.serviceWorker.ready).getNotifications();
        return all.map(({ title, body, tag, lang, icon, data }) => ({ title, body, tag, lang, icon, url: data.url }));
      });
    // On a busy machine the browser's tools now and then lose a message; the same tag makes another one harmless.
    const deliver = async (data, tag) => {
      for (let attempt = 0; attempt < 5; attempt++) {
        await session.send("ServiceWorker.deliverPushMessage", { origin: new URL(url).origin, registrationId, data });
        for (let wait = 0; wait < 40; wait++) {
          const found = (await shown()).find((notice) => notice.tag === tag);
          if (found) return found;
          await page.waitForTimeout(50);
        }
      }
      assert.fail(`nothing is shown for ${data}`);
    };
    const article = `${url}articles/everything/`;
    const notice = (more) => JSON.stringify({ title: "乳幼児健診のお知らせ", body: "予約が始まりました。", url: article, lang: "ja", tag: "a", ...more });
    const { icon, ...rest } = await deliver(notice(), "a");
    assert.deepEqual(rest, { title: "乳幼児健診のお知らせ", body: "予約が始まりました。", tag: "a", lang: "ja", url: article });
    assert.match(icon, new RegExp(`^${url}assets/icon-192\\.`));
    // The same tag takes its place.
    for (let attempt = 0; attempt < 5 && (await shown())[0].body !== "もう一度"; attempt++) {
      await deliver(notice({ body: "もう一度" }), "a");
      await page.waitForTimeout(300);
    }
    assert.deepEqual((await shown()).map(({ body }) => body), ["もう一度"]);
    for (const [tag, address] of [["b", "https://evil.example.com/"], ["c", "javascript:alert(1)"], ["d", `${new URL(url).origin}.evil.example.com/`], ["e", 7], ["f", "//evil.example.com/"]]) {
      assert.equal((await deliver(notice({ tag, url: address }), tag)).url, url, `${address} is refused`);
    }
    assert.ok((await deliver("not JSON", "")).title.length > 0);
    // A press on a notice cannot be made from outside; the event is made in the worker, and what it would open is noted.
    const worker = context.serviceWorkers()[0];
    const pressed = (tag) =>
      worker.evaluate(async (tag) => {
        const [notification] = await self.registration.getNotifications({ tag });
        let opened = null;
        self.clients.openWindow = async (address) => (opened = address);
        const kept = [];
        const event = new NotificationEvent("notificationclick", { notification });
        event.waitUntil = (promise) => kept.push(promise);
        self.dispatchEvent(event);
        await Promise.allSettled(kept);
        return { opened, left: (await self.registration.getNotifications({ tag })).length };
      }, tag);
    assert.deepEqual(await pressed("a"), { opened: article, left: 0 });
    assert.deepEqual(await pressed("b"), { opened: url, left: 0 });
    assert.deepEqual(foreign(misdeeds), []);
  } finally {
    await close();
  }
});

for (const language of ["", "en/"]) {
  test(`the form is for everybody (${language || "ja"})`, async () => {
    const { page, misdeeds, close } = await open({}, { path: `${language}feeds/` });
    try {
      await page.evaluate(AXE);
      for (const colorScheme of ["light", "dark"]) {
        for (const width of [360, 1280]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          const found = await page.evaluate(async () => (await globalThis.axe.run(document.getElementById("push"))).violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`));
          assert.deepEqual(found, [], `${colorScheme} ${width}`);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${colorScheme} ${width}`);
          if (process.env.UBUGI_PICTURES) await page.screenshot({ path: join(process.env.UBUGI_PICTURES, `push-${language ? "en" : "ja"}-${colorScheme}-${width}.png`), fullPage: true });
        }
      }
      assert.deepEqual(misdeeds, []);
    } finally {
      await close();
    }
  });
}
