//! `x-conform: { body: … }` of a step: a JSON Schema that the body of the expected answer must also satisfy.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::Value;

use crate::case::expression::{BodySchema, Criterion};
use crate::document::{DocumentId, Place, Pointer, Position};
use crate::schema::{Direction, Sense};

use super::cursor::{Node, Reader, kind, suggest};
use super::extension::Expect;

/// The keywords of JSON Schema 2020-12 that are understood: who reads another one would believe that it was checked.
const KEYWORDS: [&str; 46] = [
    "$ref",
    "$defs",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "type",
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "items",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "minProperties",
    "maxProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
];

/// Schemas nested deeper are refused by the compiler.
const DEEPEST: usize = 100;

/// Reads the schema as a criterion.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node<'_>, expect: Option<&Expect>) -> Option<Criterion> {
    let before = reader.problems.len();
    keywords(reader, node, 0);
    if reader.problems.len() > before {
        return None;
    }
    let place = Place::new(DocumentId(0), node.at.clone());
    let validator = reader.schemas().validator(&place, Direction::Response, Sense::Strict);
    match validator {
        Ok(validator) => {
            let lines = lines(reader, node);
            let mut criterion = Criterion::body(BodySchema { validator, statuses: statuses(expect), lines });
            criterion.file = Some(reader.document.name().to_owned());
            criterion.position = Some(reader.position(&node.at));
            Some(criterion)
        }
        Err(error) => {
            let at = if error.place.pointer.is_root() { &node.at } else { &error.place.pointer };
            reader.report(reader.at_value(at, format!("not a JSON Schema that can be used: {}", error.reason)));
            None
        }
    }
}

/// The statuses of the answers that a step with this expectation speaks of.
fn statuses(expect: Option<&Expect>) -> RangeInclusive<u16> {
    match expect {
        None | Some(Expect::Accepted) => 200..=299,
        Some(Expect::Refused) => 400..=499,
        Some(Expect::Status(text)) => match (text.parse(), text.get(..1).and_then(|digit| digit.parse::<u16>().ok())) {
            (Ok(status), _) => status..=status,
            (Err(_), Some(digit)) => digit * 100..=digit * 100 + 99,
            (Err(_), None) => 100..=599,
        },
    }
}

fn keywords(reader: &mut Reader<'_>, node: &Node<'_>, depth: usize) {
    let Value::Object(members) = node.value else {
        if !node.value.is_boolean() {
            reader.report(reader.at_value(&node.at, format!("a JSON Schema is an object, not {}", kind(node.value))));
        }
        return;
    };
    if depth > DEEPEST {
        reader.report(reader.at_value(&node.at, format!("schemas are nested more than {DEEPEST} deep")));
        return;
    }
    for (keyword, value) in members {
        let at = node.at.child(keyword);
        let inner = Node { value, at: at.clone() };
        match keyword.as_str() {
            "properties" | "patternProperties" | "$defs" | "dependentSchemas" => {
                inner.members().iter().for_each(|(_, schema)| keywords(reader, schema, depth + 1));
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                inner.items().iter().for_each(|schema| keywords(reader, schema, depth + 1));
            }
            "items" | "contains" | "additionalProperties" | "propertyNames" | "not" | "if" | "then" | "else" => {
                keywords(reader, &inner, depth + 1);
            }
            known if KEYWORDS.contains(&known) || known.starts_with("x-") => {}
            later if later.starts_with('$') || later.starts_with("unevaluated") => {
                let problem = reader.at_key(&at, format!("`{later}` is not supported in a schema"));
                reader.report(problem.label("not supported").help("`additionalProperties: false` and `$ref` are"));
            }
            unknown => {
                let problem = reader.at_key(&at, format!("`{unknown}` is no keyword of JSON Schema"));
                reader.report(problem.label("unknown").help(suggest(unknown, &KEYWORDS)));
            }
        }
    }
}

/// Where everything stands that a violation may name: in the schema itself, or in a component that it refers to.
fn lines(reader: &Reader<'_>, node: &Node<'_>) -> Arc<BTreeMap<Pointer, Position>> {
    let mut lines = BTreeMap::new();
    let mut open = vec![node.clone()];
    open.extend(reader.root().get("components").and_then(|components| components.get("inputs")));
    while let Some(node) = open.pop() {
        lines.insert(node.at.clone(), reader.position(&node.at));
        open.extend(node.items());
        open.extend(node.members().into_iter().map(|(_, member)| member));
    }
    Arc::new(lines)
}
