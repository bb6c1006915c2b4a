//! `wrong-media-type`: content is documented, and what came is not labelled as any of it.

use serde_json::Value;

use crate::drift::{Cause, Finding, Level, Part};

use super::reading::Fit;
use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "wrong-media-type",
    title: "the media type is missing or not documented",
    level: Level::Error,
    cause: Cause::Server,
    silenced_by: &["server-error"],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/wrong-media-type.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(response), Some(documented)) = (subject.response, subject.documented) else { return Vec::new() };
    let sent = response.headers.get("content-type");
    let missing = sent.is_none_or(|sent| sent.trim().is_empty());
    let (level, class, what) = match subject.reading.fit {
        Fit::Problem => (Level::Warning, "problem", "is `application/problem+json`, which is not documented"),
        Fit::Mislabelled if missing => (Level::Error, "missing", "is missing"),
        Fit::Mislabelled => (Level::Error, "undocumented", "is not documented"),
        Fit::Free | Fit::Empty | Fit::Documented => return Vec::new(),
    };
    let names: Vec<_> = documented.content.iter().map(|media| media.name.as_str()).collect();
    let names = names.join(", ");
    vec![Finding {
        level,
        class: class.to_owned(),
        message: format!("the media type of the {} response {what}", response.status),
        promised: format!("content of type {names}"),
        came: sent.map_or(Value::Null, |sent| Value::String(sent.to_owned())),
        remedy: format!("label the content as {names}, or document what is sent"),
        ..CHECK.finding(documented.place.child("content"), Part::Header("Content-Type".to_owned()))
    }]
}
