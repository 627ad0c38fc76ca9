// Debian's Chromium, driven by playwright-core, and a watch over what pages do that they must not.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Starts the browser with an empty profile that is removed at the end. */
export function launch() {
  if (!existsSync(EXECUTABLE)) throw new Error(`${EXECUTABLE} does not exist: apt-get install chromium, or name it in CHROMIUM`);
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/**
 * Opens a page whose misdeeds are noted: messages in the console, violations of the content security policy, errors of scripts, requests
 * to anywhere but the page's own origin, and requests that fail. Returns `{page, misdeeds, close}`.
 */
export async function watched(browser, options = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", locale: "ja-JP", ...options });
  const page = await context.newPage();
  const misdeeds = [];
  let origin;
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`));
  });
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && misdeeds.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => misdeeds.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    // Whoever leaves a page before it has its icon ends the request; what is refused or missing has other words.
    const { errorText } = request.failure() ?? {};
    if (errorText !== "net::ERR_ABORTED") misdeeds.push(`failed: ${request.url()} ${errorText}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (request.isNavigationRequest()) origin ??= url.origin;
    if (url.origin !== origin) misdeeds.push(`request to ${request.url()}`);
  });
  page.on("response", (response) => response.status() >= 400 && !response.request().isNavigationRequest() && misdeeds.push(`${response.status()}: ${response.url()}`));
  const close = async () => {
    // Chromium may never answer when it shall close a page that is just about to load itself again.
    await page.goto("about:blank").catch(() => {});
    await context.close();
  };
  return { page, misdeeds, close };
}

/**
 * What a page has stored on the device; nothing, if all is well. The copies of the site's own pages in Cache Storage, by which they are read
 * without a network, are looked at where they are made, in lookup-browser.test.mjs.
 */
export async function stored(page) {
  const cookies = await page.context().cookies();
  const kept = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
  }));
  return [...cookies.map(({ name }) => `cookie ${name}`), ...kept.local.map((key) => `localStorage ${key}`), ...kept.session.map((key) => `sessionStorage ${key}`), ...kept.databases.map((name) => `database ${name}`)];
}
