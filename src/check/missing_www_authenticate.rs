//! `missing-www-authenticate`: a 401 that does not say how to authenticate.

use serde_json::Value;

use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "missing-www-authenticate",
    title: "a 401 without `WWW-Authenticate`",
    level: Level::Warning,
    cause: Cause::Server,
    silenced_by: &[],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/missing-www-authenticate.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(response) = subject.response.filter(|response| response.status == 401) else { return Vec::new() };
    let challenged = response.headers.all("www-authenticate").any(|challenge| !challenge.trim().is_empty());
    if challenged || subject.promises_header("www-authenticate") {
        return Vec::new();
    }
    vec![Finding {
        message: "a 401 does not say how to authenticate".to_owned(),
        promised: "at least one challenge in `WWW-Authenticate` (RFC 9110 §15.5.2)".to_owned(),
        came: Value::Null,
        remedy: "add a challenge, such as `WWW-Authenticate: Bearer`".to_owned(),
        ..CHECK.finding(subject.status_place(), Part::Header("WWW-Authenticate".to_owned()))
    }]
}
