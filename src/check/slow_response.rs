//! `slow-response`: an answer that took longer than the environment's `slow-after`.

use serde_json::Value;

use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "slow-response",
    title: "an answer took longer than the environment says it should",
    level: Level::Warning,
    cause: Cause::Server,
    silenced_by: &["server-error", "unreadable-body"],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/slow-response.md"),
};

/// Without `slow-after` nothing is slow; without a response `no-response` speaks.
fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let elapsed = subject.exchange.elapsed;
    let Some(slow_after) = subject.slow_after.filter(|slow_after| elapsed > *slow_after) else { return Vec::new() };
    if subject.response.is_none() {
        return Vec::new();
    }
    vec![Finding {
        message: "the answer took longer than `slow-after` of the environment".to_owned(),
        promised: format!("the whole answer within {} ms", slow_after.as_millis()),
        came: Value::String(format!("{} ms", elapsed.as_millis())),
        remedy: "answer faster; or raise `slow-after` where this is as fast as it has to be".to_owned(),
        ..CHECK.finding(subject.operation.place.clone(), Part::Exchange)
    }]
}
