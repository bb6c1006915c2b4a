//! Nonsense bounds, huge and circular documents: an answer in bounded time and memory, and never a panic.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::schema::Direction;
use crate::schema::Schemas;
use crate::schema::sample::Sampler;

use super::{S, at, schemas};

/// Everything that can be asked of the sampler.
fn exercised(schemas: &Schemas) -> bool {
    let sampler = Sampler::new(schemas);
    let way = Direction::Request;
    let found = sampler.minimal(&at(S), way).is_ok();
    let _ = (sampler.full(&at(S), way), sampler.random(&at(S), way, 1));
    let _ = (sampler.edges(&[at(S)], way), sampler.hostile(&[at(S)], way));
    found
}

fn in_time(name: &str, work: impl FnOnce() -> bool) -> bool {
    let start = Instant::now();

    let found = work();
    // A loaded machine and a debug build are slow; without bounds it would take hours.
    assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
    found
}

#[test]
fn nonsense_bounds_are_answered_in_time() {
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
        assert_eq!(in_time(&name, || exercised(&schemas(&schema))), satisfiable, "{name}");
    }
}

#[test]
fn circles_and_wide_choices_are_answered_in_time() {
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let all =
        |name: &str| json!({"type": "object", "required": ["a", "b"], "properties": {"a": to(name), "b": to(name)}});
    let mut components = Map::from_iter([("S".to_owned(), to("L0"))]);
    for level in 0..30 {
        components.insert(format!("L{level}"), all(&format!("L{}", level + 1)));
    }
    components.insert("L30".into(), json!({"type": "string"}));
    let wide = Schemas::new(vec![("a.json".into(), Arc::new(json!({"components": {"schemas": components}})))]);
    // A billion members are required.
    assert!(!in_time("fan", || Sampler::new(&wide).minimal(&at(S), Direction::Request).is_ok()));
    let branches: Vec<Value> = (0..300).map(|_| to("S")).chain([json!({"type": "integer"})]).collect();
    assert!(in_time("wide", || exercised(&schemas(&json!({ "anyOf": branches })))));
    assert!(!in_time("one", || exercised(&schemas(&json!({"oneOf": vec![json!({"type": "object"}); 60]})))));
}

#[test]
fn a_document_of_ten_megabytes_is_answered_in_time() {
    let words = "lorem ipsum ".repeat(280);
    let members: Map<String, Value> = (0..3_000)
        .map(|number| (format!("member{number}"), json!({"type": "string", "maxLength": 40, "description": words})))
        .collect();
    let document =
        json!({"openapi": "3.0.3", "components": {"schemas": {"S": {"type": "object", "properties": members}}}});
    let schemas = Schemas::new(vec![("big.json".into(), Arc::new(document))]);
    assert!(in_time("large", || exercised(&schemas)));
}
