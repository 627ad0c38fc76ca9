// Makes elements without markup, so that nothing of what is shown can be read as HTML.

/** @typedef {Node | string | null | undefined | false | Content[]} Content */

/**
 * Makes an element.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} [properties] - functions under names that begin with `on` are
 *   listeners, others attributes: true for an empty one, false, null and undefined for none
 * @param {...Content} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function draw(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") {
      element.addEventListener(key.slice("on".length), (event) => value(event));
    } else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, String(value));
  }
  element.append(...flat(children));
  return element;
}

/**
 * Returns what there is to append, without lists in lists and without what is nothing.
 * @param {Content} content
 * @returns {(Node | string)[]}
 */
export function flat(content) {
  if (Array.isArray(content)) return content.flatMap(flat);
  return content == null || content === false ? [] : [content];
}

/**
 * Makes a link to a place in a source, or its name where no editor is known.
 * @param {import("./types").Position} position
 * @param {string} [text]
 */
export function place({ path, line, column, edit }, text = `${path}:${line}:${column}`) {
  if (edit) return draw("a", { href: edit, class: "place" }, text);
  return draw("span", { class: "place" }, text);
}
