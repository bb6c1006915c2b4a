//! `wrong-refusal`: credentials are refused, but by another status than 401.

use serde_json::Value;

use crate::case::{Credentials, Intent};
use crate::contract::StatusMatch;
use crate::drift::{Cause, Finding, Level, Part};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "wrong-refusal",
    title: "missing or wrong credentials are refused by another status than 401",
    level: Level::Warning,
    cause: Cause::Server,
    silenced_by: &["server-error", "undocumented-status", "open-access"],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/wrong-refusal.md"),
};

/// Silent where the document does not offer 401: then the refusal that it offers is the right one.
fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let protected = *subject.intent == Intent::Unauthorized && subject.operation.needs_credentials();
    let Some(status) = subject.status().filter(|status| protected && offers_better(subject, *status)) else {
        return Vec::new();
    };
    if matches!(status, 401 | 429) || (status == 400 && is_malformed(subject)) {
        return Vec::new();
    }
    vec![Finding {
        class: "refusal".to_owned(),
        message: format!("a request without valid credentials was answered with {status} instead of 401"),
        promised: "401, by which a client learns that it has to authenticate (RFC 9110 §15.5.2)".to_owned(),
        came: Value::from(status),
        remedy: "answer 401 with a `WWW-Authenticate` challenge".to_owned(),
        ..CHECK.finding(subject.operation.security_place.clone(), Part::Status)
    }]
}

/// Whether the document offers 401 at least as plainly as `status`: a code that it spells out goes before a range.
fn offers_better(subject: &Subject<'_>, status: u16) -> bool {
    let plain =
        |code| subject.operation.response(code).is_some_and(|response| response.status == StatusMatch::Code(code));
    plain(401) || (subject.documents_any(&[401]) && !plain(status))
}

/// Credentials that do not even have the form of credentials are a bad request, too (RFC 6750 §3.1, `invalid_request`).
fn is_malformed(subject: &Subject<'_>) -> bool {
    use Credentials::{Empty, Malformed, NoScheme, OtherScheme};
    if matches!(subject.credentials, Empty | Malformed | NoScheme | OtherScheme) {
        return true;
    }
    let token =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b));
    subject.exchange.request.headers.get("authorization").is_some_and(|value| {
        let (scheme, credentials) = value.split_once(' ').unwrap_or((value, ""));
        !token(credentials) || !(scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic"))
    })
}
