// Finds medicines by what is typed. Pure functions: no page. docs/lookup.md says what matches and in which order.
//
// The index is {classes: [[name]], drugs: [[id, class, names, aliases, brands]], products: [[id, class, names, aliases]],
// not_listed: [[names, brands]]} as src/lookup/index.rs writes it. Its keys are folded here, by the rule that folds the query.

import { enlarged, fold, plain } from "./lookup-fold.js";

/** How well a key matches, best first. */
export const EXACT = 0;
export const PREFIX = 1;
export const WITHIN = 2;
export const NEAR = 3;

/** The shortest key of a query in which one typing error is forgiven. */
const TYPO_FROM = 4;
/** How many nearest names are told. */
const NEAREST = 5;
/** Latin letters whose sound depends on what is still to be typed, with the others that they may come to. */
const OPEN = { c: ["s", "t"], d: ["z"], h: ["f"], m: ["n"], p: ["f"], w: ["", "u"], y: ["i"] };
/** What follows a name on a package: form, strength, maker. */
const FORM = /(?:[「（(].*|配合|腸溶|徐放|口腔内崩壊|od|錠|カプセル|かぷせる|細粒|顆粒|散|ドライシロップ|シロップ|しろっぷ|坐剤|坐薬|点眼液?|点鼻液?|軟膏|クリーム|ローション|ゲル|テープ|パップ|注射?液?|吸入|[0-9.]+(?:mg|g|μg|ml|%)?|\s)+$/iu;

/** Prepares an index: a flat list of names with their keys, and all keys in one text, in which the browser finds a key at once. */
export function prepare({ classes, drugs, products, not_listed }) {
  const names = [];
  const add = (entry, kind, text, members) => {
    const key = fold(text);
    const written = plain(text);
    if (key) names.push({ key, plain: written, entry, kind, text, members });
    // As it is written where there are no small kana.
    const large = /[ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ]/.test(text) ? fold(enlarged(text)) : key;
    if (large && large !== key) names.push({ key: large, plain: written, entry, kind, text, members });
  };
  const entries = [];
  const enter = (entry, own, aliases, brands) => {
    entries.push(entry);
    const at = entries.length - 1;
    for (const text of own) add(at, "name", text);
    for (const text of aliases) add(at, "alias", text);
    for (const text of brands) add(at, "brand", text);
  };
  const members = classes.map(() => []);
  for (const [id, group, own, aliases, brands] of drugs) {
    members[group]?.push(entries.length);
    enter({ id, name: own[0] }, own, aliases, brands);
  }
  for (const [product, group, own, aliases] of products) {
    members[group]?.push(entries.length);
    enter({ product, name: own[0] }, own, aliases, []);
  }
  not_listed.forEach(([own, brands], place) => enter({ missing: place, name: own[0] }, own, [], brands));
  classes.forEach((group, place) => group.forEach((text) => members[place].length && add(members[place][0], "class", text, members[place])));
  const starts = new Uint32Array(names.length);
  let end = 1;
  names.forEach(({ key }, n) => {
    starts[n] = end;
    end += key.length + 1;
  });
  return { entries, names, starts, keys: `\n${names.map(({ key }) => key).join("\n")}\n` };
}

const KINDS = { name: 0, brand: 1, alias: 2, class: 3 };

/**
 * Finds entries: `{hits, near}`, each a list of `{id | product | missing, name, how, kind, text}`, best first and an entry once; `near` are names that
 * differ by one typing error and is filled only when nothing matches. `limit` bounds each list.
 */
export function search(index, query, limit = 20) {
  const key = fold(query);
  // A letter said again and again folds to one letter, which many names begin with.
  if (!key || (key.length === 1 && plain(query).length > 2)) return { hits: [], near: [], total: 0 };
  let found = matches(index, key);
  for (const other of found.length ? [] : (OPEN[plain(query).at(-1)] ?? [])) {
    found = found.concat(matches(index, fold(plain(query).slice(0, -1)) + other).filter(({ how }) => how === PREFIX));
  }
  if (!found.length) {
    // A package says more than the name.
    const short = query.normalize("NFKC").trim().replace(FORM, "");
    const bare = fold(short);
    if (bare && bare !== key && bare.length > 2) found = matches(index, bare).filter((match) => match.how !== WITHIN);
  }
  if (found.length) {
    const hits = ranked(index, found);
    return { hits: hits.slice(0, limit), near: [], total: hits.length };
  }
  const near = key.length < TYPO_FROM ? [] : ranked(index, typos(index, key, plain(query))).slice(0, NEAREST);
  return { hits: [], near, total: 0 };
}

function matches({ names, keys, starts }, key) {
  const found = [];
  const within = key.length >= 3 || /[^a-z0-9]/.test(key);
  const text = within ? key : `\n${key}`;
  for (let at = keys.indexOf(text), n = 0; at >= 0; at = keys.indexOf(text, starts[n] + names[n].key.length)) {
    const place = within ? at : at + 1;
    n = nameAt(starts, place, n);
    const name = names[n];
    found.push({ name, how: place > starts[n] ? WITHIN : name.key.length === key.length ? EXACT : PREFIX, cost: 0 });
  }
  return found;
}

/** The name at a place in the text of all keys, from a name before it. */
function nameAt(starts, place, low) {
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Best first; a class says least, and of equals the shorter name comes first. An entry keeps its best match. */
function ranked({ entries }, found) {
  const best = new Map();
  for (const { name, how, cost } of found) {
    const isClass = name.kind === "class";
    const isExact = how === EXACT && !isClass;
    const weight = (isClass ? 4 : how) * 1e6 + Math.min(cost, 99) * 1e4 + (isExact ? KINDS[name.kind] * 1e3 : 0) + Math.min(name.key.length, 99) * 10 + KINDS[name.kind];
    for (const entry of name.members ?? [name.entry]) {
      const other = best.get(entry);
      if (!other || weight < other.weight) best.set(entry, { weight, entry, name, how });
    }
  }
  const sorted = [...best.values()].sort((a, b) => a.weight - b.weight || a.entry - b.entry);
  return sorted.map(({ entry, name, how }) => ({ ...entries[entry], how, kind: name.kind, text: name.text }));
}

/**
 * Finds names that begin like the query but for one error: a letter or kana wrong, missing, too much, or two neighbours in each other's
 * place (Damerau-Levenshtein 1), in the keys or in what is written.
 */
function typos({ names }, key, written) {
  const byKey = oneError(key);
  const byText = written === key ? byKey : oneError(written);
  const found = [];
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (name.kind === "class") continue;
    const length = byKey(name.key) ? name.key.length - key.length : byText(name.plain) ? name.plain.length - written.length : null;
    if (length !== null) found.push({ name, how: NEAR, cost: Math.abs(length) });
  }
  return found;
}

/** A test whether a text, but for one error, is what a longer one begins with. */
function oneError(text) {
  const last = text.length;
  const tails = Array.from({ length: last + 3 }, (_, n) => text.slice(n));
  return (other) => {
    if (other.length < last - 1) return false;
    let same = 0;
    while (same < last && text.charCodeAt(same) === other.charCodeAt(same)) same++;
    if (same === last) return false;
    const [a, b] = [other.charCodeAt(same), other.charCodeAt(same + 1)];
    const [x, y] = [text.charCodeAt(same), text.charCodeAt(same + 1)];
    const isLast = same + 1 === last;
    // Wrong; too much; missing; swapped.
    return (
      ((isLast || b === y) && other.length > same && other.startsWith(tails[same + 1], same + 1)) ||
      ((isLast || a === y) && other.startsWith(tails[same + 1], same)) ||
      (b === x && other.startsWith(tails[same], same + 1)) ||
      (!isLast && x === b && y === a && other.startsWith(tails[same + 2], same + 2))
    );
  };
}
