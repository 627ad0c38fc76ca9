//! Permanent ids of feeds and of what they tell.
//!
//! They are made from what a thing is, never from its title, its address or the site's host.

use uuid::Uuid;

use crate::content::article::Work;
use crate::content::code::MunicipalityCode;

/// The namespace of ids (RFC 9562, version 5). With another one every reader would take every entry
/// for new.
const NAMESPACE: Uuid = Uuid::from_u128(0xfb6e_5713_7c1b_4410_b750_720d_52ba_367c);

/// What has an id.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// A feed, by its path without ending.
    Feed(&'a str),
    /// An article.
    Article(&'a Work),
    /// A correction or withdrawal: the SHA-256 of its act and the path of the text.
    Announcement(&'a str, &'a str),
    /// A municipality's service, by its id, and one of its hours, by its index.
    Service(&'a str, usize),
    /// A municipality's event, by its id.
    Event(&'a str),
}

/// Returns a permanent id as a URN (RFC 9562).
///
/// It is made from the municipality's code, what the thing is, and the language, none of which a
/// new title, address or host changes.
pub fn id(code: MunicipalityCode, of: Identity<'_>, language: &str) -> String {
    let code = code.as_str();
    let name = match of {
        Identity::Feed(path) => format!("{code}\nfeed\n{path}\n{language}"),
        Identity::Article(work) => format!(
            "{code}\n{}\n{}\n{language}",
            if work.owner.is_some() { "own" } else { "article" },
            work.identity()
        ),
        Identity::Announcement(act, path) => {
            format!("{code}\nannouncement\n{act}\n{path}\n{language}")
        }
        Identity::Service(service, index) => {
            format!("{code}\nservice\n{service}\n{index}\n{language}")
        }
        Identity::Event(event) => format!("{code}\nevent\n{event}\n{language}"),
    };
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).urn().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These ids are out in the world; a change here makes every subscriber see everything again.
    #[test]
    fn ids_are_for_good() {
        let code = MunicipalityCode::parse("132128").expect("a code");
        assert_eq!(
            id(code, Identity::Feed("feeds/all"), "ja"),
            "urn:uuid:15e76b80-8c4d-5967-8f9f-b48316f21224"
        );
        assert_eq!(
            id(code, Identity::Announcement("ab", "content/articles/a.md"), "ja"),
            "urn:uuid:1b3c670f-da1b-59ea-89b2-8eac6dd93bcd"
        );
    }
}
