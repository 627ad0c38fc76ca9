#!/usr/bin/env node
// Measures what feeds add to a cold build: the same project with feeds and without, in turn. What the figures should be: README.md beside this file.

import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { STAGES, TOPICS, generate } from "./generate.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SHM = "/dev/shm";
const GOAL = 1.15;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    municipalities: { type: "string", default: "100" },
    articles: { type: "string", default: "200" },
    drugs: { type: "string", default: "100" },
    content: { type: "string", default: "summary" },
    ubugi: { type: "string", default: join(ROOT, "target/release/ubugi") },
  },
});

function fail(message) {
  console.error(message);
  process.exit(2);
}
if (!existsSync(options.ubugi)) fail(`${options.ubugi} does not exist: cargo build --release`);
if (!existsSync(SHM) || statfsSync(SHM).bavail * statfsSync(SHM).bsize < 4 * 2 ** 30) fail(`${SHM} with 4 GiB to spare is needed`);

const work = mkdtempSync(join(SHM, "ubugi-bench-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

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

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const shown = (list) => `${median(list).toFixed(3)} s (${Math.min(...list).toFixed(3)} to ${Math.max(...list).toFixed(3)})`;

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
console.log(`  without feeds    ${shown(times.without)}`);
console.log(`  with feeds       ${shown(times.with)}`);
console.log(`  with : without   ${ratio.toFixed(3)}, median of the rounds; at most ${GOAL}: ${ratio <= GOAL ? "met" : "MISSED"}`);
