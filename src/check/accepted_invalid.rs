//! `accepted-invalid`: a request that breaks a promise of the document, and is answered with success.

use serde_json::Value;

use crate::case::{Breach, Intent};
use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "accepted-invalid",
    title: "an invalid request was accepted",
    level: Level::Error,
    cause: Cause::Promise,
    silenced_by: &[],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/accepted-invalid.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Intent::Invalid(Breach { reason, place, excuse, .. }) = subject.intent else { return Vec::new() };
    let Some(status) = subject.status().filter(|status| (200..300).contains(status)) else { return Vec::new() };
    let documented = subject.operation.documents_rejection();
    let message = format!("an invalid request ({reason}) was accepted with {status}");
    vec![Finding {
        level: if documented && excuse.is_none() { Level::Error } else { Level::Warning },
        class: reason.clone(),
        message: excuse.iter().fold(message, |message, excuse| format!("{message}, but {excuse}")),
        promised: if documented {
            format!("a refusal: {}", refusals(subject))
        } else {
            "the constraint, although no status is documented that refuses what breaks it".to_owned()
        },
        came: Value::from(status),
        remedy: "refuse the request with a documented 4xx, or drop the constraint from the document".to_owned(),
        ..CHECK.finding(place.clone().unwrap_or_else(|| subject.operation.place.clone()), Part::Status)
    }]
}

fn refusals(subject: &Subject<'_>) -> String {
    let spoken = [400, 422].iter().filter_map(|code| subject.operation.response(*code));
    let mut names: Vec<_> = spoken.map(|response| response.status.to_string()).collect();
    names.dedup();
    names.join(", ")
}
