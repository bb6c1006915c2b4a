//! Each sample of each schema conforms to it: random schemas of OpenAPI 3.0, judged by this crate and by another.

use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use crate::document::Place;
use crate::schema::sample::Sampler;
use crate::schema::sample::tree::Shrinking;
use crate::schema::{Direction, Schemas, Sense};

use super::{S, at};

/// Schemas that are drawn.
const SCHEMAS: usize = 300;

fn document(schema: &Value) -> Value {
    json!({"openapi": "3.0.3", "components": {"schemas": {"S": schema,
        "Color": {"type": "string", "enum": ["RED", "BLUE"]},
        "Tree": {"type": "object", "required": ["leaf"], "properties": {"leaf": {"type": "integer"},
            "left": {"$ref": "#/components/schemas/Tree"}, "all": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}}}})
}

fn numbers() -> impl Strategy<Value = Value> {
    let kinds = select(vec!["integer", "number"]);
    let step =
        prop_oneof![4 => Just(None), 1 => (1..9_i64).prop_map(|step| Some(json!(step))), 1 => Just(Some(json!(0.25)))];
    (kinds, -20..20_i64, 0..40_i64, step, any::<[bool; 4]>()).prop_map(|(kind, low, more, step, has)| {
        let mut schema = json!({"type": kind});
        if has[0] {
            schema["minimum"] = json!(low);
            schema["exclusiveMinimum"] = json!(has[1]);
        }
        if has[2] {
            schema["maximum"] = json!(low + more);
            schema["exclusiveMaximum"] = json!(has[3]);
        }
        if let Some(step) = step {
            schema["multipleOf"] = step;
        }
        schema
    })
}

fn strings(plain: bool) -> impl Strategy<Value = Value> {
    let mut formats = vec![
        "date",
        "date-time",
        "uuid",
        "email",
        "uri",
        "hostname",
        "ipv4",
        "ipv6",
        "duration",
        "unheard-of",
        "password",
    ];
    if !plain {
        // This crate takes a time without an offset, too.
        formats.push("time");
    }
    let patterns = vec![
        "^[A-Z]{3}$",
        "\\d+",
        "^a|b$",
        "^(?!x)[a-z]{2,9}$",
        "^[^@]+@[^@]+$",
        "^\\S.*\\S$",
        "^(?=.*\\d)(?=.*[a-z]).{4,}$",
        "^.{0,300}$",
    ];
    prop_oneof![
        2 => (0..9_u64, 0..30_u64, any::<bool>()).prop_map(|(low, more, most)| {
            if most { json!({"type": "string", "minLength": low, "maxLength": low + more}) } else { json!({"type": "string", "minLength": low}) }
        }),
        2 => select(formats).prop_map(|format| json!({"type": "string", "format": format})),
        2 => select(patterns).prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        1 => subsequence(vec!["A", "B", "C", ""], 1..4).prop_map(|options| json!({"type": "string", "enum": options})),
        1 => Just(json!({"enum": ["A", 1, true, 2.5, [], {"a": 1}]})),
    ]
}

/// A schema; without `nullable` and `readOnly` it means the same in JSON Schema, but for the spelling of bounds.
fn openapi(plain: bool) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => numbers(),
        4 => strings(plain),
        1 => Just(json!({"type": "boolean"})),
        1 => Just(json!({})),
        1 => select(vec!["Color", "Tree"]).prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")})),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        let member = (inner.clone(), any::<bool>(), 0..8_u8);
        let others = prop_oneof![Just(None), Just(Some(json!(false))), Just(Some(json!(true))), inner.clone().prop_map(Some)];
        let sizes = (0..4_u64, 0..5_u64, 0..6_u8);
        let object = (btree_map("[a-d]", member, 0..4), others, sizes).prop_map(move |(members, others, (least, more, sized))| {
            let required: Vec<&String> = members.iter().filter(|(_, (_, required, _))| *required).map(|(name, _)| name).collect();
            let mut properties: Map<String, Value> = members.iter().map(|(name, (schema, ..))| (name.clone(), schema.clone())).collect();
            for (name, (.., flag)) in &members {
                if let Some(schema) = properties.get_mut(name).filter(|schema| !plain && schema.get("$ref").is_none()) {
                    match flag {
                        0 => schema["readOnly"] = json!(true),
                        1 => schema["writeOnly"] = json!(true),
                        2 => schema["nullable"] = json!(true),
                        _ => {}
                    }
                }
            }
            let mut schema = json!({"type": "object", "required": required, "properties": properties});
            if let Some(others) = others {
                schema["additionalProperties"] = others;
            }
            if sized == 0 {
                schema["minProperties"] = json!(least);
                schema["maxProperties"] = json!(least + more);
            }
            schema
        });
        let array = (inner.clone(), 0..3_u64, 0..4_u64, any::<[bool; 2]>()).prop_map(|(items, least, more, has)| {
            let mut schema = json!({"type": "array", "items": items, "minItems": least, "uniqueItems": has[0]});
            if has[1] {
                schema["maxItems"] = json!(least + more);
            }
            schema
        });
        let branches = || vec(inner.clone(), 1..4);
        prop_oneof![
            4 => object.clone(),
            2 => array,
            1 => branches().prop_map(|branches| json!({"anyOf": branches})),
            1 => branches().prop_map(|branches| json!({"oneOf": branches})),
            2 => (object.clone(), object.clone()).prop_map(|(one, other)| json!({"allOf": [one, other]})),
            1 => (object.clone(), vec(object.clone(), 1..4)).prop_map(|(object, branches)| json!({"allOf": [object], "oneOf": branches})),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, other)| json!({"allOf": [one, {"not": other}]})),
            1 => inner.clone().prop_map(|next| json!({"type": "object", "required": ["n"],
                "properties": {"n": next, "self": {"$ref": S_REFERENCE}}})),
        ]
    })
}

