//! What holds of every schema and every value, tried on random ones.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::document::{DocumentId, Place, Pointer};
use crate::schema::sample::Sampler;
use crate::schema::{Direction, Schemas, Sense, Violation};

const S: &str = "/components/schemas/S";

fn at(pointer: &str) -> Place {
    Place::new(DocumentId(0), Pointer::parse(pointer).unwrap())
}

fn document(schema: &Value) -> Value {
    json!({"openapi": "3.0.3", "components": {"schemas": {"S": schema,
        "Color": {"type": "string", "enum": ["RED", "BLUE"]},
        "Tree": {"type": "object", "properties": {"leaf": {"type": "integer"}, "left": {"$ref": "#/components/schemas/Tree"}}}}}})
}

fn schemas(schema: &Value) -> Schemas {
    Schemas::new(vec![("api.json".into(), Arc::new(document(schema)))])
}

/// Any JSON, with names that are keywords more often than not.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z(\\[^$]{0,4}".prop_map(Value::from),
        prop_oneof![
            Just("string"),
            Just("object"),
            Just("#/components/schemas/S"),
            Just("#"),
            Just("date-time"),
            Just("int32")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let name = prop_oneof![
            4 => proptest::sample::select(vec!["type", "properties", "items", "allOf", "anyOf", "oneOf", "not", "$ref", "enum", "required",
                "nullable", "minimum", "exclusiveMinimum", "pattern", "format", "additionalProperties", "discriminator", "multipleOf",
                "maxLength", "uniqueItems", "readOnly", "patternProperties", "default", "propertyName", "mapping"]).prop_map(str::to_owned),
            1 => "[a-z/~%]{0,3}",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Schemas that something conforms to, without `nullable`, so that they mean the same in JSON Schema.
fn satisfiable() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..5_i64, 0..5_i64).prop_map(|(low, more)| json!({"type": "integer", "minimum": low, "maximum": low + more})),
        (1..9_i64).prop_map(|step| json!({"type": "integer", "multipleOf": step, "minimum": 1})),
        (0..100_i32).prop_map(|low| json!({"type": "number", "minimum": f64::from(low) / 100.0, "multipleOf": 0.01})),
        (0..5_u64, 0..5_u64)
            .prop_map(|(low, more)| json!({"type": "string", "minLength": low, "maxLength": low + more})),
        proptest::sample::select(vec!["date", "date-time", "uuid", "email", "uri", "ipv4", "unheard-of"])
            .prop_map(|format| json!({"type": "string", "format": format})),
        proptest::sample::select(vec!["^[A-Z]{3}$", "\\d+", "^a|b$", "^(?!x)[a-z]{2}$"])
            .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        Just(json!({"type": "boolean"})),
        Just(json!({"$ref": "#/components/schemas/Color"})),
        Just(json!({"$ref": "#/components/schemas/Tree"})),
        Just(json!({})),
        proptest::sample::subsequence(vec!["A", "B", "C"], 1..3)
            .prop_map(|options| json!({"type": "string", "enum": options})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members = proptest::collection::btree_map("[a-d]", (inner.clone(), any::<bool>()), 0..4);
        let object = (members, any::<bool>()).prop_map(|(members, closed)| {
            let required: Vec<&String> = members.iter().filter(|(_, (_, required))| *required).map(|(name, _)| name).collect();
            let properties: Map<String, Value> = members.iter().map(|(name, (schema, _))| (name.clone(), schema.clone())).collect();
            let mut schema = json!({"type": "object", "required": required, "properties": properties});
            if closed {
                schema["additionalProperties"] = json!(false);
            }
            schema
        });
        prop_oneof![
            object.clone(),
            object.clone().prop_map(|object| json!({"allOf": [{"type": "object"}, object]})),
            (inner.clone(), 0..3_u64).prop_map(|(items, least)| json!({"type": "array", "items": items, "minItems": least})),
            inner.clone().prop_map(|values| json!({"type": "object", "additionalProperties": values})),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"anyOf": [a, b]})),
            (object, "[A-Z]{4}").prop_map(|(object, text)| json!({"oneOf": [{"type": "string", "enum": [text]}, object]})),
            (inner.clone(), inner).prop_map(|(then, other)| json!({"type": "object", "properties": {"kind": {"type": "string", "enum": ["X", "Y"]}, "x": then, "y": other},
                "required": ["kind"], "anyOf": [{"not": {"properties": {"kind": {"enum": ["X"]}}}}, {"required": ["x"]}]})),
        ]
    })
}

