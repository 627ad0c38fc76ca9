// The table as data keeps to its published schema, and its CSV to RFC 4180, on every site of the repository, where nothing is signed, and of a
// made-up project, where something is.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { fixture, repository } from "./sites.mjs";

const made = fixture("kinds");
const sites = [...repository(), ...made].filter(({ folder }) => existsSync(join(folder, "api")));
const read = (site, name) => readFileSync(join(site.folder, "api", name), "utf8");

/** Reads CSV as RFC 4180 has it: cells quoted where they must be, rows ended by CRLF. */
function rows(text) {
  const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)];
  assert.equal(cells.map((cell) => cell[0]).join(""), text, "nothing stands between the cells");
  const out = [[]];
  for (const [, quoted, plain, end] of cells) {
    out.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ",") out.push([]);
  }
  return out.slice(0, -1);
}

test("there is a site with a table", () => assert.ok(sites.length > made.length));

test("the data says who signed an entry, and of a product only what is true of all its ingredients", () => {
  const { drugs, products } = JSON.parse(read(made[0], "drugs.json"));
  const [signed, unsigned] = ["two", "one"].map((id) => drugs.find((drug) => drug.id === id).supervision);
  assert.deepEqual(signed.reviewers.map(({ licence }) => licence), ["医師", "薬剤師"]);
  assert.deepEqual([signed.state, signed.overdue, unsigned], ["approved", false, { state: "unsupervised" }]);
  assert.deepEqual(products.map(({ supervision }) => supervision), [{ state: "unsupervised" }]);
});

for (const site of sites) {
  test(`${site.name}: drugs.json keeps to its schema`, () => {
    const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
    formats(ajv);
    const validate = ajv.compile(JSON.parse(read(site, "drugs.schema.json")));
    const data = JSON.parse(read(site, "drugs.json"));
    assert.ok(validate(data), JSON.stringify(validate.errors?.slice(0, 3)));
    const ids = new Set(data.drugs.map(({ id }) => id));
    const sources = new Map(data.sources.map((source) => [source.id, new Set(source.categories.map(({ id }) => id))]));
    for (const drug of data.drugs)
      for (const assessment of drug.assessments) {
        assert.ok(sources.get(assessment.source)?.has(assessment.category), drug.id);
        assert.ok(assessment.alternatives.every((id) => ids.has(id)), drug.id);
      }
    const broken = { ...data, drugs: [{ ...data.drugs[0], verdict: "safe" }] };
    assert.ok(!validate(broken), "the schema knows no verdict of our own");
  });

  test(`${site.name}: drugs.csv opens as it is`, () => {
    const text = read(site, "drugs.csv");
    assert.equal(text[0], "\ufeff");
    const [head, ...body] = rows(text.slice(1));
    assert.ok(body.every((row) => row.length === head.length));
    const { drugs } = JSON.parse(read(site, "drugs.json"));
    assert.equal(body.length, drugs.reduce((sum, drug) => sum + drug.assessments.length, 0), "a row for each assessment");
    assert.ok(body.flat().every((cell) => !/^[=+\-@]/.test(cell)), "no cell is a formula");
  });
}
