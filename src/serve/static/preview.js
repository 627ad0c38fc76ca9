// What the server says of the page and of the preview's own addresses, in the page's script element.

/** @typedef {import("./types").Framed} Framed */

/**
 * Returns the preview's script element in a document.
 * @param {Document} page
 * @returns {HTMLScriptElement | null}
 */
export const scriptIn = (page) => page.querySelector("script[data-run]");

const own = scriptIn(document)?.dataset ?? {};

/** The name of the server's run. */
export const run = own.run;
/** The language of the preview's words. */
export const tongue = own.tongue ?? "en";
/** Addresses: where one begins, and what the preview itself needs. */
export const addresses = {
  start: own.start ?? "",
  below: own.below ?? "",
  about: own.about ?? "",
  events: own.events ?? "",
  frame: own.frame ?? "",
  side: own.side ?? "",
};

/**
 * Asks the server what there is to know of a page; null if it does not answer.
 * @param {string} path
 * @returns {Promise<import("./types").About | null>}
 */
export async function askAbout(path) {
  const query = new URLSearchParams({ page: path });
  const answer = await fetch(`${addresses.about}?${query}`).catch(() => null);
  return answer?.ok ? await answer.json() : null;
}

/**
 * Returns the address of a page in a frame.
 * @param {string} page
 * @param {Framed} look
 */
export function framedAddress(page, { width, script }) {
  const query = new URLSearchParams({ page });
  if (width) query.set("width", String(width));
  if (script) query.set("script", script);
  return `${addresses.frame}?${query}`;
}

/**
 * Returns the address of one page of several municipalities side by side.
 * @param {string} page
 * @param {string[]} codes
 */
export const sideAddress = (page, codes) =>
  `${addresses.side}?${new URLSearchParams({ page, with: codes.join(",") })}`;
