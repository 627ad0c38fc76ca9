//! The municipality's own facts that an article may place: `{{ service.night-consultation.hours |
//! 市区町村の窓口 }}`.
//!
//! Only the form of a name is checked here. The compiler of the body checks that a municipality has
//! the id, and each site fills in the value.

use crate::source::suggest;

/// What a fact asks for, with its names checked for form but not yet for existence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// `municipality.name`, `municipality.website`.
    Municipality(&'static str),
    /// `emergency.ID.number`.
    Emergency(String, &'static str),
    /// `contact.ID.phone`.
    Contact(String, &'static str),
    /// `service.ID.hours`.
    Service(String, &'static str),
}

const MUNICIPALITY: [&str; 2] = ["name", "website"];
const EMERGENCY: [&str; 3] = ["number", "label", "note"];
const CONTACT: [&str; 6] = ["name", "phone", "hours", "address", "email", "url"];
const SERVICE: [&str; 12] = [
    "name",
    "hours",
    "channels",
    "eligibility",
    "fee",
    "reservation",
    "slot",
    "period",
    "phone",
    "url",
    "languages",
    "status",
];
const KINDS: [&str; 4] = ["municipality", "emergency", "contact", "service"];

/// Why a name is not a fact's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFact {
    /// The part that is not known.
    pub part: String,
    /// The nearest known one.
    pub near: Option<String>,
    /// All known ones.
    pub known: String,
}

impl Fact {
    /// Reads a fact's name.
    ///
    /// # Errors
    /// Returns the part that is not known, with the nearest known one.
    pub fn parse(name: &str) -> Result<Self, UnknownFact> {
        let parts: Vec<&str> = name.split('.').collect();
        let pick = |part: &str, known: &[&'static str]| {
            known.iter().find(|word| **word == part).copied().ok_or_else(|| UnknownFact {
                part: part.to_owned(),
                near: suggest::nearest(part, known.iter().copied()).map(str::to_owned),
                known: known.join(" / "),
            })
        };
        let kind = pick(parts.first().copied().unwrap_or_default(), &KINDS)?;
        match (kind, &parts[1..]) {
            ("municipality", [field]) => Ok(Self::Municipality(pick(field, &MUNICIPALITY)?)),
            ("emergency", [id, field]) => {
                Ok(Self::Emergency((*id).to_owned(), pick(field, &EMERGENCY)?))
            }
            ("contact", [id, field]) => Ok(Self::Contact((*id).to_owned(), pick(field, &CONTACT)?)),
            ("service", [id, field]) => Ok(Self::Service((*id).to_owned(), pick(field, &SERVICE)?)),
            ("municipality", _) => Err(UnknownFact {
                part: name.to_owned(),
                near: None,
                known: "municipality.name / municipality.website".into(),
            }),
            (kind, _) => Err(UnknownFact {
                part: name.to_owned(),
                near: None,
                known: format!("{kind}.ID.項目"),
            }),
        }
    }

    /// Returns the id that the fact names, with its kind.
    pub fn id(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Municipality(_) => None,
            Self::Emergency(id, _) => Some(("emergency", id)),
            Self::Contact(id, _) => Some(("contact", id)),
            Self::Service(id, _) => Some(("service", id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_typed() {
        assert_eq!(Fact::parse("service.night.hours"), Ok(Fact::Service("night".into(), "hours")));
        assert_eq!(Fact::parse("municipality.name"), Ok(Fact::Municipality("name")));
        let unknown = Fact::parse("service.night.hour").expect_err("unknown");
        assert_eq!((unknown.part.as_str(), unknown.near.as_deref()), ("hour", Some("hours")));
        assert_eq!(
            Fact::parse("servise.night.hours").expect_err("unknown").near.as_deref(),
            Some("service")
        );
        assert!(Fact::parse("service.hours").is_err());
        assert!(Fact::parse("").is_err());
    }
}
