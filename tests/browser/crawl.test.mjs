// The crawl itself: each kind of fault, planted in a site without faults, is found, and nothing else.

import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { crawl } from "./crawl.mjs";
import { filesIn, fixture } from "./sites.mjs";

const sites = fixture("kinds");
const [site, other] = sites;
const file = "articles/short/index.html";
const path = join(site.folder, file);
const root = site.base.pathname;

/** Crawls with a file's text changed. */
function withChange(place, change) {
  const text = readFileSync(place, "utf8");
  const changed = change(text);
  assert.notEqual(changed, text, "the fault was planted");
  writeFileSync(place, changed);
  try {
    return crawl(sites).faults;
  } finally {
    writeFileSync(place, text);
  }
}
const planted = (html) => (text) => text.replace("</article>", `${html}</article>`);

test("the site as it is has no faults", () => assert.deepEqual(crawl(sites).faults, []));

const FAULTS = {
  "a dead link": [planted(`<a href="${root}articles/gone/">x</a>`), /articles\/gone\/: does not exist/],
  "a dead fragment": [planted(`<a href="${root}articles/everything/#gone">x</a>`), /has no #gone/],
  "a fragment of the same page": [planted('<a href="#gone">x</a>'), /has no #gone/],
  "a link out of the site by path": [planted('<a href="/elsewhere/">x</a>'), /leads out of the site/],
  "a link into another municipality": [planted(`<a href="${other.base.href}">x</a>`), /leads into the site of/, /names the address of/],
  "an image from elsewhere": [planted('<img alt="" src="https://www.example.org/x.png">'), /leads out of the site/],
  "a missing image in srcset": [planted(`<img alt="" src="${root}favicon.svg" srcset="${root}a.png 2x">`), /a\.png: does not exist/, /favicon\.svg: does not exist/],
  "a script from elsewhere": [planted('<script src="https://www.example.org/x.js"></script>'), /leads out of the site/],
  "a frame": [planted('<iframe title="x" src="//www.example.org/"></iframe>'), /leads out of the site/],
  "script inline": [planted("<script>x()</script>"), /has script inline/],
  "style inline": [planted('<p style="color:red">x</p>'), /p has style/],
  "a handler inline": [planted('<p onclick="x()">x</p>'), /p has onclick/],
  "a dangerous scheme": [planted('<a href="javascript:x()">x</a>'), /is not allowed/],
  "an id twice": [planted('<p id="main">x</p>'), /"main" is empty or not the only one/],
  "a second h1": [planted("<h1>x</h1>"), /has 2 h1/],
  "the wrong language": [(text) => text.replace('<html lang="ja">', '<html lang="en">'), /html lang is en, not ja/],
  "a canonical address elsewhere": [(text) => text.replace(/rel="canonical" href="[^"]*"/, 'rel="canonical" href="https://www.example.org/"'), /canonical .*leads out of the site/, /its canonical address is/],
  "a picture for sharing that is not there": [(text) => text.replace("<meta property=\"og:url\"", `<meta property="og:image" content="${site.base.href}no.png"><meta property="og:url"`), /no\.png: does not exist/],
  "broken HTML": [planted('<p class="a" class="b">x</p>'), /not well-formed HTML/],
  "a tag that is not closed": [planted("<div><b>x</div>"), /b is not closed/],
  "a title twice": [(text) => text.replace(/<title>[^<]*/, `<title>${/<title>([^<]*)/.exec(readFileSync(join(site.folder, "articles/everything/index.html"), "utf8"))[1]}`), /the title of/],
};

test("finds a withdrawn page that search engines may find", () => {
  const faults = withChange(join(site.folder, "articles/taken-back/index.html"), (text) => text.replace('content="noindex"', 'content="all"'));
  assert.deepEqual(faults.map((fault) => fault.replace(/^.*: /, "")), ["was withdrawn and may be found by search engines"]);
});

test("finds a link to a withdrawn page", () => {
  const faults = withChange(path, planted(`<a href="${root}articles/taken-back/">x</a>`));
  assert.deepEqual(faults.map((fault) => fault.replace(/^.*: /, "")), ["was withdrawn and is still linked"]);
});

for (const [name, [change, ...expected]] of Object.entries(FAULTS)) {
  test(`finds ${name}`, () => {
    const faults = withChange(path, change);
    for (const pattern of expected) assert.ok(faults.some((fault) => pattern.test(fault)), `${pattern} in ${JSON.stringify(faults)}`);
    for (const fault of faults) assert.ok(expected.some((pattern) => pattern.test(fault)), `not expected: ${fault}`);
  });
}

test("finds what style sheets, scripts, manifest and site map name in vain", () => {
  const find = (ending) => join(site.folder, filesIn(site.folder).find((one) => one.endsWith(ending)));
  assert.match(withChange(find(".css"), (text) => `${text}a{background:url(gone.png)}`).join(), /gone\.png: does not exist/);
  assert.match(withChange(find(".css"), (text) => `${text}@font-face{font-family:x}`).join(), /loads a font/);
  assert.match(withChange(find(".js"), (text) => `${text}\nimport("./gone.js");`).join(), /gone\.js: does not exist/);
  assert.match(withChange(find(".js"), (text) => `${text}\nfetch("https://www.example.org/");`).join(), /names https:/);
  assert.match(withChange(find("manifest.webmanifest"), (text) => text.replace('"src":"', '"src":"/gone')).join(), /leads out of the site|does not exist/);
  assert.match(withChange(find("sitemap.xml"), (text) => text.replace("articles/short/</loc>", "articles/gone/</loc>")).join(), /gone\/: does not exist.*lacks articles\/short/);
  assert.match(withChange(find("_headers"), (text) => text.replace("default-src 'none'", "default-src 'none'; img-src *")).join(), /is not strict/);
});

test("finds a page that is gone, and one to which no way leads", () => {
  const away = `${path}.away`;
  renameSync(path, away);
  try {
    assert.match(crawl(sites).faults.join(), /articles\/short\/: does not exist/);
  } finally {
    renameSync(away, path);
  }
  const lost = join(site.folder, "lost.html");
  writeFileSync(lost, readFileSync(path, "utf8").replace(/<title>[^<]*/, "<title>lost"));
  try {
    assert.match(crawl(sites).faults.join(), /lost\.html: no way leads here/);
  } finally {
    rmSync(lost);
  }
});
