// What the bar does to the page around it: room at the bottom, the place where it was scrolled to,
// and the start page's box to search in.

/** The key under which the browser keeps how far the page was scrolled. */
const SCROLL = `ubugi scroll ${location.pathname}`;
/** The height of the bar, and the distances of what stands above it, in pixels. */
const BAR = 44;
const GAP = 8;
const NOTE_GAP = 50;

/**
 * Where the page will be once it has come in.
 * @type {number | null}
 */
let awaited = null;

/** Keeps how far the page is scrolled for the time after a reload. */
export const noteScroll = () => sessionStorage.setItem(SCROLL, String(awaited ?? scrollY));

/** Scrolls a page that was loaded again to where it was. */
export function keepScroll() {
  const kept = sessionStorage.getItem(SCROLL);
  if (kept === null) return;
  sessionStorage.removeItem(SCROLL);
  const top = Number(kept);
  awaited = top;
  const back = () => {
    scrollTo({ top, behavior: "instant" });
    awaited = null;
  };
  if (document.readyState === "complete") back();
  else addEventListener("load", back);
}

/**
 * Makes a function that moves what the page keeps at the bottom of the window above the bar.
 * @param {HTMLElement} bar
 * @param {HTMLElement} small - the button that stands for the folded bar
 * @param {HTMLElement} note
 */
export function roomMaker(bar, small, note) {
  /** @type {Set<HTMLElement>} */
  const moved = new Set();
  return () => {
    for (const element of moved) element.style.removeProperty("bottom");
    moved.clear();
    let highest = innerHeight;
    for (const element of document.body.querySelectorAll("*")) {
      const { position, bottom } = getComputedStyle(element);
      if (position !== "fixed" && position !== "sticky") continue;
      const box = element.getBoundingClientRect();
      if (bottom !== "0px" || box.top < innerHeight / 2 || box.height === 0) continue;
      highest = Math.min(highest, box.top);
      if (bar.hidden || !(element instanceof HTMLElement)) continue;
      element.style.setProperty("bottom", `${BAR}px`);
      moved.add(element);
    }
    small.style.setProperty("bottom", `${innerHeight - highest + GAP}px`);
    note.style.setProperty("bottom", `${innerHeight - highest + NOTE_GAP}px`);
  };
}

/**
 * Scrolls so that the bar does not cover what has the focus.
 * @param {Element} target
 * @param {HTMLElement} bar
 */
export function uncover(target, bar) {
  if (bar.hidden) return;
  const room = bar.getBoundingClientRect().top;
  const { top, bottom, height } = target.getBoundingClientRect();
  const isCovered = bottom > room && top > 0 && height < room;
  if (isCovered) scrollBy({ top: bottom - room + GAP, behavior: "instant" });
}

/** Lets the start page's box find municipalities. */
export function findTowns() {
  const find = document.querySelector("#find");
  if (!(find instanceof HTMLInputElement)) return;
  /** @type {NodeListOf<HTMLElement>} */
  const rows = document.querySelectorAll(".towns > li");
  find.addEventListener("input", () => {
    for (const row of rows) row.hidden = !row.textContent?.includes(find.value.trim());
  });
}
