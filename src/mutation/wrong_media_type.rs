//! `wrong-media-type`: the body has a media type that is not documented.

use serde_json::Value;

use crate::case::{Breach, Intent, Spot};
use crate::contract::style::{Match, media_matches};

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "wrong-media-type",
    title: "the body has a media type that is not documented",
    mutate,
    page: include_str!("../../docs/mutation/wrong-media-type.md"),
};

const TEXT: &str = "text/plain";
const XML: &str = "application/xml";
const EXCUSE: &str = "a server may look at the content itself (RFC 9110 §8.3)";

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let Some(documented) = &subject.operation.body else { return Vec::new() };
    let is_undocumented =
        |name: &str| documented.content.iter().all(|media| media_matches(&media.name, name) == Match::No);
    let spot = || Spot::Header("Content-Type".to_owned());
    let before = subject.base.payload.as_ref().and_then(|payload| payload.content_type.clone()).map(Value::from);
    let mut mutants = Vec::new();
    if let Some(json) = subject.json().filter(|_| is_undocumented(TEXT)) {
        let step = subject.with_bytes(json.bytes, TEXT);
        let values = (before.clone(), Some(TEXT.into()));
        let intent = Intent::Invalid(Breach { excuse: Some(EXCUSE.to_owned()), ..Breach::new(MUTATION.id) });
        let mutant = subject.made(MUTATION.id, spot(), TEXT, Some(documented.place.clone()), values, step);
        mutants.push(Mutant { intent: Some(intent), ..mutant });
    }
    if subject.base.payload.is_some() && is_undocumented(XML) {
        let step = subject.with_bytes(b"<a/>".to_vec(), XML);
        let values = (before, Some(XML.into()));
        mutants.push(subject.made(MUTATION.id, spot(), XML, Some(documented.place.clone()), values, step));
    }
    mutants
}
