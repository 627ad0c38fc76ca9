#!/usr/bin/env node
// Measures what feeds add to a cold build: the same project with feeds and without, in turn. What the figures should be: README.md beside this file.

import { spawnSync } from "node:child_process";
import { lstatSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SHM, UBUGI, fail, goal, median, needs, span, workshop } from "./bench.mjs";
import { STAGES, TOPICS, generate } from "./generate.mjs";

const GOAL = 1.15;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    municipalities: { type: "string", default: "100" },
    articles: { type: "string", default: "200" },
    drugs: { type: "string", default: "100" },
    content: { type: "string", default: "summary" },
    ubugi: { type: "string", default: UBUGI },
  },
});

needs(options.ubugi);
const work = workshop(SHM, 4);

/** Everything, notices and corrections, four stages and five topics: twelve feeds of 50 entries in three formats. */
function make(name, feeds) {
  const folder = join(work, name);
  const number = (key) => Number(options[key]);
  generate(folder, { municipalities: number("municipalities"), articles: number("articles"), drugs: number("drugs"), stages: STAGES.slice(0, 4), topics: TOPICS.slice(0, 5), feeds });
  return folder;
}

const out = join(work, "out");

function build(project) {
  rmSync(out, { recursive: true, force: true });
  const start = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(options.ubugi, ["build", "--project", project, "--out", out, "--date", "2026-11-21", "--quiet"], { stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) fail(`${project}: ${error ?? stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** Counts the feeds of the last build, their entries and bytes. */
function count() {
  const total = { files: 0, entries: 0, bytes: 0 };
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile() || !/\/feeds\/.*\.(rss|atom|json)$/.test(file)) continue;
    total.files++;
    total.bytes += lstatSync(file).size;
    if (file.endsWith(".json")) total.entries += 3 * JSON.parse(readFileSync(file, "utf8")).items.length;
  }
  return total;
}

const without = make("without", "none");
const withFeeds = make("with", `{content: ${options.content}, entries: 50}`);
const times = { without: [], with: [] };
// Round 0 brings the binary and the sources into the page cache and is not counted.
for (let round = 0; round <= Number(options.rounds); round++) {
  const pair = [build(without), build(withFeeds)];
  if (round > 0) [times.without, times.with].forEach((list, index) => list.push(pair[index]));
}
const { files, entries, bytes } = count();
const ratio = median(times.with.map((time, index) => time / times.without[index]));
console.log(`${options.municipalities} municipalities x ${options.articles} articles + ${options.drugs} drugs, content: ${options.content}, ${options.rounds} rounds, ${availableParallelism()} cores`);
console.log(`  feeds            ${files} files, ${entries} entries, ${(bytes / 1e6).toFixed(1)} MB`);
console.log(`  without feeds    ${span(times.without, 3, "s")}`);
console.log(`  with feeds       ${span(times.with, 3, "s")}`);
console.log(`  with : without   ${ratio.toFixed(3)}, median of the rounds; ${goal(`at most ${GOAL}`, ratio <= GOAL)}`);
