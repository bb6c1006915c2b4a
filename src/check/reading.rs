//! Reads a response against the contract once, for all checks.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::style::MediaType;
use crate::contract::{self, Contract, Media, Operation};
use crate::document::{Place, Pointer};
use crate::exchange::{Exchange, Response};
use crate::schema::{Direction, Sense, Violation};

use super::media::{self, Form};
use super::{Body, Flaw, body};

/// A response beside what the contract promises of it.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// The operation that was called.
    pub operation: &'a Operation,
    /// The exchange.
    pub exchange: &'a Exchange,
    /// The response, where one came.
    pub response: Option<&'a Response>,
    /// The documented response that speaks for its status.
    pub documented: Option<&'a contract::Response>,
    /// The documented media type by which the body is judged.
    pub media: Option<&'a Media>,
    /// How the content compares with the documented content.
    pub fit: Fit,
    /// The body, read by its own media type, or by `media` where its own says nothing.
    pub body: Body,
    /// Why not everybody reads the body alike.
    pub oddity: Option<Flaw>,
    /// What of the schema the body breaks.
    pub violations: Vec<Violation>,
    /// What it breaks only as long as `nullable` is read strictly.
    pub ambiguous: Vec<Violation>,
}

/// How the content of a response compares with the documented content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// None is promised, none can be there (HEAD, 204, …), or none came and the document allows that.
    Free,
    /// Content is promised, and none came.
    Empty,
    /// Its media type is documented.
    Documented,
    /// Problem details (RFC 9457) where other JSON is documented for an error.
    Problem,
    /// It has no media type, or one that is not documented.
    Mislabelled,
}

impl<'a> Reading<'a> {
    /// Reads what became of a request to `operation`.
    pub fn new(contract: &'a Contract, operation: &'a Operation, exchange: &'a Exchange) -> Self {
        let response = exchange.result.as_ref().ok();
        let documented = response.and_then(|response| operation.response(response.status));
        let mut reading = Self {
            contract,
            operation,
            exchange,
            response,
            documented,
            media: None,
            fit: Fit::Free,
            body: Body::Empty,
            oddity: None,
            violations: Vec::new(),
            ambiguous: Vec::new(),
        };
        if let Some(response) = response.filter(|response| may_have_content(&exchange.request.method, response.status))
        {
            let read = body::read(response);
            (reading.body, reading.oddity) = (read.body, read.oddity);
            if let Some(documented) = documented.filter(|documented| !documented.content.is_empty()) {
                reading.compare(response, &documented.content);
                reading.validate();
            }
        }
        reading
    }

    /// Finds the documented media type by which the body is judged.
    fn compare(&mut self, response: &Response, content: &'a [Media]) {
        let label = response.headers.get("content-type").unwrap_or_default().trim();
        let actual = media::parse(label);
        let found = match &actual {
            Some(actual) => media::find(content, actual),
            // RFC 9110 §8.3: whoever sends no media type leaves it to the recipient; only `*/*` promises no more.
            None if label.is_empty() => content.iter().find(|media| media.name.trim().starts_with("*/*")),
            None => None,
        };
        if self.body == Body::Empty {
            let admitted = found.map_or_else(|| content.iter().any(|m| self.admits_empty(m)), |m| self.admits_empty(m));
            self.fit = if admitted { Fit::Free } else { Fit::Empty };
            return;
        }
        // A key that is no media type is a fault of the document; nobody can say what it promises.
        if found.is_none() && content.iter().any(|media| media::parse(&media.name).is_none()) {
            self.fit = Fit::Free;
            return;
        }
        (self.fit, self.media) = match found {
            Some(media) => (Fit::Documented, Some(media)),
            None => match error_as_json(response.status, actual.as_ref(), content) {
                Some(media) => (Fit::Problem, Some(media)),
                None => (Fit::Mislabelled, None),
            },
        };
        let unsaid = actual.as_ref().is_none_or(|actual| matches!(media::form(actual), Form::Text | Form::Octets));
        if self.fit == Fit::Mislabelled && unsaid {
            self.assume_json(response, content);
        }
    }

