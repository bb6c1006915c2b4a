//! What a request may say: tables of properties as the documents list them, and how to read them.

pub(super) mod bank;
pub(super) mod customer;

use super::clock::{Moment, parse_date};
use super::country::{is_alpha_2, is_country};
use super::reply::Problem;
use serde_json::{Map, Value};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// One property of a request body.
#[derive(Clone, Copy)]
pub(super) struct Field {
    name: &'static str,
    required: bool,
    nullable: bool,
    kind: Kind,
}

/// What the value of a property has to be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Any string.
    Text,
    /// A string of so many to so many characters (code points, as JSON Schema counts).
    Length(usize, usize),
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A string with format `date`.
    Date,
    /// A string with format `date-time`.
    DateTime,
    /// A country by name, alpha-2 or alpha-3 code.
    Country,
    /// A country by alpha-2 code.
    CountryCode,
    /// A currency by its ISO 4217 code: three upper-case letters.
    Currency,
    /// An object with these properties, and any others.
    Object(&'static [Field]),
    /// A string, or such an object.
    TextOrObject(&'static [Field]),
}

/// A property that has to be there.
pub(super) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, required: true, nullable: false, kind }
}

/// A property that may be left out.
pub(super) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, required: false, nullable: false, kind }
}

impl Field {
    /// The same property where the schema lets null be, too: `nullable` beside the `type` that it widens.
    pub(super) const fn or_null(self) -> Field {
        Field { nullable: true, ..self }
    }
}

/// Finds what is wrong with an object, in the order of its table.
pub(super) fn check(object: &Object, fields: &[Field], at: &str, problems: &mut Vec<Problem>) {
    for field in fields {
        let path = format!("{at}/{}", field.name);
        match object.get(field.name) {
            None if field.required => problems.push(Problem::new(path, REQUIRED)),
            None => {}
            Some(Value::Null) if field.nullable => {}
            Some(value) => field.kind.check(value, &path, problems),
        }
    }
}

/// The part of an object that its table knows; unknown properties are allowed and ignored.
pub(super) fn known(object: &Object, fields: &[Field]) -> Object {
    let part = |field: &Field| {
        let value = match (field.kind, object.get(field.name)?) {
            (Kind::Object(inner) | Kind::TextOrObject(inner), Value::Object(value)) => known(value, inner).into(),
            (_, value) => value.clone(),
        };
        Some((field.name.to_owned(), value))
    };
    fields.iter().filter_map(part).collect()
}

const REQUIRED: &str = "is required";

impl Kind {
    fn check(self, value: &Value, path: &str, problems: &mut Vec<Problem>) {
        match (self, value) {
            (Kind::Object(fields) | Kind::TextOrObject(fields), Value::Object(object)) => {
                check(object, fields, path, problems);
            }
            (Kind::Object(_), _) => problems.push(Problem::new(path, "must be an object")),
            (Kind::TextOrObject(_), Value::String(_)) => {}
            (Kind::TextOrObject(_), _) => problems.push(Problem::new(path, "must be a string or an object")),
            (_, Value::String(text)) => problems.extend(self.complaint(text).map(|said| Problem::new(path, said))),
            _ => problems.push(Problem::new(path, "must be a string")),
        }
    }

    /// What is wrong with a string.
    fn complaint(self, text: &str) -> Option<String> {
        let (fine, said) = match self {
            Kind::Text | Kind::Object(_) | Kind::TextOrObject(_) => return None,
            Kind::Length(least, most) => {
                let fine = (least..=most).contains(&text.chars().count());
                return (!fine).then(|| format!("must have {least} to {most} characters"));
            }
            Kind::OneOf(words) => {
                return (!words.contains(&text)).then(|| format!("must be one of {}", words.join(", ")));
            }
            Kind::Date => (parse_date(text).is_some(), "must be a date"),
            Kind::DateTime => (Moment::parse(text).is_some(), "must be a date-time"),
            Kind::Country => (is_country(text), "must be an ISO 3166 name, alpha-2 or alpha-3 code"),
            Kind::CountryCode => (is_alpha_2(text), "must be an ISO 3166-1 alpha-2 code"),
            Kind::Currency => (is_currency(text), "must be a three-letter currency code"),
        };
        (!fine).then(|| said.to_owned())
    }
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
