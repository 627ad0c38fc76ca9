// On paper: no navigation, every source with its address, all of the page in black on white.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, watched } from "./chromium.mjs";
import { serve } from "./serve.mjs";
import { fixture } from "./sites.mjs";

const sites = fixture("kinds");
let browser;
let served;
before(async () => {
  [browser, served] = await Promise.all([launch(), serve(sites)]);
});
after(async () => {
  await browser?.close();
  served?.close();
});

sites.forEach((site, number) => {
  describe(`theme ${site.theme}`, () => {
    const paper = (colorScheme, address, look) => async () => {
      // The width of A4 at 96 dots an inch, less the margins.
      const { page, close } = await watched(browser, { viewport: { width: 718, height: 1000 }, colorScheme });
      await page.goto(served.sites[number].url + address);
      await page.emulateMedia({ media: "print", colorScheme });
      await look(page);
      await close();
    };

    test("the navigation is hidden", paper("light", "articles/everything/", async (page) => {
      for (const nav of await page.locator("nav").all()) assert.equal(await nav.isVisible(), false, await nav.getAttribute("aria-label"));
      assert.ok(await page.locator("h1").isVisible());
      assert.ok(await page.locator(".callout").first().isVisible());
    }));

    test("every source shows its address", paper("light", "articles/everything/", async (page) => {
      const links = await page.locator(".sources a[href^='https:']").all();
      assert.ok(links.length >= 2);
      for (const link of links) {
        const href = await link.getAttribute("href");
        // The address is either written or put behind the link by the style sheet (`attr(href)` is resolved in the computed value).
        const shown = await link.evaluate((element) => element.parentElement.innerText + getComputedStyle(element, "::after").content);
        assert.ok(shown.includes(href) || shown.includes("attr(href)"), `${href}: ${shown}`);
      }
    }));

    test("who supervised and the notice of a sample stay", paper("light", "articles/everything/", async (page) => {
      assert.ok(await page.locator(".supervised").isVisible());
      assert.ok(await page.locator(".demo").isVisible());
    }));

    test("nothing is cut off", paper("light", "articles/everything/", async (page) => {
      const { content, paper: width } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, paper: document.documentElement.clientWidth }));
      assert.ok(content <= width, `${content} px on ${width} px`);
    }));

    test("paper is white at night too", paper("dark", "articles/everything/", async (page) => {
      const colour = await page.evaluate(() => ({ text: getComputedStyle(document.querySelector("h1")).color, ground: getComputedStyle(document.body).backgroundColor, root: getComputedStyle(document.documentElement).backgroundColor }));
      const light = (rgb) => rgb === "rgba(0, 0, 0, 0)" || rgb.match(/\d+/g).slice(0, 3).every((part) => Number(part) > 240);
      const brightness = (rgb) => rgb.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
      assert.ok(light(colour.ground) && light(colour.root), JSON.stringify(colour));
      assert.ok(brightness(colour.text) < 120, JSON.stringify(colour));
    }));

    test("timetables are open", paper("light", "", async (page) => {
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      for (const details of await page.locator("details").all()) assert.ok(await details.evaluate((element) => element.open));
    }));
  });
});
