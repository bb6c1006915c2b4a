//! `not-multiple`: a number is no multiple of what it has to be.

use serde_json::{Number, Value, json};

use super::number::{value, whole};
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "not-multiple",
    title: "a number is no multiple of what it has to be",
    mutate,
    page: include_str!("../../docs/mutation/not-multiple.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in subject.sites_of(Value::is_number) {
        let Value::Number(number) = site.value else { continue };
        for (place, divisor) in subject.stated(site, "multipleOf") {
            let candidates = divisor.as_number().map(|divisor| beside(number, divisor)).unwrap_or_default();
            let value = subject.breaking(site, &place, candidates);
            mutants
                .extend(value.and_then(|value| subject.mutant(MUTATION.id, &site.spot, "", Some(place), Some(value))));
        }
    }
    mutants
}

/// Numbers beside `number` that are no multiple of `divisor`, by as much as can be, so that no rounding makes them one.
fn beside(number: &Number, divisor: &Number) -> Vec<Value> {
    let mut beside = Vec::new();
    if let (Some(number), Some(divisor)) = (whole(number), whole(divisor))
        && divisor > 1
    {
        beside.extend([number + divisor / 2, number - divisor / 2].into_iter().filter_map(value));
    }
    if let (Some(number), Some(divisor)) = (number.as_f64(), divisor.as_f64()) {
        beside.extend([number + divisor / 2.0, number - divisor / 2.0].map(|value| json!(value)));
    }
    beside
}
