#!/usr/bin/env node
// Measures a build after another one against the cold one, and the editors' server from a save to the browser's word of it. What the figures
// mean and what they should be: README.md beside this file.

import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SHM, UBUGI, fail, goal, median, needs, span, workshop } from "./bench.mjs";
import { generate } from "./generate.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    saves: { type: "string", default: "50" },
    municipalities: { type: "string", default: "50" },
    articles: { type: "string", default: "1000" },
    drugs: { type: "string", default: "500" },
    ubugi: { type: "string", default: UBUGI },
    only: { type: "string", default: "build,serve" },
  },
});
const [rounds, saves] = [Number(options.rounds), Number(options.saves)];

needs(options.ubugi);
const work = workshop(SHM, 5);

const row = (name, value, goal = "") => console.log(`  ${name.padEnd(44)} ${value.padEnd(38)} ${goal}`.trimEnd());
const now = () => Number(process.hrtime.bigint()) / 1e6;

const project = join(work, "project");
generate(project, { municipalities: Number(options.municipalities), articles: Number(options.articles), drugs: Number(options.drugs) });
const folder = join(project, "content/articles");
const articles = readdirSync(folder).filter((name) => name.endsWith(".md")).sort();
console.log(`${options.municipalities} municipalities x ${options.articles} articles + ${options.drugs} drugs, on ${SHM}, ${availableParallelism()} cores`);

let edits = 0;
const article = () => join(folder, articles[(++edits * 37) % articles.length]);
const edit = () => appendFileSync(article(), `\n変更 ${edits}。\n`);
/** Says that an article changed today, which brings it to the top of every list. */
const renew = () => {
  const file = article();
  const text = readFileSync(file, "utf8").replace(/^updated: .*\n/m, "");
  writeFileSync(file, text.replace(/^published: .*$/m, `$&\nupdated: 2026-11-${String(10 + (edits % 11)).padStart(2, "0")}`));
};

function build(out, ...more) {
  const begun = now();
  const { status, stderr } = spawnSync(options.ubugi, ["build", "--project", project, "--out", out, "--date", "2026-11-21", "--quiet", ...more], { encoding: "utf8" });
  if (status !== 0) fail(stderr);
  return (now() - begun) / 1000;
}

function builds() {
  const [cold, same, text, date, template] = [[], [], [], [], []];
  for (let round = 0; round <= rounds; round++) {
    const out = join(work, "out");
    rmSync(out, { recursive: true, force: true });
    const times = [build(out), build(out)];
    edit();
    times.push(build(out));
    renew();
    times.push(build(out));
    const page = join(project, "themes/base/templates/article.html");
    writeFileSync(page, readFileSync(page, "utf8").replace("{% endblock main %}", `<!-- ${round} -->{% endblock main %}`));
    times.push(build(out));
    // Round 0 brings everything into memory and is not counted.
    if (round > 0) [cold, same, text, date, template].forEach((list, index) => list.push(times[index]));
  }
  rmSync(join(work, "out"), { recursive: true, force: true });
  const share = (list) => (100 * median(list)) / median(cold);
  console.log(`build, ${rounds} rounds`);
  row("cold", span(cold, 3, "s"));
  row("nothing changed", span(same, 3, "s"), goal(`${share(same).toFixed(1)} % of cold, at most 5 %`, share(same) <= 5));
  row("one article's text changed", span(text, 3, "s"), goal(`${share(text).toFixed(1)} % of cold, at most 10 %`, share(text) <= 10));
  row("one article's date changed", span(date, 3, "s"), `${share(date).toFixed(1)} % of cold`);
  row("the template of articles changed", span(template, 3, "s"), `${share(template).toFixed(1)} % of cold`);
}

/** Follows an open page: resolves with the next word that is not about faults. */
async function follow(base, page, seal) {
  const response = await fetch(`${base}/_ubugi/events?pages=${encodeURIComponent(JSON.stringify([{ page, seal }]))}`);
  const heard = [];
  let waiting = null;
  (async () => {
    let text = "";
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const [event, rest] = [text.slice(0, end), text.slice(end + 2)];
        text = rest;
        const line = event.split("\n").find((line) => line.startsWith("data:"));
        const word = line && JSON.parse(line.slice(5));
        if (!word || !["reload", "style", "go"].includes(word.what)) continue;
        if (waiting) waiting(word);
        else heard.push(word);
        waiting = null;
      }
    }
  })().catch(() => {});
  return { next: () => (heard.length ? Promise.resolve(heard.shift()) : new Promise((resolve) => (waiting = resolve))), clear: () => (heard.length = 0) };
}

async function serve() {
  const begun = now();
  const child = spawn(options.ubugi, ["--lang", "en", "serve", "--project", project, "--port", "4321", "--date", "2026-11-21"], { stdio: ["ignore", "ignore", "pipe"] });
  process.on("exit", () => child.kill());
  const lines = createInterface({ input: child.stderr });
  await new Promise((resolve) => lines.once("line", resolve));
  const base = "http://127.0.0.1:4321";
  const code = readdirSync(join(project, "municipalities"))[0].slice(0, 6);
  const home = await fetch(`${base}/${code}/`);
  await home.text();
  const start = (now() - begun) / 1000;
  const name = articles[3].replace(/\.md$/, "");
  const page = `/${code}/articles/${name}/`;
  const answer = await fetch(base + page);
  if (!answer.ok) fail(`${page}: ${answer.status}`);
  const seal = /data-seal="([^"]*)"/.exec(await answer.text())?.[1];
  const reader = await follow(base, page, seal);
  const memory = () => Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]) * 1024;
  const measure = async (count, change) => {
    const times = [];
    for (let n = 0; n < count; n++) {
      await sleep(150);
      reader.clear();
      const before = now();
      change(n);
      await reader.next();
      times.push(now() - before);
    }
    return times;
  };
  const file = join(folder, articles[3]);
  const texts = await measure(saves, (n) => appendFileSync(file, `\n保存 ${n}。\n`));
  const atomic = await measure(saves, (n) => {
    writeFileSync(`${file}.tmp`, `${readFileSync(file, "utf8")}\n保存 ${n}。\n`);
    spawnSync("mv", [`${file}.tmp`, file]);
  });
  const template = join(project, "themes/base/templates/page.html");
  const templates = await measure(10, (n) => writeFileSync(template, readFileSync(template, "utf8").replace("</body>", `<!-- ${n} --></body>`)));
  console.log(`serve, one page of one municipality open`);
  row("start to first page", `${start.toFixed(2)} s`, goal("at most 2 s", start <= 2));
  row(`save to reload, text of an article, ${saves}`, span(texts, 1, "ms"), goal("at most 100 ms", median(texts) <= 100));
  row(`the same by a rename, ${saves}`, span(atomic, 1, "ms"), goal("at most 100 ms", median(atomic) <= 100));
  row("save to reload, base template, 10", span(templates, 1, "ms"), goal("at most 500 ms", median(templates) <= 500));
  row("peak memory", `${(memory() / 1e6).toFixed(0)} MB`, goal("at most 400 MB", memory() <= 400e6));
  child.kill();
}

if (options.only.includes("build")) builds();
if (options.only.includes("serve")) await serve();
process.exit(0);
