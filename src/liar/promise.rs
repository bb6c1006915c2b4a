//! Which promises of a response's schema lies break.

use serde_json::Value;

use crate::contract::{Media, Operation, Response, StatusMatch, style};
use crate::document::Place;
use crate::schema::{Direction, Schemas};

use super::Breaking;

/// The first media type of a response that is JSON, with its schema.
pub(super) fn json(response: &Response) -> Option<(&Media, &Place)> {
    let is_json = |media: &&Media| {
        media.name == "*/*" || style::parse_media_type(&media.name).is_some_and(|media_type| media_type.is_json())
    };
    let media = response.content.iter().find(is_json)?;
    Some((media, media.schema.as_ref()?))
}

/// The first documented success that holds anything, else the first.
pub(super) fn success(operation: &Operation) -> Option<&Response> {
    let mut successes = operation.responses.iter().filter(|response| response.status.is_success());
    successes.clone().find(|response| !response.content.is_empty()).or_else(|| successes.next())
}

/// The status that a documented success has.
pub(super) fn success_status(response: &Response) -> u16 {
    match response.status {
        StatusMatch::Code(code) => code,
        StatusMatch::Range(_) | StatusMatch::Default => 200,
    }
}

/// The promises of `schema` that `breaking` breaks: the first one, and the deepest where that is another.
pub(super) fn promises(schemas: &Schemas, schema: &Place, breaking: Breaking) -> Vec<Place> {
    let breakable = |place: &Place| breaks(schemas, place, breaking);
    let mut all: Vec<Place> = schemas.promises(schema, Direction::Response).into_iter().filter(breakable).collect();
    let last = all.pop();
    all.truncate(1);
    all.extend(last);
    all
}

/// Whether `breaking` is about the keyword at `place`.
fn breaks(schemas: &Schemas, place: &Place, breaking: Breaking) -> bool {
    let tokens: Vec<_> = place.pointer.tokens().collect();
    let [.., before, last] = tokens.as_slice() else { return false };
    let (Some(value), named) = (schemas.source(place), before != "properties") else { return false };
    let scalar = matches!(value.as_str(), Some("string" | "integer" | "number" | "boolean"));
    match breaking {
        Breaking::Drop => before == "required" && value.is_string() && last.parse::<usize>().is_ok(),
        Breaking::Retype => last == "type" && named && scalar,
        Breaking::Null => last == "type" && named && scalar && !is_nullable(schemas, place),
        Breaking::Enum => last == "enum" && named && value.is_array(),
        Breaking::Format => last == "format" && named && value.is_string(),
    }
}

/// Whether the schema object with the keyword at `place` says that null will do.
fn is_nullable(schemas: &Schemas, place: &Place) -> bool {
    let schema = place.pointer.parent().map(|parent| Place::new(place.document, parent));
    let nullable = schema.and_then(|schema| schemas.source(&schema.child("nullable")).cloned());
    nullable == Some(Value::Bool(true))
}

/// The schema object that makes the promise at `place`.
pub(super) fn owner(place: &Place, breaking: Breaking) -> Option<Place> {
    let up = |place: &Place| Some(Place::new(place.document, place.pointer.parent()?));
    let owner = up(place)?;
    if breaking == Breaking::Drop { up(&owner) } else { Some(owner) }
}

/// What a promise speaks of, as people say it.
pub(super) fn subject(schemas: &Schemas, place: &Place, breaking: Breaking) -> String {
    if let (Breaking::Drop, Some(Value::String(name))) = (breaking, schemas.source(place)) {
        return name.clone();
    }
    let owner = owner(place, breaking).unwrap_or_else(|| place.clone());
    let tokens: Vec<_> = owner.pointer.tokens().map(std::borrow::Cow::into_owned).collect();
    let named = tokens.iter().rposition(|token| token == "properties" || token == "schemas");
    named.and_then(|at| tokens.get(at + 1)).cloned().unwrap_or_else(|| "a value".to_owned())
}
