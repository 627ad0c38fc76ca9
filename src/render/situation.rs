//! The situations from which the guide to a medicine begins, as pages show them.

use serde::Serialize;

use super::context::Voice;
use crate::diagnostic::Message;
use crate::message;
use crate::site::Thing;

/// A parent's situation, as far as it changes what matters about a medicine and milk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Situation {
    /// Expecting a child: the table does not speak of it.
    Pregnancy,
    /// Breastfeeding a newborn, of less than 28 days (母子保健法第6条), or a child born early.
    Newborn,
    /// Breastfeeding an older child.
    Older,
}

impl Situation {
    /// All, in the order of time.
    pub(super) const ALL: [Self; 3] = [Self::Pregnancy, Self::Newborn, Self::Older];

    /// Returns its id, as in addresses, fragments and strings.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Pregnancy => "pregnancy",
            Self::Newborn => "newborn",
            Self::Older => "older",
        }
    }

    /// Returns its place among all.
    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// Returns the report's name of its step.
    pub(super) fn label(self) -> Message {
        match self {
            Self::Pregnancy => message!("薬の案内（妊娠中）", "guide to medicines (pregnancy)"),
            Self::Newborn => message!("薬の案内（新生児への授乳）", "guide to medicines (newborn)"),
            Self::Older => message!("薬の案内（授乳）", "guide to medicines (older)"),
        }
    }
}

/// A situation; its address is the guide's next step.
#[derive(Serialize)]
pub(super) struct SituationValue {
    id: &'static str,
    label: String,
    hint: String,
    url: String,
}

/// Lists the situations, with the address of a page about a thing from `url`.
pub(super) fn situations(voice: Voice<'_>, url: impl Fn(Thing) -> String) -> Vec<SituationValue> {
    let value = |situation: Situation| {
        situation_value(voice, situation, url(Thing::Situation(situation.index())))
    };
    Situation::ALL.into_iter().map(value).collect()
}

/// Describes a situation whose step has this address.
pub(super) fn situation_value(
    voice: Voice<'_>,
    situation: Situation,
    url: String,
) -> SituationValue {
    let id = situation.id();
    SituationValue {
        id,
        label: voice.strings.get(&format!("situations.{id}")).to_owned(),
        hint: voice.strings.get(&format!("situations.{id}_hint")).to_owned(),
        url,
    }
}
