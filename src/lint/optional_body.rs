//! Request bodies that may be left out, although what they hold is required.

use super::{Diagnosis, Lint, Subject};
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "optional-body",
    title: "a request body may be left out, although its schema requires properties",
    severity: Severity::Note,
    find,
    page: include_str!("../../docs/lint/optional-body.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    for operation in subject.operations.iter().filter(|operation| !operation.is_safe()) {
        let Some(body) = operation.body.as_ref().filter(|body| !body.required) else { continue };
        let says_so = subject.schemas.source(&body.place).is_some_and(|body| body.get("required").is_some());
        let requires = |schema| {
            let names = subject.at(schema).and_then(|at| Some(at.value.get("required")?.as_array()?.len()));
            names.is_some_and(|names| names > 0)
        };
        // `required: false` is a decision; nothing said is mostly an oversight.
        if !says_so && body.content.iter().filter_map(|media| media.schema.as_ref()).any(requires) {
            let message =
                format!("`{}` may be called without this body, although its schema requires properties", operation.id);
            let help = "add `required: true` to the request body; `required: false` says that it is meant so";
            found.push(Diagnosis::new(body.place.clone(), message).help(help));
        }
    }
    found
}
