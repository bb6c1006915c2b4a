//! Schema Objects of OpenAPI 3.0 rewritten in place as JSON Schema 2020-12, keyword by keyword.
//!
//! What could mean two things promises only what both meanings have in common. `1.0` is an integer, as JSON Schema has
//! it since draft 6 and as parsers that know one number type cannot help reading it.

mod assertion;
mod combination;
mod part;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::document::Place;

use super::compile::Key;
use super::flag;
use super::keyword::{Joint, Link};
use super::pattern::Patterns;
use super::reference::{Dialect, Sources, reference};
use super::{Direction, SchemaError, Sense};

use assertion::{count, types};

/// Schemas nested in one another within one schema at most.
const DEEPEST: usize = 100;

const REF: &str = "x-conform-ref";
const ANY_OF: &str = "x-conform-anyOf";
const ONE_OF: &str = "x-conform-oneOf";
const ALL: &str = "x-conform-x-certain";
const PATTERN: &str = "x-conform-pattern";
const RANGE: &str = "x-conform-format";

/// The keywords that stand for joints in a translated schema; they are the document's own behind the prefix, but for `$ref`.
pub(super) const JOINT_KEYWORDS: [&str; 6] = [REF, ALL, ANY_OF, ONE_OF, PATTERN, RANGE];

/// A schema as the validator crate takes it.
pub(super) struct Translated {
    pub(super) schema: Value,
    pub(super) joints: Vec<Joint>,
}

/// Schemas that hold whichever way the prose is read; they count in [`Sense::Certain`] alone.
pub(super) const CERTAIN: &str = "x-certain";

/// The document's keyword behind a translated one.
pub(super) fn spelled(keyword: &str) -> &str {
    if keyword == REF { "$ref" } else { keyword.strip_prefix("x-conform-").unwrap_or(keyword) }
}

/// Whether the members beside `$ref` in `object` mean nothing.
pub(super) fn is_pure_reference(object: &Map<String, Value>, sense: Sense, dialect: Dialect) -> bool {
    match dialect {
        Dialect::JsonSchema => object.len() == 1,
        Dialect::OpenApi30 => sense != Sense::Intended || !is_nullable(object),
    }
}

/// Whether `nullable` is true.
pub(super) fn is_nullable(object: &Map<String, Value>) -> bool {
    object.get("nullable") == Some(&Value::Bool(true))
}

/// Translates the schema `key`.
pub(super) fn translate(
    sources: &Sources,
    patterns: &Patterns,
    key: &Key,
    direction: Direction,
    sense: Sense,
) -> Result<Translated, SchemaError> {
    let Some(value) = sources.get(&key.place) else {
        return Err(SchemaError { place: key.place.clone(), reason: "there is no schema".into() });
    };
    let dialect = sources.dialect(key.place.document);
    let mut translator = Translator { sources, patterns, dialect, direction, sense, joints: Vec::new() };
    let context =
        Context { depth: 0, in_place: true, negated: false, bare: key.bare, exempt: Some(key.exempt.clone()) };
    let schema = translator.schema(value, &key.place, context)?;
    Ok(Translated { schema, joints: translator.joints })
}

struct Translator<'s> {
    sources: &'s Sources,
    patterns: &'s Patterns,
    dialect: Dialect,
    direction: Direction,
    sense: Sense,
    joints: Vec<Joint>,
}

/// How a schema stands in its unit.
#[derive(Clone)]
struct Context {
    depth: usize,
    /// Whether it judges the same value as the unit.
    in_place: bool,
    negated: bool,
    /// Whether `nullable` is already dealt with.
    bare: bool,
    /// Names exempt from `required` on the part that it judges; nothing where none has been gathered yet.
    exempt: Option<BTreeSet<String>>,
}

/// A keyword of a schema.
struct Stated<'k> {
    keyword: &'k str,
    operand: &'k Value,
    /// The schema that states it.
    object: &'k Map<String, Value>,
    /// Where the operand stands.
    at: &'k Place,
    /// How the schema stands.
    context: &'k Context,
    /// Names exempt from `required` in the schema.
    exempt: &'k BTreeSet<String>,
}

impl Context {
    /// Of a schema that judges the same value.
    fn same(&self, exempt: &BTreeSet<String>) -> Self {
        Self { depth: self.depth + 1, bare: false, exempt: Some(exempt.clone()), ..self.clone() }
    }

    /// Of a schema that judges a part of the value.
    fn part(&self) -> Self {
        Self { depth: self.depth + 1, in_place: false, bare: false, exempt: None, ..self.clone() }
    }
}

