// The sample of a long matrix: it has everything at least once, is the same for a seed, and differs between seeds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sample } from "./sample.mjs";

const jobs = ["base", "clear"].flatMap((theme) => ["home", "article", "stage"].flatMap((kind) => ["ja", "en"].map((language) => ({ theme, kind, language }))));
const keys = ({ theme, kind, language }) => [theme, `${kind} ${language}`];

test("a sample has every key, and fewer jobs than there are", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const some = sample(jobs, keys, String(seed));
    assert.deepEqual(new Set(some.flatMap(keys)), new Set(jobs.flatMap(keys)));
    assert.equal(some.length, 6);
  }
});

test("a seed gives the same sample again, other seeds give others", () => {
  assert.deepEqual(sample(jobs, keys, "7"), sample(jobs, keys, "7"));
  const different = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(sample(jobs, keys, String(seed + 1)))));
  assert.ok(different.size > 10, `${different.size}`);
});

test("every job is in the sample of some seed", () => {
  const seen = new Set(Array.from({ length: 100 }, (_, seed) => sample(jobs, keys, String(seed + 1))).flat());
  assert.equal(seen.size, jobs.length);
});

test("without a seed all are taken", () => assert.deepEqual(sample(jobs, keys, ""), jobs));
