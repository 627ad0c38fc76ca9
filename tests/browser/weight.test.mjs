// What a phone has to load for an article: its page, styles and scripts, as a host sends them compressed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { filesIn, repository } from "./sites.mjs";

/** The most that an article may weigh, in bytes. */
const LIMIT = 30_000;

const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const sites = repository();

/** The styles and scripts that a page names, as files of its site. */
function parts(site, text) {
  return [...text.matchAll(/<(?:link rel="(?:stylesheet|modulepreload)"|script)[^>]*?\b(?:href|src)="([^"]+)"/g)].map(([, address]) => address.slice(site.base.pathname.length));
}

/** The heaviest of a site's articles: the file's name and the weights of all that it loads. */
function heaviest(site) {
  const articles = filesIn(site.folder).filter((file) => /(^|\/)articles\/[^/]+\/index\.html$/.test(file));
  const known = new Map();
  const weights = (file) => {
    if (!known.has(file)) {
      const bytes = readFileSync(join(site.folder, file));
      known.set(file, { gzip: gzip(bytes), brotli: brotli(bytes) });
    }
    return known.get(file);
  };
  // By gzip, which is quick, the heaviest ones are found; only those are weighed in full.
  const byGzip = articles.map((file) => ({ file, gzip: gzip(readFileSync(join(site.folder, file))) })).sort((a, b) => b.gzip - a.gzip);
  return byGzip.slice(0, 3).map(({ file }) => {
    const all = [file, ...parts(site, readFileSync(join(site.folder, file), "utf8"))];
    const sum = (kind) => all.reduce((total, one) => total + weights(one)[kind], 0);
    return { file, count: all.length, gzip: sum("gzip"), brotli: sum("brotli") };
  });
}

for (const theme of new Set(sites.map((site) => site.theme))) {
  describe(`theme ${theme}`, () => {
    for (const site of sites.filter((one) => one.theme === theme)) {
      test(`the heaviest articles of ${site.code} are below 30 KB`, (t) => {
        for (const page of heaviest(site)) {
          t.diagnostic(`${page.file}: ${page.brotli} bytes with brotli, ${page.gzip} with gzip, ${page.count} files`);
          assert.ok(page.count >= 3, "the page has styles");
          assert.ok(page.brotli < LIMIT, `${page.file}: ${page.brotli} bytes with brotli`);
          assert.ok(page.gzip < LIMIT, `${page.file}: ${page.gzip} bytes with gzip`);
        }
      });
    }
  });
}

test("there are no web fonts", () => {
  for (const site of sites) {
    const files = filesIn(site.folder);
    assert.deepEqual(files.filter((file) => /\.(woff2?|ttf|otf|eot)$/i.test(file)), []);
    for (const file of files.filter((one) => one.endsWith(".css"))) assert.doesNotMatch(readFileSync(join(site.folder, file), "utf8"), /@font-face|@import/i, file);
  }
});
