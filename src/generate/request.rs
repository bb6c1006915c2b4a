//! One valid request of an operation: its arguments and its payload.

use serde_json::Value;

use crate::case::expression::{Expression, Template, TextPart};
use crate::case::{Argument, Payload, Supply};
use crate::contract::{Encoding, Location, Media, Operation, Parameter, Scheme};
use crate::digest::sha256_of_parts;
use crate::document::{Place, Pointer};
use crate::schema::sample::Sampler;
use crate::schema::{Direction, Schemas, Sense};

use super::Settings;
use super::links::Fed;

/// Examples of one body that are sent.
const MOST_EXAMPLES: usize = 10;

/// How much of what is optional is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing.
    Minimal,
    /// Everything.
    Full,
    /// Anything, as this seed has it.
    Random([u8; 32]),
}

impl Extent {
    /// For one part of the request: random parts are drawn independently of each other, so that another parameter changes
    /// none of them.
    fn of(self, part: &str) -> Self {
        let Self::Random(seed) = self else { return self };
        let seed = String::from_utf8_lossy(&seed);
        Self::Random(seed_of(&[&seed, part]))
    }

    /// Whether what is optional is sent.
    fn takes_optional(self) -> bool {
        match self {
            Self::Minimal => false,
            Self::Full => true,
            Self::Random([first, ..]) => first % 2 == 0,
        }
    }
}

/// A seed made of `parts`.
pub(super) fn seed_of(parts: &[&str]) -> [u8; 32] {
    let mut seed = [0; 32];
    // The text of the digest has more than enough bytes.
    for (byte, digit) in seed.iter_mut().zip(sha256_of_parts(parts).into_bytes()) {
        *byte = digit;
    }
    seed
}

/// The arguments of a valid request. Path parameters name something that exists.
pub(super) fn arguments(
    sampler: Sampler<'_>,
    operation: &Operation,
    extent: Extent,
    fed: &Fed,
) -> Result<Vec<Argument>, String> {
    let mut arguments = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| !is_key(operation, parameter)) {
        let extent = extent.of(&format!("{} {}", parameter.location, parameter.name));
        let value = if parameter.location == Location::Path && names_something(sampler, parameter) {
            Supply::Existing(parameter.name.clone())
        } else if parameter.required || (extent.takes_optional() && !fed.contains(operation, parameter)) {
            match sample(sampler, parameter, extent) {
                Ok(value) => Supply::Template(Template::Literal(value)),
                Err(_) if !parameter.required => continue,
                Err(reason) => return Err(format!("{} parameter `{}`: {reason}", parameter.location, parameter.name)),
            }
        } else {
            continue;
        };
        arguments.push(Argument { name: parameter.name.clone(), location: Some(parameter.location), value });
    }
    Ok(arguments)
}

/// Whether the parameter is the API key of the operation: some documents declare it as a parameter, too, but its value is
/// the environment's.
fn is_key(operation: &Operation, parameter: &Parameter) -> bool {
    operation.security.iter().flatten().any(|used| {
        let Scheme::ApiKey { location, name } = &used.scheme else { return false };
        operation.parameter(name, Some(*location)).is_some_and(|key| std::ptr::eq(key, parameter))
    })
}

/// Whether a path parameter takes an id; one with an `enum` takes a documented word instead.
fn names_something(sampler: Sampler<'_>, parameter: &Parameter) -> bool {
    let declared = parameter.encoding.schema().and_then(|place| {
        let schemas = sampler.schemas();
        schemas.source(&schemas.resolve(place).ok()?).map(|schema| schema.get("enum").is_some())
    });
    !declared.unwrap_or(false)
}

fn sample(sampler: Sampler<'_>, parameter: &Parameter, extent: Extent) -> Result<Value, String> {
    let Some(place) = parameter.encoding.schema() else {
        return Ok(parameter.examples.first().cloned().unwrap_or_else(|| Value::String("text".to_owned())));
    };
    if matches!(extent, Extent::Random(_)) {
        return conforming(sampler, place, extent);
    }
    let example = parameter.examples.iter().find(|example| accepts(sampler.schemas(), place, example));
    if let Some(example) = example {
        return Ok(example.clone());
    }
    let value = conforming(sampler, place, extent)?;
    let styled = matches!(parameter.encoding, Encoding::Style { .. });
    Ok(if styled && says_nothing(&value) { conforming(sampler, place, Extent::Full).unwrap_or(value) } else { value })
}

