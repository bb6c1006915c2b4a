//! `ambiguous-null`: a null that only the obvious intention of the document allows.

use crate::drift::{Cause, Finding, Level};

use super::wrong_body::{Words, findings, place_in_words};
use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "ambiguous-null",
    title: "a null is allowed by the intention of the document only",
    level: Level::Warning,
    cause: Cause::Promise,
    silenced_by: &[],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/ambiguous-null.md"),
};

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    findings(&CHECK, subject, &subject.reading.ambiguous, |violation| {
        let place = place_in_words(violation);
        Words {
            message: format!(
                "{place} has a null that the document only means to allow: `nullable` counts beside `type` alone (OpenAPI 3.0.3)"
            ),
            remedy: format!("leave {place} out, or say in the document that it may be null"),
        }
    })
}
