//! `below-bound`: a number, length or count is one step too small.

use serde_json::{Map, Value};

use crate::document::Place;

use super::number::{Side, beyond};
use super::parts::{combined, requirements};
use super::{Mutant, Mutation, Site, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "below-bound",
    title: "a number, length or count is one step too small",
    mutate,
    page: include_str!("../../docs/mutation/below-bound.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        for keyword in ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"] {
            for (place, bound) in subject.stated(site, keyword) {
                let (keyword, place, value) = match (keyword, site.value) {
                    ("minimum" | "exclusiveMinimum", Value::Number(_)) => {
                        match subject.past(site, keyword, &place, bound, Side::Below) {
                            Some(past) => past,
                            None => continue,
                        }
                    }
                    _ => match fewer(subject, site, keyword, bound) {
                        Some(value) => (keyword, place, value),
                        None => continue,
                    },
                };
                mutants.extend(subject.mutant(MUTATION.id, &site.spot, keyword, Some(place), Some(value)));
            }
        }
    }
    mutants
}

/// The value with one character, item or member less than `bound`.
fn fewer(subject: &Subject<'_>, site: &Site<'_>, keyword: &str, bound: &Value) -> Option<Value> {
    let fewer = usize::try_from(bound.as_u64()?).ok()?.checked_sub(1)?;
    match (keyword, site.value) {
        ("minLength", Value::String(text)) => Some(text.chars().take(fewer).collect::<String>().into()),
        ("minItems", Value::Array(items)) => Some(items.iter().take(fewer).cloned().collect()),
        ("minProperties", Value::Object(members)) => {
            let schemas = combined(subject.contract, &site.schemas);
            // What may be left out goes first.
            let (asked, free): (Vec<_>, Vec<_>) =
                members.iter().partition(|(name, _)| !requirements(subject.contract, &schemas, name).is_empty());
            let kept = asked.into_iter().chain(free).take(fewer);
            Some(Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()))
        }
        _ => None,
    }
}

impl<'a> Subject<'a> {
    /// The number one step past the `minimum` or `maximum` at `place`, with the keyword that it breaks and its place.
    pub(super) fn past<'k>(
        &self,
        site: &Site<'a>,
        keyword: &'k str,
        place: &Place,
        bound: &Value,
        way: Side,
    ) -> Option<(&'k str, Place, Value)> {
        let bound_number = bound.as_number()?;
        let integer = self.has_type(site, "integer");
        let multiple = self.keyword(site, "multipleOf").and_then(|(_, value)| value.as_number());
        let exclusive = match keyword {
            "minimum" => Some("exclusiveMinimum"),
            "maximum" => Some("exclusiveMaximum"),
            _ => None,
        };
        let flag = exclusive.and_then(|exclusive| {
            let parent = place.pointer.parent()?;
            Some(Place::new(place.document, parent.child(exclusive)))
        });
        if let Some(flag) = flag.filter(|flag| self.contract.schemas.source(flag) == Some(&Value::Bool(true))) {
            return Some((exclusive.unwrap_or(keyword), flag, bound.clone()));
        }
        if exclusive.is_none() {
            return Some((keyword, place.clone(), bound.clone()));
        }
        Some((keyword, place.clone(), beyond(bound_number, way, integer, multiple)?))
    }
}
