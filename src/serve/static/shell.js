// The preview's frames: a page at a given width or without script, and the same page of several
// municipalities side by side.

import { draw } from "./drawn.js";
import { addresses, askAbout } from "./preview.js";
import { shown } from "./stream.js";
import { t } from "./words.js";

/**
 * @typedef {import("./types").About} About
 * @typedef {import("./types").Framed} Framed
 * @typedef {import("./types").Shell} Shell
 */

/** The widths that a frame may have. */
const WIDTHS = ["360", "768", "1280"];
/** The least and the most municipalities side by side. */
const LEAST = 2;
const MOST = 4;
/** How long a pane leads the others after it was scrolled last, in milliseconds. */
const REST = 120;

/**
 * Returns the page of the preview that an address names; the start page if it names none.
 * @param {string | null} text
 */
function pageOf(text) {
  const url = new URL(text ?? addresses.start, location.origin);
  const isPage = url.origin === location.origin && !url.pathname.startsWith(addresses.below);
  return isPage ? url.pathname : addresses.start;
}

/** A page in a frame. */
class Pane {
  /** @type {number | null} */
  #scroll = null;

  /**
   * @param {string} address
   * @param {string} title
   * @param {string | null} sandbox
   * @param {(pane: Pane) => void} changed - called when the frame shows another page
   */
  constructor(address, title, sandbox, changed) {
    this.element = draw("iframe", { src: address, title, sandbox });
    this.element.addEventListener("load", () => {
      const { contentWindow } = this.element;
      if (this.#scroll !== null && contentWindow) {
        contentWindow.scrollTo({ top: this.#scroll, behavior: "instant" });
        contentWindow.history.scrollRestoration = "auto";
      }
      this.#scroll = null;
      changed(this);
    });
  }

  get document() {
    return this.element.contentDocument;
  }

  /** The path of the page that the frame shows. */
  get path() {
    return this.document?.location.pathname ?? addresses.start;
  }

  get isShown() {
    const page = this.document;
    return page?.readyState === "complete" && page.location.protocol !== "about:";
  }

  /**
   * Shows the newest version of its page where it was scrolled to, or the page at an address.
   * @param {string | null} address
   */
  renew(address) {
    const { contentWindow } = this.element;
    if (!contentWindow) return;
    if (address) {
      contentWindow.location.replace(address);
      return;
    }
    // Asked twice, it is still where it was the first time.
    this.#scroll ??= contentWindow.scrollY;
    // While a page comes in piece by piece, the browser's own way ends some lines off.
    contentWindow.history.scrollRestoration = "manual";
    contentWindow.location.reload();
  }
}

/**
 * Fills the page with frames.
 * @param {"frame" | "side"} mode
 * @param {() => void} changed - called when a frame shows another page
 * @returns {Shell}
 */
export function frames(mode, changed) {
  const asked = new URLSearchParams(location.search);
  const main = document.querySelector("main") ?? document.body;
  document.body.classList.add(mode);
  return mode === "side" ? sideBySide(asked, main, changed) : oneFrame(asked, main, changed);
}

/**
 * Says to the bar what the frames show. The server speaks of panes by their place among those of
 * which it was asked.
 * @param {() => Pane[]} all
 */
function heardOf(all) {
  /** @type {Pane[]} */
  let heard = [];
  return {
    panes() {
      heard = all().filter(({ isShown }) => isShown);
      return heard.flatMap((pane) => (pane.document ? shown(pane.document) : []));
    },
    /** @param {number} number */
    documentIn: (number) => heard[number]?.document,
    /** @param {number} number @param {string | null} address */
    renew(number, address) {
      if (heard[number]?.element.isConnected) heard[number].renew(address);
    },
  };
}

/**
 * Writes a choice into the page's own address.
 * @param {URLSearchParams} asked
 * @param {string} name
 * @param {string} value
 */
function note(asked, name, value) {
  asked.set(name, value);
  history.replaceState(null, "", `?${asked}`);
}

/**
 * @param {URLSearchParams} asked
 * @param {HTMLElement} main
 * @param {() => void} changed
 * @returns {Shell}
 */
function oneFrame(asked, main, changed) {
  const width = asked.get("width") ?? "";
  /** @type {Framed} */
  const choice = {
    width: WIDTHS.includes(width) ? Number(width) : null,
    script: asked.get("script") === "off" ? "off" : null,
  };
  const first = pageOf(asked.get("page"));
  const title = choice.width ? t.frame(choice.width) : t.frame_full;
  // The same origin without script: the page's own policy holds, and the page around it can see
  // which page it is.
  const pane = new Pane(first, title, choice.script && "allow-same-origin", ({ path }) => {
    note(asked, "page", path);
    changed();
  });
  pane.element.className = `framed width-${choice.width ?? "full"}`;
  main.append(pane.element);
  return {
    ...heardOf(() => [pane]),
    choice,
    page: () => (pane.isShown ? pane.path : first),
  };
}

/**
 * @param {URLSearchParams} asked
 * @param {HTMLElement} main
 * @param {() => void} changed
 * @returns {Shell}
 */
function sideBySide(asked, main, changed) {
  /** @type {Pane[]} */
  let panes = [];
  const together = draw("input", { type: "checkbox", id: "together" });
  const choose = draw("fieldset", {}, draw("legend", {}, t.choose));
  const row = draw("div", { class: "panes" });
  const head = draw(
    "div",
    { class: "side-head" },
    draw("label", {}, together, " ", t.together),
    draw("details", {}, draw("summary", {}, t.towns), choose),
  );
  main.append(head, row);
  const follow = follower(together, () => panes);
  /** @param {About} about @param {string[]} codes */
  const show = (about, codes) => {
    panes = [];
    const sections = codes.map((code) => {
      const town = about.towns.find(({ id }) => id === code);
      const { name = code, address = null, home = addresses.start } = town ?? {};
      const title = draw("h2", {}, draw("a", { href: address ?? home }, name));
      if (!address) {
        const way = draw("a", { href: home }, `${name} ${t.to_home}`);
        const lack = draw("p", {}, `${t.none_here} `, way);
        return draw("section", { class: "pane", "aria-label": name }, title, lack);
      }
      const pane = new Pane(address, t.pane(name), null, (loaded) => {
        follow(loaded);
        changed();
      });
      panes.push(pane);
      return draw("section", { class: "pane", "aria-label": name }, title, pane.element);
    });
    row.replaceChildren(...sections);
    changed();
  };
  const begin = async () => {
    const about = await askAbout(pageOf(asked.get("page")));
    if (!about) {
      row.append(draw("p", {}, t.missing.unknown("", "")));
      return;
    }
    const own = about.towns.find(({ id }) => id === about.code)?.name ?? about.code;
    main.prepend(draw("p", { class: "back" }, draw("a", { href: about.address }, own)));
    chooseTowns(about, asked, choose, (codes) => show(about, codes));
  };
  begin();
  return { ...heardOf(() => panes), page: () => addresses.start };
}

/**
 * Draws a box for every municipality, and shows those that are asked for.
 * @param {About} about
 * @param {URLSearchParams} asked
 * @param {HTMLElement} place
 * @param {(codes: string[]) => void} show
 */
function chooseTowns({ towns, code }, asked, place, show) {
  const known = towns.map(({ id }) => id);
  const named = (asked.get("with") ?? "").split(",").filter((id) => known.includes(id));
  const wanted = [...new Set(named)];
  const count = Math.max(LEAST, Math.min(MOST, wanted.length));
  let codes = [...new Set([...wanted, code, ...known])].slice(0, count);
  const boxes = towns.map(({ id, name }) => {
    const box = draw("input", { type: "checkbox", value: id });
    box.addEventListener("change", () => {
      codes = known.filter((other) => (other === id ? box.checked : codes.includes(other)));
      limit();
      note(asked, "with", codes.join(","));
      show(codes);
    });
    place.append(draw("label", {}, box, ` ${name}`));
    return box;
  });
  const limit = () => {
    for (const box of boxes) {
      box.checked = codes.includes(box.value);
      box.disabled = box.checked ? codes.length <= LEAST : codes.length >= MOST;
    }
  };
  limit();
  show(codes);
}

/**
 * Makes a function after which a pane leads the others while it is scrolled: they follow by the
 * part of the way.
 * @param {HTMLInputElement} together - whether they do
 * @param {() => Pane[]} all
 * @returns {(pane: Pane) => void}
 */
function follower(together, all) {
  /** @type {Pane | null} */
  let leader = null;
  let rest = 0;
  return (pane) => {
    pane.element.contentWindow?.addEventListener("scroll", () => {
      const from = pane.document?.scrollingElement;
      if (!from || !together.checked || (leader && leader !== pane)) return;
      leader = pane;
      const part = from.scrollTop / Math.max(1, from.scrollHeight - from.clientHeight);
      for (const other of all()) {
        const to = other === pane ? null : other.document?.scrollingElement;
        to?.scrollTo({
          top: part * (to.scrollHeight - to.clientHeight),
          behavior: "instant",
        });
      }
      clearTimeout(rest);
      rest = window.setTimeout(() => {
        leader = null;
      }, REST);
    });
  };
}
