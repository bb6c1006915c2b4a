//! Nonsense bounds, huge and circular documents: an answer after bounded work, and never a panic.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::schema::sample::make::MOST;
use crate::schema::sample::{Mode, Sampler, Seed};
use crate::schema::{Direction, Schemas, work};

use super::{S, at, schemas};

/// Values that are made for one sample at most: an attempt is given up at `MOST`, and none follows one beyond twice that.
const MADE: usize = 3 * MOST;
/// Judgements of parts, for all samples, edges and hostile values of one schema together.
const JUDGED: usize = 5_000_000;
/// JSON text of one sample at most, and of all edges and all hostile values of one schema together.
const TEXT: usize = 500_000;

/// Asks for everything that the sampler has, and sees that no answer took, or is, more than it may. Returns whether any
/// value conforms.
fn exercised(name: &str, schemas: &Schemas) -> bool {
    let sampler = Sampler::new(schemas);
    let way = Direction::Request;
    let begun = work();
    let small = |what: &str, bytes: usize| assert!(bytes <= TEXT, "{name}: {what} of {bytes} bytes");
    let found = [Mode::Minimal, Mode::Full, Mode::Random].map(|mode| {
        let (sample, made) = sampler.sampled(&at(S), way, mode, Seed::from(1));
        assert!(made <= MADE, "{name}: {made} values were made");
        small("a sample", sample.as_ref().map_or(0, |value| value.to_string().len()));
        sample.is_ok()
    });
    for edges in [sampler.edges(&[at(S)], way).values, sampler.hostile(&[at(S)], way)] {
        small("edges", edges.iter().map(|edge| edge.value.to_string().len()).sum());
    }
    let judged = work() - begun;
    assert!(judged <= JUDGED, "{name}: parts were judged {judged} times");
    found[0]
}

#[test]
fn nonsense_bounds_take_little_work() {
    let text: Vec<String> = (0..20_000).map(|number| format!("value {number}")).collect();
    for (schema, satisfiable) in [
        (json!({"type": "string", "minLength": 1_000_000_000_000_000_000_u64}), false),
        (json!({"type": "string", "maxLength": u64::MAX}), true),
        (json!({"type": "string", "minLength": 90_000, "pattern": "^[a-z]+$"}), true),
        (json!({"type": "string", "pattern": "^(a{1,1000}){1,1000}$", "minLength": 50_000}), true),
        (json!({"type": "string", "pattern": "^((((a*)*)*)*b)*$", "minLength": 7, "maxLength": 7}), true),
        (json!({"type": "array", "items": {}, "minItems": 1_000_000_000}), false),
        (json!({"type": "array", "items": {"type": "string"}, "maxItems": u64::MAX, "uniqueItems": true}), true),
        (json!({"type": "array", "items": {"type": "boolean"}, "minItems": 900, "uniqueItems": true}), false),
        (json!({"type": "object", "minProperties": 1_000_000_000}), false),
        (json!({"type": "object", "maxProperties": u64::MAX}), true),
        (json!({"type": "number", "multipleOf": 1e-300}), true),
        (json!({"type": "number", "multipleOf": 1e300, "minimum": 1}), false),
        (json!({"type": "integer", "multipleOf": 1e-300, "minimum": 3}), true),
        (json!({"type": "number", "minimum": 1e308, "maximum": 1.7e308}), true),
        (json!({"type": "integer", "minimum": -1e300, "maximum": 1e300}), true),
        (json!({"allOf": [{"enum": text}, {"enum": text}, {"type": "string"}]}), true),
        (json!({"type": "array", "items": {"$ref": "#/components/schemas/S"}, "minItems": 30}), false),
        (
            json!({"type": "array", "minItems": 40, "items": {"type": "array", "minItems": 40, "items": {"type": "array", "minItems": 40, "items": {}}}}),
            false,
        ),
    ] {
        let name: String = schema.to_string().chars().take(120).collect();
        assert_eq!(exercised(&name, &schemas(&schema)), satisfiable, "{name}");
    }
}

#[test]
fn circles_and_wide_choices_take_little_work() {
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let all =
        |name: &str| json!({"type": "object", "required": ["a", "b"], "properties": {"a": to(name), "b": to(name)}});
    let mut components = Map::from_iter([("S".to_owned(), to("L0"))]);
    for level in 0..17 {
        components.insert(format!("L{level}"), all(&format!("L{}", level + 1)));
    }
    components.insert("L17".into(), json!({"type": "string"}));
    let wide = Schemas::new(vec![("a.json".into(), Arc::new(json!({"components": {"schemas": components}})))]);
    // A quarter of a million members are required.
    assert!(!exercised("fan", &wide));
    let branches: Vec<Value> = (0..300).map(|_| to("S")).chain([json!({"type": "integer"})]).collect();
    // Each level doubles the ways to conform, and none does.
    let choice = |level: usize| {
        let inner = to(&format!("L{}", level + 1));
        json!({"type": "object", "required": ["a"], "minProperties": 2, "properties": {"a": {"oneOf": [inner, inner, inner]},
            "b": {"anyOf": [inner, inner]}}})
    };
    let mut components: Map<String, Value> = (0..12).map(|level| (format!("L{level}"), choice(level))).collect();
    components.extend([("L12".into(), json!({"type": "string"})), ("S".into(), to("L0"))]);
    let nested = Schemas::new(vec![("a.json".into(), Arc::new(json!({"components": {"schemas": components}})))]);
    assert!(!exercised("nested", &nested));
    assert!(exercised("wide", &schemas(&json!({ "anyOf": branches }))));
    assert!(!exercised("one", &schemas(&json!({"oneOf": vec![json!({"type": "object"}); 60]}))));
}

#[test]
fn a_document_of_ten_megabytes_takes_little_work() {
    let words = "lorem ipsum ".repeat(280);
    let members: Map<String, Value> = (0..3_000)
        .map(|number| (format!("member{number}"), json!({"type": "string", "maxLength": 40, "description": words})))
        .collect();
    let document =
        json!({"openapi": "3.0.3", "components": {"schemas": {"S": {"type": "object", "properties": members}}}});
    let schemas = Schemas::new(vec![("big.json".into(), Arc::new(document))]);
    assert!(exercised("large", &schemas));
}
