//! `not-json`: the body is no JSON, although it says so.

use crate::case::Spot;
use crate::document::Pointer;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "not-json",
    title: "the body is no JSON, although it says so",
    mutate,
    page: include_str!("../../docs/mutation/not-json.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let Some(json) = subject.json() else { return Vec::new() };
    let step = subject.with_bytes(b"this is no JSON".to_vec(), &json.media_type);
    let spot = Spot::Body(Pointer::root());
    vec![subject.made(MUTATION.id, spot, "", subject.body_place(), (Some(json.value.clone()), None), step)]
}
