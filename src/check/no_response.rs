//! `no-response`: the server took the request and gave no HTTP response.

use serde_json::Value;

use crate::case::Intent;
use crate::drift::{Cause, Finding, Level, Part};
use crate::exchange::Failure;

use super::{Check, Subject, intent_words};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "no-response",
    title: "the server took the request and gave no HTTP response",
    level: Level::Error,
    cause: Cause::Operation,
    silenced_by: &[],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/no-response.md"),
};

/// That no connection could be made says something about the environment, and that the request could not be sent about
/// us; neither is a drift.
fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Err(failure) = &subject.exchange.result else { return Vec::new() };
    let (class, what) = match failure {
        Failure::Closed(_) => ("closed", "closing the connection"),
        Failure::Timeout(_) => ("timeout", "silence until the time was over"),
        Failure::Malformed(_) => ("malformed", "something that is not HTTP"),
        Failure::Connect(_) | Failure::Unsendable(_) => return Vec::new(),
    };
    // Servers, and what stands before them, may close on what is too large or too strange for them.
    let unusual = matches!(subject.intent, Intent::Hostile | Intent::Undeclared) && class == "closed";
    vec![Finding {
        level: if unusual { Level::Warning } else { CHECK.level },
        class: class.to_owned(),
        message: format!("{} was answered by {what}", intent_words(subject.intent)),
        promised: format!("a response: {}", subject.documented_statuses()),
        came: Value::String(failure.to_string()),
        remedy: "answer with one of the documented responses".to_owned(),
        ..CHECK.finding(subject.operation.place.clone(), Part::Exchange)
    }]
}
