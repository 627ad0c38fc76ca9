// The style sheets of the bar and of the page below it. They lie beside this script.

/** The sheets of the shadow root: tokens and the bar's own. */
export const barSheets = await Promise.all([sheet("tokens.css"), sheet("bar.css")]);
/** The sheet of the page itself. */
export const pageSheet = await sheet("page.css");

/**
 * Reads a style sheet.
 * @param {string} name
 */
async function sheet(name) {
  const response = await fetch(new URL(name, import.meta.url));
  return new CSSStyleSheet().replace(await response.text());
}
