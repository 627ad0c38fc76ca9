// The preview's frames: a page at a given width or without script, and the same page of several municipalities side by side.

import { draw } from "./drawn.js";
import { inView } from "./panels.js";
import { shown } from "./stream.js";
import { t } from "./words.js";

const WIDTHS = ["360", "768", "1280"];
const LEAST = 2;
const MOST = 4;

/** A page of the preview named in an address; the start page if it is none. */
function pageOf(text) {
  const url = new URL(text ?? "/", location.origin);
  return url.origin === location.origin && !url.pathname.startsWith("/_ubugi/") ? url.pathname : "/";
}

/** Fills the page; `changed` is called when a frame shows another page. Returns what the bar needs to know. */
export function frames(mode, { changed }) {
  const asked = new URLSearchParams(location.search);
  const main = document.querySelector("main");
  const all = [];
  const make = (address, title, sandbox) => {
    const frame = draw("iframe", { src: address, title, sandbox });
    let scroll = null;
    frame.addEventListener("load", () => {
      if (scroll !== null) {
        frame.contentWindow.scrollTo({ top: scroll, behavior: "instant" });
        frame.contentWindow.history.scrollRestoration = "auto";
      }
      scroll = null;
      frame.dispatchEvent(new Event("shown"));
      changed();
    });
    all.push(frame);
    return Object.assign(frame, {
      renew(address) {
        if (address) return frame.contentWindow.location.replace(address);
        // Asked twice, it is still where it was the first time.
        scroll ??= frame.contentWindow.scrollY;
        // While a page comes in piece by piece, the browser's own way ends some lines off.
        frame.contentWindow.history.scrollRestoration = "manual";
        frame.contentWindow.location.reload();
      },
    });
  };
  const path = (frame) => frame.contentDocument?.location.pathname ?? "/";
  const isShown = (frame) => frame.contentDocument?.readyState === "complete" && frame.contentDocument.location.protocol !== "about:";
  const seen = () => all.filter(isShown);
  // What the server says of a pane is of those that it was asked about.
  let heard = [];
  const common = {
    panes: () => (heard = seen()).map((frame) => shown(frame.contentDocument)),
    frame: (pane) => heard[pane],
    renew: ({ what, pane, address }) => heard[pane]?.isConnected && heard[pane].renew(what === "go" ? address : null),
  };
  document.body.classList.add(mode);
  if (mode === "side") return { ...common, page: () => "/", ...sideBySide(asked, main, all, make, changed) };

  const choice = { width: WIDTHS.includes(asked.get("width")) ? Number(asked.get("width")) : null, script: asked.get("script") === "off" ? "off" : null };
  const first = pageOf(asked.get("page"));
  // The same origin without script: the page's own policy holds, and the page around it can see which page it is.
  const frame = make(first, choice.width ? t.frame(choice.width) : t.frame_full, choice.script === "off" ? "allow-same-origin" : null);
  frame.className = `framed width-${choice.width ?? "full"}`;
  frame.addEventListener("shown", () => {
    asked.set("page", path(frame));
    history.replaceState(null, "", `?${asked}`);
  });
  main.append(frame);
  return { ...common, choice, page: () => (isShown(frame) ? path(frame) : first) };
}

function sideBySide(asked, main, all, make, changed) {
  const page = pageOf(asked.get("page"));
  const together = draw("input", { type: "checkbox", id: "together" });
  const choose = draw("fieldset", {}, draw("legend", {}, t.choose));
  const head = draw("div", { class: "side-head" }, draw("label", {}, together, " ", t.together), draw("details", {}, draw("summary", {}, t.towns), choose));
  const row = draw("div", { class: "panes" });
  main.append(head, row);
  let leader = null;
  // Whoever is scrolled leads; the others follow by the part of the way.
  const follow = (frame) => {
    const from = frame.contentDocument.scrollingElement;
    frame.contentWindow.addEventListener("scroll", () => {
      if (!together.checked || (leader && leader !== frame)) return;
      leader = frame;
      const part = from.scrollTop / Math.max(1, from.scrollHeight - from.clientHeight);
      for (const other of all.filter((other) => other !== frame)) {
        const to = other.contentDocument?.scrollingElement;
        to?.scrollTo({ top: part * (to.scrollHeight - to.clientHeight), behavior: "instant" });
      }
      clearTimeout(frame.rest);
      frame.rest = setTimeout(() => (leader = null), 120);
    });
  };
  const show = (about, codes) => {
    all.length = 0;
    row.replaceChildren(
      ...codes.map((code) => {
        const { name, address, home } = about.towns.find(({ id }) => id === code);
        const title = draw("h2", {}, draw("a", { href: address ?? home }, name));
        if (!address) return draw("section", { class: "pane", "aria-label": name }, title, draw("p", {}, `${t.none_here} `, draw("a", { href: home }, `${name} ${t.to_home}`)));
        const frame = make(address, t.pane(name));
        frame.addEventListener("shown", () => follow(frame));
        return draw("section", { class: "pane", "aria-label": name }, title, frame);
      }),
    );
    changed();
  };
  const begin = async () => {
    const answer = await fetch(`/_ubugi/about?page=${encodeURIComponent(page)}`).catch(() => null);
    const about = answer?.ok ? await answer.json() : null;
    if (!about) return row.append(draw("p", {}, t.missing.unknown()));
    main.prepend(draw("p", { class: "back" }, draw("a", { href: inView(about, {}) }, about.towns.find(({ id }) => id === about.code)?.name ?? about.code)));
    const known = about.towns.map(({ id }) => id);
    const wanted = [...new Set((asked.get("with") ?? "").split(","))].filter((code) => known.includes(code));
    let codes = [...new Set([...wanted, about.code, ...known])].slice(0, Math.max(LEAST, Math.min(MOST, wanted.length)));
    const boxes = about.towns.map(({ id, name }) => {
      const box = draw("input", { type: "checkbox", value: id });
      box.addEventListener("change", () => {
        codes = known.filter((code) => (code === id ? box.checked : codes.includes(code)));
        limit();
        asked.set("with", codes.join(","));
        history.replaceState(null, "", `?${asked}`);
        show(about, codes);
      });
      choose.append(draw("label", {}, box, ` ${name}`));
      return box;
    });
    const limit = () => {
      for (const box of boxes) {
        box.checked = codes.includes(box.value);
        box.disabled = box.checked ? codes.length <= LEAST : codes.length >= MOST;
      }
    };
    limit();
    show(about, codes);
  };
  begin();
  return {};
}
