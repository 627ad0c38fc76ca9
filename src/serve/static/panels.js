// What the bar's panels say: where else the page is, as what it is looked at, how its text stands,
// who uses it, and what is worth mending.

import { draw, place } from "./drawn.js";
import { faultList } from "./overlay.js";
import { framedAddress, sideAddress } from "./preview.js";
import { t } from "./words.js";

/**
 * @typedef {import("./types").About} About
 * @typedef {import("./types").Framed} Framed
 * @typedef {import("./types").Href} Href
 * @typedef {import("./types").Position} Position
 * @typedef {import("./types").Standing} Standing
 * @typedef {import("./types").Way} Way
 * @typedef {import("./drawn.js").Content} Content
 */

/** From how many municipalities on there is a box to search in. */
const MANY = 8;
/** The widths of frames, with their names. */
const WIDTHS = /** @type {const} */ ([
  [null, t.full],
  [360, t.phone],
  [768, t.tablet],
  [1280, t.desk],
]);

/**
 * Draws choices, of which one is the current one.
 * @param {string} label
 * @param {{name: string, href: string, isCurrent: boolean}[]} choices
 * @returns {Content}
 */
function chips(label, choices) {
  const drawn = choices.map(({ name, href, isCurrent }) =>
    isCurrent ? draw("span", { "aria-current": "true" }, name) : draw("a", { href }, name),
  );
  return [draw("h3", {}, label), draw("div", { class: "chips" }, drawn)];
}

/**
 * Draws a way to the same page elsewhere, or to the home page where there is no such page.
 * @param {Way} way
 * @param {boolean} isCurrent
 * @param {Href} href
 */
function wayItem({ name, address, home = "" }, isCurrent, href) {
  if (isCurrent) {
    const here = draw("span", { class: "lacks" }, t.here);
    return draw("li", {}, draw("b", { "aria-current": "true" }, name), " ", here);
  }
  if (address) return draw("li", {}, draw("a", { href: href(address) }, name));
  return draw(
    "li",
    {},
    draw("span", {}, name),
    draw("span", { class: "lacks" }, `：${t.none_here} `),
    draw("a", { href: href(home), "aria-label": `${name} ${t.to_home}` }, t.to_home),
  );
}

/**
 * Says where else the page is: municipalities and languages.
 * @param {About} about
 * @param {Href} href
 * @returns {Content}
 */
export function townsPanel(about, href) {
  const { towns, languages, missing, code, address } = about;
  const rows = towns.map((town) => wayItem(town, town.id === code && !missing, href));
  const find = draw("input", {
    type: "search",
    "aria-label": t.towns,
    placeholder: t.towns,
  });
  find.addEventListener("input", () => {
    const text = find.value.trim();
    towns.forEach(({ id, name }, index) => {
      rows[index].hidden = !`${name} ${id}`.includes(text);
    });
  });
  const tongues = languages.map((language) =>
    wayItem(language, !missing && language.address === address, href),
  );
  return [
    towns.length > MANY && find,
    draw("ul", { class: "town-list" }, rows),
    draw("h3", {}, t.language),
    draw("ul", { class: "language-list" }, tongues),
    towns.length > 1 && draw("p", {}, draw("a", { class: "side", href: besides(about) }, t.side)),
  ];
}

/**
 * Returns the address of the page beside that of another municipality, if possible one that has it.
 * @param {About} about
 */
function besides({ towns, code, address }) {
  const others = towns.filter(({ id }) => id !== code);
  const other = others.find((town) => town.address) ?? others[0];
  return sideAddress(address, [code, other.id]);
}

/**
 * Says as what the page is looked at: day, drafts, theme, width, script.
 * @param {About} about
 * @param {Framed | null} frame
 * @param {Href} href
 * @param {(address: string) => void} go
 * @returns {Content}
 */
export function viewPanel(about, frame, href, go) {
  const { view, views, drafts } = about;
  const themes = views.themes.map(([name, address]) => ({
    name,
    href: href(address),
    isCurrent: view.theme === name,
  }));
  const isPlain = !view.date && view.drafts == null && !view.theme;
  return [
    dayChoice(about, href, go),
    chips(t.drafts, [
      { name: t.with_drafts, isCurrent: drafts, href: href(views.with_drafts) },
      {
        name: t.without_drafts,
        isCurrent: !drafts,
        href: href(views.without_drafts),
      },
    ]),
    chips(t.theme, [
      {
        name: t.own_theme,
        isCurrent: !view.theme,
        href: href(views.own_theme),
      },
      ...themes,
    ]),
    frameChoice(about.address, frame),
    !isPlain && draw("p", {}, draw("a", { href: href(views.plain) }, t.plain)),
  ];
}

/**
 * Draws the choice of the day.
 * @param {About} about
 * @param {Href} href
 * @param {(address: string) => void} go
 * @returns {Content}
 */
function dayChoice(about, href, go) {
  const { date, today, views } = about;
  const day = draw("input", {
    type: "date",
    value: date,
    required: true,
    "aria-label": t.date,
    min: "1948-01-01",
    max: "2099-12-31",
  });
  const form = draw("form", { novalidate: true }, day, draw("button", { type: "submit" }, t.show));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (day.value) go(href(day.value === today ? views.today : dayAddress(about, day.value)));
  });
  return [
    draw("h3", {}, t.date),
    form,
    draw(
      "div",
      { class: "chips" },
      draw("a", { href: href(views.today) }, t.today),
      draw("a", { href: href(views.month) }, t.month),
    ),
  ];
}

