// The style sheets of the themes and of the preview: every token that a sheet uses is set somewhere,
// and the layers stand in one order.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { ROOT } from "./sites.mjs";

/** What the style sheet with the municipality's colours sets (src/municipality/colour.rs). */
const BRAND = ["brand", "brand-strong", "on-brand", "brand-soft", "on-soft", "accent"];

/** Returns the style sheets of a folder, by name, without comments. */
function sheetsIn(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".css"));
  const text = (name) => readFileSync(join(folder, name), "utf8").replaceAll(/\/\*[^]*?\*\//g, "");
  return new Map(names.map((name) => [name, text(name)]));
}

/** Returns a theme's style sheets, with those of the theme that it extends. */
function sheetsOf(theme) {
  const folder = join(ROOT, "themes", theme);
  const { extends: parent } = parse(readFileSync(join(folder, "theme.yaml"), "utf8"));
  const inherited = parent ? sheetsOf(parent) : [];
  return new Map([...inherited, ...sheetsIn(join(folder, "static"))]);
}

const groups = readdirSync(join(ROOT, "themes")).map((theme) => [theme, sheetsOf(theme), BRAND]);
groups.push(["preview", sheetsIn(join(ROOT, "src", "serve", "static")), []]);

for (const [name, sheets, others] of groups) {
  describe(name, () => {
    test("every token that is used is set, and every one that is set is used", () => {
      const all = [...sheets.values()].join("\n");
      const set = new Set([...all.matchAll(/(?<![-\w])--([\w-]+)\s*:/g)].map(([, token]) => token));
      const used = new Set([...all.matchAll(/var\(\s*--([\w-]+)/g)].map(([, token]) => token));
      const without = (tokens, found) =>
        [...tokens].filter((token) => !found.has(token) && !others.includes(token));
      assert.ok(used.size > 5);
      assert.deepEqual(without(used, set), []);
      // Whether a theme uses all of the municipality's colours is its own affair.
      assert.deepEqual(without(set, used), []);
    });

    test("tokens.css names the layers in their order, and other sheets only use them", () => {
      const order = sheets
        .get("tokens.css")
        .match(/@layer ([\w, ]+);/)[1]
        .split(", ");
      assert.deepEqual(order.slice(0, 3), ["tokens", "base", "components"]);
      for (const [sheet, text] of sheets) {
        const layers = [...text.matchAll(/@layer ([\w-]+) \{/g)].map(([, layer]) => layer);
        assert.deepEqual(
          layers,
          order.filter((layer) => layers.includes(layer)),
          sheet,
        );
        if (sheet !== "tokens.css") assert.ok(!layers.includes("tokens"), sheet);
      }
    });
  });
}
