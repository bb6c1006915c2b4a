//! Schemas that no value can satisfy: the cases that are cheap to see and certain.

use serde_json::Value;

use super::null::says_nullable;
use super::{Diagnosis, Lint, Subject};
use crate::contract::at::At;
use crate::document::Severity;

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "unsatisfiable-schema",
    title: "a schema contradicts itself, so that no value satisfies it",
    severity: Severity::Error,
    find,
    page: include_str!("../../docs/lint/unsatisfiable-schema.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    subject.schemas(&mut |at| {
        if at.value.get("$ref").is_none() {
            let judges = [bounds, range, values, closed, types, negation];
            found.extend(judges.into_iter().find_map(|judge| judge(subject, at)));
        }
    });
    found
}

/// A least count above the greatest.
fn bounds(_: &Subject<'_>, at: &At<'_>) -> Option<Diagnosis> {
    const BOUNDS: [(&str, &str, &str); 3] = [
        ("minLength", "maxLength", "string"),
        ("minItems", "maxItems", "array"),
        ("minProperties", "maxProperties", "object"),
    ];
    for (least, most, kind) in BOUNDS {
        let (Some(low), Some(high)) = (count(at, least), count(at, most)) else { continue };
        if low > high && may_be_meant(at, kind) {
            let message = format!("`{least}: {low}` is above `{most}: {high}`, so no {kind} conforms");
            return Some(Diagnosis::new(at.place.child(least), message).help("correct one of the two bounds"));
        }
    }
    let (required, most) = (at.get("required")?, count(at, "maxProperties")?);
    let needed = required.value.as_array().map_or(0, |names| u64::try_from(names.len()).unwrap_or(u64::MAX));
    (needed > most && may_be_meant(at, "object")).then(|| {
        let message = format!("{needed} properties are required, but `maxProperties` is {most}");
        Diagnosis::new(at.place.child("maxProperties"), message).help("correct one of the two")
    })
}

fn count(at: &At<'_>, name: &str) -> Option<u64> {
    at.value.get(name)?.as_u64()
}

/// Whether the schema speaks of values of `kind` at all: bounds of strings say nothing about numbers.
fn may_be_meant(at: &At<'_>, kind: &str) -> bool {
    at.value.get("type").is_none_or(|stated| stated == kind)
}

/// A minimum above the maximum, or no integer between them.
fn range(_: &Subject<'_>, at: &At<'_>) -> Option<Diagnosis> {
    let number = |name: &str| at.value.get(name).and_then(Value::as_f64);
    let (low, high) = (number("minimum")?, number("maximum")?);
    let kind = at.value.get("type").and_then(Value::as_str).unwrap_or("number");
    if !matches!(kind, "number" | "integer") {
        return None;
    }
    let excludes = |name: &str| at.value.get(name) == Some(&Value::Bool(true));
    let (open_low, open_high) = (excludes("exclusiveMinimum"), excludes("exclusiveMaximum"));
    let empty = low > high
        || ((open_low || open_high) && low >= high)
        || (kind == "integer" && {
            let least = if open_low && low.fract() == 0.0 { low + 1.0 } else { low.ceil() };
            let most = if open_high && high.fract() == 0.0 { high - 1.0 } else { high.floor() };
            // Beyond 2^53 a step of one is lost in a float.
            low.abs().max(high.abs()) < 9.0e15 && least > most
        });
    empty.then(|| {
        let message = format!("no {kind} lies between `minimum: {low}` and `maximum: {high}`");
        Diagnosis::new(at.place.child("minimum"), message).help("correct one of the two bounds")
    })
}

/// An `enum` without any member that its `type` and bounds let pass.
fn values(_: &Subject<'_>, at: &At<'_>) -> Option<Diagnosis> {
    let members = at.value.get("enum")?.as_array()?;
    let place = at.place.child("enum");
    if members.is_empty() {
        return Some(Diagnosis::new(place, "the `enum` is empty").help("list the values, or take `enum` away"));
    }
    let kind = at.value.get("type")?.as_str()?;
    let passes =
        |member: &Value| (member.is_null() && says_nullable(at)) || (is_of_type(member, kind) && fits(at, member));
    if members.iter().any(passes) {
        return None;
    }
    let message = format!("none of the values of `enum` is a conforming {kind}");
    let help = match kind {
        "string" => "put the values in quotes, or correct the `type`",
        "array" => "move the `enum` into `items`: it lists whole values, not elements",
        _ => "correct the `enum` or the `type`",
    };
    Some(Diagnosis::new(place, message).help(help))
}

