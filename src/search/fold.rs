//! Folds what is written to a key, so that every spelling of a name meets in one; `docs/lookup.md`
//! is the specification.
//!
//! The theme's `lookup-fold.js` does the same to the query. Both pass `tests/lookup/folding.tsv`,
//! so that the index and the query are never cut by different rules.

use unicode_normalization::UnicodeNormalization;

/// Writes a text in hiragana, narrow lower-case letters, without marks: rules 1 to 3.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match c {
            'ァ'..='ヶ' => out.extend(char::from_u32(c as u32 - 0x60)),
            'ヷ' => out.push('ば'),
            'ヸ' => out.push('び'),
            'ヹ' => out.push('べ'),
            'ヺ' => out.push('ぼ'),
            'ー' => {}
            '\0'..='\x7f' => out.extend(c.is_ascii_alphanumeric().then_some(c)),
            '\u{80}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                out.extend(std::iter::once(c).nfd().filter(char::is_ascii_lowercase))
            }
            _ if c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// Returns the key of a text; empty for what has neither letter nor digit.
pub fn fold(text: &str) -> String {
    reduce(&romanise(&plain(text)))
}

/// Returns the sound of a kana followed by a small one, where the two are more than one after the
/// other.
fn pair(kana: char, small: char) -> Option<String> {
    let consonant = match kana {
        'き' => "k",
        'ぎ' => "g",
        'し' => "s",
        'じ' | 'ぢ' | 'で' => "z",
        'ち' | 'て' => "t",
        'に' => "n",
        'ひ' => "h",
        'び' | 'ゔ' => "b",
        'ぴ' => "p",
        'み' => "m",
        'り' => "r",
        'ふ' => "f",
        _ => "",
    };
    let sound = match (kana, small) {
        ('て', 'ぃ') => "ti",
        ('で', 'ぃ') => "zi",
        ('ど', 'ぅ') => "zu",
        ('と', 'ぅ') => "tu",
        ('う', 'ぉ') => "o",
        ('し', 'ぇ') => "sye",
        ('じ', 'ぇ') => "zye",
        ('ち', 'ぇ') => "tye",
        ('ふ' | 'ゔ', 'ぁ') => return Some(format!("{consonant}a")),
        ('ふ' | 'ゔ', 'ぃ') => return Some(format!("{consonant}i")),
        ('ふ' | 'ゔ', 'ぇ') => return Some(format!("{consonant}e")),
        ('ふ' | 'ゔ', 'ぉ') => return Some(format!("{consonant}o")),
        (_, 'ゃ') if !consonant.is_empty() => return Some(format!("{consonant}ya")),
        (_, 'ゅ') if !consonant.is_empty() => return Some(format!("{consonant}yu")),
        (_, 'ょ') if !consonant.is_empty() => return Some(format!("{consonant}yo")),
        _ => return None,
    };
    Some(sound.to_owned())
}

/// The kana with their sounds; the rows as `lookup-fold.js` has them.
#[rustfmt::skip]
const KANA: [(char, &str); 86] = [
    ('あ', "a"), ('い', "i"), ('う', "u"), ('え', "e"), ('お', "o"), ('か', "ka"), ('き', "ki"), ('く', "ku"), ('け', "ke"), ('こ', "ko"),
    ('が', "ga"), ('ぎ', "gi"), ('ぐ', "gu"), ('げ', "ge"), ('ご', "go"), ('さ', "sa"), ('し', "si"), ('す', "su"), ('せ', "se"), ('そ', "so"),
    ('ざ', "za"), ('じ', "zi"), ('ず', "zu"), ('ぜ', "ze"), ('ぞ', "zo"), ('た', "ta"), ('ち', "ti"), ('つ', "tu"), ('て', "te"), ('と', "to"),
    ('だ', "da"), ('ぢ', "zi"), ('づ', "zu"), ('で', "de"), ('ど', "do"), ('な', "na"), ('に', "ni"), ('ぬ', "nu"), ('ね', "ne"), ('の', "no"),
    ('は', "ha"), ('ひ', "hi"), ('ふ', "fu"), ('へ', "he"), ('ほ', "ho"), ('ば', "ba"), ('び', "bi"), ('ぶ', "bu"), ('べ', "be"), ('ぼ', "bo"),
    ('ぱ', "pa"), ('ぴ', "pi"), ('ぷ', "pu"), ('ぺ', "pe"), ('ぽ', "po"), ('ま', "ma"), ('み', "mi"), ('む', "mu"), ('め', "me"), ('も', "mo"),
    ('や', "ya"), ('ゆ', "yu"), ('よ', "yo"), ('ら', "ra"), ('り', "ri"), ('る', "ru"), ('れ', "re"), ('ろ', "ro"), ('わ', "wa"), ('を', "o"),
    ('ゐ', "i"), ('ゑ', "e"), ('ん', "n"), ('ゔ', "bu"), ('っ', ""), ('ゃ', "ya"), ('ゅ', "yu"), ('ょ', "yo"), ('ぁ', "a"), ('ぃ', "i"),
    ('ぅ', "u"), ('ぇ', "e"), ('ぉ', "o"), ('ゎ', "wa"), ('ゕ', "ka"), ('ゖ', "ke"),
];

