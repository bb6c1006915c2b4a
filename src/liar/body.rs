//! A body that breaks one promise of its schema, or lists what it should not.

use serde_json::{Value, json};

use crate::document::Place;
use crate::schema::{Direction, Schemas, Sense};

use super::promise::owner;
use super::{Break, Breaking};

/// Parts of a body that are tried at most.
const TRIES: usize = 40;
/// The member that is added; no schema is expected to mention it.
const UNKNOWN: &str = "leftover7";

/// `value` broken, where that is possible and shows.
pub(super) fn broken(schemas: &Schemas, schema: Option<&Place>, value: &Value, way: &Break) -> Option<Value> {
    match way {
        Break::Promise(breaking, promise) => unkept(schemas, schema?, value, *breaking, promise),
        Break::Unknown => unknown(schemas, schema?, value),
        Break::Total(pointer) => {
            let total = pointer.resolve(value)?;
            let number = total.as_u64().or_else(|| total.as_str()?.parse().ok())?.checked_add(1)?;
            let new = if total.is_string() { json!(number.to_string()) } else { json!(number) };
            with(value, pointer.as_str(), |old| *old = new)
        }
        Break::Element(pointer) => {
            pointer.resolve(value)?.as_array()?.last()?;
            with(value, pointer.as_str(), |items| drop(items.as_array_mut().and_then(Vec::pop)))
        }
    }
}

fn with(value: &Value, pointer: &str, change: impl FnOnce(&mut Value)) -> Option<Value> {
    let mut changed = value.clone();
    change(changed.pointer_mut(pointer)?);
    (changed != *value).then_some(changed)
}

fn unkept(schemas: &Schemas, schema: &Place, value: &Value, breaking: Breaking, promise: &Place) -> Option<Value> {
    let validator = schemas.validator(schema, Direction::Response, Sense::Intended).ok()?;
    // What breaks its schema anyway is no place for a lie.
    if !validator.violations(value).is_empty() {
        return None;
    }
    let owner = owner(promise, breaking)?;
    let keyword = schemas.source(promise)?;
    let parts = schemas.anatomy(schema, Direction::Response, value);
    let judged = parts.iter().filter(|part| part.schemas.contains(&owner)).take(TRIES);
    judged
        .filter_map(|part| with(value, part.instance.as_str(), |at| change(at, breaking, keyword)))
        .find(|changed| !validator.violations(changed).is_empty())
}

fn change(at: &mut Value, breaking: Breaking, keyword: &Value) {
    match breaking {
        Breaking::Drop => {
            if let (Some(members), Some(name)) = (at.as_object_mut(), keyword.as_str()) {
                members.shift_remove(name);
            }
        }
        Breaking::Null => *at = Value::Null,
        Breaking::Retype => {
            *at = match &*at {
                Value::String(_) => json!(7),
                Value::Number(number) => json!(number.to_string()),
                Value::Bool(bool) => json!(bool.to_string()),
                other => other.clone(),
            }
        }
        Breaking::Enum => {
            *at = match &*at {
                Value::String(text) => json!(format!("{text}_NEW")),
                Value::Number(number) => json!(number.as_f64().unwrap_or_default().abs() + 1000.0),
                other => other.clone(),
            }
        }
        Breaking::Format => {
            if at.is_string() {
                *at = json!("31/12/26, 7 o'clock");
            }
        }
    }
}

fn unknown(schemas: &Schemas, schema: &Place, value: &Value) -> Option<Value> {
    let known = schemas.undocumented(schema, value);
    let validator = schemas.validator(schema, Direction::Response, Sense::Intended).ok()?;
    let parts = schemas.anatomy(schema, Direction::Response, value);
    let objects = parts.iter().filter(|part| part.instance.resolve(value).is_some_and(Value::is_object)).take(TRIES);
    objects
        .filter_map(|part| {
            with(value, part.instance.as_str(), |at| {
                if let Some(members) = at.as_object_mut() {
                    members.insert(UNKNOWN.to_owned(), json!(true));
                }
            })
        })
        .find(|changed| {
            schemas.undocumented(schema, changed).len() > known.len() || !validator.violations(changed).is_empty()
        })
}
