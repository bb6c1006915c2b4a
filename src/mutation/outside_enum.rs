//! `outside-enum`: a value is none of the documented ones.

use serde_json::{Value, json};

use super::parts::{UNKNOWN, is_in_branch};
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "outside-enum",
    title: "a value is none of the documented ones",
    mutate,
    page: include_str!("../../docs/mutation/outside-enum.md"),
};

/// Values of another list that are tried.
const MOST: usize = 20;

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        for (index, (place, listed)) in subject.stated(site, "enum").enumerate() {
            let Value::Array(members) = listed else { continue };
            if index == 0 {
                for (detail, value) in near(site.value) {
                    if !members.contains(&value) && value != *site.value {
                        mutants.extend(subject.mutant(
                            MUTATION.id,
                            &site.spot,
                            detail,
                            Some(place.clone()),
                            Some(value),
                        ));
                    }
                }
            }
            // Another branch may take what this one does not list.
            if is_in_branch(&place.pointer) {
                continue;
            }
            // Of two lists, the narrower one is broken alone by what only the other has.
            let others = subject.stated(site, "enum").filter_map(|(_, other)| other.as_array()).flatten();
            let others =
                others.filter(|value| !value.is_null() && !members.contains(value)).take(MOST).cloned().collect();
            if let Some(value) = subject.breaking(site, &place, others) {
                mutants.extend(subject.mutant(MUTATION.id, &site.spot, "listed", Some(place), Some(value)));
            }
        }
    }
    mutants
}

/// Values of the same type that look like `value`, and one that does not.
fn near(value: &Value) -> Vec<(&'static str, Value)> {
    match value {
        Value::String(text) => {
            let lower = text.to_lowercase();
            let case = if lower == *text { text.to_uppercase() } else { lower };
            let mut shorter = text.clone();
            let near = match shorter.pop() {
                Some(_) if !shorter.is_empty() => shorter,
                _ => format!("{text}x"),
            };
            vec![("case", json!(case)), ("near-miss", json!(near)), ("empty", json!("")), ("foreign", json!(UNKNOWN))]
        }
        Value::Number(number) => {
            let next = number.as_i64().and_then(|number| number.checked_add(1)).map(|number| json!(number));
            vec![("near-miss", next.unwrap_or(json!(0.5))), ("foreign", json!(987_654_321))]
        }
        _ => Vec::new(),
    }
}
