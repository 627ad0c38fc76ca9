#!/usr/bin/env node
// Checks the scripts and styles of the themes, of the preview and of the service worker: their
// form, the linter's rules, and the types that their comments give. All checks run even if one
// finds something. With --fix it brings files into form instead of only saying so.
//
// npm run --prefix tests/browser lint [-- --fix]

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./sites.mjs";

const BIN = join(ROOT, "tests/browser/node_modules/.bin");
/** The files whose form prettier decides. */
const FORMED = [
  "themes/*/static/**/*.{js,css}",
  "src/**/*.{js,css,d.ts}",
  "tests/browser/{eslint.config,lint,styles.test}.mjs",
  "tests/browser/*.{d.ts,json}",
  "!tests/browser/package-lock.json",
];

const isFix = process.argv.includes("--fix");
const checks = [
  [
    "prettier",
    ["--config", "tests/browser/.prettierrc.json", isFix ? "--write" : "--check", ...FORMED],
  ],
  [
    "eslint",
    ["--config", "tests/browser/eslint.config.mjs", "--max-warnings", "0", "themes", "src"],
    ["tests/browser"],
  ],
  ["tsc", ["--project", "tests/browser/tsconfig.json"]],
  ["tsc", ["--project", "tests/browser/tsconfig.worker.json"]],
];
for (const [tool, ...options] of checks) {
  const { status, error } = spawnSync(join(BIN, tool), options.flat(), {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (error) console.error(`${tool}: ${error.message}`);
  if (status !== 0) process.exitCode = 1;
}
