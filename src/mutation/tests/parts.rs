//! Keywords of one value that stand in several parts of a schema, and promises that break together.

use serde_json::{Value, json};

use super::kinds::{of_body, with_body};
use super::{all, request};
use crate::case::Intent;

/// A member `v` of which one part says `one` and another `other`.
fn parts(one: &Value, other: &Value) -> Value {
    json!({"allOf": [{"type": "object", "properties": {"v": one}}, {"properties": {"v": other}}]})
}

#[test]
fn keywords_beside_the_type_are_broken_wherever_they_stand() {
    let text = json!({"type": "string"});
    for (id, one, other, value, expected) in [
        (
            "broken-pattern",
            text.clone(),
            json!({"pattern": "^[A-Z]{3}$"}),
            json!("AED"),
            vec!["body /v character: invalid (pattern v)", "body /v tail: invalid (pattern v)"],
        ),
        (
            "broken-format",
            text.clone(),
            json!({"format": "uuid"}),
            json!("3fa85f64-5717-4562-b3fc-2c963f66afa6"),
            vec!["body /v: invalid (format v)"],
        ),
        (
            "nearly-format",
            text.clone(),
            json!({"format": "date"}),
            json!("2024-01-01"),
            vec!["body /v day: invalid (format v)", "body /v month: invalid (format v)"],
        ),
        (
            "above-bound",
            text.clone(),
            json!({"maxLength": 3}),
            json!("abc"),
            vec!["body /v maxLength: invalid (maxLength v)"],
        ),
        (
            "below-bound",
            json!({"type": "integer"}),
            json!({"minimum": 3}),
            json!(4),
            vec!["body /v minimum: invalid (minimum v)"],
        ),
        (
            "not-multiple",
            json!({"type": "integer"}),
            json!({"multipleOf": 4}),
            json!(4),
            vec!["body /v: invalid (multipleOf v)"],
        ),
        (
            "forbidden-value",
            text.clone(),
            json!({"not": {"enum": ["x"]}}),
            json!("y"),
            vec!["body /v x: invalid (not v)"],
        ),
        // Only what the wider list has breaks the narrower one alone.
        (
            "outside-enum",
            json!({"enum": ["A", "B", "C"]}),
            json!({"enum": ["A", "B"]}),
            json!("A"),
            vec![
                "body /v case: invalid (enum v)",
                "body /v near-miss: invalid (enum v)",
                "body /v empty: invalid (enum v)",
                "body /v foreign: invalid (enum v)",
                "body /v listed: invalid (enum v)",
            ],
        ),
    ] {
        assert_eq!(of_body(id, &parts(&one, &other), &json!({"v": value})), expected, "{id} beside {one}");
        assert_eq!(of_body(id, &parts(&other, &one), &json!({"v": value})), expected, "{id} before {one}");
    }
}

/// The pointers below the schema that the mutant `name` breaks, and that break with it.
fn broken(schema: &Value, body: &Value, name: &str) -> (String, Vec<String>) {
    let contract = with_body(schema);
    let mutants = all(&contract, "o", &request("o", &[], Some(("application/json", body.clone())))).made;
    let named = |mutant: &&super::Mutant| format!("{} {} {}", mutant.id, mutant.spot, mutant.detail).trim_end() == name;
    let mutant = mutants.iter().find(named).unwrap_or_else(|| panic!("no {name}"));
    let Intent::Invalid(breach) = &mutant.step.intent else { panic!("{:?}", mutant.step.intent) };
    let told = |place: &crate::document::Place| {
        assert!(contract.schemas.source(place).is_some(), "{place:?}");
        place.pointer.as_str().rsplit_once("/schema/").map(|(_, end)| end.to_owned()).unwrap()
    };
    (breach.place.as_ref().map(told).unwrap(), breach.also.iter().map(told).collect())
}

#[test]
fn a_choice_that_no_branch_is_left_of_breaks_with_what_its_branches_lose() {
    let rule = json!({"type": "object", "properties": {"kind": {"type": "string", "enum": ["A", "B"]}, "n": {"type": "integer"}},
        "anyOf": [{"properties": {"kind": {"enum": ["A"]}}}, {"required": ["n"]}]});
    // An A needs no `n`; a B does. What the base has not kept before is not lost.
    let (place, also) = broken(&rule, &json!({"kind": "A"}), "broken-branch body /kind B");
    assert_eq!((place.as_str(), also), ("anyOf", vec!["anyOf/0/properties/kind/enum".to_owned()]));
    let (place, also) = broken(&rule, &json!({"kind": "B", "n": 1}), "missing-required body /n");
    assert_eq!((place.as_str(), also), ("anyOf/1/required/0", vec!["anyOf".to_owned()]));
    // Beside something else that is broken nobody knows what is refused.
    let (place, also) = broken(&rule, &json!({"kind": "A"}), "outside-enum body /kind foreign");
    assert_eq!((place.as_str(), also), ("properties/kind/enum", Vec::new()));
}

#[test]
fn what_another_branch_asks_is_not_broken_by_a_fault_in_this_one() {
    let branch = |kind: &str, own: &str| {
        json!({"type": "object", "required": ["kind", own], "properties": {"kind": {"type": "string", "enum": [kind]},
            own: {"type": "string"}}})
    };
    let pets = json!({"oneOf": [branch("cat", "purr"), branch("dog", "bark")]});
    let (place, also) = broken(&pets, &json!({"kind": "cat", "purr": "x"}), "wrong-type body /purr integer");
    assert_eq!((place.as_str(), also), ("oneOf/0/properties/purr/type", vec!["oneOf".to_owned()]));
    let (place, also) = broken(&pets, &json!({"kind": "cat", "purr": "x"}), "missing-required body /purr");
    assert_eq!((place.as_str(), also), ("oneOf/0/required/1", vec!["oneOf".to_owned()]));
}

#[test]
fn the_same_said_twice_breaks_together() {
    let (place, also) = broken(
        &parts(&json!({"type": "string"}), &json!({"type": "string"})),
        &json!({"v": "x"}),
        "wrong-type body /v integer",
    );
    assert_eq!((place.as_str(), also), ("allOf/0/properties/v/type", vec!["allOf/1/properties/v/type".to_owned()]));
    let (_, also) = broken(
        &parts(&json!({"type": "string"}), &json!({"enum": ["x"]})),
        &json!({"v": "x"}),
        "wrong-type body /v integer",
    );
    assert_eq!(also, [""; 0], "another promise is broken by other mutants");
}
