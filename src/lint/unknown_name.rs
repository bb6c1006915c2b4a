//! Prose that names a member which the document does not have, but nearly does.

use std::collections::{BTreeMap, BTreeSet};

use super::{Diagnosis, Lint, Subject};
use crate::contract::at::At;
use crate::contract::layout::Kind;
use crate::document::{Place, Severity};

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "unknown-name",
    title: "a sentence names a member that does not exist, and one that does has nearly this name",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/unknown-name.md"),
};

/// Shorter words are often plain words.
const SHORTEST: usize = 6;

/// So many words of prose are looked at in one document.
const MOST_WORDS: usize = 100_000;

/// What one document names, and what its prose speaks of.
#[derive(Default)]
struct Named {
    names: BTreeSet<String>,
    spoken: Vec<(Place, String)>,
}

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut documents: BTreeMap<usize, Named> = BTreeMap::new();
    subject.walk(&mut |kind, at| {
        let named = documents.entry(at.place.document.0).or_default();
        match kind {
            Kind::Parameter => named.names.extend(at.text("name").map(str::to_owned)),
            Kind::Schema => {
                named.names.extend(at.get("properties").iter().flat_map(At::members).map(|(name, _)| name.to_owned()));
            }
            _ => return,
        }
        let Some(text) = at.text("description").filter(|_| named.spoken.len() < MOST_WORDS) else { return };
        let place = at.place.child("description");
        named.spoken.extend(identifiers(text).map(|word| (place.clone(), word.to_owned())));
    });
    let mut found = Vec::new();
    for Named { names, spoken } in documents.values() {
        for (place, word) in spoken.iter().filter(|(_, word)| !names.contains(word)) {
            if let Some(name) = meant(word, names) {
                let message = format!("`{word}` names nothing in this document, and `{name}` is there");
                found.push(Diagnosis::new(place.clone(), message).help(format!("write `{name}`, or declare `{word}`")));
            }
        }
    }
    found
}

/// The words of a text that only names are written like: `fullName`, `full_name`.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_./:@-#$".contains(c)));
    words.map(|word| word.trim_end_matches(['.', ':', '-'])).filter(|word| {
        let inside = word.as_bytes().windows(2).any(|pair| match pair {
            [first, second] => first.is_ascii_lowercase() && second.is_ascii_uppercase() || *first == b'_',
            _ => false,
        });
        let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        plain && inside && word.len() >= SHORTEST && word.starts_with(|c: char| c.is_ascii_lowercase())
    })
}

/// The one name that `word` can mean: it goes on where the name ends. Shorter words than a name mean what it is the id, the
/// date or the name of.
fn meant<'n>(word: &str, names: &'n BTreeSet<String>) -> Option<&'n String> {
    let mut near = names.iter().filter(|name| {
        let rest = word.strip_prefix(name.as_str());
        // A name of one word begins many others, and a plural means its singular.
        identifiers(name).next().is_some() && rest.is_some_and(|rest| rest.len() > 1)
    });
    let first = near.next()?;
    near.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words() {
        let text =
            "See fullName, e.g. full_name=YES or https://a.example/someThing; iPhone, YES, McDonald, a.fullName.";
        assert_eq!(identifiers(text).collect::<Vec<_>>(), ["fullName", "full_name", "iPhone"]);
    }

    #[test]
    fn what_begins_alike_is_meant_where_it_is_alone() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        assert_eq!(meant("faceCheckStatus", &names(&["faceCheck", "name"])).map(String::as_str), Some("faceCheck"));
        assert_eq!(meant("faceCheck", &names(&["faceCheckId"])), None, "what the id is of");
        assert_eq!(meant("faceCheckStatus", &names(&["faceCheck", "faceCheckSta"])), None, "two could be meant");
        assert_eq!(meant("userNames", &names(&["userName"])), None, "a plural");
        assert_eq!(meant("nameOfBirth", &names(&["name"])), None, "one word");
    }
}
