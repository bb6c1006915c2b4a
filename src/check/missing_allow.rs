//! `missing-allow`: a 405 that does not say which methods are allowed.

use serde_json::Value;

use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "missing-allow",
    title: "a 405 without `Allow`",
    level: Level::Warning,
    cause: Cause::Server,
    silenced_by: &[],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/missing-allow.md"),
};

/// An empty `Allow` is an answer: the resource allows no method at the moment (RFC 9110 §10.2.1).
fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(response) = subject.response.filter(|response| response.status == 405) else { return Vec::new() };
    if response.headers.get("allow").is_some() || subject.promises_header("allow") {
        return Vec::new();
    }
    vec![Finding {
        message: "a 405 does not say which methods are allowed".to_owned(),
        promised: "the allowed methods in `Allow` (RFC 9110 §15.5.6)".to_owned(),
        came: Value::Null,
        remedy: format!("add `Allow` with the methods of {}", subject.operation.path.text),
        ..CHECK.finding(subject.status_place(), Part::Header("Allow".to_owned()))
    }]
}