fn romanise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some(sound) = chars.peek().and_then(|next| pair(c, *next)) {
            out.push_str(&sound);
            chars.next();
        } else if let Some((_, sound)) = KANA.iter().find(|(kana, _)| *kana == c) {
            out.push_str(sound);
        } else {
            out.push(c);
        }
    }
    out
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'i' | 'u' | 'e' | 'o')
}

/// A key that grows: a letter said twice, `u` after `o` and `i` after `e` are long sounds and are
/// left out (rule 7).
#[derive(Default)]
struct Key {
    text: String,
    last: Option<char>,
}

impl Key {
    fn push(&mut self, sounds: &str) {
        for c in sounds.chars() {
            let is_long = c.is_ascii_lowercase()
                && (self.last == Some(c)
                    || matches!((self.last, c), (Some('o'), 'u') | (Some('e'), 'i')));
            if !is_long {
                self.text.push(c);
                self.last = Some(c);
            }
        }
    }

    /// Before i and y the consonant alone, before another vowel with y, otherwise `bare`.
    fn push_palatal(&mut self, consonant: &str, next: char, bare: &str) {
        match next {
            'i' | 'y' => self.push(consonant),
            _ if is_vowel(next) => {
                self.push(consonant);
                self.push("y");
            }
            _ => self.push(bare),
        }
    }
}

/// Reduces Latin letters: rules 5 to 7.
fn reduce(text: &str) -> String {
    /// Stands for the end of the text; no rule speaks of it.
    const END: char = '\0';
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or(END);
    let mut key = Key::default();
    let mut index = 0;
    while index < letters.len() {
        let before = if index == 0 { END } else { letters[index - 1] };
        let mut taken = 1;
        match (letters[index], at(index + 1), at(index + 2)) {
            ('t' | 'c', 'c', 'h') | ('d', 'z', _) => {}
            ('s', 'h', e) => {
                key.push_palatal("s", e, "s");
                taken = 2;
            }
            ('c', 'h', e) => {
                key.push_palatal("t", e, if e.is_ascii_lowercase() { "k" } else { "t" });
                taken = 2;
            }
            ('t', 's', e) if e == END || is_vowel(e) => {
                key.push(if matches!(e, END | 'u') { "t" } else { "tu" });
                taken = 2;
            }
            ('t', 'h', _) => {
                key.push("t");
                taken = 2;
            }
            ('p', 'h', _) => {
                key.push("f");
                taken = 2;
            }
            ('j', d, _) => key.push_palatal("z", d, "z"),
            ('d', 'i' | 'u', _) => key.push("z"),
            ('d', 'y', e) if is_vowel(e) => key.push("z"),
            ('h', 'u', _) => key.push("f"),
            ('h', d, _) if before == 'o' && !is_vowel(d) && d != 'y' => {}
            ('w', 'o' | 'u', _) => {}
            ('w', 'i' | 'e', _) => key.push("u"),
            ('w', 'a', _) if matches!(before, 'k' | 'g') => key.push("u"),
            ('v', ..) => key.push("b"),
            ('l', ..) => key.push("r"),
            ('q', ..) => key.push("k"),
            ('x', ..) => key.push("ks"),
            ('c', 'e' | 'i' | 'y', _) => key.push("s"),
            ('c', ..) => key.push("k"),
            ('y', 'i', _) => key.push("i"),
            ('y', 'e', _) if is_vowel(before) || !before.is_ascii_lowercase() => key.push("i"),
            ('m', 'b' | 'p' | 'm', _) => key.push("n"),
            (c, ..) => key.push(c.encode_utf8(&mut [0; 4])),
        }
        index += taken;
    }
    key.text
}
