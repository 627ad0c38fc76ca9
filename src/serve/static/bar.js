// Added to every page by `ubugi serve`: it hears of changes and shows what is wrong. All it draws is in a shadow root, so that neither the page's
// styles nor its scripts meet it.

const host = document.createElement("ubugi-bar");
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { all: initial; }
  [role="alert"] { position: fixed; inset: 0; z-index: 2147483647; overflow: auto; box-sizing: border-box; padding: 1.5rem; background: #1b1b1f; color: #f5f5f7; font: 1rem/1.6 ui-monospace, monospace; }
  [role="alert"][hidden] { display: none; }
  h2 { margin: 0 0 1rem; font: bold 1.125rem system-ui, sans-serif; }
  pre { margin: 0 0 1.5rem; padding: 1rem; border-left: 4px solid #ff8a80; background: #2a2a30; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
  button { font: 1rem system-ui, sans-serif; padding: 0.5rem 1rem; }
`);
root.adoptedStyleSheets = [sheet];
const overlay = Object.assign(document.createElement("div"), { hidden: true });
overlay.setAttribute("role", "alert");
root.append(overlay);
document.documentElement.append(host);

const SCROLL = `ubugi ${location.pathname}`;
const kept = sessionStorage.getItem(SCROLL);
if (kept !== null) {
  sessionStorage.removeItem(SCROLL);
  addEventListener("load", () => scrollTo({ top: Number(kept), behavior: "instant" }));
}

function show(faults) {
  overlay.hidden = faults.length === 0;
  const title = Object.assign(document.createElement("h2"), { textContent: `${faults.length} 件の誤り` });
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "閉じる" });
  close.addEventListener("click", () => (overlay.hidden = true));
  overlay.replaceChildren(title, ...faults.map((text) => Object.assign(document.createElement("pre"), { textContent: text })), close);
}

// Style sheets are named for their bytes: the new page knows the new names.
async function restyle() {
  const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const links = (of) => [...of.querySelectorAll('link[rel="stylesheet"]')];
  const [old, now] = [links(document), links(fresh)];
  now.forEach((link, index) => {
    if (old[index]?.getAttribute("href") === link.getAttribute("href")) return;
    const next = document.createElement("link");
    next.rel = "stylesheet";
    next.href = link.getAttribute("href");
    next.addEventListener("load", () => old[index]?.remove());
    (old[index] ?? document.head.lastElementChild).after(next);
  });
  document.documentElement.dataset.restyled = String(Number(document.documentElement.dataset.restyled ?? 0) + 1);
}

const events = new EventSource(`/_ubugi/events?page=${encodeURIComponent(location.pathname)}`);
let wasLost = false;
events.addEventListener("error", () => (wasLost = true));
events.addEventListener("open", () => wasLost && location.reload());
events.addEventListener("message", ({ data }) => {
  const word = JSON.parse(data);
  if (word.what === "faults") show(word.faults);
  else if (word.what === "style") restyle();
  else if (word.what === "go") location.replace(word.address);
  else {
    sessionStorage.setItem(SCROLL, String(scrollY));
    location.reload();
  }
});
addEventListener("pagehide", () => events.close());
