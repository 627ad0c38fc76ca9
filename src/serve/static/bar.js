// Added to every page by `ubugi serve`: the bar at the bottom, the overlay of faults, and what
// happens when the page changes. All that it draws is in a shadow root, so that neither the page's
// styles nor its scripts meet it. A page in one of the preview's own frames has none of it: the
// page around it looks after it.

import { overlay } from "./overlay.js";
import { findTowns, keepScroll, noteScroll, roomMaker, uncover } from "./page.js";
import { PanelBox } from "./panel.js";
import { askAbout, framedAddress, tongue } from "./preview.js";
import { pageNote } from "./note.js";
import { frames } from "./shell.js";
import { listen, restyle, shown } from "./stream.js";
import { barSheets, pageSheet } from "./styles.js";
import { Toolbar } from "./toolbar.js";

/**
 * @typedef {import("./types").PanelName} PanelName
 * @typedef {import("./types").State} State
 * @typedef {import("./types").Word} Word
 */

/** The keys under which the browser keeps whether the bar is folded, and the panel of a page. */
const FOLDED = "ubugi folded";
const OPENED = `ubugi panel ${location.pathname}`;
/** How long a page that is about to be left is not loaded again, and when that is tried again. */
const LEAVING = 1500;
const AGAIN = 500;

const mode = document.documentElement.dataset.ubugi ?? "page";

/** All that the preview draws on a page, and what it knows of the page. */
class Bar {
  /** @type {State} */
  #state = {
    about: null,
    faults: { errors: [], warnings: [] },
    opened: takeOpened(),
  };
  #root = shadowRoot();
  #renew = renewer();
  /** Asks the server anew what became of the pages that are shown. */
  #ask = () => {};

  constructor() {
    const state = this.#state;
    const isShell = mode === "frame" || mode === "side";
    this.shell = isShell ? frames(mode, () => this.#changed()) : null;
    const frame = this.shell?.choice ?? null;
    const page = () => this.#page;
    /** @param {string} address */
    const href = (address) => (frame ? framedAddress(address, frame) : address);
    this.overlay = overlay(() => this.tools.draw());
    this.tools = new Toolbar(state, page, Boolean(frame), {
      toggle: (name) => this.#open(state.opened === name ? null : name),
      showErrors: () => {
        this.#open(null);
        this.overlay.show();
      },
      fold: (folded) => this.#fold(folded),
    });
    this.panel = new PanelBox(state, page, frame, href, () => this.#leavePanel());
    this.note = pageNote(state, href);
    this.makeRoom = roomMaker(this.tools.bar, this.tools.small, this.note.element);
  }

  /** The path of the page that the bar speaks of. */
  get #page() {
    return this.shell ? this.shell.page() : location.pathname;
  }

  begin() {
    const { note, panel, tools, shell } = this;
    const { bar, small } = tools;
    this.#root.append(note.element, panel.element, this.overlay.element, bar, small);
    bar.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#state.opened) this.#leavePanel();
    });
    // What has the focus is never behind a panel or the bar.
    document.addEventListener("focusin", ({ target }) => {
      if (target === this.#root.host || !(target instanceof Element)) return;
      if (this.#state.opened) this.#open(null);
      uncover(target, bar);
    });
    addEventListener("resize", this.makeRoom);
    addEventListener("load", this.makeRoom);
    const panes = () => (shell ? shell.panes() : [shown(document)]);
    this.#ask = listen(panes, (word) => this.#hear(word), note.drawLost);
    tools.draw();
    this.#drawFolded();
  }

  /** Takes in that a frame shows another page. */
  #changed() {
    this.#update();
    this.#ask();
  }

  /**
   * Opens a panel, or closes the open one.
   * @param {PanelName | null} name
   */
  #open(name) {
    this.#state.opened = name;
    this.panel.draw();
    this.tools.draw();
    if (name) this.panel.element.focus({ preventScroll: true });
  }

  #leavePanel() {
    const name = this.#state.opened;
    this.#open(null);
    this.tools.focusPanel(name);
  }

  /** @param {boolean} folded */
  #fold(folded) {
    if (folded) localStorage.setItem(FOLDED, "yes");
    else localStorage.removeItem(FOLDED);
    this.#drawFolded();
    if (folded) this.tools.small.focus();
    else this.tools.focusFold();
  }

  #drawFolded() {
    const folded = isFolded();
    this.tools.bar.hidden = folded;
    this.tools.small.hidden = !folded;
    if (folded) this.#state.opened = null;
    this.panel.draw();
    document.documentElement.dataset.ubugiBar = folded ? "folded" : "open";
    this.makeRoom();
  }

  /** Asks the server what there is to know of the page. */
  async #update() {
    const isOwn = ["side", "start", "none"].includes(mode);
    const about = isOwn ? null : await askAbout(this.#page);
    const state = this.#state;
    state.about = about;
    if ((!about && state.opened !== "warnings") || isFolded()) state.opened = null;
    this.tools.draw();
    this.panel.draw();
    this.note.draw();
  }

  /**
   * Does what a word of the server asks for.
   * @param {Word} word
   */
  #hear(word) {
    const { shell } = this;
    if (word.what === "faults") {
      this.#state.faults = { errors: word.errors, warnings: word.warnings };
      this.overlay.tell(word.errors);
      this.tools.draw();
      this.#update();
    } else if (word.what === "style") {
      const page = shell?.documentIn(word.pane) ?? document;
      restyle(page).then(this.makeRoom);
    } else if (word.what === "restarted" || (word.what === "reload" && !shell)) {
      this.#renew(() => this.#loadAgain());
    } else if (word.what === "reload" || word.what === "go") {
      const address = word.what === "go" ? word.address : null;
      if (shell) shell.renew(word.pane, address);
      else if (address) this.#renew(() => location.replace(address));
    }
  }

  #loadAgain() {
    noteScroll();
    if (this.#state.opened) sessionStorage.setItem(OPENED, this.#state.opened);
    location.reload();
  }
}

/** Makes the shadow root in which everything is drawn. */
function shadowRoot() {
  const host = document.createElement("ubugi-bar");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = barSheets;
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, pageSheet];
  host.lang = tongue;
  document.documentElement.append(host);
  return root;
}

const isFolded = () => localStorage.getItem(FOLDED) === "yes";

/**
 * Takes the panel that was open when the page was loaded again.
 * @returns {PanelName | null}
 */
function takeOpened() {
  const name = sessionStorage.getItem(OPENED);
  sessionStorage.removeItem(OPENED);
  return name === "towns" || name === "view" || name === "page" || name === "warnings"
    ? name
    : null;
}

/** Makes a function that shows a page anew, unless the editor is about to leave it. */
function renewer() {
  let isLeaving = false;
  addEventListener("beforeunload", () => {
    isLeaving = true;
    setTimeout(() => {
      isLeaving = false;
    }, LEAVING);
  });
  /** @param {() => void} how */
  const renew = (how) => {
    if (isLeaving) setTimeout(renew, AGAIN, how);
    else how();
  };
  return renew;
}

if (window.parent === window) {
  keepScroll();
  new Bar().begin();
  if (mode === "start") findTowns();
}
