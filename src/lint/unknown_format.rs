//! A `format` that nobody defines for its type, so that nothing is checked.

use serde_json::Value;

use super::{Diagnosis, Lint, Subject};
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "unknown-format",
    title: "a format has no agreed meaning for its type, so it is not checked",
    severity: Severity::Note,
    find,
    page: include_str!("../../docs/lint/unknown-format.md"),
};

/// Formats of strings: OpenAPI 3.0.3 (Data Types) and JSON Schema 2020-12 (Validation, §7.3).
const OF_STRINGS: [&str; 25] = [
    "byte",
    "binary",
    "date",
    "date-time",
    "password",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "base64",
    "base64url",
    "uriref",
];

/// Formats of numbers: OpenAPI 3.0.3 (Data Types).
const OF_NUMBERS: [&str; 4] = ["int32", "int64", "float", "double"];

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.schemas(&mut |at| {
        let Some(Value::String(format)) = at.value.get("format") else { return };
        if at.value.get("$ref").is_some() || format.is_empty() {
            return;
        }
        let (strings, numbers) = (OF_STRINGS.contains(&format.as_str()), OF_NUMBERS.contains(&format.as_str()));
        let kind = at.value.get("type").and_then(Value::as_str);
        let known = match kind {
            Some("string") => strings,
            Some("integer" | "number") => numbers,
            Some(_) => false,
            None => strings || numbers,
        };
        if known {
            return;
        }
        let kind = kind.unwrap_or("any type");
        let message = format!("`format: {format}` has no agreed meaning for `type: {kind}`, so it is not checked");
        let help = match (kind, format.as_str()) {
            ("string", "integer" | "int32" | "int64" | "int") => {
                "write `type: integer`, or for digits in a string `pattern: '^-?[0-9]+$'`".to_owned()
            }
            ("string", "number" | "decimal" | "double" | "float") => {
                "write `type: number`, or for digits in a string `pattern: '^-?[0-9]+(\\.[0-9]+)?$'`".to_owned()
            }
            ("string", "datetime" | "dateTime" | "timestamp") => "write `format: date-time`".to_owned(),
            ("string", "guid" | "UUID" | "GUID") => "write `format: uuid`".to_owned(),
            ("string", "url" | "URL" | "URI") => "write `format: uri`".to_owned(),
            (_, "integer" | "long" | "int") => "write `type: integer`, with `format: int32` or `int64`".to_owned(),
            _ => "say the same with `pattern`, `enum` or bounds".to_owned(),
        };
        found.push(Diagnosis::new(at.place.child("format"), message).help(help));
    });
    found
}
