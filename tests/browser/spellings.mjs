// How people write a name: other kana, other widths, other case, two romanisations. Written from the tables of kana, apart from the
// folding that they test.

const kanaOf = (text, from, to, by) => [...text].map((c) => (c >= from && c <= to ? String.fromCharCode(c.charCodeAt(0) + by) : c)).join("");
const hiragana = (text) => kanaOf(text, "ァ", "ヶ", -0x60);
const katakana = (text) => kanaOf(text, "ぁ", "ゖ", 0x60);

const FULL = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
const half = (text) =>
  [...katakana(text)]
    .flatMap((c) => [...c.normalize("NFD").replace("\u3099", "゛").replace("\u309a", "゜")])
    .map((c) => (FULL.includes(c) ? String.fromCharCode(0xff61 + FULL.indexOf(c)) : c))
    .join("");
const wide = (text) => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

const HEPBURN = table(
  "あ a い i う u え e お o か ka き ki く ku け ke こ ko が ga ぎ gi ぐ gu げ ge ご go さ sa し shi す su せ se そ so ざ za じ ji ず zu ぜ ze ぞ zo " +
    "た ta ち chi つ tsu て te と to だ da ぢ ji づ zu で de ど do な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho ば ba び bi ぶ bu べ be ぼ bo " +
    "ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ま ma み mi む mu め me も mo や ya ゆ yu よ yo ら ra り ri る ru れ re ろ ro わ wa を o ん n ゔ vu " +
    "きゃ kya きゅ kyu きょ kyo しゃ sha しゅ shu しょ sho ちゃ cha ちゅ chu ちょ cho にゃ nya にゅ nyu にょ nyo ひゃ hya ひゅ hyu ひょ hyo みゃ mya みゅ myu みょ myo " +
    "りゃ rya りゅ ryu りょ ryo ぎゃ gya ぎゅ gyu ぎょ gyo じゃ ja じゅ ju じょ jo びゃ bya びゅ byu びょ byo ぴゃ pya ぴゅ pyu ぴょ pyo しぇ she じぇ je ちぇ che " +
    "ふぁ fa ふぃ fi ふぇ fe ふぉ fo てぃ ti でぃ di とぅ tu どぅ du でゅ dyu うぃ wi うぇ we うぉ wo ゔぁ va ゔぃ vi ゔぇ ve ゔぉ vo くぁ kwa ぐぁ gwa つぁ tsa つぇ tse つぉ tso いぇ ye",
);
const KUNREI = {
  ...HEPBURN,
  ...table("し si じ zi ち ti ぢ zi つ tu ふ hu しゃ sya しゅ syu しょ syo ちゃ tya ちゅ tyu ちょ tyo じゃ zya じゅ zyu じょ zyo"),
};

function table(text) {
  const words = text.split(" ");
  return Object.fromEntries(words.filter((_, n) => n % 2 === 0).map((kana, n) => [kana, words[2 * n + 1]]));
}

/** A name in kana alone in Latin letters; nothing for what has other letters. */
function latin(text, sounds, isHepburn) {
  let out = "";
  let doubled = false;
  const kana = hiragana(text).replace(/[・ -]/g, "");
  for (let i = 0; i < kana.length; i++) {
    if (kana[i] === "っ") doubled = true;
    else if (kana[i] === "ー") out += isHepburn ? "" : out.at(-1);
    else {
      const two = kana.slice(i, i + 2);
      const sound = sounds[two] ?? sounds[kana[i]];
      if (!sound) return null;
      if (sounds[two]) i++;
      if (out.endsWith("n") && /[あいうえおやゆよん]/.test(kana[i - (sounds[two] ? 1 : 0) - 1] === "ん" ? kana[i] : "")) out += "'";
      out += (doubled ? (isHepburn && sound.startsWith("ch") ? "t" : sound[0]) : "") + sound;
      doubled = false;
    }
  }
  if (isHepburn) out = out.replace(/n(?=[bpm])/g, "m");
  return out;
}

/** All spellings of a name that it must be found by. */
export function spellings(text) {
  const all = [text, hiragana(text), katakana(text), half(text), wide(text), text.toUpperCase(), text.toLowerCase(), text.replaceAll("ー", ""), text.replaceAll("ー", "-")];
  const hepburn = latin(text, HEPBURN, true);
  const kunrei = latin(text, KUNREI, false);
  if (hepburn) all.push(hepburn, hepburn.toUpperCase());
  if (kunrei) all.push(kunrei, wide(kunrei));
  // Without small kana, as old forms have it.
  all.push(text.replace(/[ァィゥェォッャュョ]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 1)));
  return [...new Set(all)];
}

/** One error at random: a letter replaced, left out, put in, or two neighbours swapped. */
export function typo(text, random) {
  const letters = [...text];
  const pool = /[a-z]/i.test(text) ? "abcdefghijklmnopqrstuvwxyz" : "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモラリルレロワンガギグゲゴザジズゼゾダデドバビブベボパピプペポ";
  const at = random(letters.length);
  const letter = pool[random(pool.length)];
  const kind = random(4);
  if (kind === 0) letters[at] = letter;
  else if (kind === 1) letters.splice(at, 1);
  else if (kind === 2) letters.splice(at, 0, letter);
  else if (at + 1 < letters.length) [letters[at], letters[at + 1]] = [letters[at + 1], letters[at]];
  else letters[at] = letter;
  return letters.join("");
}
