//! What loosens a keyword of a schema.

use serde_json::{Value, json};

use crate::document::Pointer;

use super::action::Action;
use super::candidate::{Candidate, Subject};

/// What a value that breaks `keyword` at the subject's place would need, where `came` is that value, or what it was in words.
pub(super) fn candidates(subject: &Subject<'_>, keyword: &str, came: &Value) -> Vec<Candidate> {
    let place = &subject.place;
    let Some(schema) = schema_of(place, keyword) else { return Vec::new() };
    let removed = || Candidate::new(format!("drop `{keyword}`"), vec![Action::remove(place)]);
    match keyword {
        "required" => required(subject, place),
        "enum" if came.is_null() => vec![nullable(subject, &schema), removed()],
        "enum" if !is_masked(came) && !came.is_object() && !came.is_array() => {
            vec![Candidate::new(format!("allow {came}"), vec![Action::update(place, came.clone())]), removed()]
        }
        "type" => types(subject, &schema, came),
        "maxLength" | "minLength" => {
            let length = came.as_str().filter(|_| !is_masked(came)).map(|text| text.chars().count());
            bound(&schema, keyword, length.map(|length| json!(length))).into_iter().chain([removed()]).collect()
        }
        "maxItems" | "minItems" | "maxProperties" | "minProperties" => {
            let size = came.as_array().map(Vec::len).or_else(|| came.as_object().map(serde_json::Map::len));
            bound(&schema, keyword, size.map(|size| json!(size))).into_iter().chain([removed()]).collect()
        }
        "maximum" | "minimum" => {
            let number = Some(came.clone()).filter(Value::is_number);
            bound(&schema, keyword, number).into_iter().chain([removed()]).collect()
        }
        "exclusiveMaximum" | "exclusiveMinimum" => {
            let inclusive = Candidate::new(
                format!("let the bound itself be allowed, without `{keyword}`"),
                vec![Action::remove(place)],
            );
            let limit = if keyword == "exclusiveMaximum" { "maximum" } else { "minimum" };
            let number = Some(came.clone()).filter(Value::is_number);
            std::iter::once(inclusive).chain(bound(&schema, limit, number)).collect()
        }
        "additionalProperties" => members(subject, &schema, came).into_iter().chain([removed()]).collect(),
        "enum" | "format" | "pattern" | "uniqueItems" | "multipleOf" | "not" => vec![removed()],
        _ => Vec::new(),
    }
}

/// The schema object that `keyword`, which stands at `place`, belongs to.
fn schema_of(place: &Pointer, keyword: &str) -> Option<Pointer> {
    let mut at = place.clone();
    while at.last().as_deref() != Some(keyword) {
        at = at.parent()?;
    }
    at.parent()
}

fn bound(schema: &Pointer, keyword: &str, to: Option<Value>) -> Option<Candidate> {
    let to = to?;
    let words = format!("relax `{keyword}` to {to}");
    Some(Candidate::new(words, vec![Action::update(schema, json!({keyword: to}))]))
}

/// Null, in the form that works in 3.0: beside a `type`, and in the `enum` where there is one.
fn nullable(subject: &Subject<'_>, schema: &Pointer) -> Candidate {
    let mut actions = vec![Action::update(schema, json!({"nullable": true}))];
    let values = schema.child("enum");
    let listed = subject.at(&values).and_then(Value::as_array);
    if listed.is_some_and(|listed| !listed.contains(&Value::Null)) {
        // A null is appended as the element of a list: by itself it would be no update.
        actions.push(Action::update(&values, json!([null])));
    }
    Candidate::new("allow null", actions)
}

