// The bar itself: what is looked at, how it stands, and the buttons that open the panels.

import { draw, flat } from "./drawn.js";
import { tone } from "./panels.js";
import { addresses } from "./preview.js";
import { t } from "./words.js";

/**
 * @typedef {import("./types").About} About
 * @typedef {import("./types").State} State
 * @typedef {import("./types").PanelName} PanelName
 * @typedef {import("./drawn.js").Content} Content
 */

/**
 * What a press in the bar does.
 * @typedef {object} Acts
 * @property {(name: PanelName) => void} toggle - opens or closes a panel
 * @property {() => void} showErrors
 * @property {(isFolded: boolean) => void} fold
 */

/** The bar, and the button that stands for it while it is folded. */
export class Toolbar {
  #drawn = "";
  #state;
  #page;
  #isFramed;
  #acts;

  /**
   * @param {State} state
   * @param {() => string} page - the path of the page that the bar speaks of
   * @param {boolean} isFramed
   * @param {Acts} acts
   */
  constructor(state, page, isFramed, acts) {
    this.#state = state;
    this.#page = page;
    this.#isFramed = isFramed;
    this.#acts = acts;
    this.bar = draw("section", { class: "bar", "aria-label": t.bar });
    const unfold = () => acts.fold(false);
    this.small = draw("button", {
      type: "button",
      class: "small",
      onclick: unfold,
    });
  }

  /** Draws what has changed. */
  draw() {
    // What is pressed is not replaced for nothing.
    const key = JSON.stringify([this.#state, this.#page()]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#drawSmall();
    const root = this.bar.getRootNode();
    const active = root instanceof ShadowRoot ? root.activeElement : null;
    const focused = active && this.bar.contains(active) ? nameOf(active) : null;
    const { errors, warnings } = this.#state.faults;
    this.bar.classList.toggle("crowded", warnings.length + errors.length > 0);
    this.bar.replaceChildren(...flat([this.#about(), this.#faults(), this.#ways()]));
    if (focused) this.#focus((part) => nameOf(part) === focused);
  }

  /** @param {PanelName | null} name */
  focusPanel(name) {
    this.#focus((part) => part.getAttribute("data-panel") === name);
  }

  focusFold() {
    this.#focus((part) => part.classList.contains("fold"));
  }

  /** @param {(part: Element) => boolean} isWanted */
  #focus(isWanted) {
    const found = [...this.bar.children].find(isWanted);
    if (found instanceof HTMLElement) found.focus();
  }

  #drawSmall() {
    const wrong = this.#state.faults.errors.length;
    const errors = wrong > 0 ? `${t.between}${t.errors(wrong)}` : "";
    this.small.textContent = t.home + errors;
    this.small.setAttribute("aria-label", t.unfold + errors);
    this.small.classList.toggle("bad", wrong > 0);
  }

  /**
   * Draws the button of a panel.
   * @param {PanelName} name
   * @param {string} className
   * @param {...Content} content
   */
  #button(name, className, ...content) {
    const properties = {
      type: "button",
      class: className,
      "data-panel": name,
      "aria-expanded": String(this.#state.opened === name),
      "aria-controls": "panel",
      onclick: () => this.#acts.toggle(name),
    };
    return draw("button", properties, content);
  }

  /** @returns {Content} */
  #about() {
    const { about } = this.#state;
    const start = draw(
      "a",
      { class: "brand", href: about?.views.start ?? addresses.start },
      t.home,
    );
    if (!about) return start;
    const town = about.towns.find(({ id }) => id === about.code);
    return [
      start,
      town && this.#button("towns", "town", draw("span", {}, town.name)),
      this.#button("view", "view", draw("span", {}, viewWords(about))),
      this.#button("page", "page", ...standingWords(about)),
    ];
  }

  /** @returns {Content} */
  #faults() {
    const { errors, warnings } = this.#state.faults;
    const properties = {
      type: "button",
      class: "bad",
      onclick: () => this.#acts.showErrors(),
    };
    return [
      warnings.length > 0 && this.#button("warnings", "warn", t.warnings(warnings.length)),
      errors.length > 0 && draw("button", properties, t.errors(errors.length)),
    ];
  }

  /** @returns {Content} */
  #ways() {
    const edit = this.#state.about?.source?.edit;
    const fold = () => this.#acts.fold(true);
    return [
      draw("span", { class: "space" }),
      this.#isFramed && draw("a", { class: "wide-only leave", href: this.#page() }, t.leave),
      edit && draw("a", { class: "wide-only edit", href: edit }, t.edit),
      draw("button", { type: "button", class: "fold", onclick: fold }, t.fold),
    ];
  }
}

/**
 * Returns what a part of the bar is known by when the bar is drawn again.
 * @param {Element} part
 */
const nameOf = (part) => part.getAttribute("data-panel") ?? part.className;

/**
 * Says in which view the page is shown.
 * @param {About} about
 */
function viewWords({ view, drafts }) {
  const named = view.drafts != null && (drafts ? t.with_drafts : t.without_drafts);
  const words = [view.date, named, view.theme].filter(Boolean).join("・");
  return words ? `${t.view}：${words}` : t.view;
}

/**
 * Says how the page's text stands.
 * @param {About} about
 */
function standingWords({ supervision }) {
  const label = supervision && draw("span", { class: "wide-only" }, `：${supervision.label}`);
  return [
    draw("span", { class: `dot ${tone(supervision)}` }),
    draw("span", { class: "words" }, t.page, label),
  ];
}
