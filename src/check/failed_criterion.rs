//! `failed-criterion`: what a written case expects does not hold.

use serde_json::Value;

use crate::case::expression::Evaluated;
use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "failed-criterion",
    title: "a criterion of a written case does not hold",
    level: Level::Error,
    cause: Cause::Operation,
    silenced_by: &[
        "no-response",
        "server-error",
        "undocumented-status",
        "wrong-media-type",
        "unreadable-body",
        "wrong-body",
    ],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/failed-criterion.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    // Without a response there is nothing to expect anything of: `no-response` or the environment speaks.
    if subject.response.is_none() {
        return Vec::new();
    }
    subject.criteria.iter().filter(|criterion| criterion.holds != Ok(true)).map(|c| finding(subject, c)).collect()
}

fn finding(subject: &Subject<'_>, criterion: &Evaluated) -> Finding {
    let text = &criterion.text;
    let at = match (&criterion.file, criterion.position) {
        (Some(file), Some(position)) => format!(" ({file}:{position})"),
        (Some(file), None) => format!(" ({file})"),
        (None, _) => String::new(),
    };
    let (message, came) = match &criterion.holds {
        Ok(_) => (format!("`{text}`{at} does not hold"), criterion.actual.clone()),
        Err(reason) => (format!("`{text}`{at} cannot be evaluated"), Some(Value::String(reason.clone()))),
    };
    Finding {
        class: text.clone(),
        message,
        promised: criterion.expected.clone(),
        came: came.unwrap_or(Value::Null),
        remedy: format!("answer so that `{text}` holds"),
        ..CHECK.finding(subject.status_place(), Part::Exchange)
    }
}
