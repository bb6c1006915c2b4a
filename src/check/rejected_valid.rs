//! `rejected-valid`: a request that keeps every promise of the document, and is refused for what it says.

use serde_json::Value;

use crate::case::{Intent, Spot};
use crate::document::Pointer;
use crate::drift::{Cause, Finding, Level, Part};

use super::reading::stable_name;
use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "rejected-valid",
    title: "a valid request was refused",
    level: Level::Error,
    cause: Cause::Promise,
    silenced_by: &["undocumented-status"],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/rejected-valid.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(status) = subject.status().filter(|status| refuses_the_request(*status)) else { return Vec::new() };
    let spot = subject.accused.map_or_else(|| "request".to_owned(), stable_spot);
    let (level, class, message, remedy) = match (subject.intent, subject.paired) {
        (Intent::Valid, true) => (
            Level::Error,
            spot.clone(),
            format!("a valid request was refused with {status} for its {spot}, and served with another value there"),
            "accept every value that the document allows, or let the document say what is refused".to_owned(),
        ),
        // Rules may stand in prose, and ids may be taken: one refusal alone proves nothing.
        (Intent::Valid, false) => (
            Level::Note,
            spot.clone(),
            format!("a valid request was refused with {status}"),
            "accept every request that the document allows, or let the document say what is refused".to_owned(),
        ),
        (Intent::Hostile, true) => (
            Level::Warning,
            format!("{spot} hostile"),
            format!("an unusual value was refused with {status}, and the document states no such limit"),
            "state the limit: `maxLength`, `minLength`, `pattern`, `minimum` or `maximum`".to_owned(),
        ),
        _ => return Vec::new(),
    };
    vec![Finding {
        level,
        class,
        message,
        promised: format!("a success: {}", successes(subject)),
        came: Value::from(status),
        remedy,
        ..CHECK.finding(subject.status_place(), Part::Status)
    }]
}

/// Whether `status` says that the request itself is wrong: not who sends it, what it names, when it comes or how often.
pub fn refuses_the_request(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 404 | 405 | 408 | 409 | 410 | 423 | 425 | 429)
}

/// The spot as it stands in ids: indices, and names that read like data, erased.
pub fn stable_spot(spot: &Spot) -> String {
    let dotted = |pointer: &Pointer| -> String {
        let token = |token: std::borrow::Cow<'_, str>| {
            let index = token.bytes().all(|byte| byte.is_ascii_digit());
            if index { "*".to_owned() } else { stable_name(&token).into_owned() }
        };
        pointer.tokens().map(token).collect::<Vec<_>>().join(".")
    };
    match spot {
        Spot::Body(pointer) if !pointer.is_root() => format!("body {}", dotted(pointer)),
        Spot::Parameter(location, name, pointer) if !pointer.is_root() => {
            format!("{location} {name}.{}", dotted(pointer))
        }
        spot => spot.to_string(),
    }
}

fn successes(subject: &Subject<'_>) -> String {
    let documented = subject.operation.responses.iter().filter(|response| response.status.is_success());
    let names: Vec<String> = documented.map(|response| response.status.to_string()).collect();
    if names.is_empty() { "any 2xx".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Location;

    #[test]
    fn a_spot_in_an_id_bears_no_index_and_no_data() {
        let body = |text: &str| Spot::Body(Pointer::parse(text).unwrap());
        for (spot, expected) in [
            (body("/address/city"), "body address.city"),
            (body("/tags/3/name"), "body tags.*.name"),
            (body("/rates/2026-01-01"), "body rates.*"),
            (body(""), "body"),
            (Spot::Parameter(Location::Query, "limit".to_owned(), Pointer::root()), "query limit"),
            (Spot::Parameter(Location::Query, "q".to_owned(), Pointer::parse("/0").unwrap()), "query q.*"),
            (Spot::Header("Accept".to_owned()), "header Accept"),
            (Spot::Credentials, "credentials"),
        ] {
            assert_eq!(stable_spot(&spot), expected);
        }
    }

    /// RFC 9110 §15.5: these statuses speak of credentials, of what is named, of time and of load.
    #[test]
    fn not_every_client_error_speaks_of_the_request() {
        let refusing: Vec<u16> = (200..=599).filter(|status| refuses_the_request(*status)).collect();
        assert!([400, 403, 406, 413, 414, 415, 422].iter().all(|status| refusing.contains(status)));
        assert!([200, 302, 401, 404, 405, 408, 409, 410, 423, 425, 429, 500].iter().all(|s| !refusing.contains(s)));
    }
}
