//! Patterns that decide nothing, or not every string.

use serde_json::Value;

use super::{Diagnosis, Lint, Subject};
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "bad-pattern",
    title: "a pattern cannot be compiled, so it is not checked",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/bad-pattern.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.schemas(&mut |at| {
        let Some(pattern) = at.value.get("pattern").filter(|_| at.value.get("$ref").is_none()) else { return };
        let Value::String(pattern) = pattern else { return };
        if let Some(reason) = subject.schemas.pattern_fault(pattern) {
            found.push(Diagnosis::new(at.place.child("pattern"), reason).help(help(pattern)));
        }
    });
    found
}

/// What is most likely at fault: not everything that an engine refuses is wrong.
fn help(pattern: &str) -> &'static str {
    let repeats = pattern.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let mut most = repeats.filter_map(|(bounds, _)| bounds.rsplit(',').next()?.parse::<u64>().ok());
    if most.any(|most| most >= 500) {
        "long repetitions are too large to be compiled: say the length with `minLength` and `maxLength`"
    } else if pattern.contains("\\p{") || pattern.contains("\\P{") {
        "properties of ECMA-262 are those of Unicode, such as `\\p{L}` or `\\p{Script=Greek}`: write out what others mean"
    } else {
        "write a regular expression of ECMA-262, without slashes around it and without flags"
    }
}
