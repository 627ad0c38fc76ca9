// What `ubugi notify send` gives to push services, opened by others: bodies by the library `http_ece` with each browser's own keys (RFC 8291), the
// sender's tokens by node:crypto (RFC 8292). The push service is a server on this machine, the browsers are pairs of keys.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import ece from "http_ece";
import { ROOT } from "./sites.mjs";

const UBUGI = process.env.UBUGI ?? join(ROOT, "target", "release", "ubugi");
const NOW = "2026-11-21T10:00";
const BROWSERS = 12;
/** As long as nobody writes, in Japanese, with what JSON escapes. */
const LONG = "乳幼児健診は、お住まいの地域の会場で受けられます。「母子健康手帳」と \\\"問診票\\\" をお持ちください。👶".repeat(60);

const folder = mkdtempSync(join(tmpdir(), "ubugi-push-"));
const requests = [];
const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    requests.push({ path: request.url, headers: request.headers, body: Buffer.concat(parts) });
    response.writeHead(201, { location: "/message/1" }).end();
  });
});
const browsers = Array.from({ length: BROWSERS }, (_, index) => {
  const keys = createECDH("prime256v1");
  keys.generateKeys();
  return { path: `/to/${index}`, keys, auth: randomBytes(16) };
});
let origin;
let publicKey;

const ubugi = (...args) => execFileSync(UBUGI, ["--lang", "en", "notify", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

before(async () => {
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
  const [, first, privateKey] = ubugi("keys").match(/^public_key: (\S+)\nPRIVATE_KEY=(\S+)\n$/);
  publicKey = first;
  const project = join(folder, "project");
  cpSync(join(ROOT, "tests", "fixtures", "kinds"), project, { recursive: true });
  cpSync(join(ROOT, "themes"), join(project, "themes"), { recursive: true });
  const [town] = readdirSync(join(project, "municipalities")).sort();
  const path = join(project, "municipalities", town, "municipality.yaml");
  const notify = `notify:\n  segments: [{id: all}]\n  channels:\n    - {id: push, kind: web-push, public_key: ${publicKey}, contact: "mailto:kosodate@example.jp", services: ["${origin}"]}\n`;
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/^demo: true\n/m, "") + notify);
  mkdirSync(join(project, "municipalities", town, "articles"), { recursive: true });
  const stage = readFileSync(join(project, "content/stages.yaml"), "utf8").match(/id: ([a-z0-9-]+)/)[1];
  const topic = readFileSync(join(project, "content/topics.yaml"), "utf8").match(/id: ([a-z0-9-]+)/)[1];
  for (const [name, words] of [["push-long", LONG], ["push-short", "予約が始まりました。"]]) {
    const head = `---\ntitle: 乳幼児健診のお知らせ\ndescription: 会場と時間。\nstages: [${stage}]\ntopics: [${topic}]\npublished: 2026-11-20\nsupervision: none\nnotify: {plain: "${words}"}\n`;
    writeFileSync(join(project, "municipalities", town, "articles", `${name}.md`), `${head}---\n本文。\n`);
  }
  const line = ({ path, keys, auth }) =>
    JSON.stringify({ endpoint: `${origin}${path}`, expirationTime: null, keys: { p256dh: keys.getPublicKey("base64url"), auth: auth.toString("base64url") } });
  writeFileSync(join(folder, "list.jsonl"), `${browsers.map(line).join("\n")}\n`);
  const code = text.match(/^code: "(\d{6})"/m)[1];
  writeFileSync(join(folder, "keys"), `UBUGI_${code}_PUSH_PRIVATE_KEY=${privateKey}\nUBUGI_${code}_PUSH_SUBSCRIBERS=${join(folder, "list.jsonl")}\n`);
  const common = ["--project", project, "--ledger", join(folder, "ledger.jsonl")];
  ubugi("seed", ...common, "--date", "2026-11-21", "--until", "2026-11-19");
  ubugi("plan", ...common, "--date", "2026-11-21", "--out", join(folder, "outbox.json"));
  // Not synchronously: the push service answers in this process.
  const args = ["--lang", "en", "notify", "send", ...common, "--outbox", join(folder, "outbox.json"), "--secrets", join(folder, "keys")];
  await new Promise((done, failed) => execFile(UBUGI, args, { env: { ...process.env, UBUGI_CLOCK_FOR_TESTS: NOW } }, (error, out, said) => (error ? failed(new Error(`${out}${said}`)) : done())));
});

after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

function opened({ path, body }) {
  const browser = browsers.find((one) => one.path === path);
  return JSON.parse(ece.decrypt(body, { version: "aes128gcm", privateKey: browser.keys, authSecret: browser.auth.toString("base64url") }).toString("utf8"));
}

test("every browser can read what it was sent, and nobody else", () => {
  const own = (name) => requests.filter((request) => opened(request).url.endsWith(`/${name}/`));
  assert.equal(own("push-short").length, BROWSERS);
  assert.equal(own("push-long").length, BROWSERS);
  for (const request of own("push-short")) {
    const { title, body, lang } = opened(request);
    assert.deepEqual([title, body, lang], ["乳幼児健診のお知らせ", "予約が始まりました。", "ja"]);
  }
  const [{ body }] = requests.filter(({ path }) => path === browsers[0].path);
  const other = browsers[1];
  assert.throws(() => ece.decrypt(body, { version: "aes128gcm", privateKey: other.keys, authSecret: other.auth.toString("base64url") }));
});

test("the longest Japanese text is cut to what every push service takes", () => {
  const long = requests.filter((request) => opened(request).url.endsWith("/push-long/"));
  for (const request of long) {
    const { title, body } = opened(request);
    const whole = LONG.replaceAll('\\"', '"');
    assert.equal(title, "乳幼児健診のお知らせ");
    assert.ok(body.endsWith("…") && whole.startsWith(body.slice(0, -1)) && !body.includes("\ufffd"), body.slice(-20));
    assert.ok(request.body.length <= 4096 && request.body.length > 4086, `${request.body.length}`);
  }
});

test("the tag of a notice is its topic, and differs for each browser and article", () => {
  for (const request of requests) assert.equal(opened(request).tag, request.headers.topic);
  assert.equal(new Set(requests.map(({ headers }) => headers.topic)).size, 2 * BROWSERS);
});

test("the token is signed with the key that it names, for this push service, for half a day", () => {
  for (const authorization of new Set(requests.map(({ headers }) => headers.authorization))) {
    const [, token, key] = authorization.match(/^vapid t=([\w-]+\.[\w-]+\.[\w-]+), k=([\w-]+)$/);
    assert.equal(key, publicKey);
    const [head, claims, signature] = token.split(".");
    const point = Buffer.from(key, "base64url");
    const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
    const ours = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
    assert.ok(verify("sha256", Buffer.from(`${head}.${claims}`), ours, Buffer.from(signature, "base64url")));
    assert.ok(!verify("sha256", Buffer.from(`${head}.${claims}x`), ours, Buffer.from(signature, "base64url")));
    assert.deepEqual(JSON.parse(Buffer.from(head, "base64url")), { typ: "JWT", alg: "ES256" });
    const { aud, exp, sub } = JSON.parse(Buffer.from(claims, "base64url"));
    assert.deepEqual([aud, sub], [origin, "mailto:kosodate@example.jp"]);
    const hours = (exp - Date.parse(`${NOW}:00+09:00`) / 1000) / 3600;
    assert.ok(hours > 11.9 && hours < 12.1, `${hours}`);
  }
});