fn is_of_type(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        // An unknown type is not this lint's concern.
        _ => true,
    }
}

/// Whether a string member keeps the bounds on its length.
fn fits(at: &At<'_>, member: &Value) -> bool {
    let Some(text) = member.as_str() else { return true };
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    count(at, "minLength").is_none_or(|least| length >= least)
        && count(at, "maxLength").is_none_or(|most| length <= most)
}

/// A required property that a closed object does not let in: of the schema itself, or of another part of its `allOf`.
fn closed(subject: &Subject<'_>, at: &At<'_>) -> Option<Diagnosis> {
    let own = at.clone();
    let mut parts = vec![own];
    parts.extend(at.get("allOf").iter().flat_map(At::elements).filter_map(|part| subject.follow(&part)));
    for (index, part) in parts.iter().enumerate() {
        let closed = part.value.get("additionalProperties") == Some(&Value::Bool(false));
        if !closed || part.value.get("patternProperties").is_some() {
            continue;
        }
        let allowed = part.value.get("properties").and_then(Value::as_object);
        let lets_in = |name: &str| allowed.is_some_and(|properties| properties.contains_key(name));
        for (other_index, other) in parts.iter().enumerate() {
            let required = other.get("required");
            let names =
                required.iter().flat_map(At::elements).filter_map(|name| Some((name.value.as_str()?, name.place)));
            for (name, place) in names {
                if lets_in(name) || is_one_way(other, name) || !speaks_of_objects(part) || !speaks_of_objects(other) {
                    continue;
                }
                let help = format!("add `{name}` to `properties`, or take `additionalProperties: false` away");
                if other_index == index {
                    if index > 0 {
                        // A component that contradicts itself is named where it stands.
                        continue;
                    }
                    let message = format!("`{name}` is required, but `additionalProperties: false` does not let it in");
                    return Some(Diagnosis::new(place, message).help(help));
                }
                let message =
                    format!("one part requires `{name}`, but another is closed by `additionalProperties: false`");
                return Some(Diagnosis::new(at.place.child("allOf"), message).help(help));
            }
        }
    }
    None
}

/// Whether the property only travels one way, so that it is not required the other way.
fn is_one_way(part: &At<'_>, name: &str) -> bool {
    let property = part.value.get("properties").and_then(|properties| properties.get(name));
    property.is_some_and(|property| {
        ["readOnly", "writeOnly", "$ref"]
            .iter()
            .any(|flag| property.get(*flag).is_some_and(|value| *value != Value::Bool(false)))
    })
}

/// Whether it refuses everything but objects: without a `type` other values pass.
fn speaks_of_objects(part: &At<'_>) -> bool {
    part.value.get("type").is_none_or(|kind| kind == "object")
}

/// Parts of an `allOf` whose types have nothing in common.
fn types(subject: &Subject<'_>, at: &At<'_>) -> Option<Diagnosis> {
    let parts = at.get("allOf")?.elements().filter_map(|part| subject.follow(&part)).collect::<Vec<_>>();
    let own = std::iter::once(at.clone());
    let typed: Vec<(At<'_>, String)> = own
        .chain(parts)
        .filter_map(|part| {
            let kind = part.value.get("type")?.as_str()?.to_owned();
            Some((part, kind))
        })
        .collect();
    let (first, kind) = typed.first()?;
    let (other, other_kind) = typed.iter().find(|(_, other)| !overlap(kind, other))?;
    if says_nullable(first) && says_nullable(other) {
        return None;
    }
    let message = format!("`allOf` asks for `type: {kind}` and for `type: {other_kind}` at once");
    Some(Diagnosis::new(at.place.child("allOf"), message).help("write `anyOf`, or correct one of the types"))
}

fn overlap(a: &str, b: &str) -> bool {
    a == b || matches!((a, b), ("integer", "number") | ("number", "integer"))
}

/// `not: {}` refuses everything.
fn negation(_: &Subject<'_>, at: &At<'_>) -> Option<Diagnosis> {
    let not = at.get("not")?;
    not.object()?.is_empty().then(|| {
        Diagnosis::new(not.place, "`not: {}` refuses every value").help("say what is refused, or take `not` away")
    })
}
