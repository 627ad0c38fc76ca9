// Generated entries of the lactation table. Their names are made up, so that no figure here can be taken for a real one.

import { Random } from "./random.mjs";

const SYLLABLES = [
  ["a", "ア", "あ"], ["ka", "カ", "か"], ["sa", "サ", "さ"], ["ta", "タ", "た"], ["na", "ナ", "な"], ["ha", "ハ", "は"], ["ma", "マ", "ま"], ["ya", "ヤ", "や"], ["ra", "ラ", "ら"],
  ["ki", "キ", "き"], ["mi", "ミ", "み"], ["ni", "ニ", "に"], ["ri", "リ", "り"], ["ko", "コ", "こ"], ["mo", "モ", "も"], ["no", "ノ", "の"], ["ro", "ロ", "ろ"], ["so", "ソ", "そ"],
];
export const CLASSES = ["sample-a", "sample-b", "sample-c", "sample-d"];
const CATEGORIES = ["usable", "limited", "unknown", "avoid"];
const ROUTES = ["oral", "topical", "inhaled", "ophthalmic"];

/** The drugs' ids (the files' names), all different. */
export function drugNames(count) {
  return Array.from({ length: count }, (_, n) => spell(n, 0));
}

/** The text of the entry of number `n` (from 0). */
export function drug(n, { ids, languages, seed }) {
  const r = new Random(seed * 15485863 + n);
  const english = languages.includes("en") ? `, en: ${capital(ids[n])}` : "";
  const lines = [
    `name: {ja: ${spell(n, 1)}${english}}`,
    `kana: ${spell(n, 2)}`,
    `aliases: [${ids[n]}-sample]`,
    `brands: [${spell(n, 1)}錠, ${spell(n, 1)}ドライシロップ]`,
    `class: ${r.pick(CLASSES)}`,
    `routes: [${r.some(ROUTES, r.between(1, 2)).join(", ")}]`,
    "names_source: unsourced",
    "assessments:",
    ...assessment("sample-one", n, r, ids),
  ];
  if (r.chance(0.3)) lines.push(...assessment("sample-two", n, r, ids));
  return `${lines.join("\n")}\n`;
}

function assessment(source, n, r, ids) {
  const lines = [
    `  - source: ${source}`,
    `    url: https://www.example.org/${source}/${n}`,
    `    revised: 20${r.between(21, 25)}-0${r.between(1, 9)}`,
    "    read: 2026-09-30",
    `    category: ${r.pick(CATEGORIES)}`,
    "    basis: {ja: 見本のための文です。母乳に移る量を調べた資料の数と、その結果をここに書きます。}",
    "    monitor: [{ja: 見本の様子}]",
  ];
  if (r.chance(0.6)) lines.push(`    rid_percent: {min: ${r.between(1, 20) / 10}, max: ${r.between(21, 60) / 10}}`);
  const others = r.some(ids, 2).filter((id) => id !== ids[n]);
  if (others.length) lines.push(`    alternatives: [${others.join(", ")}]`);
  return lines;
}

/** A made-up name of number `n` in Latin letters (0), katakana (1) or hiragana (2). */
function spell(n, script) {
  const parts = [];
  for (let rest = n + SYLLABLES.length * SYLLABLES.length; rest; rest = Math.floor(rest / SYLLABLES.length)) parts.push(SYLLABLES[rest % SYLLABLES.length][script]);
  return parts.join("") + ["min", "ミン", "みん"][script];
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
