//! `undeclared-method`: a method that no document declares for the path, and that is served or breaks the server.

use serde_json::Value;

use crate::case::Intent;
use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "undeclared-method",
    title: "a method that no document declares is served, or makes the server fail",
    level: Level::Error,
    cause: Cause::Server,
    silenced_by: &[],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/undeclared-method.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(status) = subject.status().filter(|_| *subject.intent == Intent::Undeclared) else { return Vec::new() };
    let method = subject.exchange.request.method.as_str();
    let Some((level, what)) = verdict(method, status) else { return Vec::new() };
    vec![Finding {
        level,
        class: method.to_owned(),
        message: format!("{method}, which no document declares for this path, {what}"),
        promised: "405 with `Allow` (RFC 9110 §15.5.6)".to_owned(),
        came: Value::from(status),
        remedy: format!("answer 405, or document {method} of {}", subject.operation.path.text),
        ..CHECK.finding(subject.operation.place.clone(), Part::Status)
    }]
}

/// How bad an answer is, and what it says; nothing where it is right.
fn verdict(method: &str, status: u16) -> Option<(Level, String)> {
    match status {
        // What every resource answers whatever its documents say (RFC 9110 §9.1, §9.3.7).
        200..=299 if matches!(method, "HEAD" | "OPTIONS") => None,
        200..=299 => Some((Level::Error, format!("was served with {status}"))),
        // RFC 9110 §15.6.2: the method is known to nobody here.
        405 | 501 => None,
        500..=599 => Some((Level::Error, format!("was answered with {status}, which says that the server failed"))),
        300..=499 => Some((Level::Note, format!("was answered with {status} instead of 405"))),
        _ => None,
    }
}
