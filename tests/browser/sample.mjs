// The part of a long matrix that one run of the tests takes. `tests/run` sets UBUGI_TEST_SEED, so
// that a run can be repeated and different commits look at different parts. Without it, as in
// `tests/run --full` or by hand, a test takes the whole matrix.

import { Random } from "../../benches/random.mjs";

const { UBUGI_TEST_SEED } = process.env;

/**
 * Returns some of the jobs, in their order, that together have every key that any job has:
 * `keysOf(job)` is a job's list of texts. The same seed and jobs give the same sample. Returns all
 * jobs when there is no seed.
 */
export function sample(jobs, keysOf, seed = UBUGI_TEST_SEED) {
  if (!seed) return jobs;
  const random = new Random(Number(seed));
  const missing = new Set(jobs.flatMap(keysOf));
  const rest = jobs.map((job, order) => ({ job, order, chance: random.next(), keys: keysOf(job) })).sort((a, b) => a.chance - b.chance);
  const taken = [];
  while (missing.size) {
    // The job with the most keys that are still missing; among equals the one that chance has put first.
    const gain = ({ keys }) => keys.filter((key) => missing.has(key)).length;
    const best = rest.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    best.keys.forEach((key) => missing.delete(key));
    taken.push(...rest.splice(rest.indexOf(best), 1));
  }
  return taken.sort((a, b) => a.order - b.order).map(({ job }) => job);
}