    /// Takes a mislabelled body that is plainly JSON for what it is, where the document leaves no choice.
    fn assume_json(&mut self, response: &Response, content: &'a [Media]) {
        let plainly = response.body.trim_ascii_start().first().is_some_and(|first| matches!(first, b'{' | b'['));
        let Some(media) = media::only_json(content).filter(|_| plainly) else { return };
        let read = body::read_as(response, media::parse(&media.name).as_ref());
        if matches!(read.body, Body::Json(_)) {
            (self.media, self.body, self.oddity) = (Some(media), read.body, read.oddity);
        }
    }

    /// Whether the empty body is a value of `media`: JSON and XML have no empty text.
    fn admits_empty(&self, media: &Media) -> bool {
        let form = media::parse(&media.name).map_or(Form::Octets, |media_type| media::form(&media_type));
        if matches!(form, Form::Json | Form::Xml) {
            return false;
        }
        let Some(schema) = &media.schema else { return true };
        match self.declared(schema).0 {
            Some("string") => !self.breaks(schema, &Value::String(String::new())),
            None => true,
            Some(_) => false,
        }
    }

    fn validate(&mut self) {
        let Some(schema) = self.media.and_then(|media| media.schema.as_ref()) else { return };
        let violations = match &self.body {
            Body::Json(value) => self.violations_of(schema, value),
            Body::Text(text) => self.violations_of_text(schema, text, self.declared(schema).0),
            Body::Empty | Body::Binary | Body::Unreadable(_) => return,
        };
        // A file, whatever its media type: "any sequence of octets" (OpenAPI 3.0.3, Data Types).
        let broken = !(violations.0.is_empty() && violations.1.is_empty());
        if broken && self.declared(schema) != (Some("string"), Some("binary")) {
            (self.violations, self.ambiguous) = violations;
        }
    }

    /// What `value` breaks, and apart what it breaks only because `nullable` is read strictly.
    fn violations_of(&self, schema: &Place, value: &Value) -> (Vec<Violation>, Vec<Violation>) {
        let validator = |nulls| self.contract.schemas.validator(schema, Direction::Response, nulls).ok();
        let strict = validator(Sense::Strict).map(|validator| validator.violations(value)).unwrap_or_default();
        if strict.is_empty() {
            return (strict, Vec::new());
        }
        let Some(intended) = validator(Sense::Intended).map(|validator| validator.violations(value)) else {
            return (strict, Vec::new());
        };
        let known: BTreeSet<_> = strict.iter().map(promise).collect();
        let new: Vec<_> = intended.iter().filter(|violation| !known.contains(&promise(violation))).collect();
        let stays: Vec<bool> = strict.iter().map(|violation| stays(violation, value, &intended, &new)).collect();
        let mut stays = stays.into_iter();
        strict.into_iter().partition(|_| stays.next().unwrap_or(true))
    }

    /// Text is judged by a schema of a scalar type, and only breaks it when no reading of the text conforms.
    fn violations_of_text(
        &self,
        schema: &Place,
        text: &str,
        declared: Option<&str>,
    ) -> (Vec<Violation>, Vec<Violation>) {
        let trimmed = text.trim();
        let mut readings = match declared {
            Some("string") => vec![Value::String(text.to_owned()), Value::String(trimmed.to_owned())],
            Some("integer" | "number" | "boolean") => vec![Value::String(trimmed.to_owned())],
            _ => return (Vec::new(), Vec::new()),
        };
        readings.extend(
            serde_json::from_str::<Value>(trimmed).ok().filter(|value| !value.is_array() && !value.is_object()),
        );
        if readings.iter().any(|reading| !self.breaks(schema, reading)) {
            return (Vec::new(), Vec::new());
        }
        let nearest = if declared == Some("string") { readings.first() } else { readings.last() };
        nearest.map(|reading| self.violations_of(schema, reading)).unwrap_or_default()
    }

    fn breaks(&self, schema: &Place, value: &Value) -> bool {
        let validator = self.contract.schemas.validator(schema, Direction::Response, Sense::Intended);
        validator.is_ok_and(|validator| !validator.is_valid(value))
    }

