//! Samples conform, whatever the schema.

mod bounded;
mod edges;
mod every;
mod shrinking;
mod small;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::document::{DocumentId, Place, Pointer};
use crate::schema::{Direction, Schemas, Sense};

use super::Sampler;

const BOTH: [Direction; 2] = [Direction::Request, Direction::Response];

fn at(pointer: &str) -> Place {
    Place::new(DocumentId(0), Pointer::parse(pointer).unwrap())
}

fn schemas(schema: &Value) -> Schemas {
    let document = json!({"openapi": "3.0.3", "components": {"schemas": {"S": schema,
        "Node": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Node"},
            "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}},
        "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}},
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"lives": {"type": "integer", "minimum": 9}}}]},
        "Dog": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"bark": {"type": "string"}}}]},
    }}});
    Schemas::new(vec![("api.json".into(), Arc::new(document))])
}

const S: &str = "/components/schemas/S";

fn minimal(schema: &Value) -> Value {
    Sampler::new(&schemas(schema))
        .minimal(&at(S), Direction::Request)
        .unwrap_or_else(|error| panic!("{schema}: {error}"))
}

fn full(schema: &Value) -> Value {
    Sampler::new(&schemas(schema)).full(&at(S), Direction::Request).unwrap_or_else(|error| panic!("{schema}: {error}"))
}

#[test]
fn the_least_and_the_fullest() {
    let schema = json!({"type": "object", "required": ["a", "list"], "properties": {
        "a": {"type": "string", "maxLength": 2}, "b": {"type": "integer", "minimum": 3}, "c": {"type": "boolean"},
        "list": {"type": "array", "items": {"type": "string", "format": "date-time"}},
        "set": {"readOnly": true}, "secret": {"writeOnly": true, "type": "string", "minLength": 6}}});
    assert_eq!(minimal(&schema), json!({"a": "xt", "list": []}));
    assert_eq!(
        full(&schema),
        json!({"a": "xt", "b": 3, "c": true, "list": ["2024-05-17T09:30:00Z"], "secret": "textte"})
    );
    let schemas = schemas(&schema);
    let response = Sampler::new(&schemas).full(&at(S), Direction::Response).unwrap();
    assert!(response.get("set").is_some() && response.get("secret").is_none());
}

#[test]
fn examples_and_defaults_come_first_where_they_conform() {
    assert_eq!(minimal(&json!({"type": "string", "example": "Ada"})), json!("Ada"));
    assert_eq!(minimal(&json!({"type": "string", "example": 7})), json!("text"));
    assert_eq!(minimal(&json!({"type": "string", "enum": ["A", "B"], "default": "B"})), json!("B"));
    let schema = json!({"type": "object", "required": ["a", "b"], "example": {"a": "Ada", "b": "no", "c": 1},
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}});
    assert_eq!(minimal(&schema), json!({"a": "Ada", "b": 0}));
}

#[test]
fn all_that_schemas_ask_of_scalars() {
    for schema in [
        json!({"type": "integer", "minimum": 5, "exclusiveMinimum": true, "maximum": 6}),
        json!({"type": "integer", "minimum": -10, "maximum": -3, "multipleOf": 4}),
        json!({"type": "integer", "format": "int32", "minimum": 2_147_483_647}),
        json!({"type": "integer", "multipleOf": 2.5, "minimum": 1}),
        json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": true}),
        json!({"type": "number", "multipleOf": 0.01, "minimum": 4.341, "maximum": 4.359}),
        json!({"type": "number", "minimum": 1e20}),
        json!({"type": "number", "maximum": -0.000_001, "minimum": -0.000_002}),
        json!({"type": "integer", "allOf": [{"multipleOf": 6}, {"multipleOf": 10}, {"minimum": 1}]}),
        json!({"type": "string", "minLength": 40, "maxLength": 40}),
        json!({"type": "string", "maxLength": 0}),
        json!({"type": "string", "pattern": "^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$"}),
        json!({"type": "string", "pattern": "^[0-9]+$", "minLength": 9, "maxLength": 9}),
        json!({"type": "string", "pattern": "\\d"}),
        json!({"type": "string", "pattern": "^a$|^b$"}),
        json!({"type": "string", "pattern": "^(?!0)[0-9]{3}$"}),
        json!({"type": "string", "pattern": "^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$"}),
        json!({"type": "string", "pattern": "^\\+?[1-9]\\d{1,14}$"}),
        json!({"type": "string", "pattern": "^x", "minLength": 10}),
        json!({"type": "string", "format": "date-time", "minLength": 25, "maxLength": 25}),
        json!({"type": "string", "format": "date-time", "pattern": "\\.\\d{3}Z$"}),
        json!({"type": "string", "format": "uuid", "pattern": "^[{(]?[0-9A-F]{8}[-]?([0-9A-F]{4}[-]?){3}[0-9A-F]{12}[)}]?$"}),
        json!({"type": "string", "nullable": true, "enum": [null, "A"]}),
        json!({"enum": [null]}),
        json!({"type": "boolean", "enum": [false]}),
        json!({}),
        json!({"minLength": 8}),
        json!({"maximum": -1}),
        json!({"not": {"type": "string"}}),
        json!({"type": "string", "not": {"enum": ["text"]}}),
        json!({"type": "string", "format": "uuid", "not": {"enum": ["3fa85f64-5717-4562-b3fc-2c963f66afa6"]}}),
    ] {
        minimal(&schema);
        full(&schema);
        for seed in 0..20_u64 {
            let schemas = schemas(&schema);
            let random = Sampler::new(&schemas).random(&at(S), Direction::Request, seed);
            assert!(random.is_ok(), "{schema}: {random:?}");
        }
    }
    for format in crate::schema::format::ASSERTED {
        minimal(
            &json!({"type": "array", "minItems": 5, "uniqueItems": true, "items": {"type": "string", "format": format}}),
        );
    }
}

