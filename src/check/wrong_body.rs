//! `wrong-body`: a body that breaks its schema.

use serde_json::Value;

use crate::drift::{Cause, Finding, Level, Part};
use crate::schema::Violation;

use super::{Body, Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "wrong-body",
    title: "the body breaks its schema",
    level: Level::Error,
    cause: Cause::Promise,
    silenced_by: &[],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/wrong-body.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    findings(&CHECK, subject, &subject.reading.violations, words)
}

fn words(violation: &Violation) -> Words {
    let Violation { keyword, property, promised, came, .. } = violation;
    let place = place_in_words(violation);
    let (message, remedy) = match (keyword.as_str(), property) {
        ("required", Some(name)) => {
            (format!("{place} lacks the required property `{name}`"), format!("answer with `{name}` in {place}"))
        }
        // What came is the server's word, and stays out of ours.
        ("additionalProperties", Some(_)) => {
            (format!("{place} has a property that the schema forbids"), format!("answer with {promised} in {place}"))
        }
        _ => (
            format!("{place} is not what the schema promises, {promised}, but {came}"),
            format!("answer with {promised} at {place}"),
        ),
    };
    Words { message, remedy }
}

/// What a finding says of a violation.
pub(super) struct Words {
    /// The message.
    pub(super) message: String,
    /// The remedy.
    pub(super) remedy: String,
}

/// One finding of `check` for each shape and keyword: a hundred items that are wrong alike are one drift.
pub(super) fn findings(
    check: &Check,
    subject: &Subject<'_>,
    violations: &[Violation],
    words: impl Fn(&Violation) -> Words,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for violation in violations {
        // A value of the wrong type is outside of the enum, too: one cause.
        let mistyped = |other: &Violation| other.keyword == "type" && other.instance == violation.instance;
        if violation.keyword != "type" && violations.iter().any(mistyped) {
            continue;
        }
        let missing = violation.property.as_ref().filter(|_| violation.keyword == "required");
        let shape = missing.map_or_else(|| violation.shape.clone(), |property| violation.shape.child(property));
        if findings.iter().any(|known| known.shape == shape && known.class == violation.keyword) {
            continue;
        }
        let words = words(violation);
        findings.push(Finding {
            shape,
            class: violation.keyword.clone(),
            message: words.message,
            promised: violation.promised.clone(),
            came: came(subject.body, violation),
            remedy: words.remedy,
            ..check.finding(violation.place.clone(), Part::Body(violation.instance.clone()))
        });
    }
    findings
}

/// The place of `violation` as a message names it, without anything that a server sent.
pub(super) fn place_in_words(violation: &Violation) -> String {
    if violation.shape.is_root() { "the body".to_owned() } else { format!("`{}`", violation.shape) }
}

/// The value itself where it is small, and what kind of value it is where it is not.
fn came(body: &Body, violation: &Violation) -> Value {
    let value = match body {
        Body::Json(value) => violation.instance.resolve(value),
        _ => None,
    };
    match value {
        Some(value) if !value.is_array() && !value.is_object() && violation.keyword != "required" => value.clone(),
        _ => Value::String(violation.came.clone()),
    }
}
