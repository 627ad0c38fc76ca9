// One generated article: front matter and 2 to 6 KB of Markdown with everything that an editor's page has.

import { Random } from "./random.mjs";
import { WORDS } from "./words.mjs";

const CALLOUTS = ["CAUTION", "WARNING", "IMPORTANT", "TIP", "NOTE"];

/** The file's name without ending. */
export const articleName = (n) => `article-${String(n).padStart(4, "0")}`;

/** The text of the article of number `n` (from 1) out of `count` in a language; `isOriginal` in the project's default one. */
export function article(n, { count, drugs, stages, topics, language, isOriginal, seed }) {
  const place = new Random(seed * 1000003 + n);
  const r = new Random(seed * 1000003 + n * 7919 + language.length);
  const words = WORDS[language];
  const front = [`title: ${quote(words.title(r, words, n))}`, `description: ${quote(words.description(r, words))}`];
  if (isOriginal) {
    const month = String(place.between(1, 9)).padStart(2, "0");
    front.push(`stages: [${place.some(stages, place.between(1, 3)).join(", ")}]`, `topics: [${place.some(topics, place.between(1, 2)).join(", ")}]`);
    front.push(`published: 2026-${month}-${String(place.between(1, 28)).padStart(2, "0")}`);
    front.push("sources:", ...sources(place));
  }
  const head = `---\n${front.join("\n")}\n---\n`;
  const room = r.between(2600, 6100) - Buffer.byteLength(head);
  return head + body(n, { r, words, count, drugs, room });
}

/** Sections, as many as there is room for in bytes; at least one. */
function body(n, { r, words, count, drugs, room }) {
  const kinds = [callout, table, list, links, paragraph];
  const note = `${words.sentence(r, words).trim()}[^1]\n\n[^1]: ${words.note}\n`;
  let text = `${paragraph(r, words)}\n\n${words.services(words.fallback)}\n\n`;
  for (let section = 0; ; section++) {
    const heading = `## ${words.headings[section % words.headings.length]} {#part-${section + 1}}`;
    const next = `${heading}\n\n${paragraph(r, words)}\n\n${kinds[section % kinds.length](r, words, { n, count, drugs })}\n\n`;
    if (section > 0 && Buffer.byteLength(text + next + note) > room) return text + note;
    text += next;
  }
}

function paragraph(r, words) {
  const sentences = Array.from({ length: r.between(1, 3) }, () => words.sentence(r, words));
  sentences.splice(r.between(0, sentences.length), 0, words.withRuby(r, words));
  if (r.chance(0.3)) sentences.push(`**${words.sentence(r, words).trim()}**`);
  return sentences.join("").trim();
}

function callout(r, words) {
  const lines = Array.from({ length: r.between(2, 3) }, () => `> - ${words.sentence(r, words)}`);
  return `> [!${r.pick(CALLOUTS)}]\n> ${words.sentence(r, words)}\n${lines.join("\n")}`;
}

function table(r, words) {
  const rows = Array.from({ length: r.between(3, 5) }, (_, i) => `| ${words.row(r, words, i + 1).join(" | ")} |`);
  return `| ${words.table.join(" | ")} |\n|---|---:|---|\n${rows.join("\n")}`;
}

function list(r, words) {
  return Array.from({ length: r.between(3, 5) }, (_, i) => (r.chance(0.2) ? `- [ ] ${words.sentence(r, words)}` : `- ${words.sentence(r, words)}`)).join("\n");
}

function links(r, words, { n, count, drugs }) {
  const other = (n % count) + 1;
  const all = [`[${words.headings[0]}](${articleName(other)}.md#part-1)`, `[${r.pick(words.subjects)}](${articleName(r.between(1, count))}.md)`, `[${r.pick(words.subjects)}](site:consultation)`];
  if (drugs.length) all.push(`[${r.pick(words.subjects)}](../drugs/${r.pick(drugs)}.yaml)`);
  return `${words.see}${all.join(" / ")}`;
}

function sources(r) {
  return Array.from({ length: r.between(1, 3) }, (_, i) => `  - {title: 見本の資料 ${i + 1}, publisher: 見本の機関, url: "https://www.example.org/${r.between(1, 9999)}", date: 2025-0${r.between(1, 9)}, accessed: 2026-09-30}`);
}

const quote = (text) => JSON.stringify(text);
