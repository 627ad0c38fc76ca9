// What supervision costs: a build with and without a ledger, and `audit` and `status` on a large one.
//
//   cargo build --release && node benches/supervision.mjs [rounds]
//
// The first project is the one of cold-build.mjs (50 municipalities, 200 articles, 100 medicines) where every text was approved four times,
// in as many acts, and ten texts have a pending edit. The second has 5,000 articles and 20,000 approvals, each an act of its own.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UBUGI, median, needs, workshop } from "./bench.mjs";
import { generate } from "./generate.mjs";

const rounds = Number(process.argv[2] ?? 5);
needs(UBUGI);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

// Approves every text `times` times, each time with other words, one act a text, as `ubugi approve` writes them; the last words stay.
function approve(project, paths, times, by) {
  const ledger = join(project, "content/ledger");
  mkdirSync(join(ledger, "blobs"), { recursive: true });
  let head = null;
  for (let time = 0; time < times; time++) {
    const on = `20${22 + time}-11-20`;
    mkdirSync(join(ledger, on.slice(0, 4)), { recursive: true });
    for (const path of paths) {
      const text = readFileSync(join(project, path), "utf8").replace(/\n*$/, path.endsWith(".md") ? `\n\n第${time + 1}版。\n` : `\n# ${time + 1}\n`);
      const hash = sha256(text);
      writeFileSync(join(ledger, "blobs", hash), text);
      writeFileSync(join(project, path), text);
      const topics = path.endsWith(".md") ? (text.match(/^topics: \[(.*)\]$/m)?.[1] ?? "") : "";
      const act = [
        "kind: approval", `on: ${on}`, `by: [${by.join(", ")}]`, `next_review: "20${28 + time}-11-20"`,
        head ? `parents:\n  - ${head}` : "parents: []",
        "texts:", `  - path: ${JSON.stringify(path)}`, `    kind: ${path.endsWith(".md") ? "article" : "drug"}`, `    topics: [${topics}]`, "    written_by: []",
        `    seal: ${sha256(`${hash}  ${path}\n`)}`, "    files:", `      - {sha256: ${hash}, path: ${JSON.stringify(path)}}`, "",
      ].join("\n");
      head = sha256(act);
      writeFileSync(join(ledger, on.slice(0, 4), `${on}-approval-${head.slice(0, 16)}.yaml`), act);
    }
  }
}

function texts(project) {
  const all = [];
  for (const [folder, end] of [["content/articles", ".md"], ["content/drugs", ".yaml"]]) {
    if (!existsSync(join(project, folder))) continue;
    for (const entry of readdirSync(join(project, folder), { recursive: true })) {
      if (entry.endsWith(end)) all.push(`${folder}/${entry}`);
    }
  }
  return [...all.toSorted(), ...["content/drug-sources.yaml", "content/drug-classes.yaml"].filter((path) => existsSync(join(project, path)))];
}

// Wall-clock seconds, and seconds of both processors, which other work on the machine disturbs less.
function run(...args) {
  const began = process.hrtime.bigint();
  const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S", UBUGI, ...args], { encoding: "utf8" });
  const wall = Number(process.hrtime.bigint() - began) / 1e9;
  if (status !== 0) throw new Error(`ubugi ${args.join(" ")}: ${status}\n${stderr.slice(0, 2000)}`);
  const [user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return { wall, cpu: user + system };
}

const scratch = workshop();
const reviewers = "- {id: sample-doctor, name: {ja: 見本 医師}, licence: 医師}\n- {id: sample-pharmacist, name: {ja: 見本 薬剤師}, licence: 薬剤師}\n";
const plain = join(scratch, "plain");
generate(plain, { municipalities: 50, articles: 200, drugs: 100 });
writeFileSync(join(plain, "content/reviewers.yaml"), reviewers);
const paths = texts(plain);
const approved = join(scratch, "approved");
cpSync(plain, approved, { recursive: true });
approve(approved, paths, 4, ["sample-doctor", "sample-pharmacist"]);
// The same words without a ledger, so that only supervision differs.
for (const path of paths) cpSync(join(approved, path), join(plain, path));
const pending = join(scratch, "pending");
cpSync(approved, pending, { recursive: true });
for (const path of paths.slice(0, 10)) writeFileSync(join(pending, path), `${readFileSync(join(pending, path), "utf8")}\n直し中。\n`);
const projects = { plain, approved, pending };
for (const command of ["check", "build"]) {
  const times = Object.fromEntries(Object.keys(projects).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const order = Object.entries(projects);
    for (const [name, project] of [...order.slice(round % 3), ...order.slice(0, round % 3)]) {
      const out = join(scratch, "out");
      rmSync(out, { recursive: true, force: true });
      const time = run(command, "--project", project, "--date", "2026-11-21", "--quiet", ...(command === "build" ? ["--out", out] : []));
      if (round > 0) times[name].push(time);
    }
  }
  for (const [name, all] of Object.entries(times)) {
    // Pairs of one round, as the machine is shared.
    const more = (what) => `${((median(all.map((time, index) => time[what] / times.plain[index][what])) - 1) * 100).toFixed(1)} %`;
    const seconds = (what) => median(all.map((time) => time[what])).toFixed(2);
    console.log(`${command} ${name}: ${seconds("wall")} s (${more("wall")} more than without a ledger), processors ${seconds("cpu")} s (${more("cpu")} more)`);
  }
}

const large = join(scratch, "large");
generate(large, { municipalities: 1, articles: 5000, drugs: 0 });
writeFileSync(join(large, "content/reviewers.yaml"), reviewers);
approve(large, texts(large).filter((path) => path.endsWith(".md")).slice(0, 5000), 4, ["sample-doctor"]);
const commands = process.argv.slice(3).length ? process.argv.slice(3) : ["audit", "status"];
for (const command of commands) {
  const all = Array.from({ length: rounds + 1 }, () => run(command, "--project", large)).slice(1);
  console.log(`${command} on 5,000 articles with 20,000 approvals: ${median(all.map(({ wall }) => wall)).toFixed(2)} s, processors ${median(all.map(({ cpu }) => cpu)).toFixed(2)} s`);
}