    /// `type` and `format` of the schema at `place`, references followed.
    fn declared(&self, place: &Place) -> (Option<&str>, Option<&str>) {
        let schemas = &self.contract.schemas;
        let source = schemas.resolve(place).ok().and_then(|place| schemas.source(&place));
        let text = |name: &str| source.and_then(|schema| schema.get(name)).and_then(Value::as_str);
        (text("type"), text("format"))
    }
}

/// What tells one violation of a value from another.
fn promise(violation: &Violation) -> (&Pointer, &str) {
    (&violation.instance, &violation.keyword)
}

/// Whether `violation` is one however `nullable` is read. A null is forgiven when its place is; another value, such as an
/// object of a choice that only fails for a null inside, when everything in it is, and nothing around it (`new` in this
/// reading, so that another branch of a choice came closest) has been broken instead.
fn stays(violation: &Violation, value: &Value, intended: &[Violation], new: &[&Violation]) -> bool {
    let at = &violation.instance;
    if at.resolve(value).is_some_and(Value::is_null) {
        return intended.iter().any(|other| other.instance == *at);
    }
    intended.iter().any(|other| other.instance.starts_with(at))
        || new.iter().any(|other| at.starts_with(&other.instance))
}

/// Whether a response of `status` to `method` can have content at all (RFC 9110 §6.4.1).
fn may_have_content(method: &str, status: u16) -> bool {
    method != "HEAD" && !matches!(status, 100..=199 | 204 | 205 | 304)
}

/// The documented JSON that problem details stand in for in an error.
fn error_as_json<'m>(status: u16, actual: Option<&MediaType>, content: &'m [Media]) -> Option<&'m Media> {
    actual.filter(|actual| status >= 400 && media::is_problem(actual))?;
    media::find(content, &media::parse("application/json")?)
}

/// `name` where it reads like the name of a field, `*` where it reads like data (an id, a date, an address): what a
/// server sends as the key of a map must not become part of an id.
pub fn stable_name(name: &str) -> Cow<'_, str> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-$".contains(&b));
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b"_$".contains(&b));
    if plain && begins && digits <= 2 && name.len() <= 48 { Cow::Borrowed(name) } else { Cow::Borrowed("*") }
}

/// The shape of `instance` in `value`: array indices and names that read like data replaced by `*`.
pub fn shape(value: &Value, instance: &Pointer) -> Pointer {
    let mut at = Some(value);
    let mut shape = Pointer::root();
    for token in instance.tokens() {
        let in_array = at.is_some_and(Value::is_array);
        at = at.and_then(|value| match value {
            Value::Array(items) => token.parse::<usize>().ok().and_then(|index| items.get(index)),
            Value::Object(members) => members.get(token.as_ref()),
            _ => None,
        });
        let name = if in_array { Cow::Borrowed("*") } else { stable_name(&token) };
        shape = shape.child(&name);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_of_fields_stay_and_names_that_are_data_go() {
        for name in ["customerId", "address_line2", "x-total", "$ref", "_links"] {
            assert_eq!(stable_name(name), name);
        }
        for name in ["3f2a", "a1b2c3", "2026-01-01", "jane@example.com", "Jane Doe", "", "a\nb", "ключ"] {
            assert_eq!(stable_name(name), "*", "{name:?}");
        }
    }

    #[test]
    fn shapes_erase_indices_but_not_names_made_of_digits() {
        let value = json!({"items": [{"id": 1}], "7": {"x": 1}});
        let shape = |pointer: &str| shape(&value, &Pointer::parse(pointer).unwrap()).to_string();
        assert_eq!(shape("/items/0/id"), "/items/*/id");
        assert_eq!(shape("/7/x"), "/*/x");
        assert_eq!(shape(""), "");
    }

    #[test]
    fn some_responses_never_have_content() {
        for (method, status, may) in
            [("HEAD", 200, false), ("GET", 204, false), ("GET", 304, false), ("GET", 205, false), ("GET", 200, true)]
        {
            assert_eq!(may_have_content(method, status), may, "{method} {status}");
        }
    }
}
