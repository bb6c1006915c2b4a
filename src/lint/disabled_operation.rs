//! Operations that cannot be tested, with the reason.

use super::{Diagnosis, Lint, Subject};
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "disabled-operation",
    title: "an operation cannot be tested, because its description cannot be used",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/disabled-operation.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let disabled = subject.operations.iter().filter_map(|operation| Some((operation, operation.disabled.as_ref()?)));
    let describe = |(operation, reason): (&crate::contract::Operation, &String)| {
        Diagnosis::new(operation.place.clone(), format!("`{}` is not tested: {reason}", operation.id))
    };
    disabled.map(describe).collect()
}
