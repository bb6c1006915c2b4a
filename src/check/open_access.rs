//! `open-access`: a request without valid credentials that is answered with success.

use serde_json::Value;

use crate::case::Intent;
use crate::contract::{Location, Operation, Scheme};
use crate::drift::{Finding, Level, Part};
use crate::exchange::Request;

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "open-access",
    title: "a request without valid credentials was served",
    level: Level::Error,
    silenced_by: &[],
    judge,
    page: include_str!("../../docs/check/open-access.md"),
};

/// The request carried none.
const NONE: &str = "no-credentials";

/// The request carried some that nobody was given.
const WRONG: &str = "wrong-credentials";

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    if *subject.intent != Intent::Unauthorized || !subject.operation.needs_credentials() {
        return Vec::new();
    }
    let Some(status) = subject.status().filter(|status| (200..300).contains(status)) else { return Vec::new() };
    let (class, words) = if carries_credentials(subject.operation, &subject.exchange.request) {
        (WRONG, "with credentials that are not valid")
    } else {
        (NONE, "without credentials")
    };
    vec![Finding {
        class: class.to_owned(),
        message: format!("a request {words} was served with {status}"),
        promised: "only requests with valid credentials are served".to_owned(),
        came: Value::from(status),
        remedy: "answer 401 with a `WWW-Authenticate` challenge".to_owned(),
        ..CHECK.finding(subject.operation.security_place.clone(), Part::Status)
    }]
}

/// Who serves a request without credentials looks at none: that the wrong ones do not matter is the same drift.
pub(super) fn implied_by(id: &str) -> Option<String> {
    let (before, class) = id.rsplit_once('/')?;
    (before.starts_with(CHECK.id) && class == WRONG).then(|| format!("{before}/{NONE}"))
}

/// Whether `request` carries anything where one of the operation's schemes looks for credentials.
pub(super) fn carries_credentials(operation: &Operation, request: &Request) -> bool {
    operation.security.iter().flatten().any(|used| match &used.scheme {
        Scheme::Bearer | Scheme::Basic | Scheme::Http(_) => request.headers.get("authorization").is_some(),
        Scheme::ApiKey { location: Location::Header, name } => request.headers.get(name).is_some(),
        Scheme::ApiKey { location: Location::Query, name } => {
            url::Url::parse(&request.url).is_ok_and(|url| url.query_pairs().any(|(known, _)| known == name.as_str()))
        }
        Scheme::ApiKey { location: Location::Cookie, name } => request.headers.all("cookie").any(|cookies| {
            cookies.split(';').any(|cookie| cookie.split('=').next().is_some_and(|known| known.trim() == name))
        }),
        Scheme::ApiKey { location: Location::Path, .. } => false,
    })
}
