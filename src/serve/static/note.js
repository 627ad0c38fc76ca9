// The note above the bar: why there is no such page and where it is, or that the server is gone.

import { draw, place } from "./drawn.js";
import { dayAddress } from "./panels.js";
import { t } from "./words.js";

/**
 * Makes the note.
 * @param {import("./types").State} state
 * @param {import("./types").Href} href
 */
export function pageNote(state, href) {
  const element = draw("div", { class: "note", role: "status", hidden: true });

  /** Says why there is no such page. */
  function drawMissing() {
    const { about } = state;
    const missing = about?.missing;
    element.hidden = !missing;
    if (!about || !missing) return;
    const { why, date, title } = missing;
    const ways = [];
    if (why === "draft") {
      ways.push(draw("a", { href: href(about.views.with_drafts) }, t.see_draft));
    }
    if ((why === "waiting" || why === "over") && date) {
      ways.push(draw("a", { href: href(dayAddress(about, date)) }, t.see_day(date)));
    }
    if (about.source) ways.push(place(about.source, t.edit));
    const words = draw("span", {}, t.missing[why](title ?? "", date ?? ""));
    element.replaceChildren(words, ...ways.flatMap((way) => [" ", way]));
  }

  /** @param {boolean} isLost - whether the server is gone */
  function drawLost(isLost) {
    if (!isLost) {
      drawMissing();
      return;
    }
    element.replaceChildren(t.lost);
    element.hidden = false;
  }

  return { element, draw: drawMissing, drawLost };
}
