// The lookup without a browser: the vectors of folding, and every name of every entry in each spelling, over the repository's index.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fold, plain } from "../../themes/base/static/lookup-fold.js";
import { Random } from "../../benches/random.mjs";
import { prepare, search } from "../../themes/base/static/lookup-search.js";
import { ROOT, filesIn, repository } from "./sites.mjs";
import { spellings, typo } from "./spellings.mjs";

const site = repository()[0];
const raw = JSON.parse(readFileSync(join(site.folder, filesIn(site.folder).find((file) => /^assets\/medicines\..*\.json$/.test(file))), "utf8"));
const index = prepare(raw);

/** Every name of an index, and a test whether a hit is an entry of that name: namesakes share a key. */
function namesOf(index) {
  const all = index.names.filter(({ kind }) => kind !== "class");
  const namesakes = new Map();
  for (const name of all) namesakes.set(name.key, [...(namesakes.get(name.key) ?? []), index.entries[name.entry]]);
  const isOf = (hit, name) => namesakes.get(name.key).some(({ id, product, missing }) => id === hit.id && product === hit.product && missing === hit.missing);
  return { all, isOf };
}
const { all, isOf: sameEntry } = namesOf(index);

test("folding passes the vectors", () => {
  const vectors = readFileSync(join(ROOT, "tests", "lookup", "folding.tsv"), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));
  assert.ok(vectors.length >= 300, `${vectors.length}`);
  assert.deepEqual(vectors.filter(([text, key]) => fold(text) !== key).map(([text, key]) => `${text}: ${fold(text)} instead of ${key}`), []);
});

/** Searches every name in each spelling: how many, how many found first and in three, and what was missed. */
function inEachSpelling(index) {
  const { all, isOf } = namesOf(index);
  const result = { names: all.length, count: 0, first: 0, third: 0, missed: [] };
  for (const name of all) {
    for (const spelling of spellings(name.text)) {
      const { hits } = search(index, spelling);
      result.count++;
      if (hits[0] && isOf(hits[0], name)) result.first++;
      if (hits.slice(0, 3).some((hit) => isOf(hit, name))) result.third++;
      else result.missed.push(`${name.text} as ${spelling}: ${hits[0]?.text}`);
    }
  }
  return result;
}

test("every name is found first, or with its namesakes, in each spelling", (t) => {
  const { names, count, first, third, missed } = inEachSpelling(index);
  t.diagnostic(`${count} spellings of ${names} names: first ${((100 * first) / count).toFixed(2)} %, in three ${((100 * third) / count).toFixed(2)} %`);
  assert.deepEqual(missed.slice(0, 20), []);
  assert.ok(first / count >= 0.99, `${first} of ${count} first`);
});

test("so are names that nobody has thought of: any sounds, of any length, in tables made at random", (t) => {
  const SOUNDS = [..."アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワガギグゲゴザジズゼゾダデドバビブベボパピプペポ", "キャ", "シュ", "ショ", "チャ", "チョ", "ニュ", "ヒョ", "リュ", "ギョ", "ジャ", "ジュ", "ビョ", "ピャ", "シェ", "ジェ", "チェ", "ファ", "フィ", "フェ", "フォ", "ティ", "ディ", "トゥ", "デュ", "ヴァ", "ヴィ", "ヴェ", "ツァ"];
  const total = { count: 0, first: 0 };
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed);
    const name = () => {
      const sounds = Array.from({ length: random.between(2, 7) }, () => random.pick(SOUNDS) + random.pick(["", "", "", "", "ー", "ン"]));
      return random.chance(0.2) ? sounds.join("").replace(/(?<=.)(?=[カキクサシスタチツテトパピプペポ])/, "ッ") : sounds.join("");
    };
    const names = (low, high) => Array.from({ length: random.between(low, high) }, name);
    const made = prepare({
      classes: [[name()]],
      drugs: Array.from({ length: 60 }, (_, n) => [`drug-${n}`, 0, [name()], names(0, 3), names(0, 3)]),
      products: Array.from({ length: 10 }, (_, n) => [`product-${n}`, 0, [name()], names(0, 2)]),
      not_listed: Array.from({ length: 5 }, () => [[name()], names(0, 2)]),
    });
    const { count, first, missed } = inEachSpelling(made);
    assert.deepEqual(missed, [], `seed ${seed}`);
    total.count += count;
    total.first += first;
  }
  t.diagnostic(`${total.count} spellings, first ${((100 * total.first) / total.count).toFixed(2)} %`);
  assert.ok(total.first / total.count >= 0.99);
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

test("a combination product is found as itself, before its ingredients", () => {
  assert.ok(raw.products.length >= 12);
  for (const [id, , [name]] of raw.products) assert.equal(search(index, name).hits[0].product, id, name);
});

test("sounds that stand together in a reading by chance are no word", () => {
  // こうひ is in こうひすたみん and in けいこうひにん.
  for (const { name, text } of search(index, "コーヒー", 50).hits) assert.ok(/コーヒー|カフェイン/.test(name + text), `${name}: ${text}`);
  assert.ok(search(index, "抗ヒスタミン").hits.length > 3, "what is written within the name of a class is");
});

test("an empty query, one of marks alone and one letter again and again find nothing", () => {
  for (const query of ["", " ", "ー", "・", "（）", "ああああ", "aaaa"]) assert.deepEqual(search(index, query), { hits: [], near: [], total: 0 });
});
