// What the bar's panels say: where else the page is, as what it is looked at, how its text stands, who uses it, what to mind.

import { draw, place } from "./drawn.js";
import { faultList } from "./overlay.js";
import { t } from "./words.js";

/** Writes the beginning of a view's addresses, in its one form. */
export function prefix({ date, drafts, theme }) {
  const words = [date && `date=${date}`, drafts === true && "drafts", drafts === false && "published", theme && `theme=${theme}`].filter(Boolean);
  return words.length > 0 ? `/@${words.join(",")}` : "";
}

/** The same page in another view; what is as without a view is not named. */
export function inView(about, change) {
  const view = { ...about.view, ...change };
  if (view.date === about.today) view.date = null;
  if (view.drafts === about.plain_drafts) view.drafts = null;
  return prefix(view) + about.address.slice(prefix(about.view).length);
}

/** A day some months later, the last of the month where there is no such day. */
export function later(date, months) {
  const [year, month, day] = date.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0));
  last.setUTCDate(Math.min(day, last.getUTCDate()));
  return last.toISOString().slice(0, 10);
}

export const MANY = 8;

function chips(label, choices) {
  return [draw("h3", {}, label), draw("div", { class: "chips" }, choices.map(({ name, href, isCurrent }) => (isCurrent ? draw("span", { "aria-current": "true" }, name) : draw("a", { href }, name))))];
}

function way({ name, address, home }, isCurrent, href) {
  if (isCurrent) return draw("li", {}, draw("b", { "aria-current": "true" }, name), " ", draw("span", { class: "lacks" }, t.here));
  if (address) return draw("li", {}, draw("a", { href: href(address) }, name));
  return draw("li", {}, draw("span", {}, name), draw("span", { class: "lacks" }, `：${t.none_here} `), draw("a", { href: href(home), "aria-label": `${name} ${t.to_home}` }, t.to_home));
}

export function townsPanel(about, current, href) {
  const rows = about.towns.map((town) => way(town, town.id === about.code && !about.missing, href));
  const list = draw("ul", { class: "town-list" }, rows);
  const find = draw("input", { type: "search", "aria-label": t.towns, placeholder: t.towns });
  find.addEventListener("input", () => about.towns.forEach((town, index) => (rows[index].hidden = !`${town.name} ${town.id}`.includes(find.value.trim()))));
  return [
    about.towns.length > MANY && find,
    list,
    draw("h3", {}, t.language),
    draw("ul", { class: "language-list" }, about.languages.map((language) => way(language, !about.missing && language.address === about.address, href))),
    about.towns.length > 1 && draw("p", {}, draw("a", { class: "side", href: side(about) }, t.side)),
  ];
}

export function side(about) {
  const others = about.towns.filter(({ id, address }) => id !== about.code && address).concat(about.towns.filter(({ id, address }) => id !== about.code && !address));
  return `/_ubugi/side?page=${encodeURIComponent(about.address)}&with=${[about.code, ...others.slice(0, 1).map(({ id }) => id)].join(",")}`;
}

export function viewPanel(about, frame, href, go) {
  const { date, drafts, theme } = about.view;
  const input = draw("input", { type: "date", value: about.date, required: true, "aria-label": t.date, min: "1948-01-01", max: "2099-12-31" });
  const form = draw("form", { novalidate: true }, input, draw("button", { type: "submit" }, t.show));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value) go(href(inView(about, { date: input.value })));
  });
  const framed = (change) => {
    const { width, script } = { ...frame, ...change };
    return width || script === "off" ? framePage(about.address, { width, script }) : about.address;
  };
  const widths = [[null, t.full], [360, t.phone], [768, t.tablet], [1280, t.desk]];
  return [
    draw("h3", {}, t.date),
    form,
    draw("div", { class: "chips" }, draw("a", { href: href(inView(about, { date: null })) }, t.today), draw("a", { href: href(inView(about, { date: later(about.date, 1) })) }, t.month)),
    chips(t.drafts, [
      { name: t.with_drafts, isCurrent: about.drafts, href: href(inView(about, { drafts: true })) },
      { name: t.without_drafts, isCurrent: !about.drafts, href: href(inView(about, { drafts: false })) },
    ]),
    chips(t.theme, [{ name: t.own_theme, isCurrent: !theme, href: href(inView(about, { theme: null })) }, ...about.themes.map((name) => ({ name, isCurrent: theme === name, href: href(inView(about, { theme: name })) }))]),
    chips(t.width, widths.map(([width, name]) => ({ name, isCurrent: (frame?.width ?? null) === width, href: framed({ width }) }))),
    chips(t.script, [
      { name: t.script_on, isCurrent: frame?.script !== "off", href: framed({ script: null }) },
      { name: t.script_off, isCurrent: frame?.script === "off", href: framed({ script: "off" }) },
    ]),
    (date || drafts != null || theme) && draw("p", {}, draw("a", { href: href(inView(about, { date: null, drafts: null, theme: null })) }, t.plain)),
  ];
}

