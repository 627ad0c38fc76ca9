// What the benchmarks have in common: where things are, a folder to work in, figures of several rounds.

import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** The program that is measured, unless another is named. */
export const UBUGI = process.env.UBUGI ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "release", "ubugi");
/** The memory file system, on which a disk's pace does not count. */
export const SHM = "/dev/shm";

/** Ends with the reason. */
export function fail(message) {
  console.error(message);
  process.exit(2);
}

/** Ends unless the program has been built. */
export function needs(ubugi) {
  if (!existsSync(ubugi)) fail(`${ubugi} does not exist: cargo build --release`);
}

/** A folder of its own below another, which goes away at the end; there must be so many GiB to spare. */
export function workshop(place = existsSync(SHM) ? SHM : tmpdir(), gib = 0) {
  if (!existsSync(place) || statfsSync(place).bavail * statfsSync(place).bsize < gib * 2 ** 30) fail(`${place} with ${gib} GiB to spare is needed`);
  const folder = mkdtempSync(join(place, "ubugi-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

/** The middle one. */
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
/** The middle one, the least and the greatest, in a unit. */
export const span = (list, digits, unit) => `${median(list).toFixed(digits)} ${unit} (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`;
/** Whether a goal is met, in words. */
export const goal = (text, isMet) => `${text}: ${isMet ? "met" : "MISSED"}`;
