//! `missing-media-type`: the body does not say what it is.

use serde_json::Value;

use crate::case::{Spot, Step};

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "missing-media-type",
    title: "the body does not say what it is",
    mutate,
    page: include_str!("../../docs/mutation/missing-media-type.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut step = Step::clone(subject.base);
    let Some(payload) = &mut step.payload else { return Vec::new() };
    payload.unlabelled = true;
    let before = payload.content_type.clone().map(Value::from);
    let spot = Spot::Header("Content-Type".to_owned());
    vec![subject.made(MUTATION.id, spot, "", subject.body_place(), (before, None), step)]
}
