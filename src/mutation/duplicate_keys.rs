//! `duplicate-keys`: a member stands twice in the body.

use serde_json::{Value, json};

use crate::case::Spot;
use crate::document::Pointer;

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "duplicate-keys",
    title: "a member stands twice in the body",
    mutate,
    page: include_str!("../../docs/mutation/duplicate-keys.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let Some(json) = subject.json() else { return Vec::new() };
    let Some((name, value)) = json.value.as_object().and_then(|members| members.iter().next()) else {
        return Vec::new();
    };
    let other = if value.is_null() { json!("text") } else { Value::Null };
    [("same", value.clone()), ("other", other)]
        .into_iter()
        .map(|(detail, again)| {
            let mut bytes = json.bytes.clone();
            bytes.pop();
            bytes.extend(format!(",{}:{again}}}", json!(name)).into_bytes());
            let step = subject.with_bytes(bytes, &json.media_type);
            let spot = Spot::Body(Pointer::root().child(name));
            let values = (Some(value.clone()), Some(again));
            subject.made(MUTATION.id, spot, detail, subject.body_place(), values, step)
        })
        .collect()
}
