// What notices cost: 100,000 e-mail or Web Push notices planned, and sent to a receiver on this machine.
//
//   cargo build --release && node benches/notify.mjs [email | web-push] [rounds [options of `notify send`]]
//
// 100 municipalities with 20 segments each and 50 notices of their offices make 100,000 notices; each segment has one subscriber. UBUGI_NOTICES has other
// numbers: 1,1,1,100000 is one notice to a list of 100,000. The receiver is
// a process of its own that answers at once and counts; it shares the processors with what it measures. Memory is the peak of the process (VmHWM).
import { execFileSync, fork, spawn } from "node:child_process";
import { createECDH, randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UBUGI, needs, workshop } from "./bench.mjs";
import { generate } from "./generate.mjs";

if (process.argv[2] === "receive") {
  let messages = 0;
  // A push service: it reads a request to its end and has taken it.
  const pushService = (socket) => {
    let rest = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      for (;;) {
        const head = rest.indexOf("\r\n\r\n");
        if (head < 0) return;
        const end = head + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(rest.latin1Slice(0, head))[1]);
        if (rest.length < end) return;
        rest = rest.subarray(end);
        messages++;
        socket.write("HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n");
      }
    });
  };
  const mailServer = (socket) => {
    let rest = "";
    let inData = false;
    socket.write("220 here\r\n");
    socket.setEncoding("latin1");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      rest += chunk;
      let answers = "";
      for (;;) {
        if (inData) {
          const end = rest.indexOf("\r\n.\r\n");
          if (end < 0) break;
          rest = rest.slice(end + 5);
          inData = false;
          messages++;
          answers += "250 taken\r\n";
          continue;
        }
        const end = rest.indexOf("\r\n");
        if (end < 0) break;
        const word = rest.slice(0, 4).toUpperCase();
        rest = rest.slice(end + 2);
        if (word === "DATA") inData = true;
        answers += word === "DATA" ? "354 go on\r\n" : word === "EHLO" ? "250-here\r\n250-PIPELINING\r\n250 8BITMIME\r\n" : word === "QUIT" ? "221 bye\r\n" : "250 yes\r\n";
      }
      if (answers) socket.write(answers);
    });
  };
  const server = createServer({ noDelay: true }, process.argv[3] === "web-push" ? pushService : mailServer);
  server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
  process.on("message", () => process.send({ messages }));
} else {
  await main();
}

