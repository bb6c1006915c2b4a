//! One valid request of an operation: its arguments and its payload.

use serde_json::Value;

use crate::case::expression::{Expression, Template, TextPart};
use crate::case::{Argument, Payload, Supply};
use crate::contract::{Location, Media, Operation, Parameter, Scheme};
use crate::digest::sha256_of_parts;
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
        matches!(&used.scheme, Scheme::ApiKey { location, name }
            if *location == parameter.location && operation.parameter(name, Some(*location)).is_some_and(|key| key.name == parameter.name))
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
    conforming(sampler, place, extent)
}

fn conforming(sampler: Sampler<'_>, place: &crate::document::Place, extent: Extent) -> Result<Value, String> {
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
    let by_writing = |wanted| body.content.iter().find(|media| writing(&media.name) == wanted);
    let media = by_writing(Writing::Any).or_else(|| by_writing(Writing::Range)).or_else(|| body.content.first());
    let Some(media) = media else { return Ok(None) };
    let value = match &media.schema {
        Some(place) => conforming(sampler, place, extent).map_err(|reason| format!("body: {reason}"))?,
        None => media.examples.first().cloned().unwrap_or(Value::Object(serde_json::Map::new())),
    };
    if writing(&media.name) == Writing::Text && !value.is_string() {
        let reason = format!("body: nothing but text can be written as `{}`", media.name);
        return if body.required { Err(reason) } else { Ok(None) };
    }
    let content = marked(sampler, operation, media, value, settings);
    Ok(Some(Payload { content_type: Some(media.name.clone()), content, replacements: Vec::new() }))
}

/// What the runner can write in a media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// Any value, or any object.
    Any,
    /// Any value, in a media type that the range covers.
    Range,
    /// Text, as it is.
    Text,
}

fn writing(media_type: &str) -> Writing {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let any = essence.ends_with("/json")
        || essence.ends_with("+json")
        || ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].contains(&&*essence);
    if ["*/*", "application/*", "application/*+json", "multipart/*"].contains(&&*essence) {
        Writing::Range
    } else if any {
        Writing::Any
    } else {
        Writing::Text
    }
}

/// The value as a template in which the marked member holds the run's mark, so that what the run creates can be found;
/// unmarked where the schema would not have it.
fn marked(sampler: Sampler<'_>, operation: &Operation, media: &Media, value: Value, settings: &Settings) -> Template {
    let Value::Object(members) = &value else { return Template::Literal(value) };
    let tail = sha256_of_parts(&[&operation.id.0, &value.to_string()]).get(..6).unwrap_or_default().to_owned();
    let mut probe = members.clone();
    let mut found = false;
    for name in &settings.mark {
        if let Some(member) = probe.get_mut(name).filter(|member| member.is_string()) {
            *member = Value::String(format!("conform-00000000-{tail}"));
            found = true;
        }
    }
    let accepted = media.schema.as_ref().is_none_or(|place| accepts(sampler.schemas(), place, &Value::Object(probe)));
    if !found || !accepted {
        return Template::Literal(value);
    }
    let members = members.iter().map(|(name, member)| {
        let template = if settings.mark.contains(name) && member.is_string() {
            Template::Text(vec![TextPart::Expression(Expression::Run), TextPart::Text(format!("-{tail}"))])
        } else {
            Template::Literal(member.clone())
        };
        (name.clone(), template)
    });
    Template::Object(members.collect())
}
