//! One valid request of an operation: its arguments and its payload.

use serde_json::Value;

use crate::case::expression::{Expression, Template, TextPart};
use crate::case::{Argument, Payload, Supply};
use crate::contract::{Encoding, Location, Media, Operation, Parameter, Scheme};
use crate::digest::sha256_of_parts;
use crate::document::{Place, Pointer};
use crate::schema::Direction;
use crate::schema::sample::Sampler;

use super::links::Fed;
use super::{Settings, accepts};

/// How much of what is optional is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing.
    Minimal,
    /// Everything.
    Full,
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
        let value = if parameter.location == Location::Path && names_something(sampler, parameter) {
            Supply::Existing(parameter.name.clone())
        } else if parameter.required || (extent == Extent::Full && !fed.contains(operation, parameter)) {
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
    let Some(body) = &operation.body else { return Ok(None) };
    let concrete = |media: &&Media| matches!(writing(&media.name), Writing::Any | Writing::Form);
    let range = |media: &&Media| writing(&media.name) == Writing::Range;
    let first = |wanted: &dyn Fn(&&Media) -> bool| body.content.iter().find(wanted);
    let media = first(&concrete).or_else(|| first(&range)).or_else(|| body.content.first());
    let Some(media) = media else { return Ok(None) };
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
