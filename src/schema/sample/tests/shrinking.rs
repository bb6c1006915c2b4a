//! Shrinking: few questions, only conforming values, always an end.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use crate::schema::sample::Sampler;
use crate::schema::sample::tree::{Conforming, Keeps, Shrinking};
use crate::schema::{Direction, Sense};

use super::{S, at, schemas};

fn anything() -> Keeps<'static> {
    Arc::new(|_| true)
}

/// The simplest value for which `fails` holds, and how often that was asked. Driven as `proptest` drives its trees.
fn shrunk(mut tree: Shrinking<'_>, fails: &dyn Fn(&Value) -> bool) -> (Value, usize) {
    assert!(fails(&tree.current()));
    let mut best = tree.current();
    let mut asked = HashSet::new();
    let mut more = tree.simplify();
    while more {
        let current = tree.current();
        assert!(asked.insert(current.to_string()), "asked twice: {current}");
        more = if fails(&current) {
            best = current;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    assert_eq!((&tree.current(), tree.best()), (&best, &best), "back at the last failing value");
    assert!(!tree.complicate() && !tree.simplify() && !tree.complicate(), "the end is the end");
    (best, asked.len())
}

fn members(count: usize) -> Map<String, Value> {
    (0..count).map(|number| (format!("m{number}"), json!({"id": number, "name": "some words"}))).collect()
}

#[test]
fn trees_may_live_across_await() {
    fn is_send<T: Send + 'static>() {}
    is_send::<Shrinking<'static>>();
    is_send::<Conforming>();
}

#[test]
fn one_guilty_member_of_many_takes_few_questions() {
    for count in [1_usize, 2, 7, 24, 100] {
        for guilty in [0, count / 3, count / 2, count - 1] {
            let mut value = members(count);
            value.insert(format!("m{guilty}"), json!(7));
            let key = format!("m{guilty}");
            let fails = |value: &Value| value[&key] == 7;
            let (best, asked) = shrunk(Shrinking::new(Value::Object(value), anything()), &fails);
            assert_eq!(best, json!({ &*key: 7 }));
            // Everything gone, two halves a level, another value, a neighbour.
            let most = 2 * usize::try_from(count.next_power_of_two().ilog2()).unwrap() + 4;
            assert!(asked <= most, "{count} members, the {guilty}th: {asked} questions, not {most}");
        }
    }
}

#[test]
fn what_is_required_costs_no_questions() {
    let value = members(24);
    let required: Vec<String> = (0..24).step_by(3).map(|number| format!("m{number}")).collect();
    let keeps: Keeps<'_> = Arc::new(move |value| required.iter().all(|name| value.get(name).is_some()));
    let (best, asked) = shrunk(Shrinking::new(Value::Object(value), keeps), &|value| value.get("m4").is_some());
    let names: Vec<&String> = best.as_object().unwrap().keys().collect();
    assert_eq!(names, ["m0", "m3", "m4", "m6", "m9", "m12", "m15", "m18", "m21"]);
    assert!(best.as_object().unwrap().values().all(|member| *member == json!({})), "{best}");
    assert!(asked <= 16, "{asked}");
}

#[test]
fn depth_lists_and_several_causes() {
    let mut deep = json!("x");
    for _ in 0..6 {
        let mut around = members(12);
        around.insert("in".into(), deep);
        deep = Value::Object(around);
    }
    let (best, asked) =
        shrunk(Shrinking::new(deep, anything()), &|value| value.pointer("/in/in/in/in/in/in") == Some(&json!("x")));
    assert_eq!(best, json!({"in": {"in": {"in": {"in": {"in": {"in": "x"}}}}}}));
    assert!(asked <= 6 * 10 + 4, "{asked}");

    let items: Vec<Value> = (0..1000).map(|number| json!({"id": number})).collect();
    let has = |value: &Value, id: u64| value.as_array().is_some_and(|items| items.iter().any(|item| item["id"] == id));
    let (best, asked) = shrunk(Shrinking::new(json!(items), anything()), &|value| has(value, 700));
    assert_eq!(best, json!([{"id": 700}]));
    assert!(asked <= 32, "{asked}");
    let (best, asked) = shrunk(Shrinking::new(json!(items), anything()), &|value| has(value, 17) && has(value, 700));
    assert_eq!(best, json!([{"id": 17}, {"id": 700}]));
    assert!(asked <= 80, "{asked}");
    let (best, asked) = shrunk(Shrinking::new(json!(items), anything()), &|value| {
        value.as_array().is_some_and(|items| items.len() > 300)
    });
    assert_eq!(best.as_array().unwrap().len(), 301);
    assert!(asked <= 120, "{asked}");
}

#[test]
fn strings_and_numbers_are_bisected() {
    let long = "text ".repeat(13_000);
    let length = |value: &Value| value["a"].as_str().is_some_and(|text| text.chars().count() > 255);
    let (best, asked) = shrunk(Shrinking::new(json!({"a": long, "b": 1}), anything()), &length);
    assert_eq!(best, json!({"a": "a".repeat(256)}));
    assert!(asked <= 25, "{asked}");
    let odd = format!("{}\0{}", "wörds ".repeat(3000), "more ".repeat(3000));
    let (best, asked) = shrunk(Shrinking::new(json!({ "a": odd }), anything()), &|value| {
        value["a"].as_str().is_some_and(|text| text.contains('\0'))
    });
    assert_eq!(best, json!({"a": "\0"}));
    assert!(asked <= 40, "{asked}");
    for (number, limit, expected) in [(1_000_000_i64, 41, json!(42)), (i64::MAX, 1 << 40, json!((1_i64 << 40) + 1))] {
        let (best, asked) =
            shrunk(Shrinking::new(json!(number), anything()), &|value| value.as_i64().is_some_and(|n| n > limit));
        assert_eq!(best, expected);
        assert!(asked <= 70, "{asked}");
    }
    let (best, _) = shrunk(Shrinking::new(json!(-812), anything()), &|value| value.as_i64().is_some_and(|n| n < -9));
    assert_eq!(best, json!(-10));
    let (best, _) =
        shrunk(Shrinking::new(json!(3.17159), anything()), &|value| value.as_f64().is_some_and(|n| n > 3.0));
    assert_eq!(best, json!(3.1));
    // To the nearest multiple that conforms.
    let keeps: Keeps<'_> = Arc::new(|value| value.as_i64().is_some_and(|n| n % 7 == 0 && n >= 21));
    let (best, _) = shrunk(Shrinking::new(json!(7_000), keeps), &|_| true);
    assert_eq!(best, json!(21));
    let huge = "x".repeat(200_000);
    let (best, asked) = shrunk(Shrinking::new(json!(huge), anything()), &|value| *value == json!(huge));
    assert_eq!(best, json!(huge));
    assert!(asked <= 8, "{asked}");
}

#[test]
fn candidates_are_bounded_where_nothing_conforms() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let keeps: Keeps<'_> = Arc::new(move |_| counted.fetch_add(1, Ordering::Relaxed) > usize::MAX - 2);
    let items: Vec<Value> = (0..20_000).map(|number| json!([number, {"a": "text"}])).collect();
    let mut tree = Shrinking::new(json!(items), keeps);
    assert!(!tree.simplify() && !tree.complicate());
    assert!(count.load(Ordering::Relaxed) <= 10_000);
}

#[test]
fn what_shrinks_conforms_all_the_way() {
    let schema = json!({"type": "object", "required": ["kind", "id", "list"], "additionalProperties": false, "properties": {
        "kind": {"type": "string", "enum": ["X", "Y"]}, "id": {"type": "string", "format": "uuid"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{4,8}$"}, "born": {"type": "string", "format": "date"},
        "list": {"type": "array", "minItems": 2, "uniqueItems": true, "items": {"type": "integer", "minimum": 10, "multipleOf": 5}},
        "note": {"type": "string", "maxLength": 40, "minLength": 3}, "next": {"$ref": "#/components/schemas/S"}},
        "anyOf": [{"not": {"properties": {"kind": {"enum": ["X"]}}}}, {"required": ["code"]}]});
    let schemas = schemas(&schema);
    let judge = schemas.validator(&at(S), Direction::Request, Sense::Strict).unwrap();
    let strategy = Sampler::new(&schemas).strategy(at(S), Direction::Request);
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]));
    for _ in 0..40 {
        let tree = strategy.new_tree(&mut runner).unwrap();
        let guilty = tree.current().get("note").cloned();
        let fails = |value: &Value| {
            assert!(judge.is_valid(value), "{value}");
            value.get("note").cloned() == guilty
        };
        let (best, _) = shrunk(tree, &fails);
        assert_eq!(best.get("next"), None, "{best}");
        assert_eq!(best["list"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn the_runner_of_proptest_shrinks_with_it() {
    let schemas = schemas(&json!({"type": "object", "required": ["n"], "properties": {
        "n": {"type": "integer", "minimum": 0, "maximum": 5000}, "a": {"type": "string"}, "b": {"type": "boolean"}}}));
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[1; 32]));
    let strategy = Sampler::new(&schemas).strategy(at(S), Direction::Request);
    let outcome = runner.run(&strategy, |value| {
        if value["n"].as_u64() > Some(100) { Err(TestCaseError::fail("too many")) } else { Ok(()) }
    });
    let Err(TestError::Fail(_, least)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(least, json!({"n": 101}));
}
