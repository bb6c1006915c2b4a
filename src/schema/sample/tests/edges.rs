//! Edges and hostile values: what OpenAPI 3.0.3 allows at the ends, by name, and nothing that breaks it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::Place;
use crate::schema::sample::Sampler;
use crate::schema::sample::edge::{Edge, Edges};
use crate::schema::{Direction, Sense};

use super::{S, at, schemas};

/// Edges of `schema`, each judged.
fn edges(schema: &Value) -> Edges {
    let schemas = schemas(schema);
    let edges = Sampler::new(&schemas).edges(&[at(S)], Direction::Request);
    judged(schema, &edges.values);
    edges
}

fn hostile(schema: &Value) -> Vec<Edge> {
    let schemas = schemas(schema);
    let found = Sampler::new(&schemas).hostile(&[at(S)], Direction::Request);
    judged(schema, &found);
    let names: BTreeSet<&str> = found.iter().map(|edge| edge.what.as_str()).collect();
    assert_eq!(names.len(), found.len(), "each once: {names:?}");
    found
}

fn judged(schema: &Value, values: &[Edge]) {
    let schemas = schemas(schema);
    for edge in values {
        for sense in [Sense::Strict, Sense::Certain] {
            let judge = schemas.validator(&at(S), Direction::Request, sense).unwrap();
            assert!(judge.is_valid(&edge.value), "{schema}: {edge:?}");
        }
        assert!(schemas.source(&edge.keyword).is_some(), "{edge:?}");
    }
}

/// What is special, with the value.
fn told(edges: &Edges) -> Vec<(&str, Value)> {
    edges.values.iter().map(|edge| (edge.what.as_str(), edge.value.clone())).collect()
}

#[test]
fn both_ends_of_each_bound_are_made() {
    for (schema, expected) in [
        (json!({"type": "integer", "minimum": 3, "maximum": 9}), vec![("minimum", json!(3)), ("maximum", json!(9))]),
        (
            json!({"type": "integer", "minimum": 3, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": true}),
            vec![
                ("minimum", json!(4)),
                ("exclusiveMinimum", json!(4)),
                ("maximum", json!(8)),
                ("exclusiveMaximum", json!(8)),
            ],
        ),
        (
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1.5}),
            vec![("minimum", json!(0.01)), ("exclusiveMinimum", json!(0.01)), ("maximum", json!(1.5))],
        ),
        (
            json!({"type": "integer", "minimum": 10, "maximum": 20, "multipleOf": 7}),
            vec![("minimum", json!(14)), ("maximum", json!(14)), ("multipleOf", json!(14))],
        ),
        (json!({"type": "number", "multipleOf": 0.25}), vec![("multipleOf", json!(0.25))]),
        (
            json!({"type": "integer", "format": "int32"}),
            vec![("format: least int32", json!(i32::MIN)), ("format: greatest int32", json!(i32::MAX))],
        ),
        (
            json!({"type": "integer", "format": "int64"}),
            vec![("format: least int64", json!(i64::MIN)), ("format: greatest int64", json!(i64::MAX))],
        ),
        (
            json!({"type": "string", "minLength": 2, "maxLength": 6}),
            vec![("minLength", json!("xt")), ("maxLength", json!("textte"))],
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}),
            vec![("minItems", json!([0])), ("maxItems", json!([0, 0, 0]))],
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "boolean"}, "minProperties": 1, "maxProperties": 2}),
            vec![
                ("additionalProperties", json!({"additional1": true})),
                ("minProperties", json!({"key1": true})),
                ("maxProperties", json!({"key1": true, "key2": true})),
            ],
        ),
    ] {
        let found = edges(&schema);
        assert_eq!(told(&found), expected, "{schema}");
        assert_eq!(found.impossible, vec![], "{schema}");
    }
}

#[test]
fn each_value_and_each_branch_is_made() {
    let listed = json!({"type": "string", "nullable": true, "enum": ["ACTIVE", "IN USE", null]});
    let expected = [
        ("null", Value::Null),
        ("enum: ACTIVE", json!("ACTIVE")),
        ("enum: IN USE", json!("IN USE")),
        ("enum: null", Value::Null),
    ];
    assert_eq!(told(&edges(&listed)), expected);
    assert_eq!(told(&edges(&json!({"type": "boolean"}))), [("true", json!(true)), ("false", json!(false))]);
    let either = edges(&json!({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 5}]}));
    assert_eq!(told(&either), [("anyOf 1", json!("text")), ("anyOf 2", json!(5))]);
    assert_eq!(either.values[1].keyword, at(S).child("anyOf").index(1));
    // Of the first branch alone: without the member that the second one asks for.
    let one = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
    assert_eq!(told(&edges(&one)), [("anyOf 1", json!({"a": 0})), ("anyOf 2", json!({"b": 0}))]);
    let pets = edges(
        &json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "kind"}}),
    );
    assert_eq!(told(&pets), [("oneOf 1", json!({"kind": "Cat"})), ("oneOf 2", json!({"kind": "Dog"}))]);
}

#[test]
fn parts_of_all_of_and_references_count_as_their_own_keywords() {
    let schema = json!({"allOf": [{"type": "string", "maxLength": 9}, {"type": "string", "minLength": 4}]});
    let found = edges(&schema);
    assert_eq!(told(&found), [("maxLength", json!("texttextt")), ("minLength", json!("text"))]);
    assert_eq!(found.values[0].keyword, at(S).child("allOf").index(0).child("maxLength"));
    let schemas = schemas(&json!({"$ref": "#/components/schemas/Pet/properties/kind"}));
    let group: Vec<Place> = vec![at(S), at("/components/schemas/Cat/allOf/1/properties/lives")];
    // Nothing is both a string and an integer.
    let found = Sampler::new(&schemas).edges(&group, Direction::Request);
    assert_eq!(found.values, vec![]);
    assert_eq!(found.impossible.len(), 1, "{found:?}");
}

