//! `x-conform: { generate: N }` of a workflow: rows of inputs that are made from their schema.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::digest::sha256_of_parts;
use crate::document::{DocumentId, Place, Pointer};
use crate::schema::sample::Sampler;
use crate::schema::{Direction, Schemas};

use super::cursor::{Node, Reader};
use super::inputs::Row;
use super::workflow::file_name;

/// Rows of one workflow at most.
const MOST: u32 = 10_000;

/// Values that are tried until one is new and right.
const ATTEMPTS: u32 = 12;

/// As many rows as the workflow asks for, or as there are different ones: inputs without a default have a value that their
/// schema allows, the others keep their default.
pub(super) fn generated<'d>(
    reader: &mut Reader<'d>,
    workflow: &Node<'d>,
    schema: &Node<'d>,
    defaults: &Map<String, Value>,
    validator: &jsonschema::Validator,
) -> Vec<Row> {
    let Some(node) = workflow.get("x-conform").and_then(|extension| extension.get("generate")) else {
        return Vec::new();
    };
    let wanted = wanted(&node);
    let Some(open) = wanted.filter(|rows| *rows > 0).and(without_defaults(schema, defaults)) else {
        if wanted.is_some_and(|rows| rows > 0) {
            let problem = reader.at_value(&node.at, "every input has a default, so that there is nothing to generate");
            reader.report(problem.help("leave the `default` of the inputs out that are to vary"));
        }
        return Vec::new();
    };
    let document = in_place(reader.document.value(), &schema.at, open);
    let schemas = Schemas::new(vec![(reader.document.name().to_owned(), Arc::new(document))]);
    let place = Place::new(DocumentId(0), schema.at.clone());
    let seed = reader.seed.to_string();
    let file = file_name(reader.document.name());
    let workflow = workflow.text("workflowId").unwrap_or_default();
    let mut known = BTreeSet::new();
    let mut rows = Vec::new();
    for number in 1..=wanted.unwrap_or_default() {
        let parts = |attempt: u32| bytes(&[&seed, file, workflow, &number.to_string(), &attempt.to_string()]);
        let mut reason = None;
        let row = (0..ATTEMPTS).find_map(|attempt| {
            match Sampler::new(&schemas).random(&place, Direction::Request, parts(attempt)) {
                Ok(Value::Object(drawn)) => {
                    let mut values = defaults.clone();
                    values.extend(drawn);
                    let values = Value::Object(values);
                    let right = validator.is_valid(&values);
                    if !right {
                        reason = Some("what was made breaks the schema".to_owned());
                    }
                    (right && known.insert(values.to_string())).then_some(values)
                }
                Ok(_) => None,
                Err(error) => {
                    reason = Some(error.reason);
                    None
                }
            }
        });
        match (row, reason) {
            (Some(values), _) => rows.push(Row::generated(number, &seed, values)),
            (None, Some(reason)) if rows.is_empty() => {
                let problem = reader.at_value(&node.at, format!("no row of inputs can be made: {reason}"));
                reader.report(problem.help("make the schema of the inputs simpler, or write the rows as `examples`"));
                return rows;
            }
            // There are no further ones.
            (None, _) => return rows,
        }
    }
    rows
}

/// Whether `workflow` asks for any.
pub(super) fn are_wanted(workflow: &Node<'_>) -> bool {
    let generate = workflow.get("x-conform").and_then(|extension| extension.get("generate"));
    generate.and_then(|node| wanted(&node)).is_some_and(|rows| rows > 0)
}

/// The number of rows that `generate` says; nothing where it is none.
pub(super) fn wanted(node: &Node<'_>) -> Option<u32> {
    node.value.as_u64().and_then(|rows| u32::try_from(rows).ok()).filter(|rows| *rows <= MOST)
}

/// The schema with a value for each of its properties but for those that have a default; nothing where all have one.
fn without_defaults(schema: &Node<'_>, defaults: &Map<String, Value>) -> Option<Value> {
    let mut open = schema.value.as_object()?.clone();
    for known in ["examples", "default"] {
        open.remove(known);
    }
    let names: Vec<Value> = match open.get_mut("properties") {
        Some(Value::Object(properties)) => {
            properties.retain(|name, _| !defaults.contains_key(name));
            properties.keys().map(|name| Value::from(name.as_str())).collect()
        }
        _ => Vec::new(),
    };
    let composed =
        ["allOf", "anyOf", "oneOf", "if", "$ref", "patternProperties"].iter().any(|key| open.contains_key(*key));
    if names.is_empty() && !composed {
        return None;
    }
    let fixed = |name: &&Value| name.as_str().is_some_and(|name| !defaults.contains_key(name));
    let mut required: Vec<Value> =
        open.get("required").and_then(Value::as_array).into_iter().flatten().filter(fixed).cloned().collect();
    required.extend(names);
    let mut known = BTreeSet::new();
    required.retain(|name| known.insert(name.to_string()));
    open.insert("required".to_owned(), required.into());
    open.entry("type").or_insert_with(|| "object".into());
    Some(Value::Object(open))
}

/// The document with another schema in its place.
fn in_place(document: &Value, at: &Pointer, schema: Value) -> Value {
    let mut document = document.clone();
    if let Some(place) = document.pointer_mut(at.as_str()) {
        *place = schema;
    }
    document
}

fn bytes(parts: &[&str]) -> [u8; 32] {
    let mut seed = [0; 32];
    for (byte, digit) in seed.iter_mut().zip(sha256_of_parts(parts).into_bytes()) {
        *byte = digit;
    }
    seed
}
