// What a page gives its scripts: its elements, and words and figures in data scripts.

/**
 * Returns an element of the page.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type - the element's class
 * @returns {T}
 */
export function elementOf(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/**
 * Reads the JSON of a data script; null if the page has none of this id.
 * @param {string} id
 */
export function dataOf(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

/**
 * Puts values into the places `{name}` of a text; a place without a value stays as it is.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}