fn types(subject: &Subject<'_>, schema: &Pointer, came: &Value) -> Vec<Candidate> {
    if came.is_null() {
        return vec![nullable(subject, schema)];
    }
    let declared = subject.at(&schema.child("type")).and_then(Value::as_str).unwrap_or_default();
    let become_type = |name: &str| {
        let words = format!("make it {} {name}", if name.starts_with(['a', 'i', 'o']) { "an" } else { "a" });
        Candidate::new(words, vec![Action::update(schema, json!({"type": name}))])
    };
    let names: Vec<&str> = match came {
        Value::Number(_) if declared == "integer" => vec!["number"],
        Value::Number(number) if number.is_i64() || number.is_u64() => vec!["integer", "number"],
        Value::Number(_) => vec!["number"],
        Value::Bool(_) => vec!["boolean"],
        Value::Array(_) => vec!["array"],
        Value::Object(_) => vec!["object"],
        Value::String(_) => vec!["string"],
        Value::Null => Vec::new(),
    };
    let mut all: Vec<Candidate> =
        names.iter().filter(|name| **name != declared).map(|name| become_type(name)).collect();
    all.push(Candidate::new("drop `type`", vec![Action::remove(&schema.child("type"))]));
    // A list needs its elements documented.
    for candidate in all.iter_mut().filter(|candidate| candidate.words.ends_with("array")) {
        if subject.at(&schema.child("items")).is_none() {
            candidate.actions.push(Action::update(schema, json!({"items": {}})));
        }
    }
    all
}

/// The member that is missing, where `place` is the list of required ones, or the element that names it.
fn required(subject: &Subject<'_>, place: &Pointer) -> Vec<Candidate> {
    let (list, name) = match subject.at(place) {
        Some(Value::String(name)) => (place.parent(), name.clone()),
        _ => (Some(place.clone()), missing(&subject.drift.id)),
    };
    let names = list.as_ref().and_then(|list| subject.at(list)).and_then(Value::as_array);
    let (Some(list), Some(names)) = (list, names.filter(|names| names.iter().any(|known| *known == name.as_str())))
    else {
        return Vec::new();
    };
    let words = format!("make `{name}` optional");
    // A list of required members may not be empty in 3.0.
    let action = if names.len() > 1 { Action::remove_element(&list, &name) } else { Action::remove(&list) };
    vec![Candidate::new(words, vec![action])]
}

/// `owner` of `wrong-body/getThing/200/owner/required`: the id of such a drift names what is missing.
fn missing(id: &str) -> String {
    let before = id.strip_suffix("/required").unwrap_or(id);
    before.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~")
}

/// The members that came although no other may, each with the type that it had.
fn members(subject: &Subject<'_>, schema: &Pointer, came: &Value) -> Option<Candidate> {
    let known = subject.at(&schema.child("properties")).and_then(Value::as_object);
    let new: Vec<(&String, &Value)> = came
        .as_object()?
        .iter()
        .filter(|(name, _)| known.is_none_or(|known| !known.contains_key(name.as_str())))
        .collect();
    if new.is_empty() {
        return None;
    }
    let names: Vec<String> = new.iter().map(|(name, _)| format!("`{name}`")).collect();
    let properties: serde_json::Map<String, Value> =
        new.into_iter().map(|(name, value)| (name.clone(), documented(kind(value)))).collect();
    let words = format!("document the property {}", names.join(", "));
    Some(Candidate::new(words, vec![Action::update(schema, json!({"properties": properties}))]))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The schema of what is of this kind.
fn documented(kind: &str) -> Value {
    match kind {
        "a boolean" => json!({"type": "boolean"}),
        "a number" => json!({"type": "number"}),
        "a string" => json!({"type": "string"}),
        "an array" => json!({"type": "array", "items": {}}),
        "an object" => json!({"type": "object"}),
        "null" => json!({"type": "string", "nullable": true}),
        _ => json!({}),
    }
}

/// The property that came and that no schema mentions, with the type that it had.
pub(super) fn property(subject: &Subject<'_>) -> Vec<Candidate> {
    let Some(at) = subject.drift.part.strip_prefix("body ") else { return Vec::new() };
    let Some(name) = Pointer::parse(at).ok().and_then(|at| at.last().map(std::borrow::Cow::into_owned)) else {
        return Vec::new();
    };
    let schema = documented(subject.drift.came.as_str().unwrap_or_default());
    let words = format!("document the property `{name}`");
    let update = json!({"properties": {name.as_str(): schema}});
    let loose = json!({"properties": {name: {}}});
    [update, loose]
        .into_iter()
        .map(|update| Candidate::new(words.clone(), vec![Action::update(&subject.place, update)]))
        .collect()
}

/// Whether the value was redacted, so that nobody knows what would have to be allowed.
fn is_masked(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains(crate::run::redact::MASK))
}
