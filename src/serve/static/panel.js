// The box above the bar in which one of the panels is open.

import { draw, flat } from "./drawn.js";
import { pagePanel, townsPanel, viewPanel, warningsPanel } from "./panels.js";
import { t } from "./words.js";

/** @typedef {import("./drawn.js").Content} Content */

/** The box; it is hidden while no panel is open or what the panel shows is not there yet. */
export class PanelBox {
  #drawn = "";
  #state;
  #page;
  #frame;
  #href;
  #leave;

  /**
   * @param {import("./types").State} state
   * @param {() => string} page - the path of the page that the bar speaks of
   * @param {import("./types").Framed | null} frame
   * @param {import("./types").Href} href
   * @param {() => void} leave - closes the panel
   */
  constructor(state, page, frame, href, leave) {
    this.#state = state;
    this.#page = page;
    this.#frame = frame;
    this.#href = href;
    this.#leave = leave;
    this.element = draw("section", {
      class: "panel",
      id: "panel",
      hidden: true,
      tabindex: "-1",
    });
    this.element.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
  }

  /** Draws what has changed. */
  draw() {
    const { opened, about, faults } = this.#state;
    const shows = opened === "warnings" ? faults.warnings : about;
    this.element.hidden = !opened || !shows;
    if (this.element.hidden) {
      this.#drawn = "";
      return;
    }
    // What is being written or chosen in it is not replaced for nothing.
    const key = JSON.stringify([opened, shows, this.#page()]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#fill();
  }

  #fill() {
    const { element } = this;
    const { opened, about } = this.#state;
    const focus = this.#focused();
    const scroll = element.scrollTop;
    const title = this.#title();
    element.setAttribute("aria-label", title);
    const isWide = opened === "warnings" || (opened === "page" && about?.supervision?.pending);
    element.classList.toggle("wide", Boolean(isWide));
    const close = draw("button", { type: "button", onclick: () => this.#leave() }, t.close);
    const head = draw("div", { class: "head" }, draw("h2", {}, title), close);
    element.replaceChildren(head, ...flat(this.#content()));
    element.scrollTop = scroll;
    if (focus !== null) (this.#stops()[focus] ?? element).focus({ preventScroll: true });
  }

  #title() {
    const { opened, faults } = this.#state;
    if (opened === "towns") return t.towns;
    if (opened === "view") return t.view;
    return opened === "page" ? t.page : t.warnings(faults.warnings.length);
  }

  /** @returns {Content} */
  #content() {
    const { opened, about, faults } = this.#state;
    if (opened === "warnings" || !about) return warningsPanel(faults.warnings);
    if (opened === "towns") return townsPanel(about, this.#href);
    if (opened === "page") return pagePanel(about, this.#href);
    return viewPanel(about, this.#frame, this.#href, (address) => location.assign(address));
  }

  /** Returns what can have the focus in the panel. */
  #stops() {
    /** @type {NodeListOf<HTMLElement>} */
    const stops = this.element.querySelectorAll("a, button, input");
    return [...stops];
  }

  /** Returns the number of the part that has the focus, -1 for the box itself, or null. */
  #focused() {
    const root = this.element.getRootNode();
    const active = root instanceof ShadowRoot ? root.activeElement : null;
    if (!(active instanceof HTMLElement) || !this.element.contains(active)) return null;
    return active === this.element ? -1 : this.#stops().indexOf(active);
  }
}
