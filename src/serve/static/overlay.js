// What is wrong, over the last good page: it says where and what to do, comes when the faults change, and goes by itself when they are mended.

import { draw, place } from "./drawn.js";
import { t } from "./words.js";

const CLOSED = "ubugi closed faults";

/** Draws faults as a list. */
export function faultList(faults) {
  return draw(
    "ol",
    { class: "faults" },
    faults.map(({ code, message, help, at, text, mark: [before, length], related }) =>
      draw(
        "li",
        {},
        draw("p", { class: "fault" }, draw("b", {}, code), " ", message),
        at && draw("p", {}, place(at)),
        text && lineOf(text, before, length),
        help && draw("p", { class: "help" }, draw("b", {}, t.mend), " ", help),
        related.map(([label, spot]) => draw("p", { class: "help" }, label, " ", place(spot))),
      ),
    ),
  );
}

function lineOf(text, before, length) {
  const letters = [...text];
  const rest = letters.slice(before + length).join("");
  return draw("pre", {}, letters.slice(0, before).join(""), length > 0 ? draw("mark", {}, letters.slice(before, before + length).join("")) : null, rest);
}

/** Makes the overlay; `changed` is called when it opens or closes. */
export function overlay(changed) {
  let faults = [];
  let before = null;
  const title = draw("h2", { id: "overlay-title", tabindex: "-1" });
  const list = draw("div", { class: "scroll" });
  const close = draw("button", { type: "button", onclick: () => hide(true) }, t.close);
  const element = draw(
    "div",
    { role: "alertdialog", "aria-labelledby": "overlay-title", "aria-describedby": "overlay-note", class: "overlay", hidden: true },
    draw("div", { class: "overlay-head" }, title, close),
    draw("p", { id: "overlay-note" }, t.fault_note),
    list,
  );
  element.addEventListener("keydown", (event) => event.key === "Escape" && hide(true));

  const hide = (isClosed) => {
    if (element.hidden) return;
    const hadFocus = element.contains(element.getRootNode().activeElement);
    element.hidden = true;
    if (isClosed) sessionStorage.setItem(CLOSED, JSON.stringify(faults));
    changed();
    if (hadFocus) (before?.isConnected ? before : null)?.focus({ preventScroll: true });
    before = null;
  };
  const show = () => {
    if (element.hidden) before = element.getRootNode().activeElement ?? document.activeElement;
    element.hidden = false;
    changed();
    title.focus({ preventScroll: true });
  };
  return {
    element,
    show,
    /** Takes in what is wrong now. */
    tell(now) {
      const isSame = JSON.stringify(now) === JSON.stringify(faults);
      faults = now;
      if (now.length === 0) {
        sessionStorage.removeItem(CLOSED);
        return hide(false);
      }
      if (isSame && list.firstChild) return;
      title.textContent = t.fault_title(now.length);
      list.replaceChildren(faultList(now));
      if (sessionStorage.getItem(CLOSED) !== JSON.stringify(now)) show();
    },
  };
}
