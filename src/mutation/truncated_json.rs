//! `truncated-json`: the JSON of the body ends too early.

use crate::case::Spot;
use crate::document::Pointer;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "truncated-json",
    title: "the JSON of the body ends too early",
    mutate,
    page: include_str!("../../docs/mutation/truncated-json.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    // A number that is cut off is another number.
    let Some(json) = subject.json().filter(|json| !json.value.is_number()) else { return Vec::new() };
    let length = json.bytes.len();
    let cuts = [("end", length.saturating_sub(1)), ("middle", length / 2)];
    cuts.into_iter()
        .filter(|(_, length)| *length > 0)
        .map(|(detail, length)| {
            let bytes = json.bytes.iter().take(length).copied().collect();
            let step = subject.with_bytes(bytes, &json.media_type);
            let spot = Spot::Body(Pointer::root());
            subject.made(MUTATION.id, spot, detail, subject.body_place(), (Some(json.value.clone()), None), step)
        })
        .collect()
}
