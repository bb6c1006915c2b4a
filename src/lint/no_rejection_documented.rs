//! Operations that constrain their input, but document no way to say that it is wrong.

use serde_json::Value;

use super::{Diagnosis, Lint, Subject};
use crate::contract::{Location, Operation, Parameter};
use crate::document::{Place, Severity};
use crate::schema::anatomy::ASSERTIONS;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "no-rejection-documented",
    title: "an operation constrains its input, but documents no answer for input that is wrong",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/no-rejection-documented.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    for operation in subject.operations {
        if operation.documents_rejection() || operation.responses.is_empty() {
            continue;
        }
        if let Some(input) = constrained(subject, operation) {
            let message =
                format!("{input} can be wrong, but no documented response of `{}` could say so", operation.id);
            let help = "document `400`, `422`, `4XX` or `default`";
            found.push(Diagnosis::new(operation.place.child("responses"), message).help(help));
        }
    }
    found
}

/// The first input of `operation` that can be wrong, in words.
fn constrained(subject: &Subject<'_>, operation: &Operation) -> Option<String> {
    let says_absent = operation.response(404).is_some();
    // A malformed name of a resource is a resource that does not exist.
    let judged = |parameter: &&Parameter| parameter.location != Location::Path || !says_absent;
    let can_be_wrong = |parameter: &&Parameter| {
        let left_out = parameter.required && parameter.location != Location::Path;
        left_out || parameter.encoding.schema().is_some_and(|schema| constrains(subject, schema, &PLAIN))
    };
    let parameter = operation.parameters.iter().filter(judged).find(can_be_wrong);
    let body = operation.body.as_ref().filter(|body| {
        body.required
            || body
                .content
                .iter()
                .any(|media| media.schema.as_ref().is_some_and(|schema| constrains(subject, schema, &[])))
    });
    match (parameter, body) {
        (Some(parameter), _) => Some(format!("{} parameter `{}`", parameter.location, parameter.name)),
        (None, Some(_)) => Some("the request body".to_owned()),
        (None, None) => None,
    }
}

/// A parameter is text on the wire: `type: string` alone refuses nothing.
const PLAIN: [(&str, &str); 1] = [("type", "string")];

/// Whether `keyword` can refuse a value, by itself or by the schemas in it. Formats only do where they have a meaning.
fn refuses(keyword: &str) -> bool {
    match keyword {
        "format" | "additionalProperties" => false,
        "properties" | "items" | "allOf" => true,
        other => ASSERTIONS.contains(&other),
    }
}

fn constrains(subject: &Subject<'_>, schema: &Place, but: &[(&str, &str)]) -> bool {
    let Some(at) = subject.at(schema) else { return false };
    let Some(object) = at.object() else { return false };
    let format = object.get("format").and_then(Value::as_str);
    let asserted =
        ["date", "date-time", "uuid", "email", "uri", "ipv4", "ipv6", "hostname", "byte", "int32", "int64", "time"];
    format.is_some_and(|format| asserted.contains(&format))
        || object.iter().any(|(name, value)| {
            refuses(name) && !but.iter().any(|(known, plain)| known == name && value.as_str() == Some(*plain))
        })
}
