// Picks pages of every kind from a built site, by what is in them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addressOf, filesIn } from "./sites.mjs";

const count = (text, part) => text.split(part).length - 1;
const isKind = (kind) => (text) => text.includes(`<body class="kind-${kind}"`);
const article = (test) => (text) => isKind("article")(text) && test(text);
/** A medicine's page with so many assessments, one for each source. */
const assessments = (number) => (text) => isKind("medicine")(text) && count(text, '<section class="assessment">') === number;

/** Every kind of page: name and how to tell it from its text, its file and its site. */
export const KINDS = {
  home: isKind("home"),
  stage: isKind("stage"),
  topic: isKind("topic"),
  "article with a table": article((text) => text.includes('class="table"')),
  "article with callouts": article((text) => count(text, 'class="callout ') > 2),
  "article with footnotes": article((text) => text.includes('class="footnotes"')),
  "article with an image": article((text) => text.includes("<figure")),
  "supervised article": article((text) => text.includes('<div class="supervised">')),
  "corrected article": article((text) => text.includes('<section class="history">') && text.includes("<del>")),
  "article of the municipality": (text, file, site) => isKind("article")(text) && site.own.has(file.split("/").at(-2)),
  medicines: isKind("medicines"),
  "medicine with one assessment": assessments(1),
  "medicine with two assessments": assessments(2),
  "supervised medicine": (text) => isKind("medicine")(text) && text.includes('<div class="supervised">'),
  "class of medicines": isKind("medicine_class"),
  "combination product": isKind("product"),
  "medicine not in the table": isKind("medicine_not_listed"),
  "guide to the situation": (text) => isKind("guide")(text) && text.includes('class="answers"') && !text.includes("turn-you"),
  "guide to the name": (text) => isKind("guide")(text) && text.includes('class="guide-row"'),
  "guide to the group": (text) => isKind("guide")(text) && count(text, "turn-you") === 2,
  offline: isKind("offline"),
  consultation: isKind("consultation"),
  supervision: isKind("supervision"),
  privacy: isKind("privacy"),
  accessibility: isKind("accessibility"),
  calendars: isKind("calendars"),
  feeds: isKind("feeds"),
  sitemap: isKind("sitemap"),
  "404": isKind("not_found"),
  withdrawn: isKind("withdrawn"),
  redirect: (text) => text.includes('http-equiv="refresh"'),
};

/**
 * The first page of every kind in every language of a site that has it: `{kind, language, file, address}`; a page that stands for several kinds
 * occurs once.
 */
export function pagesOfEveryKind(site) {
  const files = filesIn(site.folder).filter((file) => file.endsWith(".html"));
  const paths = site.languages.map(({ path }) => path).filter(Boolean);
  const found = new Map();
  for (const { tag, path } of site.languages) {
    const own = files.filter((file) => (path ? file.startsWith(path) : !paths.some((other) => file.startsWith(other))));
    const texts = own.map((file) => [file, readFileSync(join(site.folder, file), "utf8")]);
    for (const [kind, test] of Object.entries(KINDS)) {
      const file = texts.find(([one, text]) => test(text, one, site))?.[0];
      if (!file) continue;
      const known = found.get(file);
      if (known) known.kind += `, ${kind}`;
      else found.set(file, { kind, language: tag, file, address: addressOf(file) });
    }
  }
  return [...found.values()];
}
