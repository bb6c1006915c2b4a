//! `open-access`: a request without valid credentials that is answered with success.

use serde_json::Value;

use crate::case::{Credentials, Intent};
use crate::contract::{Location, Operation, Scheme};
use crate::drift::{Cause, Finding, Level, Part};
use crate::exchange::Request;

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "open-access",
    title: "a request without valid credentials was served",
    level: Level::Error,
    cause: Cause::Server,
    silenced_by: &[],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/open-access.md"),
};

/// The request carried none.
const NONE: &str = "no-credentials";

/// The request carried some that nobody was given.
const WRONG: &str = "wrong-credentials";

/// Nothing stood where credentials belong.
const EMPTY: &str = "empty-credentials";

/// What stood there is no credential at all.
const MALFORMED: &str = "malformed-credentials";

/// A good credential, called one of another scheme.
const OTHER_SCHEME: &str = "other-scheme";

/// A good credential, and nothing that says of which scheme.
const NO_SCHEME: &str = "no-scheme";

/// A good credential, where the document does not look for it.
const MISPLACED: &str = "misplaced-credentials";

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    if *subject.intent != Intent::Unauthorized || !subject.operation.needs_credentials() {
        return Vec::new();
    }
    let Some(status) = subject.status().filter(|status| (200..300).contains(status)) else { return Vec::new() };
    let (class, words) = carried(subject);
    let finding = CHECK.finding(subject.operation.security_place.clone(), Part::Status);
    // Who holds a good credential is no stranger: that it is found elsewhere or without its scheme's name, too, lets nobody in.
    let level = if [MISPLACED, NO_SCHEME].contains(&class) { Level::Warning } else { finding.level };
    vec![Finding {
        level,
        class: class.to_owned(),
        message: format!("a request {words} was served with {status}"),
        promised: "only requests with valid credentials are served".to_owned(),
        came: Value::from(status),
        remedy: "answer 401 with a `WWW-Authenticate` challenge".to_owned(),
        ..finding
    }]
}

/// What the request carried instead of credentials, as a class and in words.
fn carried(subject: &Subject<'_>) -> (&'static str, &'static str) {
    match subject.credentials {
        Credentials::Wrong => (WRONG, "with credentials that are not valid"),
        Credentials::Empty => (EMPTY, "with empty credentials"),
        Credentials::Malformed => (MALFORMED, "with credentials that have no such form"),
        Credentials::OtherScheme => (OTHER_SCHEME, "with credentials under the name of another scheme"),
        Credentials::NoScheme => (NO_SCHEME, "with credentials without the name of their scheme"),
        Credentials::Misplaced => (MISPLACED, "with credentials where the document does not look for them"),
        // A written case may bring its own.
        Credentials::Environment if carries_credentials(subject.operation, &subject.exchange.request) => {
            (WRONG, "with credentials that are not valid")
        }
        Credentials::None | Credentials::Environment => (NONE, "without credentials"),
    }
}

/// Who serves a request without credentials looks at none, and who takes wrong ones reads none: that they may also be
/// empty, or of another form, is the same drift.
pub(super) fn implied_by(id: &str) -> Vec<String> {
    let Some((before, class)) = id.rsplit_once('/').filter(|(before, _)| before.starts_with(CHECK.id)) else {
        return Vec::new();
    };
    let causes: &[&str] = match class {
        WRONG | MISPLACED => &[NONE],
        EMPTY | MALFORMED | OTHER_SCHEME | NO_SCHEME => &[NONE, WRONG],
        _ => &[],
    };
    causes.iter().map(|cause| format!("{before}/{cause}")).collect()
}

/// Whether `request` carries anything where one of the operation's schemes looks for credentials.
pub fn carries_credentials(operation: &Operation, request: &Request) -> bool {
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
