//! `null`: null for a value.

use serde_json::Value;

use crate::case::Spot;

use super::parts::requirements;
use super::{Mutant, Mutation, Subject};

/// Why an optional member that is null may be taken.
const ABSENT: &str = "many readers take a member that is null for one that is left out";

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "null",
    title: "a value is null that may not be",
    mutate,
    page: include_str!("../../docs/mutation/null.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    // A style has no text for null (RFC 6570 §2.3): that would be another mutation.
    let sites = subject.sites.iter().filter(|site| !site.value.is_null() && !subject.is_styled(&site.spot));
    sites
        .filter_map(|site| {
            let (place, _) = subject.keyword(site, "type").or_else(|| subject.keyword(site, "enum"))?;
            let mutant = subject.mutant(MUTATION.id, &site.spot, "", Some(place), Some(Value::Null))?;
            Some(Mutant { excuse: is_optional(subject, &site.spot).then_some(ABSENT), ..mutant })
        })
        .collect()
}

/// Whether nothing requires the member at `spot`.
fn is_optional(subject: &Subject<'_>, spot: &Spot) -> bool {
    let Spot::Body(pointer) = spot else { return false };
    let (Some(parent), Some(name)) = (pointer.parent(), pointer.last()) else { return false };
    let around = subject.sites.iter().find(|site| matches!(&site.spot, Spot::Body(at) if *at == parent));
    around.is_some_and(|around| {
        around.value.is_object() && requirements(subject.contract, &around.schemas, &name).is_empty()
    })
}