/**
 * Draws the choice of the width, and whether the page has its script.
 * @param {string} address
 * @param {Framed | null} frame
 * @returns {Content}
 */
function frameChoice(address, frame) {
  const now = frame ?? { width: null, script: null };
  /** @param {Framed} look */
  const framed = (look) => (look.width || look.script ? framedAddress(address, look) : address);
  const widths = WIDTHS.map(([width, name]) => ({
    name,
    isCurrent: now.width === width,
    href: framed({ ...now, width }),
  }));
  const scripts = [
    {
      name: t.script_on,
      isCurrent: !now.script,
      href: framed({ ...now, script: null }),
    },
    {
      name: t.script_off,
      isCurrent: Boolean(now.script),
      href: framed({ ...now, script: "off" }),
    },
  ];
  return [chips(t.width, widths), chips(t.script, scripts)];
}

/**
 * Returns the page's address on another day.
 * @param {About} about
 * @param {string} date
 */
export const dayAddress = ({ views }, date) => views.day.replace("{date}", date);

/**
 * Returns how a text stands, as the colour of a dot.
 * @param {Standing | null | undefined} supervision
 */
export function tone(supervision) {
  if (supervision?.pending) return "warn";
  switch (supervision?.condition) {
    case "approved":
      return "good";
    case "due-soon":
      return "warn";
    case "overdue":
    case "withdrawn":
      return "bad";
    default:
      return "";
  }
}

/**
 * Says how the page's text stands, where it is written, and who uses it.
 * @param {About} about
 * @param {Href} href
 * @returns {Content}
 */
export function pagePanel(about, href) {
  const { supervision, source, towns, links, lists } = about;
  const shownIn = towns.filter(({ address }) => address).length;
  const uses = [
    draw("h3", {}, t.uses),
    draw("p", {}, t.shown_in(shownIn, towns.length)),
    draw("h3", {}, t.links),
    links.length > 0 ? wayList(links, href) : draw("p", { class: "lacks" }, t.no_links),
    lists.length > 0 && [draw("h3", {}, t.lists), wayList(lists, href)],
  ];
  return [
    supervision && [draw("h3", {}, t.supervision), standing(supervision)],
    source && [draw("h3", {}, t.source), draw("p", {}, lineOf(source))],
    !about.missing && uses,
  ];
}

/**
 * Draws pages and where they are written.
 * @param {Way[]} ways
 * @param {Href} href
 */
function wayList(ways, href) {
  const items = ways.map(({ name, address, source }) => {
    const title = address ? draw("a", { href: href(address) }, name) : draw("span", {}, name);
    return draw("li", {}, title, source && [" ", lineOf(source)]);
  });
  return draw("ul", {}, items);
}

/** @param {Position} source */
const lineOf = (source) => place(source, `${source.path}:${source.line}`);

/** @param {Standing} s */
function standing(s) {
  const days = s.days_left;
  const left = days != null && (days < 0 ? t.overdue(-days) : t.left(days));
  const changed = [
    draw("p", {}, t.edited),
    draw("h3", {}, t.diff),
    s.images.length > 0 && draw("p", {}, t.images(s.images.join(", "))),
    s.changes.length > 0 ? difference(s.changes) : draw("p", {}, t.same),
  ];
  return draw(
    "div",
    { class: "standing" },
    draw("p", { class: "state" }, draw("span", { class: `dot ${tone(s)}` }), s.label),
    s.signers.length > 0 && draw("p", {}, t.signed(s.signers.join("・"), s.on ?? "")),
    s.next_review && draw("p", {}, t.until(s.next_review), left),
    s.remarks.map((remark) => draw("p", {}, remark)),
    s.pending && changed,
  );
}

/**
 * Draws the approved text beside the working text.
 * @param {import("./types").Row[]} rows
 */
function difference(rows) {
  /** @param {import("./types").Row} row */
  const isSame = ({ before, after }) =>
    before && after && ![...before.pieces, ...after.pieces].some(({ changed }) => changed);
  /** @param {import("./types").Line | null} line @param {"del" | "ins"} mark */
  const cell = (line, mark) => {
    const pieces = line?.pieces ?? [];
    return draw(
      "td",
      {},
      pieces.map(({ text, changed }) => (changed ? draw(mark, {}, text) : text)),
    );
  };
  const lines = rows.map((row) => {
    const names = [row.gap && "gap", isSame(row) && "same"].filter(Boolean).join(" ");
    return draw("tr", { class: names || null }, cell(row.before, "del"), cell(row.after, "ins"));
  });
  const titles = [t.approved_text, t.working_text].map((text) =>
    draw("th", { scope: "col" }, text),
  );
  return draw(
    "table",
    { class: "diff" },
    draw("thead", {}, draw("tr", {}, titles)),
    draw("tbody", {}, lines),
  );
}

/**
 * Says what is worth mending.
 * @param {import("./types").Fault[]} warnings
 * @returns {Content}
 */
export function warningsPanel(warnings) {
  return warnings.length > 0 ? faultList(warnings) : draw("p", {}, t.no_warnings);
}
