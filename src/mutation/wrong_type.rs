//! `wrong-type`: a value has another type.

use serde_json::{Value, json};

use super::parts::is_whole_body;
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "wrong-type",
    title: "a value has another type",
    mutate,
    page: include_str!("../../docs/mutation/wrong-type.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in subject.sites.iter().filter(|site| !is_whole_body(&site.spot) && !site.value.is_null()) {
        let Some((place, _)) = subject.keyword(site, "type") else { continue };
        let fraction = !subject.has_type(site, "number");
        for (detail, value) in others(site.value, fraction) {
            mutants.extend(subject.mutant(MUTATION.id, &site.spot, detail, Some(place.clone()), Some(value)));
        }
    }
    mutants
}

/// Values of each other type, as near to `value` as they can be; `fraction` where a number with a fraction is another type.
pub(super) fn others(value: &Value, fraction: bool) -> Vec<(&'static str, Value)> {
    let mut others = Vec::new();
    if !value.is_string() {
        others.push(("string", json!("text")));
    }
    if value.is_number() || value.is_boolean() {
        others.push(("quoted", json!(value.to_string())));
    }
    if !value.is_number() {
        others.push(("integer", json!(7)));
    }
    if let Some(whole) = value.as_i64().filter(|whole| fraction && whole.unsigned_abs() < 1 << 50) {
        // Exact, as far as 53 bits reach.
        let number: Option<Value> = format!("{whole}.5").parse().ok();
        others.extend(number.map(|number| ("number", number)));
    }
    if !value.is_boolean() {
        others.push(("boolean", json!(true)));
    }
    if !value.is_array() {
        others.push(("array", json!([value])));
    }
    match value {
        Value::Object(_) => {}
        Value::Array(items) => others.push(("object", json!({"0": items.first().unwrap_or(&Value::Null)}))),
        other => others.push(("object", json!({"value": other}))),
    }
    others
}