/// A value near to conforming: a sample with one part replaced.
fn spoilt(mut value: Value, part: usize, with: &Value) -> Value {
    let mut pointers = vec![Pointer::root()];
    let mut index = 0;
    while let Some(pointer) = pointers.get(index).cloned() {
        match pointer.resolve(&value) {
            Some(Value::Object(members)) => pointers.extend(members.keys().map(|name| pointer.child(name))),
            Some(Value::Array(items)) => pointers.extend((0..items.len()).map(|index| pointer.index(index))),
            _ => {}
        }
        index += 1;
    }
    let pointer = &pointers[part % pointers.len()];
    *value.pointer_mut(pointer.as_str()).unwrap() = with.clone();
    value
}

/// The same schema judged by the validator crate alone.
fn oracle(schema: &Value) -> jsonschema::Validator {
    let mut whole = document(schema);
    whole["$ref"] = json!(format!("#{S}"));
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .unwrap()
}

fn faults_of(violations: &[Violation], schemas: &Schemas, value: &Value) -> Result<(), TestCaseError> {
    for violation in violations {
        prop_assert!(schemas.source(&violation.place).is_some(), "no such place: {:?}", violation);
        prop_assert!(violation.instance.resolve(value).is_some(), "no such part: {:?}", violation);
        prop_assert_eq!(violation.instance.tokens().count(), violation.shape.tokens().count());
        prop_assert!(violation.place.pointer.last().is_some_and(|last| last == violation.keyword), "{:?}", violation);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_makes_the_room_panic(schema in anything(), value in anything()) {
        let schemas = schemas(&schema);
        for direction in [Direction::Request, Direction::Response] {
            for nulls in [Sense::Strict, Sense::Intended] {
                match schemas.validator(&at(S), direction, nulls) {
                    Ok(validator) => {
                        let violations = validator.violations(&value);
                        prop_assert_eq!(violations.is_empty(), validator.is_valid(&value));
                        for violation in &violations {
                            prop_assert!(schemas.source(&violation.place).is_some(), "{:?}", violation);
                        }
                    }
                    Err(error) => prop_assert!(
                        schemas.source(&error.place).is_some() || error.place.pointer.as_str().ends_with("$ref"), "{:?}", error),
                }
            }
            schemas.undocumented(&at(S), &value);
            let sampler = Sampler::new(&schemas);
            if let Ok(sample) = sampler.minimal(&at(S), direction) {
                prop_assert!(schemas.validator(&at(S), direction, Sense::Strict).unwrap().is_valid(&sample));
            }
            let _ = sampler.random(&at(S), direction, 1);
        }
    }

    #[test]
    fn what_can_be_satisfied_is(schema in satisfiable(), seed in any::<u64>()) {
        let schemas = schemas(&schema);
        let sampler = Sampler::new(&schemas);
        let oracle = oracle(&schema);
        for sample in [sampler.minimal(&at(S), Direction::Request), sampler.full(&at(S), Direction::Request),
            sampler.random(&at(S), Direction::Request, seed)] {
            let sample = sample.map_err(|error| TestCaseError::fail(format!("{schema}: {error}")))?;
            prop_assert!(oracle.is_valid(&sample), "{} {}", schema, sample);
            prop_assert!(schemas.undocumented(&at(S), &sample).is_empty() || sample.is_object() || sample.is_array());
        }
    }

    #[test]
    fn verdicts_are_those_of_json_schema(schema in satisfiable(), seed in any::<u64>(), part in any::<usize>(), with in anything()) {
        let schemas = schemas(&schema);
        let sample = Sampler::new(&schemas).random(&at(S), Direction::Response, seed).unwrap_or_default();
        let value = spoilt(sample, part, &with);
        for nulls in [Sense::Strict, Sense::Intended] {
            let validator = schemas.validator(&at(S), Direction::Response, nulls).unwrap();
            let violations = validator.violations(&value);
            prop_assert_eq!(validator.is_valid(&value), oracle(&schema).is_valid(&value), "{} {}", schema, value);
            prop_assert_eq!(violations.is_empty(), validator.is_valid(&value));
            faults_of(&violations, &schemas, &value)?;
        }
    }
}
