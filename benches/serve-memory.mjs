// Whether the editors' server holds more and more memory the longer it runs.
//
//   cargo build --release && node benches/serve-memory.mjs [rebuilds]
//
// `ubugi serve` on a new sample project, one page open; an article is saved again and again, each time after the page has heard of the save before. Memory
// is what the process holds (VmRSS) after 100, 1,000, 10,000 … rebuilds.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UBUGI, needs, workshop } from "./bench.mjs";

const rebuilds = Number(process.argv[2] ?? 10_000);
needs(UBUGI);
const scratch = workshop(tmpdir());
const project = join(scratch, "project");
let server;
process.on("exit", () => server?.kill());

/** A port that nobody listens at. */
async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

/** Calls back for every word that an open page hears. */
async function listen(address, hear) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of (await fetch(address)).body) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop();
    for (const line of lines.filter((line) => line.startsWith("data:"))) hear(JSON.parse(line.slice(5)));
  }
}

execFileSync(UBUGI, ["new", project], { stdio: "ignore" });
const code = readdirSync(join(project, "municipalities"))[0].slice(0, 6);
const port = await freePort();
server = spawn(UBUGI, ["serve", "--project", project, "--port", port, "--date", "2026-11-21", "--lang", "en"], { stdio: ["ignore", "ignore", "pipe"] });
let said = "";
for await (const chunk of server.stderr.iterator({ destroyOnReturn: false })) {
  said += chunk;
  if (said.includes(`:${port}/`)) break;
}
server.stderr.resume();
const memory = () => Number(readFileSync(`/proc/${server.pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) / 1024;
const path = join(project, "content/articles/guide/how-to-write.md");
const article = readFileSync(path, "utf8");
let heard = () => {};
listen(`http://127.0.0.1:${port}/_ubugi/events?pages=${encodeURIComponent(JSON.stringify([{ page: `/${code}/articles/how-to-write/` }]))}`, (word) => word.what === "reload" && heard()).catch(() => {});
await new Promise((done) => setTimeout(done, 500));
console.log(`at the start: ${memory().toFixed(1)} MB`);
const began = performance.now();
for (let number = 1; number <= rebuilds; number++) {
  const reloaded = new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`save ${number} was not heard of within 30 s`)), 30_000);
    heard = () => { clearTimeout(late); done(); };
  });
  const words = `${article}\n\n${number}\n`;
  if (number % 2) {
    writeFileSync(path, words);
  } else {
    writeFileSync(`${path}~`, words);
    renameSync(`${path}~`, path);
  }
  await reloaded;
  if (/^10+$/.test(String(number)) && number >= 100 || number === rebuilds) console.log(`after ${number.toLocaleString("en")} rebuilds: ${memory().toFixed(1)} MB, ${((performance.now() - began) / number).toFixed(1)} ms from save to word on average`);
}
process.exit();
