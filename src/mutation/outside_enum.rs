//! `outside-enum`: a value is none of the documented ones.

use serde_json::{Value, json};

use super::parts::UNKNOWN;
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "outside-enum",
    title: "a value is none of the documented ones",
    mutate,
    page: include_str!("../../docs/mutation/outside-enum.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        let Some((place, Value::Array(members))) = subject.keyword(site, "enum") else { continue };
        for (detail, value) in near(site.value) {
            if !members.contains(&value) && value != *site.value {
                mutants.extend(subject.mutant(MUTATION.id, &site.spot, detail, Some(place.clone()), Some(value)));
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
