// Random choices that are the same on every machine and in every run: mulberry32, seeded by a number.

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, not including, 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** One of a list. */
  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** `count` different ones of a list, in the list's order. */
  some(list, count) {
    const left = [...list.keys()];
    const taken = [];
    while (taken.length < count && left.length) taken.push(left.splice(Math.floor(this.next() * left.length), 1)[0]);
    return taken.sort((a, b) => a - b).map((i) => list[i]);
  }

  /** Whether something of this probability happens. */
  chance(probability) {
    return this.next() < probability;
  }
}
