// Hears from the server what became of the pages that are shown.
//
// A browser opens few connections to one host at a time, so a tab that nobody sees gives its own
// back. When it is seen again it tells which bytes it shows, and hears at once what it missed.

import { addresses, run, scriptIn } from "./preview.js";

/** @typedef {import("./types").Word} Word */

/** After how many milliseconds out of sight the connection is given back. */
const HIDDEN_FOR = 5000;
/** After how many milliseconds a connection that the browser gave up is opened again. */
const RETRY = 2000;

/**
 * Returns what a document says of itself: its path, and what its script element carries.
 * @param {Document} page
 * @returns {import("./types").Shown}
 */
export function shown(page) {
  const { seal = "", source = "", language = "" } = scriptIn(page)?.dataset ?? {};
  return { page: page.location.pathname, seal, source, language };
}

/**
 * Hears of pages. Returns a function that asks anew.
 * @param {() => import("./types").Shown[]} panes - the pages that are shown
 * @param {(word: Word) => void} handle - takes each word
 * @param {(isLost: boolean) => void} lost - is told whether the server is gone
 */
export function listen(panes, handle, lost) {
  /** @type {EventSource | null} */
  let events = null;
  let timer = 0;
  let retry = 0;
  const close = () => {
    clearTimeout(retry);
    events?.close();
    events = null;
  };
  const open = () => {
    close();
    const asked = panes();
    if (asked.length === 0) return;
    const opened = new EventSource(
      `${addresses.events}?${new URLSearchParams({ pages: JSON.stringify(asked) })}`,
    );
    events = opened;
    opened.addEventListener("error", () => {
      lost(true);
      if (opened.readyState === EventSource.CLOSED) retry = window.setTimeout(open, RETRY);
    });
    opened.addEventListener("message", ({ data }) => {
      /** @type {Word} */
      const word = JSON.parse(data);
      if (word.what !== "hello") return handle(word);
      lost(false);
      // Another run may know of things that this page's script does not.
      if (word.run !== run) handle({ what: "restarted" });
    });
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = window.setTimeout(close, HIDDEN_FOR);
    else if (!events) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", ({ persisted }) => persisted && open());
  open();
  return open;
}

/**
 * Gives a document the style sheets of its newest version, without loading it again.
 * @param {Document} page
 */
export async function restyle(page) {
  const text = await (await fetch(page.location.href)).text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const [old, now] = [sheetsOf(page), sheetsOf(fresh)];
  now.forEach((link, index) => {
    const before = old[index];
    const href = link.getAttribute("href") ?? "";
    if (before?.getAttribute("href") === href) return;
    const next = page.createElement("link");
    next.rel = "stylesheet";
    next.href = href;
    // The old one goes when the new one is there, so that the page is never without styles.
    const done = () => before?.remove();
    next.addEventListener("load", done);
    next.addEventListener("error", done);
    if (before) before.after(next);
    else page.head.append(next);
  });
  old.slice(now.length).forEach((link) => link.remove());
  const [own, newer] = [scriptIn(page), scriptIn(fresh)];
  if (own && newer) own.dataset.seal = newer.dataset.seal;
  const { dataset } = page.documentElement;
  dataset.restyled = String(Number(dataset.restyled ?? 0) + 1);
}

/** @param {Document} page */
function sheetsOf(page) {
  /** @type {NodeListOf<HTMLLinkElement>} */
  const links = page.querySelectorAll('link[rel="stylesheet"]');
  return [...links];
}
