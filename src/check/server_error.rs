//! `server-error`: a 5xx answer, to whatever request and however documented.

use serde_json::Value;

use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject, intent_class, intent_words};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "server-error",
    title: "the server failed to answer the request (5xx)",
    level: Level::Error,
    cause: Cause::Operation,
    silenced_by: &[],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/server-error.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(status) = subject.status().filter(|status| (500..600).contains(status)) else { return Vec::new() };
    vec![Finding {
        class: intent_class(subject.intent).to_owned(),
        message: format!(
            "{} was answered with {status}, which says that the server failed",
            intent_words(subject.intent)
        ),
        promised: "an answer that is not a failure of the server".to_owned(),
        came: Value::from(status),
        remedy: "answer a request that cannot be served with a documented 4xx, and every other one with success"
            .to_owned(),
        ..CHECK.finding(subject.status_place(), Part::Status)
    }]
}
