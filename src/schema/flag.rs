//! `readOnly` and `writeOnly`: which properties travel one way only.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::document::Place;

use super::Direction;
use super::reference::{Sources, reference};

/// References followed to find out whether a property has a flag.
const DEEPEST: usize = 8;

/// The flag of what does not travel this way.
pub(super) fn other_way(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "readOnly",
        Direction::Response => "writeOnly",
    }
}

/// Whether `flag` is true of the schema at `at`, of what it refers to, or of a part of its `allOf`.
pub(super) fn is_flagged(sources: &Sources, schema: &Value, at: &Place, flag: &str) -> bool {
    flagged_within(sources, schema, at, flag, DEEPEST)
}

fn flagged_within(sources: &Sources, schema: &Value, at: &Place, flag: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    if let Some(to) = reference(schema) {
        let target = sources.target(at.document, to).ok();
        return target.is_some_and(|target| {
            sources.get(&target).is_some_and(|schema| flagged_within(sources, schema, &target, flag, depth))
        });
    }
    schema.get(flag) == Some(&Value::Bool(true))
        || schema.get("allOf").and_then(Value::as_array).is_some_and(|all| {
            let place = at.child("allOf");
            all.iter().enumerate().any(|(index, one)| flagged_within(sources, one, &place.index(index), flag, depth))
        })
}

/// Adds to `names` the properties of `object`, the schema at `at`, that only travel the other way than `direction`, those
/// of its `allOf` included.
pub(super) fn gather(
    sources: &Sources,
    direction: Direction,
    object: &Map<String, Value>,
    at: &Place,
    names: &mut BTreeSet<String>,
) {
    gather_within(sources, other_way(direction), object, at, names, DEEPEST);
}

fn gather_within(
    sources: &Sources,
    flag: &str,
    object: &Map<String, Value>,
    at: &Place,
    names: &mut BTreeSet<String>,
    depth: usize,
) {
    let properties = at.child("properties");
    for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if is_flagged(sources, property, &properties.child(name), flag) {
            names.insert(name.clone());
        }
    }
    let Some(depth) = depth.checked_sub(1) else { return };
    let all = at.child("allOf");
    for (index, branch) in object.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let Ok(target) = sources.resolve(&all.index(index)) else { continue };
        let target_object = if reference(branch).is_some() { sources.get(&target) } else { Some(branch) };
        if let Some(branch) = target_object.and_then(Value::as_object) {
            gather_within(sources, flag, branch, &target, names, depth);
        }
    }
}
