// How fast access logs are read, and with how much memory.
//
//   cargo build --release && node benches/report.mjs [millions of lines [rounds]]
//
// A log of this repository's first site in the combined format: pages of the site, styles and images, crawlers, and other pages, as a plain file and packed
// by gzip, on /dev/shm. One file is read by one processor; the last figure is for two files at a time. Memory is the peak of the process (VmHWM).
import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ROOT, UBUGI, median, needs, span, workshop } from "./bench.mjs";

const lines = Math.round(Number(process.argv[2] ?? 5) * 1e6);
const rounds = Number(process.argv[3] ?? 5);
needs(UBUGI);
const scratch = workshop();

const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
const CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"];

/** Writes a log whose lines run from April to November. */
function write(path, code, shift) {
  const folder = readdirSync(join(ROOT, "municipalities")).find((name) => name.startsWith(code));
  const root = new URL(readFileSync(join(ROOT, "municipalities", folder, "municipality.yaml"), "utf8").match(/^base_url: (.*)$/m)[1]).pathname.replace(/\/?$/, "/");
  const targets = ["", "articles/fever/", "articles/sleep/?from=line", "medicines/acetaminophen/", "assets/site.1234567890.css", "assets/icon.svg", "favicon.ico", "en/articles/fever/"];
  const file = openSync(path, "w");
  let text = "";
  for (let at = 0; at < lines; at++) {
    const moment = Math.floor((at / lines) * MONTHS.length * 28);
    const second = String(at % 60).padStart(2, "0");
    const day = `${String((moment % 28) + 1).padStart(2, "0")}/${MONTHS[Math.floor(moment / 28)]}/2026:${String((at >> 4) % 24).padStart(2, "0")}:${second}:${second} +0900`;
    text += `192.0.2.${(at + shift) % 250} - - [${day}] "GET ${root}${targets[at % targets.length]} HTTP/1.1" ${at % 11 ? 200 : 304} ${at % 9000} "-" "${at % 5 ? PHONE : CRAWLER}"\n`;
    if (text.length > 1 << 20) {
      writeSync(file, text);
      text = "";
    }
  }
  writeSync(file, text);
  closeSync(file);
}

/** Runs the report; returns its seconds and its peak of memory. */
function run(files) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(UBUGI, ["--lang", "en", "report", "--project", ROOT, "--on", "2026-11-21", "--format", "csv", "--out", join(scratch, "report.csv"), ...files], { stdio: ["ignore", "ignore", "pipe"] });
    let peak = 0;
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, Number(readFileSync(`/proc/${child.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1] ?? 0));
      } catch {}
    }, 20);
    child.on("exit", (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ seconds: Number(process.hrtime.bigint() - start) / 1e9, peak: peak / 1024 });
      else reject(new Error(`exit code ${code}`));
    });
  });
}

async function measure(name, files, count) {
  const all = [];
  for (let round = 0; round <= rounds; round++) all.push(await run(files));
  const seconds = all.slice(1).map((one) => one.seconds);
  const peak = Math.max(...all.map((one) => one.peak));
  console.log(`${name}: ${span(seconds, 2, "s")}, ${(count / median(seconds) / 1e6).toFixed(2)} million lines a second, ${peak.toFixed(0)} MB`);
}

const [first, second] = readdirSync(join(ROOT, "municipalities")).sort().map((name) => name.slice(0, 6));
const [a, b, packed] = ["a.log", "b.log", "a.log.gz"].map((name) => join(scratch, name));
write(a, first, 0);
write(b, second, 7);
execFileSync("gzip", ["-1", "-k", a]);
console.log(`${lines} lines, ${(statSync(a).size / 1e6).toFixed(0)} MB, packed ${(statSync(packed).size / 1e6).toFixed(0)} MB`);
await measure("without a log", [], 0);
await measure("one file", ["--site", `${first}=${a}`], lines);
await measure("one file, packed", ["--site", `${first}=${packed}`], lines);
await measure("two files", ["--site", `${first}=${a}`, "--site", `${second}=${b}`], 2 * lines);
