//! `problem-status`: problem details whose `status` is not the status of the response.

use crate::document::Pointer;
use crate::drift::{Cause, Finding, Level, Part};

use super::{Body, Check, Subject, media};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "problem-status",
    title: "problem details name another status than the response has",
    level: Level::Warning,
    cause: Cause::Server,
    silenced_by: &[],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/problem-status.md"),
};

/// A `status` that is no number is to be ignored (RFC 9457 §3.1); it is the schema's affair, not ours.
fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(response), Body::Json(body)) = (subject.response, subject.body) else { return Vec::new() };
    let label = response.headers.get("content-type").and_then(media::parse);
    let status = body.get("status").filter(|status| status.is_number());
    let Some(named) = status.filter(|_| label.is_some_and(|label| media::is_problem(&label))) else {
        return Vec::new();
    };
    if named.as_f64() == Some(f64::from(response.status)) {
        return Vec::new();
    }
    let member = Pointer::root().child("status");
    vec![Finding {
        shape: member.clone(),
        message: format!("the problem details of a {} response name another status", response.status),
        promised: format!("{}, or no `status` at all (RFC 9457 §3.1.2)", response.status),
        came: named.clone(),
        remedy: format!("let `status` be {}", response.status),
        ..CHECK.finding(subject.status_place(), Part::Body(member))
    }]
}
