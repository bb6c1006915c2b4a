//! Request schemas that no conforming value was found for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Diagnosis, Lint, Subject, unsatisfiable_schema};
use crate::contract::Operation;
use crate::document::{Place, Severity};
use crate::schema::sample::Sampler;
use crate::schema::{Direction, Sense};

/// Schemas that are sampled at most.
const MOST_SCHEMAS: usize = 20_000;
/// Schemas that have to hold for one value that are looked at for a cause.
const MOST_PARTS: usize = 500;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "no-sample",
    title: "no conforming value was found for a request schema, so that no request can be made from it",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/no-sample.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    // Each schema once, with the operation that needs it first.
    let mut users: BTreeMap<Place, &Operation> = BTreeMap::new();
    for operation in subject.operations.iter().filter(|operation| operation.disabled.is_none()) {
        let parameters = operation.parameters.iter().filter_map(|parameter| parameter.encoding.schema());
        let media = operation.body.iter().flat_map(|body| &body.content).filter_map(|media| media.schema.as_ref());
        for place in parameters.chain(media).filter_map(|place| subject.schemas.resolve(place).ok()) {
            users.entry(place).or_insert(operation);
        }
    }
    let sampler = Sampler::new(subject.schemas);
    let mut failed = Vec::new();
    for (place, operation) in users.into_iter().take(MOST_SCHEMAS) {
        if subject.schemas.validator(&place, Direction::Request, Sense::Certain).is_err() {
            // Another lint says that it cannot be used.
            continue;
        }
        if let Err(error) = sampler.minimal(&place, Direction::Request) {
            failed.push((place, operation, error.reason));
        }
    }
    if failed.is_empty() {
        return Vec::new();
    }
    let known: BTreeSet<Place> =
        (unsatisfiable_schema::LINT.find)(subject).iter().flat_map(|found| around(&found.place)).collect();
    failed.retain(|(place, ..)| !parts(subject, place).iter().any(|part| known.contains(part)));
    failed.into_iter().map(|(place, operation, reason)| diagnosis(place, operation, &reason)).collect()
}

fn diagnosis(place: Place, operation: &Operation, reason: &str) -> Diagnosis {
    let reason = reason.strip_prefix("found no value that conforms: ").unwrap_or(reason);
    let message =
        format!("no value was found that conforms, so `{}` cannot be called with one: {reason}", operation.id);
    Diagnosis::new(place, message).help("correct what contradicts, or give an `example` that conforms")
}

/// The schemas that a diagnosis at `place` may be about: those one or two levels up.
fn around(place: &Place) -> impl Iterator<Item = Place> {
    let above = place.pointer.parent();
    let further = above.as_ref().and_then(crate::document::Pointer::parent);
    let document = place.document;
    above.into_iter().chain(further).map(move |pointer| Place::new(document, pointer))
}

/// The schemas that a value of the schema at `place` cannot do without, and the branches it may take.
fn parts(subject: &Subject<'_>, place: &Place) -> BTreeSet<Place> {
    let mut seen = BTreeSet::new();
    let mut open = vec![place.clone()];
    while let Some(place) = open.pop() {
        let Some(at) = subject.at(&place).filter(|_| seen.len() < MOST_PARTS) else { continue };
        if !seen.insert(at.place.clone()) {
            continue;
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let count = at.value.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            open.extend((0..count).map(|index| at.place.child(keyword).index(index)));
        }
        let required = at.value.get("required").and_then(Value::as_array).into_iter().flatten();
        open.extend(required.filter_map(|name| Some(at.place.child("properties").child(name.as_str()?))));
        for (keyword, least) in [("items", "minItems"), ("additionalProperties", "minProperties")] {
            if at.value.get(least).and_then(Value::as_u64).is_some_and(|least| least > 0) {
                open.push(at.place.child(keyword));
            }
        }
    }
    seen
}
