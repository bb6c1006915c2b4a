//! Schema Objects of OpenAPI 3.0 rewritten in place as JSON Schema 2020-12, keyword by keyword.
//!
//! What could mean two things promises only what both meanings have in common. `1.0` is an integer, as JSON Schema has
//! it since draft 6 and as parsers that know one number type cannot help reading it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::document::Place;

use super::compile::Key;
use super::flag::{self, is_flagged};
use super::keyword::{Choice, Discriminator, Joint, Link, branch_at};
use super::pattern::{Pattern, Patterns};
use super::reference::{Dialect, Sources, reference};
use super::{Direction, SchemaError, Sense, format};

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
            self.keyword(&mut out, keyword, operand, object, &at, &context, &exempt)?;
        }
        Ok(Value::Object(out))
    }

    #[expect(clippy::too_many_arguments, reason = "a keyword means something in its schema and at its place only")]
    fn keyword(
        &mut self,
        out: &mut Map<String, Value>,
        keyword: &str,
        operand: &Value,
        object: &Map<String, Value>,
        at: &Place,
        context: &Context,
        exempt: &BTreeSet<String>,
    ) -> Result<(), SchemaError> {
        match keyword {
            "type" => {
                let widened = self.dialect == Dialect::OpenApi30 && !context.bare && is_nullable(object);
                out.insert(keyword.into(), types(operand, widened, at)?);
            }
            "enum" if operand.is_array() => {
                out.insert(keyword.into(), operand.clone());
            }
            "enum" => return refuse(at, format!("`enum` has to be an array, but this is {}", noun(operand))),
            "required" => Self::required(out, operand, at, context, exempt)?,
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                out.insert(keyword.into(), count(operand, keyword, at)?);
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                self.bound(out, keyword, operand, object, at)?;
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
            "format" => self.format(out, operand, object, at)?,
            "allOf" | "anyOf" | "oneOf" | "not" => {
                self.combination(out, keyword, operand, object, at, context, exempt)?;
            }
            "properties" | "patternProperties" | "items" | "additionalProperties" => {
                self.parts(out, keyword, operand, at, context)?;
            }
            CERTAIN if self.sense == Sense::Certain => self.certain(out, operand, at, context, exempt)?,
            later if self.dialect == Dialect::JsonSchema => self.later(out, later, operand, at, context)?,
            _ => {}
        }
        Ok(())
    }

    fn required(
        out: &mut Map<String, Value>,
        operand: &Value,
        at: &Place,
        context: &Context,
        exempt: &BTreeSet<String>,
    ) -> Result<(), SchemaError> {
        if operand.is_boolean() && is_property(at) {
            // Draft 3, as some real documents still write: it speaks about the parent and asserts nothing here.
            return Ok(());
        }
        let names = operand.as_array().filter(|names| names.iter().all(Value::is_string));
        let Some(names) = names else {
            return refuse(at, "`required` has to be an array of property names");
        };
        // A name may stand here twice, as some real documents have it.
        let asked: BTreeSet<&str> =
            names.iter().filter_map(Value::as_str).filter(|name| context.negated || !exempt.contains(*name)).collect();
        out.insert("required".into(), json!(asked));
        Ok(())
    }

    fn bound(
        &self,
        out: &mut Map<String, Value>,
        keyword: &str,
        operand: &Value,
        object: &Map<String, Value>,
        at: &Place,
    ) -> Result<(), SchemaError> {
        match (keyword, operand) {
            ("minimum" | "maximum", Value::Number(_)) => {
                let exclusive = if keyword == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
                let strict = self.dialect == Dialect::OpenApi30 && object.get(exclusive) == Some(&Value::Bool(true));
                out.insert(if strict { exclusive } else { keyword }.into(), operand.clone());
            }
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Number(_)) => {
                out.insert(keyword.into(), operand.clone());
            }
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) if self.dialect == Dialect::OpenApi30 => {}
            _ => return refuse(at, format!("`{keyword}` cannot be {}", noun(operand))),
        }
        Ok(())
    }

    fn pattern(&self, operand: &Value, at: &Place) -> Result<std::sync::Arc<Pattern>, SchemaError> {
        let Some(pattern) = operand.as_str() else {
            return refuse(at, format!("`pattern` has to be a string, but this is {}", noun(operand)));
        };
        Ok(self.patterns.get(pattern))
    }

    fn format(
        &mut self,
        out: &mut Map<String, Value>,
        operand: &Value,
        object: &Map<String, Value>,
        at: &Place,
    ) -> Result<(), SchemaError> {
        let Some(format) = operand.as_str() else {
            return refuse(at, format!("`format` has to be a string, but this is {}", noun(operand)));
        };
        let integer = object.get("type").and_then(Value::as_str) == Some("integer");
        if let Some((least, most)) = format::integer_range(format).filter(|_| integer) {
            self.join(out, RANGE, Joint::Range(least, most));
        } else if format::ASSERTED.contains(&format) {
            let format = if format == "uriref" { "uri-reference" } else { format };
            out.insert("format".into(), format.into());
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "a combination means something in its schema and at its place only")]
    fn combination(
        &mut self,
        out: &mut Map<String, Value>,
        keyword: &str,
        operand: &Value,
        object: &Map<String, Value>,
        at: &Place,
        context: &Context,
        exempt: &BTreeSet<String>,
    ) -> Result<(), SchemaError> {
        if keyword == "not" {
            let inner = Context { negated: true, ..context.same(&BTreeSet::new()) };
            let inner = self.schema(operand, at, inner)?;
            out.insert(keyword.into(), inner);
            return Ok(());
        }
        let Some(branches) = operand.as_array() else {
            return refuse(at, format!("`{keyword}` has to be an array of schemas, but this is {}", noun(operand)));
        };
        if branches.is_empty() {
            // Not allowed by JSON Schema, and nothing that a value could break.
            return Ok(());
        }
        if keyword == "allOf" {
            let all = branches
                .iter()
                .enumerate()
                .map(|(index, branch)| self.schema(branch, &at.index(index), context.same(exempt)))
                .collect::<Result<_, _>>()?;
            out.insert(keyword.into(), Value::Array(all));
            return Ok(());
        }
        if context.depth >= DEEPEST {
            return refuse(at, format!("schemas are nested more than {DEEPEST} deep"));
        }
        let mut links = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            let at = at.index(index);
            if !(branch.is_object() || (branch.is_boolean() && self.dialect == Dialect::JsonSchema)) {
                return refuse(&at, format!("a schema has to be an object, but this is {}", noun(branch)));
            }
            let mut key = self.key_of(&at)?;
            if !context.negated {
                key.exempt.clone_from(exempt);
            }
            links.push(Link::new(key, false, context.in_place));
        }
        let exactly_one = keyword == "oneOf";
        let discriminator = self.discriminator(object, branches, &links, at);
        let choice = Choice { branches: links, exactly_one, discriminator };
        self.join(out, if exactly_one { ONE_OF } else { ANY_OF }, Joint::Choice(choice));
        Ok(())
    }

    fn certain(
        &mut self,
        out: &mut Map<String, Value>,
        operand: &Value,
        at: &Place,
        context: &Context,
        exempt: &BTreeSet<String>,
    ) -> Result<(), SchemaError> {
        let Some(schemas) = operand.as_array() else {
            return refuse(at, format!("`{CERTAIN}` has to be an array of schemas, but this is {}", noun(operand)));
        };
        let mut links = Vec::new();
        for index in 0..schemas.len() {
            let mut key = self.key_of(&at.index(index))?;
            if !context.negated {
                key.exempt.clone_from(exempt);
            }
            links.push(Link::new(key, false, context.in_place));
        }
        self.join(out, ALL, Joint::All(links));
        Ok(())
    }

    fn discriminator(
        &self,
        object: &Map<String, Value>,
        branches: &[Value],
        links: &[Link],
        at: &Place,
    ) -> Option<Discriminator> {
        let discriminator = object.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?.to_owned();
        let (mut names, mut foreign) = (Vec::new(), false);
        for (name, to) in discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten() {
            let Some(to) = to.as_str() else { continue };
            let component = format!("#/components/schemas/{to}");
            let target = self.sources.target(at.document, to).ok();
            let target = target.filter(|_| to.contains(['#', '/', '.']));
            let target = target.or_else(|| self.sources.target(at.document, &component).ok());
            let branch = target.and_then(|place| self.key_of(&place).ok()).and_then(|key| branch_at(links, &key.place));
            match branch {
                Some(index) => names.push((name.clone(), index)),
                None => foreign = true,
            }
        }
        for (index, branch) in branches.iter().enumerate() {
            if let Some(name) = reference(branch).and_then(|to| to.rsplit('/').next())
                && !names.iter().any(|(known, _)| known == name)
            {
                names.push((name.to_owned(), index));
            }
        }
        Some(Discriminator { property, names, foreign })
    }

    fn parts(
        &mut self,
        out: &mut Map<String, Value>,
        keyword: &str,
        operand: &Value,
        at: &Place,
        context: &Context,
    ) -> Result<(), SchemaError> {
        let translated = match (keyword, operand) {
            ("additionalProperties", Value::Bool(_)) => operand.clone(),
            ("items" | "additionalProperties", _) => self.schema(operand, at, context.part())?,
            (_, Value::Object(members)) => {
                let mut all = Map::new();
                for (name, member) in members {
                    let at = at.child(name);
                    let inner = if keyword == "patternProperties" && self.dialect == Dialect::OpenApi30 {
                        // No keyword of OpenAPI 3.0: at most it keeps `additionalProperties` away.
                        Value::Bool(true)
                    } else if !context.negated
                        && self.direction == Direction::Request
                        && is_flagged(self.sources, member, &at, "readOnly")
                    {
                        Value::Bool(true)
                    } else {
                        self.schema(member, &at, context.part())?
                    };
                    all.insert(name.clone(), inner);
                }
                if keyword == "patternProperties" && all.keys().any(|pattern| !self.is_linear(pattern)) {
                    return refuse(at, "a pattern here cannot be compiled");
                }
                Value::Object(all)
            }
            _ => return refuse(at, format!("`{keyword}` has to be an object, but this is {}", noun(operand))),
        };
        out.insert(keyword.into(), translated);
        Ok(())
    }

    fn is_linear(&self, pattern: &str) -> bool {
        self.patterns.get(pattern).is_linear()
    }

    /// The keywords that only JSON Schema 2020-12 has.
    fn later(
        &mut self,
        out: &mut Map<String, Value>,
        keyword: &str,
        operand: &Value,
        at: &Place,
        context: &Context,
    ) -> Result<(), SchemaError> {
        let translated = match (keyword, operand) {
            ("const" | "minContains" | "maxContains" | "dependentRequired", _) => operand.clone(),
            ("if" | "then" | "else", _) => {
                let negated = context.negated || keyword == "if";
                self.schema(operand, at, Context { negated, ..context.same(&BTreeSet::new()) })?
            }
            ("contains" | "propertyNames", _) => self.schema(operand, at, context.part())?,
            ("prefixItems", Value::Array(items)) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.schema(item, &at.index(index), context.part()))
                    .collect::<Result<Vec<_>, _>>()?
                    .into()
            }
            ("dependentSchemas", Value::Object(members)) => {
                let mut all = Map::new();
                for (name, member) in members {
                    let inner = self.schema(member, &at.child(name), context.same(&BTreeSet::new()))?;
                    all.insert(name.clone(), inner);
                }
                Value::Object(all)
            }
            _ => return Ok(()),
        };
        out.insert(keyword.into(), translated);
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