async function main() {
  const args = process.argv.slice(2);
  const kind = ["email", "web-push"].includes(args[0]) ? args.shift() : "email";
  const rounds = Number(args.shift() ?? 3);
  // A smaller number of each is for trying the script out; the fourth one is how many subscribers each segment has.
  const [towns, segments, articles, subscribers = 1] = (process.env.UBUGI_NOTICES ?? "100,20,50,1").split(",").map(Number);
  needs(UBUGI);
  const scratch = workshop();
  const receiver = fork(new URL(import.meta.url).pathname, ["receive", kind]);
  const answer = (ask) => new Promise((resolve) => { receiver.once("message", resolve); if (ask) receiver.send("count"); });
  try {
    const { port } = await answer(false);
    const project = join(scratch, "project");
    generate(project, { municipalities: towns, articles: 1, drugs: 0 });
    const codes = readdirSync(join(project, "municipalities"));
    const stage = readFileSync(join(project, "content/stages.yaml"), "utf8").match(/id: ([a-z0-9-]+)/)[1];
    const topic = readFileSync(join(project, "content/topics.yaml"), "utf8").match(/id: ([a-z0-9-]+)/)[1];
    let keys = "";
    const [, publicKey, privateKey] = execFileSync(UBUGI, ["notify", "keys"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).match(/public_key: (\S+)\nPRIVATE_KEY=(\S+)/);
    const browser = createECDH("prime256v1");
    const p256dh = browser.generateKeys("base64url");
    const channel = kind === "email"
      ? `{id: to, kind: email, server: 127.0.0.1, port: ${port}, security: none, from: kosodate@example.jp, unsubscribe: "https://example.jp/mail/"}`
      : `{id: to, kind: web-push, public_key: ${publicKey}, contact: "mailto:kosodate@example.jp", services: ["http://127.0.0.1:${port}"]}`;
    const subscriber = (code, name, index) => kind === "email"
      ? { to: `${name}-${index}@example.jp`, segments: [name] }
      : { endpoint: `http://127.0.0.1:${port}/${code}/${name}/${index}`, keys: { p256dh, auth: randomBytes(16).toString("base64url") }, segments: [name] };
    for (const folder of codes) {
      const path = join(project, "municipalities", folder, "municipality.yaml");
      const names = Array.from({ length: segments }, (_, index) => `s${index}`);
      const notify = `notify:\n  segments: [${names.map((name) => `{id: ${name}}`).join(", ")}]\n  channels:\n    - ${channel}\n`;
      writeFileSync(path, readFileSync(path, "utf8").replace(/^demo: true\n/m, "") + notify);
      mkdirSync(join(project, "municipalities", folder, "articles"), { recursive: true });
      for (let index = 0; index < articles; index++) {
        writeFileSync(
          join(project, "municipalities", folder, `articles/own-${index}.md`),
          `---\ntitle: 乳幼児健診のお知らせ（第${index + 1}回）\ndescription: 会場と時間、持ち物をまとめました。予約のしかたと、行けないときの連絡先も載せています。\nstages: [${stage}]\ntopics: [${topic}]\npublished: 2026-11-20\nsupervision: none\n---\n本文。\n`,
        );
      }
      const list = join(scratch, `${folder}.jsonl`);
      writeFileSync(list, names.flatMap((name) => Array.from({ length: subscribers }, (_, index) => `${JSON.stringify(subscriber(folder, name, index))}\n`)).join(""));
      keys += `UBUGI_${folder.slice(0, 6)}_TO_SUBSCRIBERS=${list}\nUBUGI_${folder.slice(0, 6)}_TO_PRIVATE_KEY=${privateKey}\n`;
    }
    writeFileSync(join(scratch, "keys"), keys);
    const [ledger, outbox] = [join(scratch, "ledger.jsonl"), join(scratch, "outbox.json")];
    const common = ["--project", project, "--ledger", ledger];
    const run = (...args) =>
      new Promise((resolve, reject) => {
        const began = process.hrtime.bigint();
        const child = spawn(UBUGI, ["--lang", "en", "notify", ...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, UBUGI_CLOCK_FOR_TESTS: "2026-11-21T10:00" } });
        let memory = 0;
        let said = "";
        child.stdout.resume();
        child.stderr.on("data", (chunk) => (said += chunk));
        const watch = setInterval(() => {
          try {
            memory = Math.max(memory, Number(readFileSync(`/proc/${child.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1] ?? 0));
          } catch {}
        }, 20);
        child.on("close", (code) => {
          clearInterval(watch);
          if (code !== 0) reject(new Error(`${args.join(" ")}: ${code}\n${said.slice(0, 2000)}`));
          else resolve({ seconds: Number(process.hrtime.bigint() - began) / 1e9, memory: memory / 1024, said: said.trim() });
        });
      });
    for (let round = 0; round < rounds; round++) {
      rmSync(ledger, { force: true });
      await run("seed", ...common, "--date", "2026-11-21", "--until", "2026-11-19");
      const plan = await run("plan", ...common, "--date", "2026-11-21", "--out", outbox);
      console.log(`${plan.said}: ${plan.seconds.toFixed(2)} s, ${plan.memory.toFixed(0)} MB`);
      const before = (await answer(true)).messages;
      const send = await run("send", ...common, "--outbox", outbox, "--secrets", join(scratch, "keys"), ...args);
      const count = (await answer(true)).messages - before;
      if (count !== towns * segments * articles * subscribers) throw new Error(`${count} messages came`);
      console.log(`sent in ${send.seconds.toFixed(1)} s, ${(count / send.seconds).toFixed(0)} a second, ${send.memory.toFixed(0)} MB`);
    }
  } finally {
    receiver.kill();
  }
}