export function framePage(address, { width, script }) {
  return `/_ubugi/frame?page=${encodeURIComponent(address)}${width ? `&width=${width}` : ""}${script === "off" ? "&script=off" : ""}`;
}

/** How a text stands, as the colour of a dot. */
export function tone(supervision) {
  if (!supervision) return "";
  if (supervision.pending) return "warn";
  return { approved: "good", "due-soon": "warn", overdue: "bad", withdrawn: "bad" }[supervision.condition] ?? "";
}

export function pagePanel(about, href) {
  const { supervision: s, source } = about;
  const shownIn = about.towns.filter(({ address }) => address).length;
  const links = (list) =>
    draw(
      "ul",
      {},
      list.map(({ name, address, source }) => draw("li", {}, address ? draw("a", { href: href(address) }, name) : draw("span", {}, name), source ? [" ", place(source, `${source.path}:${source.line}`)] : null)),
    );
  return [
    s && [draw("h3", {}, t.supervision), standing(s)],
    source && [draw("h3", {}, t.source), draw("p", {}, place(source, `${source.path}:${source.line}`))],
    !about.missing && [
      draw("h3", {}, t.uses),
      draw("p", {}, t.shown_in(shownIn, about.towns.length)),
      draw("h3", {}, t.links),
      about.links.length > 0 ? links(about.links) : draw("p", { class: "lacks" }, t.no_links),
      about.lists.length > 0 && [draw("h3", {}, t.lists), links(about.lists)],
    ],
  ].flat();
}

function standing(s) {
  const days = s.days_left;
  return draw(
    "div",
    { class: "standing" },
    draw("p", { class: "state" }, draw("span", { class: `dot ${tone(s)}` }), s.label),
    s.signers.length > 0 && draw("p", {}, t.signed(s.signers.join("・"), s.on)),
    s.next_review && draw("p", {}, t.until(s.next_review), days == null ? null : days < 0 ? t.overdue(-days) : t.left(days)),
    s.remarks.map((remark) => draw("p", {}, remark)),
    s.pending && [draw("p", {}, t.edited), draw("h3", {}, t.diff), s.images.length > 0 && draw("p", {}, t.images(s.images.join(", "))), s.changes.length > 0 ? difference(s.changes) : draw("p", {}, t.same)],
  );
}

function difference(rows) {
  const isSame = (before, after) => before && after && ![...before.pieces, ...after.pieces].some(({ changed }) => changed);
  const cell = (line, mark) => draw("td", {}, (line?.pieces ?? []).map(({ text, changed }) => (changed ? draw(mark, {}, text) : text)));
  return draw(
    "table",
    { class: "diff" },
    draw("thead", {}, draw("tr", {}, draw("th", { scope: "col" }, t.approved_text), draw("th", { scope: "col" }, t.working_text))),
    draw("tbody", {}, rows.map(({ before, after, gap }) => draw("tr", { class: [gap && "gap", isSame(before, after) && "same"].filter(Boolean).join(" ") || null }, cell(before, "del"), cell(after, "ins")))),
  );
}

export function warningsPanel(warnings) {
  return [warnings.length > 0 ? faultList(warnings) : draw("p", {}, t.no_warnings)];
}
