//! Examples and defaults that break their own schema.

use serde_json::Value;

use super::{Diagnosis, Lint, Subject};
use crate::contract::at::At;
use crate::contract::layout::Kind;
use crate::document::{Place, Severity};
use crate::schema::{Direction, Sense};

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "broken-example",
    title: "an example or default breaks its own schema",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/broken-example.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.walk(&mut |kind, at| {
        if at.value.get("$ref").is_some() {
            return;
        }
        match kind {
            Kind::Schema => {
                for name in ["example", "default"] {
                    // A null here is a value, not an absence.
                    if let Some(value) = at.value.get(name) {
                        found.extend(judge(subject, &at.place, value, at.place.child(name), name, false));
                    }
                }
            }
            Kind::Parameter | Kind::Header => {
                if let Some(schema) = at.get("schema") {
                    found.extend(stated(subject, at, &schema.place, true));
                }
            }
            Kind::Media if is_json(at) => {
                if let Some(schema) = at.get("schema") {
                    found.extend(stated(subject, at, &schema.place, false));
                }
            }
            _ => {}
        }
    });
    found
}

/// Whether the media type object stands under a JSON media type.
fn is_json(at: &At<'_>) -> bool {
    let Some(name) = at.place.pointer.last() else { return false };
    let essence = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// `example` and `examples` of a parameter, header or media type.
fn stated(subject: &Subject<'_>, at: &At<'_>, schema: &Place, as_text: bool) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    if let Some(value) = at.value.get("example") {
        found.extend(judge(subject, schema, value, at.place.child("example"), "example", as_text));
    }
    for (name, example) in at.get("examples").iter().flat_map(At::members) {
        let place = example.place.child("value");
        if let Some(value) = example.value.get("value") {
            found.extend(judge(subject, schema, value, place, "example", as_text));
        } else if let Some(example) = subject.follow(&example)
            && let Some(value) = example.value.get("value")
        {
            // A shared example is named where it is used: it may fit elsewhere.
            let place = at.place.child("examples").child(name);
            found.extend(judge(subject, schema, value, place, "example", as_text));
        }
    }
    found
}

/// What `value` breaks of `schema`, whichever way it travels and however null is read.
fn judge(
    subject: &Subject<'_>,
    schema: &Place,
    value: &Value,
    place: Place,
    name: &str,
    as_text: bool,
) -> Option<Diagnosis> {
    let mut broken = Vec::new();
    for direction in [Direction::Response, Direction::Request] {
        // A schema that cannot be compiled has a lint of its own.
        let validator = subject.schemas.validator(schema, direction, Sense::Intended).ok()?;
        if validator.is_valid(value) || (as_text && reads_as(value).iter().any(|value| validator.is_valid(value))) {
            return None;
        }
        broken = validator.violations(value);
    }
    let first = broken.into_iter().next()?;
    let at = if first.instance.is_root() { String::new() } else { format!(" at `{}`", first.instance) };
    let what = match (&first.property, first.keyword.as_str()) {
        (Some(property), "required") => format!("property `{property}` is missing"),
        _ => format!("promised is {}, given is {}", first.promised, first.came),
    };
    let message = format!("this {name} breaks its schema{at} (`{}`): {what}", first.keyword);
    Some(Diagnosis::new(place, message).help(format!("correct the {name}, or the schema")))
}

/// How the text of a parameter may be meant: `example: "5"` is a number as good as `5`, and the other way round.
fn reads_as(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let parts = text.split(',').map(|part| Value::String(part.trim().to_owned())).collect();
            let typed = serde_json::from_str(text).ok();
            std::iter::once(Value::Array(parts)).chain(typed).collect()
        }
        Value::Number(_) | Value::Bool(_) => vec![Value::String(value.to_string()), Value::Array(vec![value.clone()])],
        _ => Vec::new(),
    }
}
