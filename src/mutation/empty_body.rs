//! `empty-body`: the body is empty.

use crate::case::Spot;
use crate::document::Pointer;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "empty-body",
    title: "the body is empty",
    mutate,
    page: include_str!("../../docs/mutation/empty-body.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let Some(payload) = &subject.base.payload else { return Vec::new() };
    let media_type = payload.content_type.clone().or_else(|| subject.media.map(|media| media.name.clone()));
    let step = subject.with_bytes(Vec::new(), &media_type.unwrap_or_else(|| "application/json".to_owned()));
    let before = subject.base.body().cloned();
    let spot = Spot::Body(Pointer::root());
    vec![subject.made(MUTATION.id, spot, "", subject.body_place(), (before, None), step)]
}
