//! `undocumented-status`: a status that neither its code, nor its range, nor `default` documents.

use serde_json::Value;

use crate::case::Intent;
use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject, intent_class, intent_words};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "undocumented-status",
    title: "the status is not documented",
    level: Level::Error,
    cause: Cause::Server,
    silenced_by: &["server-error"],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/undocumented-status.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(status) = subject.status().filter(|_| subject.documented.is_none()) else { return Vec::new() };
    let words = intent_words(subject.intent);
    let statuses = subject.documented_statuses();
    let message = format!("{words} was answered with {status}, which is not documented");
    let (level, message, remedy) = match excuse(subject, status) {
        Some(excuse) => (Level::Warning, format!("{message}, but {excuse}"), format!("document {status}")),
        None => (Level::Error, message, format!("answer with one of {statuses}, or document {status}")),
    };
    vec![Finding {
        level,
        class: class(subject, status).to_owned(),
        message,
        promised: format!("one of the documented statuses: {statuses}"),
        came: Value::from(status),
        remedy,
        ..CHECK.finding(subject.status_place(), Part::Status)
    }]
}

/// What has one cause has one class: another success than the documented one, whatever was asked for, and a refusal for which
/// the document has no status at all.
fn class(subject: &Subject<'_>, status: u16) -> &'static str {
    let refused = matches!(subject.intent, Intent::Hostile | Intent::Open | Intent::Unknown) && status != 429;
    match status {
        200..300 => "valid",
        400..500 if refused && excuse(subject, status) == Some(NO_REFUSAL) => intent_class(&Intent::Open),
        _ => intent_class(subject.intent),
    }
}

const NO_REFUSAL: &str = "no documented status says that a request is invalid";

/// Why the server could hardly answer otherwise: the document names no client error that could say what is to be said.
fn excuse(subject: &Subject<'_>, status: u16) -> Option<&'static str> {
    if status == 429 {
        return Some("load is no drift");
    }
    if !(400..500).contains(&status) {
        return None;
    }
    match subject.intent {
        // Sizes have limits below every API (RFC 9110 §15.5.14 and §15.5.15, RFC 6585 §5).
        Intent::Hostile if matches!(status, 413 | 414 | 431) => Some("something is too large for the server"),
        Intent::Valid | Intent::Undeclared => None,
        Intent::Invalid(_) | Intent::Hostile | Intent::Open | Intent::Unknown => {
            (!subject.operation.documents_rejection()).then_some(NO_REFUSAL)
        }
        Intent::Absent => {
            (!subject.documents_any(&[404, 410])).then_some("no documented status says that something does not exist")
        }
        Intent::Unauthorized => {
            (!subject.documents_any(&[401, 403])).then_some("no documented status refuses credentials")
        }
    }
}
