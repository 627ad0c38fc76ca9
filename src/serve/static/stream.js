// Hears from the server what became of the pages that are shown.
//
// A browser opens few connections to one host at a time, so a tab that nobody sees gives its own back; when it is seen again it tells which
// bytes it shows, and hears at once what it missed.

import { script } from "./words.js";

const HIDDEN_FOR = 5000;
const RETRY = 2000;

/** What a document says of itself: its path, and what its script carries. */
export function shown(doc, path = doc.location.pathname) {
  const { seal = "", source = "", language = "" } = doc.querySelector('script[src="/_ubugi/bar.js"]')?.dataset ?? {};
  return { page: path, seal, source, language };
}

/** Hears of pages; `panes` says which are shown, `handle` takes each word, `lost` whether the server is gone. Returns what asks anew. */
export function listen(panes, handle, lost) {
  let events = null;
  let timer = null;
  let retry = null;
  const close = () => {
    clearTimeout(retry);
    events?.close();
    events = null;
  };
  const open = () => {
    close();
    const asked = panes();
    if (asked.length === 0) return;
    events = new EventSource(`/_ubugi/events?pages=${encodeURIComponent(JSON.stringify(asked))}`);
    events.addEventListener("error", ({ target }) => {
      lost(true);
      // What a browser gives up is taken up again.
      if (target.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY);
    });
    events.addEventListener("message", ({ data }) => {
      const word = JSON.parse(data);
      if (word.what !== "hello") return handle(word);
      lost(false);
      // Another run may know of things that this page's script does not.
      if (word.run !== script.dataset.run) handle({ what: "restarted" });
    });
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(close, HIDDEN_FOR);
    else if (!events) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", ({ persisted }) => persisted && open());
  open();
  return open;
}

/** Gives a document the style sheets of its newest version, without loading it again. */
export async function restyle(doc) {
  const fresh = new DOMParser().parseFromString(await (await fetch(doc.location.href)).text(), "text/html");
  const links = (of) => [...of.querySelectorAll('link[rel="stylesheet"]')];
  const [old, now] = [links(doc), links(fresh)];
  now.forEach((link, index) => {
    if (old[index]?.getAttribute("href") === link.getAttribute("href")) return;
    const next = doc.createElement("link");
    next.rel = "stylesheet";
    next.href = link.getAttribute("href");
    const done = () => old[index]?.remove();
    next.addEventListener("load", done);
    next.addEventListener("error", done);
    if (old[index]) old[index].after(next);
    else doc.head.append(next);
  });
  old.slice(now.length).forEach((link) => link.remove());
  const own = (of) => of.querySelector('script[src="/_ubugi/bar.js"]');
  if (own(doc) && own(fresh)) own(doc).dataset.seal = own(fresh).dataset.seal;
  doc.documentElement.dataset.restyled = String(Number(doc.documentElement.dataset.restyled ?? 0) + 1);
}
