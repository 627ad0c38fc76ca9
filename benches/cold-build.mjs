#!/usr/bin/env node
// Measures one cold build of a large project against a copy of its own output, both on the memory file system, in turn; and the build
// of this repository. What the figures mean and what they should be: README.md beside this file.

import { spawn, spawnSync } from "node:child_process";
import { lstatSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, SHM, UBUGI, fail, goal, median, needs, workshop } from "./bench.mjs";
import { generate } from "./generate.mjs";


const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    municipalities: { type: "string", default: "50" },
    articles: { type: "string", default: "200" },
    drugs: { type: "string", default: "100" },
    ubugi: { type: "string", default: UBUGI },
  },
});
const rounds = Number(options.rounds);

needs(options.ubugi);
const [work, disk] = [workshop(SHM, 2), workshop(tmpdir())];

const remove = (folder) => rmSync(folder, { recursive: true, force: true });
const build = (project, out) => ["build", "--project", project, "--out", out, "--date", "2026-11-21", "--quiet"];

/** The processor time in seconds of all children that have ended (/proc/PID/stat counts it in hundredths). */
function childrenTime() {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Runs a command and returns its wall time and its processor time in seconds. */
function timed(command, args) {
  const before = childrenTime();
  const start = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  if (status !== 0) fail(`${command} ${args.join(" ")}: ${error ?? stderr}`);
  return { wall, cpu: childrenTime() - before };
}

/** Runs a command and returns the largest amount of memory that it held, in bytes (VmHWM, read every other millisecond). */
function peakMemory(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "ignore" });
    let peak = 0;
    const look = setInterval(() => {
      try {
        peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0));
      } catch {
        // It has just ended.
      }
    }, 2);
    child.on("exit", (status) => {
      clearInterval(look);
      if (status !== 0) fail(`${command} ${args.join(" ")} failed`);
      resolve(peak * 1024);
    });
  });
}

/** Counts what a build made: pages, files, bytes. */
function count(folder) {
  const total = { pages: 0, files: 0, bytes: 0 };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    total.files++;
    total.pages += entry.name.endsWith(".html");
    total.bytes += lstatSync(join(entry.parentPath ?? entry.path, entry.name)).size;
  }
  return total;
}

const wall = (list) => median(list.map((one) => one.wall));
const seconds = (list) => `${wall(list).toFixed(3)} s  (${Math.min(...list.map((one) => one.wall)).toFixed(3)} to ${Math.max(...list.map((one) => one.wall)).toFixed(3)}; processor ${median(list.map((one) => one.cpu)).toFixed(2)} s)`;
const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const row = (name, value, goal = "") => console.log(`  ${name.padEnd(22)} ${value.padEnd(50)} ${goal}`.trimEnd());

async function large() {
  const [project, out, copy] = ["project", "out", "copy"].map((name) => join(work, name));
  generate(project, { municipalities: Number(options.municipalities), articles: Number(options.articles), drugs: Number(options.drugs) });
  const [builds, copies] = [[], []];
  // Round 0 brings the binaries and the sources into the page cache and is not counted.
  for (let round = 0; round <= rounds; round++) {
    remove(out);
    const built = timed(options.ubugi, build(project, out));
    remove(copy);
    const copied = timed("cp", ["-r", out, copy]);
    if (round > 0) {
      builds.push(built);
      copies.push(copied);
    }
  }
  remove(copy);
  const made = count(out);
  remove(out);
  const memory = await peakMemory(options.ubugi, build(project, out));
  const ratio = wall(builds) / wall(copies);
  console.log(`${options.municipalities} municipalities x ${options.articles} articles + ${options.drugs} drugs, to ${SHM}, ${rounds} rounds, ${availableParallelism()} cores`);
  row("output", `${made.pages} pages, ${made.files} files, ${mb(made.bytes)}`);
  row("cold build", seconds(builds));
  row("cp -r of its output", seconds(copies));
  row("build : copy", ratio.toFixed(2), goal("at most 3", ratio <= 3));
  row("pages a second", Math.round(made.pages / wall(builds)).toString());
  row("peak memory", mb(memory));
}

async function repository() {
  // Each round writes to a folder of its own: ext4 makes files slowly for five seconds after others were removed, as it passes over their inodes.
  const out = (round) => join(disk, `out-${round}`);
  const builds = [];
  for (let round = 0; round <= rounds; round++) {
    const time = timed(options.ubugi, build(ROOT, out(round)));
    if (round > 0) builds.push(time);
  }
  const made = count(out(0));
  const memory = await peakMemory(options.ubugi, build(ROOT, out("memory")));
  console.log(`this repository, to ${tmpdir()}, ${rounds} rounds`);
  row("output", `${made.pages} pages, ${made.files} files, ${mb(made.bytes)}`);
  row("cold build", seconds(builds), goal("below 1 s", wall(builds) < 1));
  row("peak memory", mb(memory), goal("below 100 MB", memory < 100e6));
}

await large();
await repository();
