#!/usr/bin/env node
// Makes a project of any size for measuring: `benches/generate.mjs FOLDER [--municipalities 50] [--articles 200] [--drugs 100]
// [--languages ja] [--seed 1]`. The same arguments always give the same bytes. The look is that of themes/base.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { article, articleName } from "./articles.mjs";
import { CLASSES, drug, drugNames } from "./drugs.mjs";
import { Random } from "./random.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LANGUAGES = {
  ja: "{tag: ja, name: 日本語}",
  en: "{tag: en, name: English, path: en}",
  "ja-x-easy": "{tag: ja-x-easy, name: やさしい日本語, path: easy}",
};
/** The stages and topics of a project, unless others are given. */
export const STAGES = ["pregnancy", "birth", "newborn", "infant", "age-1", "age-2"];
export const TOPICS = ["feeding", "sleep", "skin", "outings", "checkups", "family", "development", "services"];
const COLOURS = ["#0b5cad", "#9a3412", "#166534", "#6b21a8", "#0f5e6b", "#9f1239"];

/** Writes a project into a folder that is empty or does not exist. */
export function generate(folder, { municipalities = 50, articles = 200, drugs = 100, languages = ["ja"], seed = 1, stages = STAGES, topics = TOPICS, feeds = "" } = {}) {
  if (existsSync(folder) && readdirSync(folder).length) throw new Error(`${folder} is not empty`);
  const put = (path, text) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const ids = drugNames(drugs);
  cpSync(join(ROOT, "themes", "base"), join(folder, "themes", "base"), { recursive: true });
  put("ubugi.yaml", project(languages) + (feeds && `feeds: ${feeds}\n`));
  put("content/stages.yaml", stages.map((id, n) => term(id, n, `span: {child_months: [${n * 6}, ${n * 6 + 5}]}`)).join(""));
  put("content/topics.yaml", topics.map((id, n) => term(id, n)).join(""));
  put("content/emergency.yaml", EMERGENCY);
  put("content/reviewers.yaml", "- {id: sample-doctor, name: {ja: 見本 医師}, licence: 医師}\n");
  for (let n = 1; n <= articles; n++) {
    for (const language of languages) {
      const isOriginal = language === "ja";
      const text = article(n, { count: articles, drugs: ids, stages, topics, language, isOriginal, seed });
      put(`content/articles/${articleName(n)}${isOriginal ? "" : `.${language}`}.md`, text);
    }
  }
  if (drugs) {
    put("content/drug-classes.yaml", classes());
    put("content/drug-sources.yaml", ["one", "two"].map(drugSource).join(""));
    ids.forEach((id, n) => put(`content/drugs/${id}.yaml`, drug(n, { ids, languages, seed })));
  }
  localGovernments(municipalities).forEach((one, n) => {
    const home = `municipalities/${one.code}-sample`;
    put(`${home}/municipality.yaml`, municipality(one, n, languages, drugs > 0, new Random(seed * 31 + n)));
    put(`${home}/logo.svg`, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="${20 + (n % 10)}" fill="${COLOURS[n % COLOURS.length]}"/></svg>\n`);
  });
}

/** Takes real municipalities from the national list, evenly from north to south. */
function localGovernments(count) {
  const list = readFileSync(join(ROOT, "src/content/local-government-codes.csv"), "utf8").trim().split("\n").slice(1).map((line) => line.split(","));
  const all = list.filter(([, kind]) => kind === "municipality").map(([code, , name, kana, prefecture]) => ({ code, name, kana, prefecture }));
  if (count > all.length) throw new Error(`there are only ${all.length} municipalities`);
  return Array.from({ length: count }, (_, n) => all[Math.floor((n * all.length) / count)]);
}

function project(languages) {
  const list = languages.map((tag) => `  - ${LANGUAGES[tag]}\n`).join("");
  return `title: {ja: 子育ての健康情報}
default_language: ja
languages:
${list}default_theme: base
policy:
  unsupervised: notice
  unsupervised_notice: {ja: 見本：医療専門職の監修を受けていません}
lactation:
  title: {ja: 授乳とお薬}
  updated: 2026-09-30
`;
}

function term(id, n, span) {
  return `- id: ${id}\n  name: {ja: 見本の区分${n + 1}}\n  description: {ja: 見本の区分${n + 1}に入る記事の一覧です。}\n${span ? `  ${span}\n` : ""}`;
}

const EMERGENCY = `- {id: ambulance, number: "119", label: {ja: 救急車}, note: {ja: 急ぐとき}, use: urgent, source: {title: 見本の資料, url: "https://www.example.org/119", accessed: 2026-09-30}}
- {id: child-line, number: "#8000", label: {ja: こども医療電話相談}, note: {ja: 夜間と休日}, use: advice, source: {title: 見本の資料, url: "https://www.example.org/8000", accessed: 2026-09-30}}
`;

function classes() {
  return `groups:\n  - {id: sample, name: {ja: 見本の薬}}\nclasses:\n${CLASSES.map((id, n) => `  - {id: ${id}, name: {ja: 見本の分類${n + 1}}, kana: みほんのぶんるい${"あいうえ"[n]}, group: sample}\n`).join("")}`;
}

function drugSource(id) {
  return `- id: sample-${id}
  name: {ja: 見本の資料 ${id}}
  publisher: 見本の機関
  url: https://www.example.org/${id}
  licence: CC0-1.0
  graded: ${id === "one"}
  stale_after_months: 36
  disclaimer: {ja: 名前も評価も作りものです。速さを測るための見本で、何の判断にも使えません。}
  categories:
    - {id: usable, label: {ja: 使えるとされている（見本）}, tone: favourable}
    - {id: limited, label: {ja: 限られた使い方とされている（見本）}, tone: conditional}
    - {id: unknown, label: {ja: 情報が少ないとされている（見本）}, tone: unknown}
    - {id: avoid, label: {ja: 避けるとされている（見本）}, tone: unfavourable}
`;
}

function municipality({ code, name, prefecture }, n, languages, hasDrugs, r) {
  const from = r.between(16, 19);
  return `code: "${code}"
name: {ja: ${name}}
base_url: ${n % 2 ? `https://www.example.jp/m${code}` : `https://m${code}.example.jp`}
demo: true
languages: [${languages.join(", ")}]
website: https://www.example.org/${code}
brand:
  primary: "${COLOURS[n % COLOURS.length]}"
  logo: logo.svg
  logo_alt: {ja: ${name}の見本のしるし}
  tagline: {ja: ${prefecture}${name}の子育てをささえます（見本）}
content:
  drugs: ${hasDrugs}
contacts:
  - id: health-center
    name: {ja: ${name}の窓口（見本）}
    phone: 0${r.between(10, 99)}-000-${String(n).padStart(4, "0")}
    hours: {ja: "平日 8:45〜17:00"}
    address: {ja: ${prefecture}${name}（見本）}
services:
  - id: night-consultation
    name: {ja: 夜間相談（見本）}
    summary: {ja: 夜の時間に相談できます。}
    provider: [{ja: 助産師}, {ja: 小児科医}]
    channels: [chat, voice]
    hours:
      - {days: [mon, tue, wed, thu, fri], from: "${from}:00", to: "${r.between(21, 26)}:00"}
    public_holidays: closed
    slot_minutes: ${r.pick([10, 15, 30])}
    reservation: required
    eligibility: {ja: ${name}に住む妊婦と3歳までの子の保護者}
    fee: free
    languages: [ja]
    period: {from: 2026-04-01, to: 2030-03-31}
    scope: {ja: 診断や治療は行いません。}
    url: https://www.example.org/${code}/night
  - id: message-consultation
    name: {ja: いつでも相談（見本）}
    channels: [message]
    always: true
    answer_within_hours: 24
    fee: free
    languages: [ja]
    url: https://www.example.org/${code}/message
`;
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      municipalities: { type: "string", default: "50" },
      articles: { type: "string", default: "200" },
      drugs: { type: "string", default: "100" },
      languages: { type: "string", default: "ja" },
      seed: { type: "string", default: "1" },
    },
  });
  const languages = values.languages.split(",");
  const number = (name) => {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name} takes a number`);
    return Number(values[name]);
  };
  if (positionals.length !== 1) throw new Error("name one folder to write to");
  if (languages[0] !== "ja" || languages.some((tag) => !(tag in LANGUAGES))) throw new Error(`--languages begins with ja and takes ${Object.keys(LANGUAGES).join(",")}`);
  generate(positionals[0], { municipalities: number("municipalities"), articles: number("articles"), drugs: number("drugs"), languages, seed: number("seed") });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(`${error.message}\nusage: benches/generate.mjs FOLDER [--municipalities N] [--articles N] [--drugs N] [--languages ja,en,ja-x-easy] [--seed N]`);
    process.exitCode = 2;
  }
}
