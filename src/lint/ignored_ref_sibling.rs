//! Keywords beside `$ref` that would change the meaning, if they were not ignored.

use serde_json::Value;

use super::null::allows_null;
use super::{Diagnosis, Lint, Subject};
use crate::contract::at::At;
use crate::contract::layout::Kind;
use crate::document::Severity;
use crate::schema::anatomy::ASSERTIONS;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "ignored-ref-sibling",
    title: "a keyword beside $ref is ignored, although it would change the meaning",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/ignored-ref-sibling.md"),
};

/// What constrains a schema beside the keywords that refuse values; all else beside `$ref` is prose, and missing it costs
/// nothing.
const OF_SCHEMA: [&str; 8] =
    ["nullable", "exclusiveMinimum", "exclusiveMaximum", "items", "properties", "allOf", "readOnly", "writeOnly"];

/// The same of a parameter, a header, a request body.
const OF_PARAMETER: [&str; 8] = ["name", "in", "required", "schema", "content", "style", "explode", "allowReserved"];

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.walk(&mut |kind, at| {
        let Some(Value::String(reference)) = at.value.get("$ref") else { return };
        let telling: &[&[&str]] = match kind {
            Kind::Schema => &[&ASSERTIONS, &OF_SCHEMA],
            Kind::Parameter | Kind::Header | Kind::Body => &[&OF_PARAMETER],
            Kind::Response => &[&["headers", "content"]],
            _ => return,
        };
        let Some(target) = subject.follow(at) else { return };
        let ignored: Vec<_> = at
            .members()
            .filter(|(name, _)| telling.iter().any(|names| names.contains(name)))
            .filter(|(name, member)| matters(subject, name, member, &target))
            .collect();
        let Some((_, first)) = ignored.first() else { return };
        found.push(describe(kind, &ignored, reference, Diagnosis::new(first.place.clone(), "")));
    });
    found
}

fn describe(kind: Kind, ignored: &[(&str, At<'_>)], reference: &str, diagnosis: Diagnosis) -> Diagnosis {
    let names: Vec<String> = ignored.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (consequence, help) = match (kind, ignored) {
        (Kind::Schema, [("nullable", _)]) => (
            ": null is not allowed here",
            format!(
                "write `anyOf: [{{$ref: '{reference}'}}, {{enum: [null]}}]`, or say `nullable: true` beside the `type` there"
            ),
        ),
        (Kind::Schema, _) => {
            let written = ignored.iter().map(|(name, member)| match member.value {
                Value::Array(_) | Value::Object(_) => format!("{name}: …"),
                value => format!("{name}: {value}"),
            });
            let written = written.collect::<Vec<_>>().join(", ");
            ("", format!("write `allOf: [{{$ref: '{reference}'}}, {{{written}}}]`"))
        }
        _ => ("", "say it where the reference leads to, or write the object out here".to_owned()),
    };
    let are = if names.len() == 1 { "is" } else { "are" };
    Diagnosis { message: format!("{} beside `$ref` {are} ignored{consequence}", names.join(", ")), ..diagnosis }
        .help(help)
}

/// Whether `member` would say something that the target of the reference does not.
fn matters(subject: &Subject<'_>, name: &str, member: &At<'_>, target: &At<'_>) -> bool {
    if target.value.get(name) == Some(member.value) {
        return false;
    }
    let composed = ["properties", "allOf", "additionalProperties"].iter().any(|name| target.value.get(name).is_some());
    match (name, member.value) {
        (_, Value::Null | Value::Bool(false)) => target.value.get(name) == Some(&Value::Bool(true)),
        ("nullable", _) => !allows_null(subject, target),
        // A habit of older versions, without any meaning in this one.
        ("required", Value::Bool(true)) => target.value.get("in").is_some() || target.value.get("content").is_some(),
        ("type", Value::String(kind)) if kind == "object" => !composed,
        _ => true,
    }
}