#[test]
fn all_that_schemas_ask_of_objects_and_arrays() {
    for (schema, least) in [
        (
            json!({"type": "array", "minItems": 3, "uniqueItems": true, "items": {"type": "string"}}),
            Some(json!(["text", "text1", "text2"])),
        ),
        (
            json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": {"enum": ["A", "B"]}}),
            Some(json!(["A", "B"])),
        ),
        (json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": {"type": "boolean"}}), None),
        (
            json!({"type": "array", "minItems": 3, "uniqueItems": true, "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}),
            None,
        ),
        (
            json!({"type": "object", "minProperties": 2, "properties": {"a": {"type": "integer"}}}),
            Some(json!({"a": 0, "key1": "text"})),
        ),
        (json!({"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}}}), Some(json!({}))),
        (json!({"required": ["x"]}), Some(json!({"x": "text"}))),
        (json!({"required": ["x"], "additionalProperties": {"type": "integer"}}), Some(json!({"x": 0}))),
        (
            json!({"allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"minLength": 6}}}]}),
            Some(json!({"a": "textte"})),
        ),
        (json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}), Some(json!("text"))),
        (
            json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "kind"}}),
            Some(json!({"kind": "Cat"})),
        ),
        (json!({"$ref": "#/components/schemas/Dog"}), Some(json!({"kind": "Dog"}))),
        (
            json!({"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}),
            Some(json!({"a": "text"})),
        ),
        (json!({"oneOf": [{"type": "integer"}, {"type": "number"}]}), None),
        (
            json!({"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "object"}}]}),
            Some(json!(["text"])),
        ),
        (json!({"type": "object", "not": {"required": ["a"]}, "properties": {"a": {}, "b": {}}}), Some(json!({}))),
        (json!({"$ref": "#/components/schemas/Node"}), Some(json!({"id": 0}))),
        (
            json!({"type": "object", "required": ["child"], "properties": {"child": {"oneOf": [{"$ref": "#/components/schemas/S"}, {"type": "string"}]}}}),
            None,
        ),
        (
            json!({"type": "array", "minItems": 1, "items": {"anyOf": [{"$ref": "#/components/schemas/S"}, {"type": "integer"}]}}),
            None,
        ),
    ] {
        let made = minimal(&schema);
        assert!(least.as_ref().is_none_or(|least| made == *least), "{schema}: {made}");
        full(&schema);
        for seed in 0..20_u64 {
            let schemas = schemas(&schema);
            let random = Sampler::new(&schemas).random(&at(S), Direction::Request, seed);
            assert!(random.is_ok(), "{schema}: {random:?}");
        }
    }
    assert_eq!(
        full(&json!({"$ref": "#/components/schemas/Node"})),
        json!({"id": 0, "next": {"id": 0}, "all": [{"id": 0}]})
    );
}

#[test]
fn rules_between_members_are_kept() {
    let employed = |condition: &str, value: &str, then: &str| json!({"anyOf": [{"not": {"required": [condition], "properties": {condition: {"enum": [value]}}}}, {"required": [then]}]});
    let schema = json!({"type": "object", "required": ["employmentStatus", "screening"], "properties": {
            "employmentStatus": {"type": "string", "enum": ["Employed", "Retired"]}, "employerName": {"type": "string"},
            "employerAddress": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
            "screening": {"type": "string", "enum": ["YES"]}, "screenedAt": {"type": "string", "format": "date-time"}},
        "allOf": [employed("employmentStatus", "Employed", "employerName"), employed("employmentStatus", "Employed", "employerAddress"),
            employed("screening", "YES", "screenedAt")]});
    let least = minimal(&schema);
    assert_eq!(least["screenedAt"], json!("2024-05-17T09:30:00Z"));
    assert_eq!(least["employmentStatus"] == json!("Employed"), least.get("employerName").is_some());
    assert_eq!(full(&schema).as_object().unwrap().len(), 5);
    let schemas = schemas(&schema);
    let mut both = [false, false];
    for seed in 0..40_u64 {
        let random = Sampler::new(&schemas).random(&at(S), Direction::Request, seed).unwrap();
        both[usize::from(random["employmentStatus"] == "Employed")] = true;
    }
    assert_eq!(both, [true, true], "rules leave both sides open");
}

#[test]
fn the_same_seed_gives_the_same_value() {
    let schemas = schemas(&json!({"$ref": "#/components/schemas/Node"}));
    let sampler = Sampler::new(&schemas);
    let values: Vec<Value> =
        (0..10_u64).map(|seed| sampler.random(&at(S), Direction::Request, seed).unwrap()).collect();
    let again: Vec<Value> = (0..10_u64).map(|seed| sampler.random(&at(S), Direction::Request, seed).unwrap()).collect();
    assert_eq!(values, again);
    assert!(values.iter().any(|value| *value != values[0]));
    assert_eq!(
        sampler.random(&at(S), Direction::Request, [7; 32]).unwrap(),
        sampler.random(&at(S), Direction::Request, [7; 32]).unwrap()
    );
}

#[test]
fn what_nothing_conforms_to_is_told_with_the_reason() {
    for (schema, words) in [
        (json!({"type": "string", "minLength": 5, "maxLength": 3}), "at least 5 and at most 3"),
        (json!({"type": "integer", "minimum": 5, "maximum": 3}), "bounds"),
        (json!({"allOf": [{"type": "string"}, {"type": "integer"}]}), "type"),
        (json!({"enum": []}), "enum"),
        (
            json!({"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/S"}}}),
            "without end",
        ),
        (json!({"type": "string", "minLength": 1_000_000_000}), "too long"),
        (json!({"not": {}}), "not"),
        (json!({"type": "object", "required": ["a"], "properties": {}, "additionalProperties": false}), "no property"),
    ] {
        let schemas = schemas(&schema);
        let error = Sampler::new(&schemas).minimal(&at(S), Direction::Request).unwrap_err();
        assert!(error.reason.contains(words), "{schema}: {error}");
        assert_eq!(error.place, at(S));
    }
}

#[test]
fn every_schema_of_the_published_documents_has_samples() {
    let mut count = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/specs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let document: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut places = Vec::new();
        collect(&document, &Pointer::root(), &mut places);
        let schemas = Schemas::new(vec![(path.display().to_string(), Arc::new(document))]);
        let sampler = Sampler::new(&schemas);
        for place in places.into_iter().map(|pointer| Place::new(DocumentId(0), pointer)) {
            for direction in BOTH {
                let mut values = vec![sampler.minimal(&place, direction), sampler.full(&place, direction)];
                values.extend((0..10_u64).map(|seed| sampler.random(&place, direction, seed)));
                for value in values {
                    let value = value.unwrap_or_else(|error| panic!("{}: {error}", place.pointer));
                    let validator = schemas.validator(&place, direction, Sense::Strict).unwrap();
                    assert!(validator.is_valid(&value));
                    assert!(schemas.undocumented(&place, &value).is_empty(), "{value}");
                    count += 1;
                }
            }
        }
    }
    assert!(count > 1000, "{count}");
}

/// Places of the values of `schema` members and of components.
fn collect(value: &Value, at: &Pointer, places: &mut Vec<Pointer>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let here = at.child(name);
                let is_component = at.as_str() == "/components/schemas";
                if is_component || (name == "schema" && member.is_object()) {
                    places.push(here.clone());
                }
                collect(member, &here, places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &at.index(index), places);
            }
        }
        _ => {}
    }
}

#[test]
fn samples_stay_within_what_every_reading_of_the_prose_takes_and_validation_does_not() {
    let document = json!({"S": {
        "type": "object",
        "required": ["country"],
        "properties": {"country": {"type": "string", "x-certain": [{"enum": ["AE", "CA"]}]}, "name": {"type": "string"}},
        "x-certain": [{"required": ["name"]}]
    }});
    let schemas = Schemas::new(vec![("a.json".into(), Arc::new(document))]);
    let place = Place::new(DocumentId(0), Pointer::root().child("S"));
    let sampler = Sampler::new(&schemas);
    let strict = schemas.validator(&place, Direction::Request, Sense::Strict).unwrap();
    let certain = schemas.validator(&place, Direction::Request, Sense::Certain).unwrap();
    for seed in 0..50 {
        let sample = sampler.random(&place, Direction::Request, seed).unwrap();
        assert!(["AE", "CA"].contains(&sample["country"].as_str().unwrap()) && sample["name"].is_string(), "{sample}");
    }
    assert!(sampler.minimal(&place, Direction::Request).unwrap()["name"].is_string());
    // Nobody expects the refusal of what only the narrower sense excludes.
    let doubtful = json!({"country": "Narnia"});
    assert!(strict.is_valid(&doubtful) && !certain.is_valid(&doubtful));
}
