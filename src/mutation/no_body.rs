//! `no-body`: there is no body.

use crate::case::{Intent, Spot, Step};
use crate::document::Pointer;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation =
    Mutation { id: "no-body", title: "there is no body", mutate, page: include_str!("../../docs/mutation/no-body.md") };

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    if subject.base.payload.is_none() {
        return Vec::new();
    }
    let step = Step { payload: None, ..Step::clone(subject.base) };
    let place = subject.body_place().map(|place| place.child("required"));
    let place = place.filter(|place| subject.contract.schemas.source(place).is_some()).or_else(|| subject.body_place());
    let before = subject.base.body().cloned();
    let mutant = subject.made(MUTATION.id, Spot::Body(Pointer::root()), "", place, (before, None), step);
    // `required` is false unless somebody says otherwise, which many authors do not know.
    let required = subject.operation.body.as_ref().is_some_and(|body| body.required);
    vec![Mutant { intent: (!required).then_some(Intent::Open), ..mutant }]
}