const S_REFERENCE: &str = "#/components/schemas/S";

/// The bounds of OpenAPI 3.0 as JSON Schema 2020-12 spells them.
fn respelled(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut out: Map<String, Value> =
                members.iter().map(|(name, member)| (name.clone(), respelled(member))).collect();
            for (bound, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
                if out.get(flag).is_some_and(Value::is_boolean) && out.get(bound).is_some_and(Value::is_number) {
                    let exclusive = out.shift_remove(flag) == Some(json!(true));
                    if exclusive && let Some(limit) = out.shift_remove(bound) {
                        out.insert(flag.into(), limit);
                    }
                }
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(respelled).collect(),
        other => other.clone(),
    }
}

fn oracle(schema: &Value) -> jsonschema::Validator {
    let mut whole = respelled(&document(schema));
    whole["$ref"] = json!(S_REFERENCE);
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    options.build(&whole).unwrap()
}

/// Every kind of sample of the schema at `place`, and whether there is a random one.
fn samples(sampler: Sampler<'_>, place: &Place, direction: Direction, seed: u64) -> (Vec<(String, Value)>, bool) {
    let mut all: Vec<(String, Value)> = Vec::new();
    all.extend(sampler.minimal(place, direction).ok().map(|value| ("minimal".into(), value)));
    all.extend(sampler.full(place, direction).ok().map(|value| ("full".into(), value)));
    let random = sampler.random(place, direction, seed).ok();
    all.extend(random.iter().map(|value| ("random".into(), value.clone())));
    let group = std::slice::from_ref(place);
    all.extend(sampler.edges(group, direction).values.into_iter().map(|edge| (edge.what, edge.value)));
    all.extend(sampler.hostile(group, direction).into_iter().map(|edge| (edge.what, edge.value)));
    let found = random.is_some();
    let judge = sampler.schemas().validator(place, direction, Sense::Strict).unwrap();
    if let Some(random) = random {
        let mut tree = Shrinking::new(random, Arc::new(move |value| judge.is_valid(value)));
        let mut turn = 0;
        let mut more = tree.simplify();
        while more && turn < 12 {
            all.push(("shrunk".into(), tree.current()));
            turn += 1;
            more = if turn % 3 == 0 { tree.complicate() } else { tree.simplify() };
        }
    }
    (all, found)
}

fn every_sample_conforms(plain: bool, seed: u8) {
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let (mut found, mut count) = (0, 0);
    let strategy = openapi(plain);
    for turn in 0..SCHEMAS {
        let schema = strategy.new_tree(&mut runner).unwrap().current();
        let schemas = Schemas::new(vec![("api.json".into(), Arc::new(document(&schema)))]);
        let direction = if turn % 2 == 0 { Direction::Request } else { Direction::Response };
        let judge = schemas.validator(&at(S), direction, Sense::Strict).unwrap();
        let other = plain.then(|| oracle(&schema));
        let (samples, is_found) = samples(Sampler::new(&schemas), &at(S), direction, u64::try_from(turn).unwrap());
        found += usize::from(is_found);
        count += samples.len();
        for (what, value) in samples {
            assert!(judge.is_valid(&value), "{what}: {value:.300} breaks {schema}");
            assert!(
                other.as_ref().is_none_or(|other| other.is_valid(&value)),
                "{what}: {value:.300} breaks {schema}, says the other"
            );
        }
    }
    // Some schemas of the lottery contradict themselves.
    assert!(found * 100 > SCHEMAS * 80, "{found} of {SCHEMAS} schemas had a sample");
    assert!(count > 5 * SCHEMAS, "{count} samples");
}

#[test]
fn every_sample_conforms_as_another_validator_sees_it() {
    every_sample_conforms(true, 11);
}

#[test]
fn every_sample_conforms_where_null_and_direction_matter() {
    every_sample_conforms(false, 12);
}