/// Whether styles and forms have no text for `value`, so that it would be absent.
fn says_nothing(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// A form in which every member has a text, as far as the schema lets it.
fn outspoken(sampler: Sampler<'_>, place: &Place, value: Value) -> Value {
    let Value::Object(members) = &value else { return value };
    if !says_nothing(&value) && !members.values().any(says_nothing) {
        return value;
    }
    let Ok(Value::Object(full)) = conforming(sampler, place, Extent::Full) else { return value };
    let mut told = members.clone();
    for (name, member) in &mut told {
        if let Some(other) = full.get(name).filter(|_| says_nothing(member)) {
            member.clone_from(other);
        }
    }
    let told = Value::Object(if told.is_empty() { full } else { told });
    if accepts(sampler.schemas(), place, &told) { told } else { value }
}

fn conforming(sampler: Sampler<'_>, place: &Place, extent: Extent) -> Result<Value, String> {
    let value = match extent {
        Extent::Minimal => sampler.minimal(place, Direction::Request),
        Extent::Full => sampler.full(place, Direction::Request),
        Extent::Random(seed) => sampler.random(place, Direction::Request, seed),
    };
    value.map_err(|error| error.to_string())
}

/// The body of a valid request in the first media type that can be written; none where none is documented, or where it
/// is optional and cannot be written.
pub(super) fn payload(
    sampler: Sampler<'_>,
    operation: &Operation,
    extent: Extent,
    settings: &Settings,
) -> Result<Option<Payload>, String> {
    let (Some(body), Some(media)) = (&operation.body, media(operation)) else { return Ok(None) };
    let value = match &media.schema {
        Some(place) => {
            let value = conforming(sampler, place, extent).map_err(|reason| format!("body: {reason}"))?;
            if writing(&media.name) == Writing::Form { outspoken(sampler, place, value) } else { value }
        }
        None => media.examples.first().cloned().unwrap_or(Value::Object(serde_json::Map::new())),
    };
    if writing(&media.name) == Writing::Text && !value.is_string() {
        let reason = format!("body: nothing but text can be written as `{}`", media.name);
        return if body.required { Err(reason) } else { Ok(None) };
    }
    let replacements = marks(sampler, operation, media, &value, settings);
    Ok(Some(Payload { replacements, ..Payload::new(Some(media.name.clone()), Template::Literal(value)) }))
}

/// The media type that bodies are written in: the first that can be.
fn media(operation: &Operation) -> Option<&Media> {
    let content = &operation.body.as_ref()?.content;
    let concrete = |media: &&Media| matches!(writing(&media.name), Writing::Any | Writing::Form);
    let range = |media: &&Media| writing(&media.name) == Writing::Range;
    content.iter().find(concrete).or_else(|| content.iter().find(range)).or_else(|| content.first())
}

/// The bodies that the document gives as examples, in its order; only those that conform are of use.
pub(super) fn examples(sampler: Sampler<'_>, operation: &Operation, settings: &Settings) -> Vec<Payload> {
    let Some((media, place)) = media(operation).and_then(|media| Some((media, media.schema.as_ref()?))) else {
        return Vec::new();
    };
    let conforming = media.examples.iter().take(MOST_EXAMPLES);
    let conforming = conforming.filter(|example| accepts(sampler.schemas(), place, example));
    let payload = |example: &Value| {
        let replacements = marks(sampler, operation, media, example, settings);
        Payload { replacements, ..Payload::new(Some(media.name.clone()), Template::Literal(example.clone())) }
    };
    conforming.map(payload).collect()
}

/// What the runner can write in a media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// Any value.
    Any,
    /// Any object, member by member.
    Form,
    /// Any value, in a media type that the range covers.
    Range,
    /// Text, as it is.
    Text,
}

fn writing(media_type: &str) -> Writing {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if ["*/*", "application/*", "application/*+json", "multipart/*"].contains(&&*essence) {
        Writing::Range
    } else if ["application/x-www-form-urlencoded", "multipart/form-data"].contains(&&*essence) {
        Writing::Form
    } else if essence.ends_with("/json") || essence.ends_with("+json") || essence == "text/plain" {
        Writing::Any
    } else {
        Writing::Text
    }
}

/// What puts the run's mark into the marked members, so that what the run creates can be found; nothing where the schema
/// would not have it.
fn marks(
    sampler: Sampler<'_>,
    operation: &Operation,
    media: &Media,
    value: &Value,
    settings: &Settings,
) -> Vec<(Pointer, Option<Template>)> {
    let Value::Object(members) = value else { return Vec::new() };
    let tail = sha256_of_parts(&[&operation.id.0, &value.to_string()]).get(..6).unwrap_or_default().to_owned();
    let marked = |(name, member): &(&String, &Value)| settings.mark.contains(name) && member.is_string();
    let names: Vec<&String> = members.iter().filter(marked).map(|(name, _)| name).collect();
    let mut probe = members.clone();
    for name in &names {
        probe.insert((*name).clone(), Value::String(format!("conform-00000000-{tail}")));
    }
    if !media.schema.as_ref().is_none_or(|place| accepts(sampler.schemas(), place, &Value::Object(probe))) {
        return Vec::new();
    }
    let text = || Template::Text(vec![TextPart::Expression(Expression::Run), TextPart::Text(format!("-{tail}"))]);
    names.into_iter().map(|name| (Pointer::root().child(name), Some(text()))).collect()
}

/// Whether the schema at `place` takes `value` in a request, in every reading.
pub(super) fn accepts(schemas: &Schemas, place: &Place, value: &Value) -> bool {
    schemas.validator(place, Direction::Request, Sense::Certain).is_ok_and(|validator| validator.is_valid(value))
}
