// The sites of a project and the folders in which they were built, read from the sources and not from the output, so that the
// output can be held against them.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** The repository's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The date that the tests build for, unless they say otherwise. */
export const DATE = "2026-11-21";

/**
 * Reads what the tests need to know of each site: `{code, name, base (URL with a slash at the end), theme, languages: [{tag, path}],
 * own (names of the municipality's own articles), folder}`.
 */
export function sitesOf(project, dist) {
  const config = parse(readFileSync(join(project, "ubugi.yaml"), "utf8"));
  const languages = config.languages.map(({ tag, path = "" }) => ({ tag, path: path && `${path}/` }));
  return readdirSync(join(project, "municipalities"))
    .sort()
    .map((folder) => {
      const own = parse(readFileSync(join(project, "municipalities", folder, "municipality.yaml"), "utf8"));
      return {
        code: own.code,
        name: own.name.ja ?? own.name,
        base: new URL(`${own.base_url}/`),
        theme: own.theme ?? config.default_theme,
        languages: languages.filter(({ tag }) => !own.languages || own.languages.includes(tag)),
        own: namesIn(join(project, "municipalities", folder, "articles")),
        folder: join(dist, own.code),
      };
    });
}

/** The names of a folder's articles, without language and ending. */
function namesIn(folder) {
  return new Set(existsSync(folder) ? filesIn(folder).map((file) => file.replace(/^.*\//, "").replace(/\..*$/, "")) : []);
}

/** All files below a folder as sorted relative paths with slashes. */
export function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

/** The path, relative to the site's base, at which a file is read: `a/index.html` at `a/`. */
export const addressOf = (file) => file.replace(/(^|\/)index\.html$/, "$1");

const made = [];
process.on("exit", () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function temporary() {
  const folder = mkdtempSync(join(tmpdir(), "ubugi-test-"));
  made.push(folder);
  return folder;
}

function build(project, date) {
  const ubugi = process.env.UBUGI ?? join(ROOT, "target", "release", "ubugi");
  if (!existsSync(ubugi)) throw new Error(`${ubugi} does not exist: cargo build --release`);
  const dist = join(temporary(), "dist");
  execFileSync(ubugi, ["build", "--project", project, "--out", dist, "--date", date, "--quiet", "--lang", "en"], { stdio: ["ignore", "ignore", "pipe"] });
  return dist;
}

/** The repository's own sites: built already where UBUGI_TEST_DIST says so, otherwise into a temporary folder. */
export function repository() {
  return sitesOf(ROOT, process.env.UBUGI_TEST_DIST ?? build(ROOT, DATE));
}

/** The sites of a project of tests/fixtures with the repository's themes, built into a temporary folder. */
export function fixture(name, date = DATE) {
  const project = join(temporary(), "project");
  cpSync(join(ROOT, "tests", "fixtures", name), project, { recursive: true });
  cpSync(join(ROOT, "themes"), join(project, "themes"), { recursive: true });
  return sitesOf(project, build(project, date));
}
