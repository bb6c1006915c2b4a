//! `undocumented-property`: a member of a body that no schema mentions.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Place, Pointer};
use crate::drift::{Cause, Finding, Level, Part};

use super::reading::stable_name;
use super::{Body, Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "undocumented-property",
    title: "the body has a property that no schema mentions",
    level: Level::Warning,
    cause: Cause::Promise,
    silenced_by: &["server-error", "wrong-media-type"],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/undocumented-property.md"),
};

/// More different properties than this in one body are data, not properties.
const MOST: usize = 32;

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let schema = subject.media.and_then(|media| media.schema.as_ref());
    let (Some(schema), Body::Json(value)) = (schema, subject.body) else { return Vec::new() };
    let forbidden = forbidden(subject);
    let mut findings: Vec<Finding> = Vec::new();
    for (instance, place) in subject.contract.schemas.undocumented(schema, value) {
        let shape = named(&subject.shape(&instance), &instance);
        if forbidden.contains(&instance)
            || is_required(subject, &place, &instance)
            || findings.iter().any(|known| known.shape == shape)
        {
            continue;
        }
        findings.push(Finding {
            message: format!("`{shape}` is documented nowhere"),
            promised: "properties that the schema names".to_owned(),
            came: Value::String(kind(instance.resolve(value)).to_owned()),
            remedy: format!("leave `{shape}` out, or document it"),
            shape,
            ..CHECK.finding(place, Part::Body(instance))
        });
        if findings.len() == MOST {
            break;
        }
    }
    findings
}

/// The members of which `wrong-body` says already that they must not be there.
fn forbidden(subject: &Subject<'_>) -> BTreeSet<Pointer> {
    let unexpected = subject.reading.violations.iter().filter(|violation| violation.keyword != "required");
    unexpected.filter_map(|violation| Some(violation.instance.child(violation.property.as_deref()?))).collect()
}

/// Whether the schema at `place` requires the member by name: that mentions it, although it says no more of it.
fn is_required(subject: &Subject<'_>, place: &Place, instance: &Pointer) -> bool {
    let schema = subject.contract.schemas.source(place);
    let required = schema.and_then(|schema| schema.get("required")).and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|name| name.as_str() == instance.last().as_deref()))
}

/// `shape` with the name of the undocumented member itself, which is what tells one such drift from another.
fn named(shape: &Pointer, instance: &Pointer) -> Pointer {
    match (shape.parent(), instance.last()) {
        (Some(parent), Some(name)) => parent.child(&stable_name(&name)),
        _ => shape.clone(),
    }
}

fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "nothing",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "a boolean",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a string",
        Some(Value::Array(_)) => "an array",
        Some(Value::Object(_)) => "an object",
    }
}