#[test]
fn extremes_of_formats_are_ordinary() {
    for (format, least) in
        [("date", 2), ("date-time", 5), ("uuid", 2), ("ipv6", 2), ("email", 2), ("uri", 3), ("hostname", 3)]
    {
        let found = edges(&json!({"type": "string", "format": format}));
        assert!(found.values.len() >= least, "{format}: {:?}", told(&found));
        let odd = |edge: &Edge| ["0001-", "9999-", "\0"].iter().any(|part| edge.value.to_string().contains(part));
        assert!(!found.values.iter().any(odd), "{format}");
    }
    let days = told(&edges(&json!({"type": "string", "format": "date"}))).first().cloned().map(|(_, day)| day);
    assert_eq!(days, Some(json!("2000-02-29")));
    assert_eq!(edges(&json!({"type": "string", "format": "unheard-of"})), Edges::default());
}

#[test]
fn patterns_are_met_twice() {
    for pattern in ["^[A-Z]{2}\\d{4}$", "^\\+?[1-9]\\d{1,14}$", "\\d", "^(?!0)[0-9]{3}$", ".*"] {
        let found = edges(&json!({"type": "string", "pattern": pattern}));
        assert_eq!(found.values.len(), 2, "{pattern}: {found:?}");
        assert_ne!(found.values[0].value, found.values[1].value);
    }
}

#[test]
fn what_cannot_be_made_is_told() {
    for (schema, words) in [
        (json!({"type": "string", "maxLength": 1_000_000}), "1000000 characters are more than are made"),
        (
            json!({"type": "array", "items": {}, "maxItems": 1_000_000_000_000_000_000_u64}),
            "items are more than are made",
        ),
        (json!({"type": "integer", "maxLength": 5}), "no string is"),
        (json!({"type": "string", "minimum": 5}), "no number is"),
        (json!({"allOf": [{"type": "integer", "minimum": 5}, {"minimum": 6}]}), "another keyword is narrower"),
        (json!({"type": "string", "enum": ["A", "BC"], "maxLength": 9}), "no conforming value"),
        (json!({"type": "string", "enum": ["A", 7]}), "enum: 7"),
        (json!({"type": "string", "pattern": "^(a)\\1$", "maxLength": 1}), "^(a)\\1$"),
        (json!({"type": "boolean", "enum": [true]}), "false"),
        (json!({"allOf": [{"type": "string", "nullable": true}, {"type": "string"}]}), "null"),
    ] {
        let found = edges(&schema);
        assert!(found.impossible.iter().any(|(_, why)| why.contains(words)), "{schema}: {found:?}");
    }
    let many: Vec<String> = (0..400).map(|number| format!("V{number}")).collect();
    let found = edges(&json!({"type": "string", "enum": many}));
    assert_eq!((found.values.len(), found.impossible.len()), (50, 1));
    assert!(found.impossible[0].1.contains("350 of 400"));
}

#[test]
fn hostile_values_conform_and_are_told_by_name() {
    let all = hostile(&json!({"type": "string"}));
    let names: Vec<&str> = all.iter().map(|edge| edge.what.as_str()).collect();
    for name in [
        "empty",
        "white space",
        "emoji",
        "combining marks",
        "right-to-left override",
        "NUL",
        "quotes",
        "SQL",
        "HTML",
        "1 kB",
        "64 kB",
        "leading zeros",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let lengths: Vec<usize> = all.iter().filter_map(|edge| Some(edge.value.as_str()?.len())).collect();
    assert!(lengths.contains(&1024) && lengths.contains(&65_536));
    let short = hostile(&json!({"type": "string", "minLength": 30, "maxLength": 40}));
    assert!(
        short.iter().any(|edge| edge.what == "emoji")
            && !short.iter().any(|edge| edge.what == "1 kB" || edge.what == "empty")
    );
    assert_eq!(hostile(&json!({"type": "string", "enum": ["A"]})), vec![]);
    assert_eq!(hostile(&json!({"type": "boolean"})), vec![]);
    let dates: Vec<Value> =
        hostile(&json!({"type": "string", "format": "date"})).into_iter().map(|edge| edge.value).collect();
    assert!(dates.contains(&json!("0001-01-01")) && dates.contains(&json!("9999-12-31")), "{dates:?}");
    let times: Vec<Value> =
        hostile(&json!({"type": "string", "format": "date-time"})).into_iter().map(|edge| edge.value).collect();
    assert!(times.len() > 5 && times.contains(&json!("2016-12-31T23:59:60Z")), "{times:?}");
}

#[test]
fn hostile_numbers_keep_bounds_and_types() {
    let whole: Vec<Value> = hostile(&json!({"type": "integer"})).into_iter().map(|edge| edge.value).collect();
    assert!(whole.contains(&json!(9_007_199_254_740_993_i64)) && whole.contains(&json!(i64::MIN)));
    assert!(whole.iter().all(Value::is_i64));
    let small: Vec<Value> =
        hostile(&json!({"type": "integer", "format": "int32"})).into_iter().map(|edge| edge.value).collect();
    assert_eq!(small, Vec::<Value>::new());
    let any = hostile(&json!({"type": "number"}));
    assert!(any.iter().any(|edge| edge.value.as_f64().is_some_and(|zero| zero == 0.0 && zero.is_sign_negative())));
    assert!(any.iter().any(|edge| edge.value == json!(1e308)));
    assert!(
        hostile(&json!({"type": "number", "minimum": 0, "maximum": 10}))
            .iter()
            .all(|edge| edge.value.as_f64() < Some(11.0))
    );
}