/// Whether the keyword at `at` stands in the schema of a property.
fn is_property(at: &Place) -> bool {
    at.pointer
        .parent()
        .and_then(|schema| schema.parent())
        .is_some_and(|above| above.last().as_deref() == Some("properties"))
}

fn types(operand: &Value, widened: bool, at: &Place) -> Result<Value, SchemaError> {
    const KNOWN: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];
    let mut names = match operand {
        Value::String(_) => vec![operand.clone()],
        // 3.1's spelling in a 3.0 document: it can only mean one thing.
        Value::Array(names) if !names.is_empty() => names.clone(),
        other => return refuse(at, format!("`type` has to be a string, but this is {}", noun(other))),
    };
    if let Some(unknown) = names.iter().find(|name| name.as_str().is_none_or(|name| !KNOWN.contains(&name))) {
        return refuse(at, format!("there is no type {unknown}"));
    }
    if widened && !names.iter().any(|name| name == "null") {
        names.push("null".into());
    }
    names.dedup();
    Ok(if names.len() == 1 { names.pop().unwrap_or_default() } else { Value::Array(names) })
}

fn count(operand: &Value, keyword: &str, at: &Place) -> Result<Value, SchemaError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a small whole number")]
    let whole = operand
        .as_u64()
        .or_else(|| operand.as_f64().filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n)).map(|n| n as u64));
    whole.map(Value::from).ok_or_else(|| SchemaError {
        place: at.clone(),
        reason: format!("`{keyword}` has to be a whole number from 0 on"),
    })
}

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
