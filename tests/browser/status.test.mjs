// What the consultation page says of each service at a moment, in a browser whose clock is set and whose time zone is not Japan's.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, watched } from "./chromium.mjs";
import { serve } from "./serve.mjs";
import { fixture } from "./sites.mjs";

const OPEN = /^いま相談できます/;
const CLOSED = /^いまは受付時間外です/;
const BOOKED = /^いまは受付時間内です（予約が必要）/;

// Japan's date and time, the service, what is said. 2026-11-20 is a Friday; 11-23, a Monday, and 11-03 are holidays. The site is built for
// 2026-11-20: the page has to know better than the text it was built with.
const CASES = [
  ["2026-11-20 17:59", "evenings", /^いまは受付時間外です 次は 今日 18:00 から$/, "a minute before opening"],
  ["2026-11-20 18:00", "evenings", /^いま相談できます 22:00まで$/, "at the minute of opening"],
  ["2026-11-20 21:59", "evenings", OPEN, "in the last minute"],
  ["2026-11-20 22:00", "evenings", CLOSED, "at the minute of closing"],
  ["2026-11-21 19:00", "evenings", CLOSED, "on a Saturday"],
  ["2026-11-23 19:00", "evenings", /次は 明日 18:00 から/, "on a holiday"],
  ["2026-12-28 19:00", "evenings", OPEN, "before the closed range"],
  ["2026-12-29 19:00", "evenings", CLOSED, "on the first closed day"],
  ["2027-01-01 19:00", "evenings", /次は 1月4日（月） 18:00 から/, "within the closed range"],
  ["2027-01-04 18:00", "evenings", OPEN, "after the closed range"],
  ["2026-11-20 23:30", "nights", /^いま相談できます 翌日2:00まで$/, "before midnight"],
  ["2026-11-21 01:59", "nights", /^いま相談できます 2:00まで$/, "after midnight"],
  ["2026-11-21 02:00", "nights", CLOSED, "when the night is over"],
  ["2026-11-24 01:00", "nights", CLOSED, "after the midnight of a holiday"],
  ["2026-11-23 10:00", "holidays", OPEN, "on a holiday"],
  ["2026-11-24 10:00", "holidays", CLOSED, "on another day"],
  ["2026-11-22 12:00", "booked", BOOKED, "on a Sunday, where one must book"],
  ["2026-11-21 03:00", "messages", /^いつでも送れます/, "at three in the morning"],
  ["2026-11-24 23:59", "term", /^2026年11月25日から始まります$/, "a minute before the period"],
  ["2026-11-25 00:00", "term", /^いまは受付時間外です 次は 今日 18:00 から$/, "in the first minute of the period"],
  ["2026-11-30 21:59", "term", OPEN, "on the last evening of the period"],
  ["2026-12-01 00:00", "term", /^2026年11月30日で終了しました$/, "a minute after the period"],
];
const moment = (japan) => new Date(`${japan.replace(" ", "T")}:00+09:00`);

const sites = fixture("hours", "2026-11-20");
let browser;
let served;
let url;
before(async () => {
  [browser, served] = await Promise.all([launch(), serve(sites)]);
  url = served.sites[0].url;
});
after(async () => {
  await browser?.close();
  served?.close();
});

/** Without script the browser does not load the module that the page names, and calls that a failure. */
const unexpected = (misdeeds) => misdeeds.filter((text) => !/^failed: \S+\.js csp$/.test(text));
const status = (page, id) => page.locator(`#service-${id} [data-status]`).textContent();

describe("with script", { concurrency: 2 }, () => {
  for (const [at, id, words, when] of CASES) {
    test(`${id} at ${at}, ${when}`, async () => {
      const { page, misdeeds, close } = await watched(browser, { timezoneId: "America/New_York", locale: "en-US" });
      await page.clock.setFixedTime(moment(at));
      await page.goto(`${url}consultation/`);
      await page.locator(`#service-${id}[data-state]`).waitFor();
      assert.match(await status(page, id), words);
      assert.deepEqual(misdeeds, []);
      await close();
    });
  }

  test("an open page follows the clock", async () => {
    const { page, close } = await watched(browser, { timezoneId: "America/New_York" });
    await page.clock.install({ time: moment("2026-11-20 17:59") });
    await page.goto(`${url}consultation/`);
    await page.locator("#service-evenings[data-state=closed]").waitFor();
    await page.clock.runFor(61_000);
    await page.locator("#service-evenings[data-state=open]").waitFor();
    assert.match(await status(page, "evenings"), OPEN);
    await close();
  });

  test("today's row of the timetable is marked by Japan's calendar", async () => {
    const { page, close } = await watched(browser, { timezoneId: "America/New_York" });
    // Thursday evening in New York, Friday morning in Japan.
    await page.clock.setFixedTime(moment("2026-11-20 09:00"));
    await page.goto(`${url}consultation/`);
    await page.locator("#service-evenings[data-state]").waitFor();
    assert.equal(await page.locator("#service-evenings tr[aria-current=date]").getAttribute("data-day"), "5");
    await close();
  });
});

describe("without script", () => {
  test("the page shows each service's state on its date, and its timetable", async () => {
    const { page, misdeeds, close } = await watched(browser, { javaScriptEnabled: false });
    await page.goto(`${url}consultation/`);
    assert.equal(await status(page, "evenings"), "ご利用いただけます");
    assert.equal(await status(page, "term"), "2026年11月25日から始まります");
    assert.ok(await page.locator("#service-evenings [data-asof]").isVisible(), "the date of the state is shown");
    const rows = page.locator("#service-evenings tr[data-day]");
    assert.equal(await rows.count(), 7);
    assert.ok(await rows.first().isVisible(), "the timetable is open");
    assert.match(await rows.nth(0).innerText(), /18:00〜22:00/);
    assert.match(await rows.nth(6).innerText(), /受付なし/);
    assert.deepEqual(unexpected(misdeeds), []);
    await close();
  });

  test("the timetable can be opened at home", async () => {
    const { page, misdeeds, close } = await watched(browser, { javaScriptEnabled: false });
    await page.goto(url);
    const row = page.locator("#service-evenings tr[data-day='1']");
    if (!(await row.isVisible())) await page.locator("#service-evenings details.timetable summary").click();
    assert.ok(await row.isVisible());
    assert.deepEqual(unexpected(misdeeds), []);
    await close();
  });
});
