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
    // No status, no answer.
    if (status) response.writeHead(status, headers).end();
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
function standIn({ endpoint, key, before }) {
  globalThis.ended = [];
  // A subscription of earlier days, made for another key.
  let current = before && {
    endpoint: before,
    options: { applicationServerKey: new Uint8Array(65).buffer },
    toJSON: () => ({ endpoint: before }),
    unsubscribe: async () => (globalThis.ended.push(before), (current = null), true),
  };
  const bytes = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey !== key) throw new Error("not as it should be");
    const keys = { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" };
    current = {
      endpoint,
      options: { applicationServerKey: bytes.buffer },
      toJSON: () => ({ endpoint, expirationTime: null, keys }),
      unsubscribe: async () => (globalThis.ended.push(endpoint), (current = null), true),
    };
    return current;
  };
  globalThis.asked = 0;
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => ((globalThis.asked += 1), ask());
}

async function open(options = {}, { allowed = true, path = "feeds/", before = null } = {}) {
  const opened = await watched(browser, options);
  if (allowed) await opened.page.context().grantPermissions(["notifications"], { origin: new URL(url).origin });
  await opened.page.addInitScript(standIn, { endpoint: ENDPOINT, key: KEY, before });
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

test("a subscription for another key is ended and made anew", async () => {
  const { page, misdeeds, close } = await open({}, { before: "https://push.example.jp/to/old" });
  try {
    told.length = 0;
    await page.check("#push input[value=one]");
    await page.click("#push-on");
    await says(page, "受けとるようになりました");
    assert.deepEqual(await page.evaluate(() => globalThis.ended), ["https://push.example.jp/to/old"]);
    assert.deepEqual(told.map(({ method, body }) => [method, body.endpoint, body.segments]), [["POST", ENDPOINT, ["one"]]]);
    // Pressed again, it stays what it is.
    await page.click("#push-on");
    await page.waitForFunction(() => document.getElementById("push").ariaBusy === "false");
    assert.deepEqual([told.length, await page.evaluate(() => globalThis.ended.length)], [2, 1]);
    assert.deepEqual(foreign(misdeeds), []);
  } finally {
    await close();
  }
});

test("a desk or a worker that does not answer is waited for only so long", async () => {
  for (const silent of ["desk", "worker"]) {
    const { page, close } = await open();
    try {
      told.length = 0;
      await page.check("#push input[value=all]");
      await page.clock.install();
      // A worker whose installation fails never becomes ready.
      if (silent === "worker") await page.evaluate(() => Object.defineProperty(navigator.serviceWorker, "ready", { value: new Promise(() => {}) }));
      // AbortSignal.timeout has a clock of its own, which cannot be moved: how long it is given is looked at, and the test says when it is over.
      else await page.evaluate(() => {
        AbortSignal.timeout = (time) => {
          globalThis.given = time;
          const controller = new AbortController();
          globalThis.over = () => controller.abort(new DOMException("It took too long.", "TimeoutError"));
          return controller.signal;
        };
      });
      status = silent === "desk" ? 0 : 204;
      await page.click("#push-on");
      await says(page, "お待ちください");
      if (silent === "worker") await page.clock.runFor(30_000);
      else {
        for (let waited = 0; told.length === 0 && waited < 10_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
        await page.evaluate(() => globalThis.over());
      }
      await says(page, "うまくいきませんでした");
      if (silent === "desk") assert.deepEqual([await page.evaluate(() => globalThis.given), await page.evaluate(() => globalThis.ended)], [20_000, [ENDPOINT]]);
      assert.deepEqual(told.map(({ method }) => method), silent === "desk" ? ["POST"] : []);
      assert.equal(await page.evaluate(() => document.getElementById("push").ariaBusy), "false", "it can be pressed again");
    } finally {
      status = 204;
      await close();
    }
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
    const attached = context.waitForEvent("serviceworker");
    await page.evaluate(async (worker) => {
      await navigator.serviceWorker.register(worker);
      await navigator.serviceWorker.ready;
    }, await page.getAttribute("#push", "data-worker"));
    const registrationId = await registered;
    const worker = await attached;
    // What the worker shows is noted as it does so: to read the browser's list while a notice is on its way to the screen takes that from the list.
    await worker.evaluate(() => {
      self.seen = [];
      const show = self.registration.showNotification.bind(self.registration);
      self.registration.showNotification = async (title, options) => {
        await show(title, options);
        self.seen.push({ title, ...options });
      };
    });
    const deliver = async (data) => {
      const before = await worker.evaluate(() => self.seen.length);
      await session.send("ServiceWorker.deliverPushMessage", { origin: new URL(url).origin, registrationId, data });
      const found = await worker.evaluate(async (before) => {
        for (const end = Date.now() + 60_000; self.seen.length === before && Date.now() < end; ) await new Promise((done) => setTimeout(done, 20));
        return self.seen[before];
      }, before);
      return found ?? assert.fail(`nothing is shown for ${data}`);
    };
    // A press on a notice cannot be made from outside; the event is made in the worker, and what it would open is noted.
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
    const article = `${url}articles/everything/`;
    const notice = (more) => JSON.stringify({ title: "乳幼児健診のお知らせ", body: "予約が始まりました。", url: article, lang: "ja", tag: "a", ...more });
    const { title, body, tag, lang, icon, data } = await deliver(notice());
    assert.deepEqual([title, body, tag, lang, data.url], ["乳幼児健診のお知らせ", "予約が始まりました。", "a", "ja", article]);
    assert.match(new URL(icon, url).href, new RegExp(`^${url}assets/icon-192\\.`));
    // The same tag takes its place.
    await deliver(notice({ body: "もう一度" }));
    assert.deepEqual(await worker.evaluate(async () => (await self.registration.getNotifications({ tag: "a" })).map(({ body }) => body)), ["もう一度"]);
    assert.deepEqual(await pressed("a"), { opened: article, left: 0 });
    for (const [tag, address] of [["b", "https://evil.example.com/"], ["c", "javascript:alert(1)"], ["d", `${new URL(url).origin}.evil.example.com/`], ["e", 7], ["f", "//evil.example.com/"]]) {
      assert.equal((await deliver(notice({ tag, url: address }))).data.url, url, `${address} is refused`);
      if (tag === "b") assert.deepEqual(await pressed("b"), { opened: url, left: 0 });
    }
    assert.ok((await deliver("not JSON")).title.length > 0);
    // The browser may end a worker that has not asked for time.
    const kept = await worker.evaluate(async () => {
      const promises = [];
      const event = new PushEvent("push", { data: JSON.stringify({ title: "健診", tag: "g" }) });
      event.waitUntil = (promise) => promises.push(promise);
      self.dispatchEvent(event);
      await Promise.all(promises);
      return promises.length;
    });
    assert.equal(kept, 1);
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
