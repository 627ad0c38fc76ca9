// Makes elements without markup, so that nothing of what is shown can be read as HTML.

/** Makes an element; properties that begin with `on` are listeners, others attributes (true for an empty one, false and null for none). */
export function draw(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Makes a link to a place in a source, or its name where no editor is known. */
export function place({ path, line, column, edit }, text = `${path}:${line}:${column}`) {
  return edit ? draw("a", { href: edit, class: "place" }, text) : draw("span", { class: "place" }, text);
}
