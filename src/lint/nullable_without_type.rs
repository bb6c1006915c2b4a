//! `nullable: true` without a `type` beside it, where null is not allowed anyway.

use serde_json::Value;

use super::null::{allows_null, says_nullable};
use super::{Diagnosis, Lint, Subject};
use crate::contract::at::At;
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "nullable-without-type",
    title: "nullable has no effect, because no type stands beside it",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/nullable-without-type.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.schemas(&mut |at| {
        let member = |name: &str| at.value.get(name).is_some();
        if says_nullable(at) && !member("$ref") && !member("type") && !allows_null(subject, at) {
            let veto = ["allOf", "anyOf", "oneOf", "enum"].into_iter().find(|name| member(name)).unwrap_or("allOf");
            let message =
                format!("`nullable` widens a `type` beside it and nothing else, so null is refused by `{veto}`");
            let help = match veto {
                "enum" => "add null to the `enum`".to_owned(),
                "allOf" => {
                    format!("write `anyOf: [{}, {{enum: [null]}}]` instead of `allOf` and `nullable`", whole(at))
                }
                veto => format!("add `{{enum: [null]}}` to `{veto}` instead of `nullable`"),
            };
            found.push(Diagnosis::new(at.place.child("nullable"), message).help(help));
        }
    });
    found
}

/// What the `allOf` says, as short as can be.
fn whole(at: &At<'_>) -> String {
    let reference = match at.value.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => only.get("$ref").and_then(Value::as_str),
        _ => None,
    };
    reference.map_or_else(|| "{allOf: […]}".to_owned(), |reference| format!("{{$ref: '{reference}'}}"))
}
