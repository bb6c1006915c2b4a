//! `nullable: true` beside a `type`, where an `enum` or a composition refuses null all the same.

use serde_json::Value;

use super::null::{allows_null, says_nullable};
use super::{Diagnosis, Lint, Subject};
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "vetoed-null",
    title: "nullable has no effect, because an enum or a composition beside it refuses null",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/vetoed-null.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.schemas(&mut |at| {
        let typed = at.value.get("type").is_some_and(Value::is_string);
        if !typed || !says_nullable(at) || at.value.get("$ref").is_some() || allows_null(subject, at) {
            return;
        }
        let lists_no_null =
            at.value.get("enum").and_then(Value::as_array).is_some_and(|list| !list.contains(&Value::Null));
        let diagnosis = if lists_no_null {
            let message = "`nullable: true` has no effect: the `enum` does not list null";
            Diagnosis::new(at.place.child("enum"), message).help("add null to the `enum`, or take `nullable` away")
        } else {
            let veto = ["allOf", "anyOf", "oneOf"].into_iter().find(|name| at.value.get(name).is_some());
            let message = format!("`nullable: true` has no effect: `{}` refuses null", veto.unwrap_or("allOf"));
            let help = "let the parts allow null, or write `anyOf: […, {enum: [null]}]` around it";
            Diagnosis::new(at.place.child("nullable"), message).help(help)
        };
        found.push(diagnosis);
    });
    found
}
