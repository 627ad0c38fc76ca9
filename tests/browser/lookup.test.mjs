// The lookup without a browser: the vectors of folding, and every name of every entry in each spelling, over the repository's index.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fold, plain } from "../../themes/base/static/lookup-fold.js";
import { prepare, search } from "../../themes/base/static/lookup-search.js";
import { ROOT, filesIn, repository } from "./sites.mjs";
import { spellings, typo } from "./spellings.mjs";

const site = repository()[0];
const raw = JSON.parse(readFileSync(join(site.folder, filesIn(site.folder).find((file) => /^assets\/medicines\..*\.json$/.test(file))), "utf8"));
const index = prepare(raw);

/** Every name with the entries that have it: namesakes share a key. */
const all = index.names.filter(({ kind }) => kind !== "class");
const namesakes = new Map();
for (const name of all) namesakes.set(name.key, [...(namesakes.get(name.key) ?? []), name]);
const sameEntry = (hit, name) => namesakes.get(name.key).some(({ entry }) => index.entries[entry].id === hit.id && index.entries[entry].missing === hit.missing);

test("folding passes the vectors", () => {
  const vectors = readFileSync(join(ROOT, "tests", "lookup", "folding.tsv"), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));
  assert.ok(vectors.length >= 300, `${vectors.length}`);
  assert.deepEqual(vectors.filter(([text, key]) => fold(text) !== key).map(([text, key]) => `${text}: ${fold(text)} instead of ${key}`), []);
});

test("every name is found first, or with its namesakes, in each spelling", (t) => {
  let [count, first, third] = [0, 0, 0];
  const missed = [];
  for (const name of all) {
    for (const spelling of spellings(name.text)) {
      const { hits } = search(index, spelling);
      count++;
      if (hits[0] && sameEntry(hits[0], name)) first++;
      if (hits.slice(0, 3).some((hit) => sameEntry(hit, name))) third++;
      else missed.push(`${name.text} as ${spelling}: ${hits[0]?.text}`);
    }
  }
  t.diagnostic(`${count} spellings of ${all.length} names: first ${((100 * first) / count).toFixed(2)} %, in three ${((100 * third) / count).toFixed(2)} %`);
  assert.deepEqual(missed.slice(0, 20), []);
  assert.ok(first / count >= 0.99, `${first} of ${count} first`);
});

test("the beginning of a name finds it", () => {
  const missed = [];
  for (const name of all) {
    const letters = [...name.text];
    if (letters.length < 4) continue;
    const { hits } = search(index, letters.slice(0, Math.ceil(letters.length * 0.75)).join(""), 1000);
    if (!hits.some((hit) => sameEntry(hit, name))) missed.push(name.text);
  }
  assert.deepEqual(missed, []);
});

test("one typing error is forgiven in names of five letters or more", (t) => {
  let seed = 1;
  const random = (n) => ((seed = (seed * 48271) % 2147483647), seed % n);
  let [count, found] = [0, 0];
  const missed = [];
  for (const name of all.filter(({ text }) => [...plain(text)].length >= 5)) {
    for (let round = 0; round < 5; round++) {
      const wrong = typo(name.text, random);
      const { hits, near } = search(index, wrong);
      count++;
      if ([...hits, ...near].slice(0, 3).some((hit) => sameEntry(hit, name))) found++;
      else missed.push(`${name.text} as ${wrong}`);
    }
  }
  t.diagnostic(`${count} names with one error: ${((100 * found) / count).toFixed(2)} % in three; not ${missed.slice(0, 8).join(", ")}`);
  assert.ok(found / count >= 0.95, `${found} of ${count}`);
});

test("a class finds its medicines", () => {
  for (const [place, names] of raw.classes.entries()) {
    const members = raw.drugs.filter(([, group]) => group === place).map(([id]) => id);
    if (!members.length) continue;
    const ids = search(index, names[0], 1000).hits.map(({ id }) => id);
    assert.deepEqual(members.filter((id) => !ids.includes(id)), [], names[0]);
  }
});

test("what is on a package finds its medicine", () => {
  for (const query of ["カロナール錠200", "カロナール錠200mg", "カロナール細粒20%", "タミフルカプセル75", "アスピリン「トーワ」"]) assert.equal(search(index, query).hits.length > 0, true, query);
  // Another product whose name only begins the same is none.
  assert.deepEqual(search(index, "カロナールプラスエース").hits, []);
});

test("an empty query and one of marks alone find nothing", () => {
  for (const query of ["", " ", "ー", "・", "（）"]) assert.deepEqual(search(index, query), { hits: [], near: [], total: 0 });
});
