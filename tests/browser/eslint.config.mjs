// The linter of scripts and styles. `npm run --prefix tests/browser lint` calls it from the
// repository's root, so that all paths below are the repository's.

import css from "@eslint/css";
import js from "@eslint/js";
import globals from "globals";

const PAGES = ["themes/*/static/**/*.js", "src/serve/static/**/*.js"];
const WORKERS = ["src/**/*worker.js", "src/render/push.js"];
/** What ubugi writes above a worker's script (worker.d.ts). */
const WRITTEN = { KEPT: "readonly", PUSH: "readonly" };

/** Rules beyond the recommended ones. */
const rules = {
  "default-param-last": "error",
  eqeqeq: ["error", "always", { null: "ignore" }],
  "max-depth": ["error", 4],
  "max-lines": ["error", 700],
  "max-lines-per-function": ["error", { max: 80, skipComments: true, skipBlankLines: true }],
  "no-eval": "error",
  "no-implicit-coercion": ["error", { boolean: false }],
  "no-implicit-globals": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-restricted-properties": [
    "error",
    ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
      property,
      message: "Make elements, so that nothing of a text can be read as HTML.",
    })),
    { object: "document", property: "write" },
    { object: "document", property: "cookie" },
  ],
  "no-shadow": "error",
  "no-unused-vars": ["error", { args: "all", argsIgnorePattern: "^_" }],
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": "error",
};

export default [
  { ignores: ["**/node_modules/**"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: PAGES,
    ignores: WORKERS,
    languageOptions: { sourceType: "module", globals: globals.browser },
    rules: { ...js.configs.recommended.rules, ...rules },
  },
  {
    // Classic scripts: not every browser that parents use runs modules as service workers.
    files: WORKERS,
    languageOptions: { sourceType: "script", globals: { ...globals.serviceworker, ...WRITTEN } },
    rules: { ...js.configs.recommended.rules, ...rules },
  },
  {
    files: ["tests/browser/**/*.mjs"],
    languageOptions: {
      sourceType: "module",
      globals: { ...globals.node, ...globals.browser, ...globals.serviceworker, axe: "readonly" },
    },
    rules: js.configs.recommended.rules,
  },
  {
    files: ["themes/**/*.css", "src/**/*.css"],
    plugins: { css },
    language: "css/css",
    rules: {
      ...css.configs.recommended.rules,
      // styles.test.mjs knows the tokens of other files.
      "css/no-invalid-properties": ["error", { allowUnknownVariables: true }],
      // A style that a browser does not know is left out by it; each is chosen so that this does no
      // harm.
      "css/use-baseline": "off",
      // For what must hold whatever a theme says: hidden is hidden, paper has no navigation.
      "css/no-important": "off",
    },
  },
  {
    files: ["themes/**/*.css", "src/serve/**/*.css"],
    ignores: ["src/serve/static/page.css"],
    plugins: { css },
    language: "css/css",
    rules: { "css/use-layers": "error" },
  },
];
