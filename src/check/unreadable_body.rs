//! `unreadable-body`: content is documented, and what came is empty, cut off, or not what its media type says.

use serde_json::Value;

use crate::document::Place;
use crate::drift::{Cause, Finding, Level, Part};

use super::reading::Fit;
use super::{Body, Check, Flaw, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "unreadable-body",
    title: "the documented body is empty, cut off, or cannot be read",
    level: Level::Error,
    cause: Cause::Promise,
    silenced_by: &["server-error", "wrong-media-type"],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/unreadable-body.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(documented) = subject.documented else { return Vec::new() };
    let content = documented.place.child("content");
    match (subject.reading.fit, subject.body) {
        (Fit::Empty, _) => vec![finding(subject, content, Level::Error, &Flaw::new("empty", "the body is empty"))],
        (Fit::Documented | Fit::Problem, Body::Unreadable(flaw)) => vec![finding(subject, content, Level::Error, flaw)],
        (Fit::Documented | Fit::Problem, _) => {
            let oddity = subject.reading.oddity.as_ref();
            oddity.map(|flaw| finding(subject, content, Level::Warning, flaw)).into_iter().collect()
        }
        (Fit::Free | Fit::Mislabelled, _) => Vec::new(),
    }
}

fn finding(subject: &Subject<'_>, place: Place, level: Level, flaw: &Flaw) -> Finding {
    Finding {
        level,
        shape: subject.shape(&flaw.instance),
        class: flaw.class.to_owned(),
        message: flaw.reason.clone(),
        promised: "a body that can be read by its documented media type".to_owned(),
        came: Value::String(flaw.reason.clone()),
        remedy: "answer with a whole body of the documented media type, or document that there is none".to_owned(),
        ..CHECK.finding(place, Part::Body(flaw.instance.clone()))
    }
}
