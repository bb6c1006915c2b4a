//! What was written beside what is read afterwards, field by field.

use serde_json::Value;

use super::leaves::{Missing, Spellings, differences};
use super::unchanged::{Thing, compared_leaves};
use crate::case::ruling::Broken;
use crate::document::{Place, Pointer};

/// What is said of a value that was not kept.
pub(super) struct Said {
    pub(super) message: String,
    pub(super) remedy: String,
}

/// What `thing` shows of what was `sent`, field by field, each with where the request and the thing hold it: nothing where it
/// shows none of them.
pub(super) fn kept(
    place: &Place,
    (sent, thing): (&Value, &Thing<'_>),
    pairs: &[(&Pointer, &Pointer)],
    spellings: &Spellings,
    say: impl Fn(&Pointer) -> Said,
) -> Option<Vec<Broken>> {
    let mut broken = Vec::new();
    let mut judged = false;
    for (written, read) in pairs {
        let (Some(value), Some(shown)) = (written.resolve(sent), read.resolve(thing.value)) else { continue };
        if value.is_null() || shown.is_null() {
            continue;
        }
        judged = true;
        for mut difference in differences(value, Some(shown), written, (spellings, Missing::Fine)) {
            let Said { message, remedy } = say(&difference.at);
            let promised = format!("what was written at `{}`", difference.at);
            let rest = Pointer::from_tokens(difference.at.tokens().skip(written.tokens().count()));
            difference.at = thing.pointer.join(read).join(&rest);
            broken.push(Broken {
                at: thing.at,
                place: place.clone(),
                part: Some(difference.at.clone()),
                class: String::new(),
                message,
                promised,
                came: compared_leaves("written", "read", std::slice::from_ref(&difference)),
                remedy,
                certain: difference.certain,
            });
        }
    }
    judged.then_some(broken)
}
