//! Documents and values made to hurt.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::{Direction, Schemas, Sense};
use super::{S, at, document};

#[test]
fn hostile_schemas_are_refused_or_end_in_time() {
    let refused = |schemas: &Schemas| schemas.validator(&at(S), Direction::Response, Sense::Intended).unwrap_err();
    // Nested 100,000 deep: dropping such a value recurses, which is not ours to mend.
    let mut deep = json!({"type": "string"});
    for _ in 0..100_000 {
        deep = Value::Object(serde_json::Map::from_iter([("allOf".to_owned(), Value::Array(vec![deep]))]));
    }
    let mut root = serde_json::Map::new();
    root.insert("S".into(), deep);
    let deep = Arc::new(Value::Object(root));
    let schemas = Schemas::new(vec![("deep".into(), Arc::clone(&deep))]);
    let error = schemas.validator(&at("/S"), Direction::Response, Sense::Strict).unwrap_err();
    assert!(error.reason.contains("deep"), "{error}");
    assert!(schemas.undocumented(&at("/S"), &json!({"a": 1})).is_empty());
    std::mem::forget(deep);
    // A chain of 100,000 references that all judge the same value.
    let chain = (0..100_000)
        .map(|n| (format!("S{n}"), json!({"allOf": [{"$ref": format!("#/components/schemas/S{}", n + 1)}]})));
    let mut all: serde_json::Map<String, Value> = chain.collect();
    all.insert("S100000".into(), json!({}));
    all.insert("S".into(), json!({"$ref": "#/components/schemas/S0"}));
    assert!(refused(&document(json!({"components": {"schemas": all}}))).reason.contains("levels"));
    // Thirty levels that each refer to the next twice: a billion ways to one fault.
    let laughs = (0..60).map(|n| {
        let next = json!({"$ref": format!("#/components/schemas/S{}", n + 1)});
        (format!("S{n}"), json!({"allOf": [next, next], "anyOf": [next, next], "oneOf": [{"not": {}}, next]}))
    });
    let mut all: serde_json::Map<String, Value> = laughs.collect();
    all.insert("S60".into(), json!({"type": "string"}));
    all.insert("S".into(), json!({"$ref": "#/components/schemas/S0"}));
    let laughing = document(json!({"components": {"schemas": all}}))
        .validator(&at(S), Direction::Response, Sense::Strict)
        .unwrap();
    assert!(laughing.is_valid(&json!("ha")));
    assert!(!laughing.is_valid(&json!(1)));
    assert!(!laughing.violations(&json!(1)).is_empty());
}

#[test]
fn deep_values_of_circular_schemas_do_not_exhaust_the_stack() {
    let schemas = document(
        json!({"components": {"schemas": {"S": {"anyOf": [{"allOf": [{"$ref": "#/components/schemas/T"}]}, {"type": "string"}]},
        "T": {"type": "array", "items": {"oneOf": [{"$ref": "#/components/schemas/S"}, {"type": "integer"}]}}}}}),
    );
    let validator = schemas.validator(&at(S), Direction::Response, Sense::Strict).unwrap();
    let mut deep = json!([true]);
    for _ in 0..126 {
        deep = json!([deep]);
    }
    let _ = validator.violations(&deep);
    let mut shallow = json!([true]);
    for _ in 0..20 {
        shallow = json!([shallow]);
    }
    assert_eq!(validator.violations(&shallow).len(), 1);
    assert!(schemas.undocumented(&at(S), &deep).is_empty());
}

#[test]
fn values_deeper_than_any_parser_reads_do_not_either() {
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let schemas = document(json!({"components": {"schemas": {
        "S": {"allOf": [to("T")]}, "T": {"anyOf": [to("U"), to("U")]}, "U": {"oneOf": [{"allOf": [to("V")]}]},
        "V": {"properties": {"a": {"allOf": [{"items": {"allOf": [to("S")]}}]}}, "not": {"not": to("W")}}, "W": {"type": "object"}}}}));
    let mut deep = json!(1);
    for _ in 0..300 {
        deep = json!({"a": [deep]});
    }
    for direction in [Direction::Request, Direction::Response] {
        let validator = schemas.validator(&at(S), direction, Sense::Strict).unwrap();
        assert!(validator.is_valid(&deep), "what lies too deep is left open");
        assert!(validator.violations(&deep).is_empty());
        assert!(schemas.undocumented(&at(S), &deep).is_empty());
    }
}
