//! `wrong-header`: a documented header field that is missing or breaks its schema.

use serde_json::Value;

use crate::contract::ResponseHeader;
use crate::contract::style::{Hints, Wire, decode};
use crate::drift::{Cause, Finding, Level, Part};
use crate::exchange::Response;
use crate::schema::{Direction, Sense, Violation};

use super::{Check, Subject};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "wrong-header",
    title: "a header field is missing or breaks its schema",
    level: Level::Error,
    cause: Cause::Server,
    silenced_by: &["server-error"],
    by_document: true,
    judge,
    page: include_str!("../../docs/check/wrong-header.md"),
};

/// A documented `Content-Type` is ignored (`OpenAPI` 3.0.3, Response Object, `headers`); `content` speaks for it.
fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(response), Some(documented)) = (subject.response, subject.documented) else { return Vec::new() };
    let headers = documented.headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("content-type"));
    headers.filter_map(|header| judge_one(subject, response, header)).collect()
}

fn judge_one(subject: &Subject<'_>, response: &Response, header: &ResponseHeader) -> Option<Finding> {
    let lines: Vec<&str> = response.headers.all(&header.name).collect();
    let finding = CHECK.finding(header.place.clone(), Part::Header(header.name.clone()));
    if lines.is_empty() {
        // What a response to HEAD would need the content for may be left out (RFC 9110 §9.3.2).
        let asked = header.required && subject.exchange.request.method != "HEAD";
        return asked.then(|| Finding {
            class: "missing".to_owned(),
            message: format!("the header field `{}` is missing", header.name),
            promised: format!("`{}` in every such response", header.name),
            remedy: format!("send `{}`, or document it as optional", header.name),
            ..finding
        });
    }
    let texts = if header.name.eq_ignore_ascii_case("set-cookie") {
        lines.iter().map(|line| (*line).to_owned()).collect()
    } else {
        vec![lines.join(", ")]
    };
    let (text, violation) = texts.into_iter().find_map(|text| Some((text.clone(), broken(subject, header, text)?)))?;
    Some(Finding {
        class: violation.keyword,
        message: format!("the header field `{}` breaks its schema, however it is read", header.name),
        promised: violation.promised.clone(),
        came: Value::String(text),
        remedy: format!("send {} in `{}`", violation.promised, header.name),
        place: violation.place,
        ..finding
    })
}

/// What `text` breaks, where no reading of it conforms. Null by intention will do: this check has no warning for it.
fn broken(subject: &Subject<'_>, header: &ResponseHeader, text: String) -> Option<Violation> {
    let schema = header.encoding.schema()?;
    let schemas = &subject.contract.schemas;
    let document = &subject.contract.source(schema.document)?.effective;
    let validator = schemas.validator(schema, Direction::Response, Sense::Intended).ok()?;
    let hints = Hints::of(schemas.source(schema)?, document);
    let mut readings = decode(&header.name, &header.encoding, &hints, &Wire::Header(text.clone()));
    if readings.iter().any(|reading| validator.is_valid(reading)) {
        return None;
    }
    readings.push(Value::String(text));
    readings.iter().find_map(|reading| validator.violations(reading).into_iter().next())
}
