//! What was written beside what is read afterwards, field by field.

use serde_json::Value;

use super::leaves::{self, Missing, Spellings, differences};
use super::unchanged::{Thing, compared};
use crate::case::ruling::Broken;
use crate::document::{Place, Pointer};

/// What is said of values that were not kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    /// As in "what an update wrote".
    pub(super) written: &'static str,
    pub(super) remedy: &'static str,
}

/// What `thing` shows of what was `sent`, field by field, each with where the request and the thing hold it: nothing where it
/// shows none of them. Where it shows several and none was kept, that is one broken relation.
pub(super) fn kept(
    place: &Place,
    (sent, thing): (&Value, &Thing<'_>),
    pairs: &[(&Pointer, &Pointer)],
    spellings: &Spellings,
    said: Said,
) -> Option<Vec<Broken>> {
    let Said { written: what, remedy } = said;
    let broken = |part: Option<Pointer>, found: &[Difference]| {
        let names: Vec<String> = found.iter().map(|found| format!("`{}`", found.written)).collect();
        let message = match names.as_slice() {
            [name] => format!("{what} at {name} is not what is read afterwards"),
            _ => format!("nothing of {what} is read afterwards"),
        };
        let leaves: Vec<_> = found.iter().map(|found| found.read.clone()).collect();
        Broken {
            at: thing.at,
            place: place.clone(),
            part,
            class: String::new(),
            message,
            promised: format!("what was written at {}", names.join(", ")),
            came: Value::Null,
            compared: Some(compared(&leaves)),
            remedy: remedy.to_owned(),
            certain: leaves.iter().any(|leaf| leaf.certain),
        }
    };
    let mut found = Vec::new();
    let (mut judged, mut whole, mut lost) = (false, false, 0_usize);
    for (written, read) in pairs {
        let (Some(value), Some(shown)) = (written.resolve(sent), read.resolve(thing.value)) else { continue };
        if value.is_null() || shown.is_null() {
            continue;
        }
        let compare = |spellings| differences(value, Some(shown), written, (spellings, Missing::Fine));
        let different = compare(spellings);
        judged = true;
        lost += usize::from(!different.is_empty());
        // What is there in another spelling may have been there before.
        whole |= compare(&Spellings::default()).is_empty();
        found.extend(different.into_iter().map(|read_as| {
            let rest = Pointer::from_tokens(read_as.at.tokens().skip(written.tokens().count()));
            let at = thing.pointer.join(read).join(&rest);
            Difference { written: read_as.at.clone(), read: leaves::Difference { at, ..read_as } }
        }));
    }
    if lost > 1 && !whole {
        return Some(vec![broken(None, &found)]);
    }
    judged.then(|| found.iter().map(|one| broken(Some(one.read.at.clone()), std::slice::from_ref(one))).collect())
}

/// A leaf that was not kept.
struct Difference {
    /// Where the request holds it.
    written: Pointer,
    /// Where the answer does.
    read: leaves::Difference,
}
