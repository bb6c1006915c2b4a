//! Null among the values of an `enum` whose `type` does not let it pass.

use serde_json::Value;

use super::null::says_nullable;
use super::{Diagnosis, Lint, Subject};
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "null-in-enum",
    title: "an enum lists null, but the type beside it does not allow null",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/null-in-enum.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.schemas(&mut |at| {
        let Some(Value::Array(members)) = at.value.get("enum") else { return };
        let Some(Value::String(kind)) = at.value.get("type") else { return };
        let Some(index) = members.iter().position(Value::is_null) else { return };
        if !says_nullable(at) && at.value.get("$ref").is_none() {
            let message = format!("null is listed, but `type: {kind}` without `nullable: true` never lets it pass");
            let help = "add `nullable: true` beside `type`, or take null out of the list";
            found.push(Diagnosis::new(at.place.child("enum").index(index), message).help(help));
        }
    });
    found
}