impl Translator<'_> {
    fn schema(&mut self, value: &Value, at: &Place, context: Context) -> Result<Value, SchemaError> {
        if context.depth > DEEPEST {
            return refuse(at, format!("schemas are nested more than {DEEPEST} deep"));
        }
        let object = match value {
            Value::Object(object) => object,
            Value::Bool(_) if self.dialect == Dialect::JsonSchema => return Ok(value.clone()),
            other => return refuse(at, format!("a schema has to be an object, but this is {}", noun(other))),
        };
        let mut out = Map::new();
        let nullable =
            self.sense == Sense::Intended && self.dialect == Dialect::OpenApi30 && !context.bare && is_nullable(object);
        if let Some(to) = reference(value) {
            let target = self.sources.follow(at, to)?;
            let mut key = self.key_of(&target)?;
            if let Some(exempt) = context.exempt.as_ref().filter(|_| !context.negated) {
                // What one part of an `allOf` marks, another may require.
                key.exempt.clone_from(exempt);
            }
            self.join(&mut out, REF, Joint::Reference(Link::new(key, nullable, context.in_place)));
            if self.dialect == Dialect::OpenApi30 {
                return Ok(Value::Object(out));
            }
        } else if nullable && VETOES.iter().any(|veto| object.contains_key(*veto)) {
            // The author meant null to pass, so whatever else stands here judges all other values.
            let exempt = context.exempt.unwrap_or_default();
            let key = Key { place: at.clone(), bare: true, exempt };
            self.join(&mut out, REF, Joint::Reference(Link::new(key, true, context.in_place)));
            return Ok(Value::Object(out));
        }
        let exempt = self.exempt(object, at, &context);
        for (keyword, operand) in object {
            let at = at.child(keyword);
            let stated = Stated { keyword, operand, object, at: &at, context: &context, exempt: &exempt };
            self.keyword(&mut out, &stated)?;
        }
        Ok(Value::Object(out))
    }

    fn keyword(&mut self, out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { keyword, operand, at, .. } = *stated;
        match keyword {
            "type" => {
                let widened = self.dialect == Dialect::OpenApi30 && !stated.context.bare && is_nullable(stated.object);
                out.insert(keyword.into(), types(operand, widened, at)?);
            }
            "enum" if operand.is_array() => {
                out.insert(keyword.into(), operand.clone());
            }
            "enum" => return refuse(at, format!("`enum` has to be an array, but this is {}", noun(operand))),
            "required" => Self::required(out, stated)?,
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                out.insert(keyword.into(), count(operand, keyword, at)?);
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                self.bound(out, stated)?;
            }
            "multipleOf" if operand.as_f64().is_some_and(|divisor| divisor > 0.0) => {
                out.insert(keyword.into(), operand.clone());
            }
            "multipleOf" => return refuse(at, "`multipleOf` has to be a number above 0"),
            "uniqueItems" if operand.is_boolean() => {
                out.insert(keyword.into(), operand.clone());
            }
            "uniqueItems" => return refuse(at, format!("`uniqueItems` has to be a boolean, not {}", noun(operand))),
            "pattern" => {
                let pattern = self.pattern(operand, at)?;
                self.join(out, PATTERN, Joint::Pattern(pattern));
            }
            "format" => self.format(out, stated)?,
            "allOf" | "anyOf" | "oneOf" | "not" => self.combination(out, stated)?,
            "properties" | "patternProperties" | "items" | "additionalProperties" => self.parts(out, stated)?,
            CERTAIN if self.sense == Sense::Certain => self.certain(out, stated)?,
            _ if self.dialect == Dialect::JsonSchema => self.later(out, stated)?,
            _ => {}
        }
        Ok(())
    }

    /// The unit that the schema at `place` is, references without meaning of their own followed.
    fn key_of(&self, place: &Place) -> Result<Key, SchemaError> {
        let sense = self.sense;
        let dialect = self.dialect;
        self.sources.resolve_while(place, |object| is_pure_reference(object, sense, dialect)).map(Key::new)
    }

    /// Names of properties of `object` that only travel the other way, gathered over all that judge the same value.
    fn exempt(&self, object: &Map<String, Value>, at: &Place, context: &Context) -> BTreeSet<String> {
        let mut names = context.exempt.clone().unwrap_or_default();
        let gathered = context.depth > 0 && context.exempt.is_some();
        if !gathered && self.dialect == Dialect::OpenApi30 {
            flag::gather(self.sources, self.direction, object, at, &mut names);
        }
        names
    }

    fn join(&mut self, out: &mut Map<String, Value>, keyword: &str, joint: Joint) {
        out.insert(keyword.into(), json!(self.joints.len()));
        self.joints.push(joint);
    }
}

/// Keywords that may refuse null although `nullable` stands beside them.
const VETOES: [&str; 5] = ["enum", "allOf", "anyOf", "oneOf", "not"];

/// What kind of value this is.
pub(super) fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() && number.as_f64().is_none_or(|n| n.fract() != 0.0) => "a number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn refuse<T>(at: &Place, reason: impl Into<String>) -> Result<T, SchemaError> {
    Err(SchemaError { place: at.clone(), reason: reason.into() })
}
