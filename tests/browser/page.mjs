// One HTML page as the crawl sees it: its addresses, ids and what stands in its head.

import { parse } from "parse5";

/** Attributes that hold an address, by element; `*` for any. */
const ADDRESSES = {
  a: ["href"], area: ["href"], audio: ["src"], embed: ["src"], form: ["action"], iframe: ["src"], image: ["href"], img: ["src"], input: ["src"],
  link: ["href"], object: ["data"], script: ["src"], source: ["src"], track: ["src"], use: ["href"], video: ["src", "poster"],
};
const VOID = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]);
const DATA_SCRIPTS = new Set(["application/json", "application/ld+json"]);

/**
 * Reads a page: `{source, lang, title, canonical, isRedirect, isTombstone, noindex, headings (number of h1), ids, addresses: [{element, address}], full (addresses
 * that must be written in full): [{what, address}], alternates: [{tag, address}], data (addresses in JSON-LD), errors}`.
 */
export function readPage(source) {
  const page = { source, lang: "", title: "", canonical: null, isRedirect: false, isTombstone: source.includes('<body class="kind-withdrawn"'), noindex: false, headings: 0, ids: new Set(), addresses: [], full: [], alternates: [], data: [], errors: [] };
  const document = parse(source, {
    sourceCodeLocationInfo: true,
    onParseError: ({ code, startLine, startCol }) => page.errors.push(`${startLine}:${startCol}: not well-formed HTML: ${code}`),
  });
  walk(document, (element) => {
    const attributes = Object.fromEntries(element.attrs.map(({ name, value }) => [name, value]));
    readElement(page, element, attributes);
  });
  return page;
}

function walk(node, visit) {
  if (node.tagName) visit(node);
  for (const child of node.childNodes ?? []) walk(child, visit);
}

function readElement(page, element, attributes) {
  const name = element.tagName;
  const place = element.sourceCodeLocation;
  if (place && !place.endTag && !VOID.has(name) && element.namespaceURI.endsWith("xhtml")) page.errors.push(`${place.startLine}:${place.startCol}: ${name} is not closed`);
  if ("id" in attributes) {
    if (!attributes.id || page.ids.has(attributes.id)) page.errors.push(`the id "${attributes.id}" is empty or not the only one`);
    page.ids.add(attributes.id);
  }
  for (const attribute of Object.keys(attributes)) {
    if (attribute === "style" || attribute.startsWith("on")) page.errors.push(`${name} has ${attribute}`);
  }
  if (name === "style") page.errors.push("has style inline");
  if (name === "th" && !text(element).trim() && !element.childNodes.some(({ tagName }) => tagName)) page.errors.push("has an empty table header");
  if (name === "html") page.lang = attributes.lang ?? "";
  if (name === "h1") page.headings++;
  if (name === "title" && element.namespaceURI.endsWith("xhtml")) page.title = text(element);
  if (name === "script" && !attributes.src) readData(page, element, attributes.type);
  if (name === "meta") readMeta(page, attributes);
  if (name === "img" && !("alt" in attributes)) page.errors.push(`the image ${attributes.src} has no alt`);
  if (name === "link" && readRelation(page, attributes)) return;
  for (const attribute of ADDRESSES[name] ?? []) if (attribute in attributes) page.addresses.push({ element: name, address: attributes[attribute] });
  for (const candidate of (attributes.srcset ?? attributes.imagesrcset ?? "").split(",")) {
    if (candidate.trim()) page.addresses.push({ element: name, address: candidate.trim().split(/\s+/)[0] });
  }
}

/** Reads a `link` that says what the page is rather than naming a file to load; false for any other. */
function readRelation(page, { rel, href, hreflang }) {
  if (rel === "canonical") page.canonical = href;
  else if (rel === "alternate" && hreflang) page.alternates.push({ tag: hreflang, address: href });
  else return false;
  page.full.push({ what: rel, address: href });
  return true;
}

function readMeta(page, { name = "", property = "", content = "", "http-equiv": equiv = "" }) {
  if (name === "robots" && /\bnoindex\b/.test(content)) page.noindex = true;
  if (/^og:(url|image|video|audio)/.test(property) && /\burl\b|image$|video$|audio$/.test(property)) page.full.push({ what: property, address: content });
  if (equiv.toLowerCase() === "refresh") {
    page.isRedirect = true;
    page.addresses.push({ element: "meta refresh", address: content.replace(/^\s*\d+\s*;\s*url=/i, "") });
  }
}

function readData(page, element, type) {
  if (!DATA_SCRIPTS.has(type)) return page.errors.push("has script inline");
  let value;
  try {
    value = JSON.parse(text(element));
  } catch {
    return page.errors.push(`the data of type ${type} cannot be read`);
  }
  if (type === "application/ld+json") strings(value, (one) => /^https?:\/\//.test(one) && page.data.push(one));
}

function strings(value, visit) {
  if (typeof value === "string") visit(value);
  else if (value && typeof value === "object") for (const one of Object.values(value)) strings(one, visit);
}

const text = (element) => element.childNodes.map((node) => node.value ?? "").join("");
