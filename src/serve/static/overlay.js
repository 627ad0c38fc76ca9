// What is wrong, over the last good page: where it is and what to do. The overlay opens when the
// faults change, and closes by itself when none are left.

import { draw, place } from "./drawn.js";
import { t } from "./words.js";

/** @typedef {import("./types").Fault} Fault */

/** The key under which the browser keeps the faults that the editor has closed. */
const CLOSED = "ubugi closed faults";

/**
 * Draws faults as a list.
 * @param {Fault[]} faults
 */
export function faultList(faults) {
  return draw("ol", { class: "faults" }, faults.map(faultItem));
}

/** @param {Fault} fault */
function faultItem({ code, message, help, at, text, mark: [before, length], related }) {
  return draw(
    "li",
    {},
    draw("p", { class: "fault" }, draw("b", {}, code), " ", message),
    at && draw("p", {}, place(at)),
    text && lineWithMark(text, before, length),
    help && draw("p", { class: "help" }, draw("b", {}, t.mend), " ", help),
    related.map(([label, spot]) => draw("p", { class: "help" }, label, " ", place(spot))),
  );
}

/**
 * Draws a line with the faulty part marked.
 * @param {string} text
 * @param {number} before - how many characters stand before the part
 * @param {number} length
 */
function lineWithMark(text, before, length) {
  const letters = [...text];
  /** @param {number} from @param {number} [to] */
  const part = (from, to) => letters.slice(from, to).join("");
  const end = before + length;
  return draw(
    "pre",
    {},
    part(0, before),
    length > 0 && draw("mark", {}, part(before, end)),
    part(end),
  );
}

/**
 * Makes the overlay.
 * @param {() => void} changed - called when it opens or closes
 */
export function overlay(changed) {
  /** @type {Fault[]} */
  let faults = [];
  /** @type {Element | null} */
  let before = null;
  const title = draw("h2", { id: "overlay-title", tabindex: "-1" });
  const list = draw("div", { class: "scroll" });
  const close = draw("button", { type: "button", onclick: () => hide(true) }, t.close);
  const element = draw(
    "div",
    {
      role: "alertdialog",
      "aria-labelledby": "overlay-title",
      "aria-describedby": "overlay-note",
      class: "overlay",
      hidden: true,
    },
    draw("div", { class: "overlay-head" }, title, close),
    draw("p", { id: "overlay-note" }, t.fault_note),
    list,
  );
  element.addEventListener("keydown", (event) => event.key === "Escape" && hide(true));

  const focused = () => {
    const root = element.getRootNode();
    return root instanceof ShadowRoot ? root.activeElement : null;
  };
  /** @param {boolean} isClosed - whether the editor closed it */
  const hide = (isClosed) => {
    if (element.hidden) return;
    const hadFocus = element.contains(focused());
    element.hidden = true;
    if (isClosed) sessionStorage.setItem(CLOSED, JSON.stringify(faults));
    changed();
    if (hadFocus && before instanceof HTMLElement && before.isConnected) {
      before.focus({ preventScroll: true });
    }
    before = null;
  };
  const show = () => {
    if (element.hidden) before = focused() ?? document.activeElement;
    element.hidden = false;
    changed();
    title.focus({ preventScroll: true });
  };
  /**
   * Takes in what is wrong now.
   * @param {Fault[]} now
   */
  const tell = (now) => {
    const isSame = JSON.stringify(now) === JSON.stringify(faults);
    faults = now;
    if (now.length === 0) {
      sessionStorage.removeItem(CLOSED);
      hide(false);
      return;
    }
    if (isSame && list.firstChild) return;
    title.textContent = t.fault_title(now.length);
    list.replaceChildren(faultList(now));
    if (sessionStorage.getItem(CLOSED) !== JSON.stringify(now)) show();
  };
  return { element, show, tell };
}
