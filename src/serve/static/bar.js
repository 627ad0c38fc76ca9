// Added to every page by `ubugi serve`: the bar at the bottom, the overlay of faults, and what happens when the page changes. All that it draws
// is in a shadow root, so that neither the page's styles nor its scripts meet it. A page in one of the preview's own frames has none of it:
// the page around it looks after it.

import { draw, place } from "./drawn.js";
import { overlay } from "./overlay.js";
import { framePage, inView, pagePanel, tone, townsPanel, viewPanel, warningsPanel } from "./panels.js";
import { frames } from "./shell.js";
import { listen, restyle, shown } from "./stream.js";
import * as style from "./style.js";
import { script, t } from "./words.js";

const FOLDED = "ubugi folded";
const OPENED = `ubugi panel ${location.pathname}`;
const SCROLL = `ubugi scroll ${location.pathname}`;
/** Where the page will be once it has come in. */
let awaited = null;
const mode = document.documentElement.dataset.ubugi ?? "page";

if (window.parent === window) begin();

function begin() {
  keepScroll();
  const root = document.body.ownerDocument.createElement("ubugi-bar").attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [style.sheet];
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style.page];
  root.host.lang = script.dataset.tongue;
  document.documentElement.append(root.host);

  let about = null;
  let faults = { errors: [], warnings: [] };
  const faulty = overlay(() => drawBar());
  const shell = mode === "frame" || mode === "side" ? frames(mode, { changed: () => (update(), again()) }) : null;
  const frame = mode === "frame" ? shell.choice : null;
  const page = () => (shell ? shell.page() : location.pathname);
  const href = (address) => (frame ? framePage(address, frame) : address);

  // The bar.
  const bar = draw("section", { class: "bar", "aria-label": t.bar, lang: root.host.lang });
  const small = draw("button", { type: "button", class: "small", "aria-label": t.unfold, onclick: () => fold(false) }, t.home);
  const panel = draw("section", { class: "panel", id: "panel", hidden: true, tabindex: "-1" });
  const note = draw("div", { class: "note", role: "status", hidden: true });
  root.append(note, panel, faulty.element, bar, small);
  // A page that is loaded again has the panel that was open.
  let opened = sessionStorage.getItem(OPENED);
  sessionStorage.removeItem(OPENED);

  const button = (name, className, ...content) => {
    const made = draw("button", { type: "button", class: className, "data-panel": name, "aria-expanded": String(opened === name), "aria-controls": "panel" }, content);
    made.addEventListener("click", () => toggle(name));
    return made;
  };
  let drawn = "";
  function drawBar() {
    // What is pressed is not replaced for nothing.
    const key = JSON.stringify([about, faults, opened, page()]);
    if (key === drawn) return;
    drawn = key;
    const wrong = faults.errors.length;
    small.textContent = wrong > 0 ? `${t.home}${t.between}${t.errors(wrong)}` : t.home;
    small.setAttribute("aria-label", wrong > 0 ? `${t.unfold}${t.between}${t.errors(wrong)}` : t.unfold);
    small.classList.toggle("bad", wrong > 0);
    const focused = root.activeElement?.closest(".bar") ? root.activeElement.dataset.panel ?? root.activeElement.className : null;
    const town = about?.towns.find(({ id }) => id === about.code);
    const view = about && [about.view.date, about.view.drafts != null && (about.drafts ? t.with_drafts : t.without_drafts), about.view.theme].filter(Boolean).join("・");
    const { errors, warnings } = faults;
    bar.classList.toggle("crowded", warnings.length + errors.length > 0);
    bar.replaceChildren(
      ...[
        draw("a", { class: "brand", href: `${about ? inView(about, {}).slice(0, inView(about, {}).indexOf(`/${about.code}/`)) : ""}/` }, t.home),
        town && button("towns", "town", draw("span", {}, town.name)),
        about && button("view", "view", draw("span", {}, view ? `${t.view}：${view}` : t.view)),
        about && button("page", "page", draw("span", { class: `dot ${tone(about.supervision)}` }), draw("span", { class: "words" }, t.page, about.supervision && draw("span", { class: "wide-only" }, `：${about.supervision.label}`))),
        warnings.length > 0 && button("warnings", "warn", t.warnings(warnings.length)),
        errors.length > 0 && draw("button", { type: "button", class: "bad", onclick: () => (toggle(null), faulty.show()) }, t.errors(errors.length)),
        draw("span", { class: "space" }),
        frame && draw("a", { class: "wide-only leave", href: page() }, t.leave),
        about?.source?.edit && draw("a", { class: "wide-only edit", href: about.source.edit }, t.edit),
        draw("button", { type: "button", class: "fold", onclick: () => fold(true) }, t.fold),
      ].filter(Boolean),
    );
    if (focused) [...bar.children].find((child) => (child.dataset.panel ?? child.className) === focused)?.focus();
  }
  function toggle(name) {
    opened = opened === name ? null : name;
    drawPanel();
    drawBar();
    if (opened) panel.focus({ preventScroll: true });
  }
  let drawnPanel = "";
  function drawPanel() {
    // What it shows is not there yet.
    panel.hidden = !opened || (opened !== "warnings" && !about);
    if (panel.hidden) {
      drawnPanel = "";
      return;
    }
    // What is being written or chosen in it is not replaced for nothing.
    const key = JSON.stringify([opened, opened === "warnings" ? faults.warnings : about, page(), frame]);
    if (key === drawnPanel) return;
    drawnPanel = key;
    const stops = () => [...panel.querySelectorAll("a, button, input")];
    const focused = panel.contains(root.activeElement) ? (root.activeElement === panel ? -1 : stops().indexOf(root.activeElement)) : null;
    const titles = { towns: t.towns, view: t.view, page: t.page, warnings: t.warnings(faults.warnings.length) };
    const contents = {
      towns: () => townsPanel(about, page(), href),
      view: () => viewPanel(about, frame, href, (address) => location.assign(address)),
      page: () => pagePanel(about, href),
      warnings: () => warningsPanel(faults.warnings),
    };
    const scroll = panel.scrollTop;
    panel.setAttribute("aria-label", titles[opened]);
    panel.classList.toggle("wide", opened === "warnings" || (opened === "page" && Boolean(about.supervision?.pending)));
    const close = draw("button", { type: "button", onclick: () => leavePanel() }, t.close);
    panel.replaceChildren(...[draw("div", { class: "head" }, draw("h2", {}, titles[opened]), close), ...contents[opened]().flat(3)].filter(Boolean));
    panel.scrollTop = scroll;
    if (focused !== null) (stops()[focused] ?? panel).focus({ preventScroll: true });
  }
  function leavePanel() {
    const name = opened;
    opened = null;
    drawPanel();
    drawBar();
    bar.querySelector(`[data-panel="${name}"]`)?.focus();
  }
  panel.addEventListener("keydown", (event) => event.key === "Escape" && leavePanel());
  bar.addEventListener("keydown", (event) => event.key === "Escape" && opened && leavePanel());
  // What has the focus is never behind a panel or the bar.
  document.addEventListener("focusin", ({ target }) => {
    if (target === root.host) return;
    if (opened) toggle(null);
    const room = (bar.hidden ? small : bar).getBoundingClientRect().top;
    const { top, bottom, height } = target.getBoundingClientRect();
    if (!bar.hidden && bottom > room && top > 0 && height < room) scrollBy({ top: bottom - room + 8, behavior: "instant" });
  });
  function fold(isFolded) {
    if (isFolded) localStorage.setItem(FOLDED, "yes");
    else localStorage.removeItem(FOLDED);
    drawFolded();
    (isFolded ? small : bar.querySelector(".fold")).focus();
  }
  function drawFolded() {
    const isFolded = localStorage.getItem(FOLDED) === "yes";
    bar.hidden = isFolded;
    small.hidden = !isFolded;
    if (isFolded) opened = null;
    drawPanel();
    document.documentElement.dataset.ubugiBar = isFolded ? "folded" : "open";
    makeRoom();
  }
  // What a page keeps at the bottom of the window stands above the bar.
  const moved = new Set();
  function makeRoom() {
    for (const element of moved) element.style.removeProperty("bottom");
    moved.clear();
    let highest = innerHeight;
    for (const element of document.body.querySelectorAll("*")) {
      const { position, bottom } = getComputedStyle(element);
      if (position !== "fixed" && position !== "sticky") continue;
      const box = element.getBoundingClientRect();
      if (bottom !== "0px" || box.top < innerHeight / 2 || box.height === 0) continue;
      highest = Math.min(highest, box.top);
      if (bar.hidden) continue;
      element.style.setProperty("bottom", "44px");
      moved.add(element);
    }
    small.style.setProperty("bottom", `${innerHeight - highest + 8}px`);
    note.style.setProperty("bottom", `${innerHeight - highest + 50}px`);
  }
  addEventListener("resize", makeRoom);
  addEventListener("load", makeRoom);

  // Why there is no such page, and where it is.
  function drawNote() {
    const missing = about?.missing;
    note.hidden = !missing;
    if (!missing) return;
    const { why, date, title } = missing;
    const ways = [];
    if (why === "draft") ways.push(draw("a", { href: href(inView(about, { drafts: true })) }, t.see_draft));
    if (why === "waiting" || why === "over") ways.push(draw("a", { href: href(inView(about, { date })) }, t.see_day(date)));
    if (about.source) ways.push(place(about.source, t.edit));
    note.replaceChildren(draw("span", {}, t.missing[why](title, date)), ...ways.flatMap((way) => [" ", way]));
  }

  async function update() {
    const path = ["side", "start", "none"].includes(mode) ? null : page();
    const answer = path && (await fetch(`/_ubugi/about?page=${encodeURIComponent(path)}`).catch(() => null));
    about = answer?.ok ? await answer.json() : null;
    if (opened && opened !== "warnings" && !about) opened = null;
    if (localStorage.getItem(FOLDED) === "yes") opened = null;
    drawBar();
    drawPanel();
    drawNote();
  }

  // Who is about to leave for another page is not held back by loading this one again.
  let isLeaving = false;
  addEventListener("beforeunload", () => {
    isLeaving = true;
    setTimeout(() => (isLeaving = false), 1500);
  });
  const renew = (how) => (isLeaving ? setTimeout(renew, 500, how) : how());

  // What the server says.
  const again = listen(
    () => (shell ? shell.panes() : [shown(document)]),
    (word) => {
      const pane = shell?.frame(word.pane);
      if (word.what === "faults") {
        faults = { errors: word.errors, warnings: word.warnings };
        faulty.tell(word.errors);
        drawBar();
        update();
      } else if (word.what === "restarted" || (!shell && word.what === "reload")) {
        renew(() => {
          sessionStorage.setItem(SCROLL, String(awaited ?? scrollY));
          if (opened) sessionStorage.setItem(OPENED, opened);
          location.reload();
        });
      } else if (word.what === "style") restyle(shell ? pane?.contentDocument ?? document : document).then(makeRoom);
      else if (shell) shell.renew(word);
      else renew(() => location.replace(word.address));
    },
    (isLost) => {
      if (isLost) note.replaceChildren(t.lost);
      note.hidden = !isLost;
      if (!isLost) drawNote();
    },
  );
  drawBar();
  drawFolded();
  if (mode === "start") findTowns();
}

/** After a reload the page is where it was. */
function keepScroll() {
  const kept = sessionStorage.getItem(SCROLL);
  if (kept === null) return;
  sessionStorage.removeItem(SCROLL);
  awaited = Number(kept);
  const back = () => {
    scrollTo({ top: awaited, behavior: "instant" });
    awaited = null;
  };
  if (document.readyState === "complete") back();
  else addEventListener("load", back);
}

/** The start page's box to search in. */
function findTowns() {
  const find = document.querySelector("#find");
  const rows = [...document.querySelectorAll(".towns > li")];
  find?.addEventListener("input", () => rows.forEach((row) => (row.hidden = !row.textContent.includes(find.value.trim()))));
}
