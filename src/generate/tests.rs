//! What is made of small documents, and that it depends on nothing but them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::case::{Intent, Origin, Supply};
use crate::document::Document;
use crate::schema::{Direction, Sense};

fn contract(paths: &Value) -> Contract {
    let text = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}).to_string();
    Contract::new(vec![Document::parse("t.json", text).unwrap()], Vec::new()).unwrap()
}

fn post(schema: &Value) -> Value {
    json!({"post": {"operationId": "add", "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
        "responses": {"201": {"description": "made"}, "400": {"description": "refused"}}}})
}

fn settings() -> Settings {
    Settings { seed: 7, depth: 5, hostile: true, ..Settings::default() }
}

fn family(case: &Case) -> &'static str {
    match case.origin {
        Origin::Generated { family } => family,
        Origin::Written { .. } => "written",
        Origin::Law { law } => law,
    }
}

/// Names of the cases of `family`, without the operation.
fn named(generated: &Generated, wanted: &str) -> Vec<String> {
    let prefix = format!("add {wanted}: ");
    let cases = generated.cases.iter().filter(|case| family(case) == wanted);
    cases.map(|case| case.name.trim_start_matches(&prefix).to_owned()).collect()
}

#[test]
fn every_optional_element_is_sent_alone_and_left_out() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "string"}, "b": {"type": "integer"},
        "c": {"type": "object", "required": ["d"], "properties": {"d": {"type": "boolean"}, "e": {"type": "string"}}}}});
    let mut path = post(&schema);
    path["post"]["parameters"] = json!([{"name": "q", "in": "query", "schema": {"type": "integer"}}]);
    let generated = generate(&contract(&json!({"/things": path})), &Settings::default());
    assert_eq!(named(&generated, "alone"), ["query q", "body /b", "body /c"]);
    // Without `c` there is no place for `e`, so it has no case of its own; nor has what is required.
    assert_eq!(named(&generated, "absent"), ["query q", "body /b", "body /c", "body /c/e"]);
    let alone = generated.cases.iter().find(|case| case.name == "add alone: body /c").unwrap();
    assert_eq!(alone.steps[0].body().unwrap().as_object().unwrap().keys().collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn the_examples_of_the_document_are_sent_and_broken_where_nothing_else_is() {
    let address = json!({"oneOf": [{"type": "string"},
        {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}}]});
    let schema = json!({"type": "object", "required": ["a"], "properties": {"a": address}});
    let mut path = post(&schema);
    path["post"]["requestBody"]["content"]["application/json"]["examples"] = json!({
        "one": {"value": {"a": {"city": "Bern"}}}, "broken": {"value": {}}, "two": {"value": {"a": "Bern"}}});
    let generated = generate(&contract(&json!({"/things": path})), &Settings::default());
    assert_eq!(named(&generated, "example"), ["1", "2"], "what breaks its own schema is no example");
    let example = generated.cases.iter().find(|case| family(case) == "example").unwrap();
    assert_eq!(example.steps[0].body(), Some(&json!({"a": {"city": "Bern"}})));
    assert_eq!(example.steps[0].intent, Intent::Valid);
    // The minimal and the full request take the first branch, which has no members.
    let missing = generated.cases.iter().find(|case| case.name == "add missing-required: body /a/city").unwrap();
    assert_eq!(missing.steps[0].body(), Some(&json!({"a": {}})));
    assert!(matches!(missing.steps[0].intent, Intent::Invalid(_)));
    // The second example breaks nothing that was not broken before.
    assert!(generated.cases.iter().all(|case| !case.name.contains("body /a/city (2)")));
}

#[test]
fn each_branch_is_sent_whichever_one_the_first_request_takes() {
    let choice = json!({"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "object", "required": ["x"],
        "properties": {"x": {"type": "boolean"}}}]});
    let generated = generate(
        &contract(&json!({"/things": post(&json!({"type": "object", "required": ["a"],
        "properties": {"a": choice}}))})),
        &Settings::default(),
    );
    let valid = generated.cases.iter().filter(|case| case.steps[0].intent == Intent::Valid);
    let bodies: Vec<Value> = valid.filter_map(|case| case.steps[0].body()).map(|body| body["a"].clone()).collect();
    for kind in [Value::is_string, Value::is_i64, Value::is_object] {
        assert!(bodies.iter().any(kind), "{bodies:?}");
    }
    // `kind` is A in the first request, which takes the branch that allows nothing else; with `b` it may be B.
    let rule = json!({"type": "object", "required": ["kind"],
        "properties": {"kind": {"type": "string", "enum": ["A", "B"]}, "b": {"type": "integer"}},
        "anyOf": [{"properties": {"kind": {"enum": ["A"]}}}, {"required": ["b"]}]});
    let generated = generate(&contract(&json!({"/things": post(&rule)})), &Settings::default());
    let other = generated.cases.iter().find(|case| case.name == "add enum: body /kind = B").unwrap();
    let sent = other.steps[0].body().unwrap();
    assert!(sent["kind"] == "B" && sent["b"].is_i64() && other.steps[0].intent == Intent::Valid, "{sent}");
}

/// A name that is part of an id says what the branch is, and not where its schema stands or what that is called.
#[test]
fn branches_have_names_that_stay() {
    let tagged = |kind: &str, own: &str| {
        json!({"type": "object", "required": ["kind", own],
            "properties": {"kind": {"type": "string", "enum": [kind]}, own: {"type": "integer"}}})
    };
    let mut titled = tagged("titled", "t");
    titled["title"] = json!(" A card ");
    let schema = json!({"type": "object", "required": ["pay", "pet", "text"], "properties": {
        "pay": {"oneOf": [titled, tagged("bank", "iban")]},
        "pet": {"oneOf": [{"$ref": "#/components/schemas/cat"}, {"$ref": "#/components/schemas/dog"}],
            "discriminator": {"propertyName": "kind"}},
        "text": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "a": {"type": "integer"}, "b": {"type": "integer"}},
        "allOf": [{"anyOf": [{"required": ["a"]}, {"not": {"required": ["b"]}}]},
            {"anyOf": [{"required": ["a"]}, {"required": ["b"], "properties": {"b": {"minimum": 5}}}]}]});
    // In its place, or by reference.
    let of = |name: Option<&str>| {
        let mut schemas = json!({"cat": tagged("cat", "purr"), "dog": tagged("dog", "bark")});
        let sent = name.map_or(schema.clone(), |name| {
            schemas[name] = schema.clone();
            json!({"$ref": format!("#/components/schemas/{name}")})
        });
        let text = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/things": post(&sent)},
            "components": {"schemas": schemas}});
        let document = Document::parse("t.json", text.to_string()).unwrap();
        generate(&Contract::new(vec![document], Vec::new()).unwrap(), &Settings::default())
    };
    let inline = of(None);
    // What a base shows already is not made again, whichever of two branches that is.
    let known = [
        "body /pay oneOf A card",
        "body /pay oneOf 2 kind, iban",
        "body /pet oneOf cat",
        "body /pet oneOf dog",
        "body /text anyOf 1",
        "body /text anyOf 2",
        "body anyOf 1 a",
        "body anyOf 2 b",
        "body anyOf 1 a (2)",
        "body anyOf 2 b (2)",
    ];
    let found: BTreeSet<String> = named(&inline, "branch").into_iter().collect();
    assert!(found.len() >= 4 && found.iter().all(|label| known.contains(&label.as_str())), "{found:?}");
    let ids =
        |generated: &Generated| -> Vec<String> { generated.cases.iter().map(|case| case.id.to_string()).collect() };
    assert_eq!(ids(&of(Some("One"))), ids(&inline));
    assert_eq!(ids(&of(Some("Another"))), ids(&inline));
}

#[test]
fn what_the_minimal_request_has_too_little_of_is_broken_in_the_full_one() {
    let schema = json!({"type": "array", "items": {"type": "integer"}, "maxItems": 3});
    let generated = generate(&contract(&json!({"/things": post(&schema)})), &Settings::default());
    let above = generated.cases.iter().find(|case| case.name == "add above-bound: body maxItems").unwrap();
    assert_eq!(above.steps[0].body().and_then(Value::as_array).map(Vec::len), Some(4));
}

#[test]
fn both_ends_of_bounds_and_every_documented_value_are_sent() {
    let schema = json!({"type": "object", "required": ["n", "s", "e"], "properties": {
        "n": {"type": "integer", "minimum": 3, "maximum": 9}, "s": {"type": "string", "minLength": 2, "maxLength": 5},
        "e": {"type": "string", "enum": ["A", "B", "C"]}}});
    let generated = generate(&contract(&json!({"/things": post(&schema)})), &Settings::default());
    let sent: BTreeSet<String> = generated
        .cases
        .iter()
        .filter(|case| case.steps[0].intent == Intent::Valid)
        .filter_map(|case| case.steps[0].body())
        .flat_map(|body| ["n", "s", "e"].map(|name| (name, body[name].clone())))
        .map(|(name, value)| match value.as_str() {
            Some(text) if name == "s" => format!("s {}", text.chars().count()),
            _ => format!("{name} {value}"),
        })
        .collect();
    for wanted in ["n 3", "n 9", "s 2", "s 5", "e \"A\"", "e \"B\"", "e \"C\""] {
        assert!(sent.contains(wanted), "{wanted} in {sent:?}");
    }
}

/// A bound that the document states binds the server, and one that it leaves out the server may have all the same.
#[test]
fn zero_and_minus_one_are_sent_where_a_number_is_meant() {
    let mut path = json!({"get": {"operationId": "add", "responses": {"200": {"description": "ok"}}}});
    path["get"]["parameters"] = json!([
        {"name": "text", "in": "query", "schema": {"type": "string"}, "example": "10"},
        {"name": "word", "in": "query", "schema": {"type": "string"}},
        {"name": "free", "in": "query", "schema": {"type": "integer"}},
        {"name": "bounded", "in": "query", "schema": {"type": "integer", "minimum": -5}},
        {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}]);
    let generated = generate(&contract(&json!({"/things": path})), &Settings::default());
    let intent = |name: &str| -> Option<Intent> {
        let case = generated.cases.iter().find(|case| case.name == format!("add {name}"))?;
        Some(case.steps[0].intent.clone())
    };
    for what in ["zero", "negative"] {
        assert_eq!(intent(&format!("edge: query text {what}")), Some(Intent::Hostile), "{what}");
        assert_eq!(intent(&format!("edge: query word {what}")), None, "{what}");
        assert_eq!(intent(&format!("edge: query page {what}")), None, "{what}");
    }
    // Where nothing keeps zero out, the full request has it.
    assert_eq!(intent("edge: query free negative"), Some(Intent::Hostile));
    assert_eq!(intent("edge: query bounded negative"), Some(Intent::Valid));
    assert!(matches!(intent("not-positive: query page negative"), Some(Intent::Invalid(_))));
}

/// Whatever is sent as valid conforms; whatever is sent as invalid does not, in any sense.
#[test]
fn what_a_case_expects_is_what_the_schema_says() {
    let schema = json!({"type": "object", "required": ["n", "when"], "additionalProperties": false, "properties": {
        "n": {"type": "integer", "minimum": 3}, "when": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "maxItems": 2, "items": {"type": "string", "pattern": "^[a-z]+$"}},
        "either": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["x"], "properties": {"x": {"type": "number"}}}]},
        "maybe": {"type": "string", "nullable": true}}});
    let contract = contract(&json!({"/things": post(&schema)}));
    let generated = generate(&contract, &settings());
    let place = contract.operations[0].body.as_ref().unwrap().content[0].schema.clone().unwrap();
    let takes =
        |sense, value: &Value| contract.schemas.validator(&place, Direction::Request, sense).unwrap().is_valid(value);
    let (mut valid, mut invalid) = (0, 0);
    for case in &generated.cases {
        let step = &case.steps[0];
        let Some(value) = step.body() else { continue };
        match &step.intent {
            Intent::Valid | Intent::Hostile => {
                assert!(takes(Sense::Certain, value) && takes(Sense::Strict, value), "{}: {value}", case.name);
                valid += 1;
            }
            Intent::Invalid(_) if !step.payload.as_ref().unwrap().unlabelled => {
                invalid += usize::from(!takes(Sense::Strict, value) && !takes(Sense::Intended, value));
            }
            _ => {}
        }
    }
    assert!(valid > 40 && invalid > 20, "{valid} valid, {invalid} invalid");
}

#[test]
fn ids_are_unique_and_depend_on_nothing_but_their_operation() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"enum": ["x", "y"]}}});
    let other = json!({"get": {"operationId": "other", "responses": {"200": {"description": "ok"}}}});
    let alone = generate(&contract(&json!({"/things": post(&schema)})), &settings());
    let beside = generate(&contract(&json!({"/before": other, "/things": post(&schema)})), &settings());
    let ids = |generated: &Generated| -> Vec<String> {
        let own = generated.cases.iter().filter(|case| case.name.starts_with("add "));
        own.map(|case| format!("{} {}", case.id, case.name)).collect()
    };
    assert_eq!(ids(&alone), ids(&beside));
    assert_eq!(ids(&alone).iter().collect::<BTreeSet<_>>().len(), ids(&alone).len());
    let debug = |generated: &Generated| format!("{:?}", generated.cases);
    let parallel = generate(&contract(&json!({"/things": post(&schema)})), &Settings { workers: 64, ..settings() });
    assert_eq!(debug(&alone), debug(&parallel));
}

#[test]
fn the_seed_changes_what_is_drawn_and_nothing_that_is_listed() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer"}}});
    let of = |seed| generate(&contract(&json!({"/things": post(&schema)})), &Settings { seed, ..settings() });
    let listed = |generated: &Generated| -> Vec<String> {
        let cases = generated.cases.iter().filter(|case| !family(case).starts_with("random"));
        cases.map(|case| format!("{} {:?}", case.id, case.steps[0].body())).collect()
    };
    let drawn = |generated: &Generated| -> Vec<String> {
        let cases = generated.cases.iter().filter(|case| family(case) == "random");
        cases.map(|case| format!("{:?}", case.steps[0].body())).collect()
    };
    assert_eq!(listed(&of(1)), listed(&of(2)));
    assert!(drawn(&of(1)).len() > 2, "{:?}", drawn(&of(1)));
    assert_ne!(drawn(&of(1)), drawn(&of(2)));
    assert_eq!(drawn(&of(1)), drawn(&of(1)));
}

#[test]
fn a_huge_document_gets_fewer_cases_of_each_operation_and_says_so() {
    let schema = json!({"type": "object", "properties": (0..12).map(|n| (format!("p{n}"), json!({"type": "string", "maxLength": 9}))).collect::<serde_json::Map<_, _>>()});
    let mut paths = serde_json::Map::new();
    for n in 0..1_000 {
        let mut path = post(&schema);
        path["post"]["operationId"] = json!(format!("add{n}"));
        paths.insert(format!("/things{n}"), path);
    }
    let generated = generate(&contract(&Value::Object(paths)), &Settings { workers: 2, ..settings() });
    assert!(generated.cases.len() <= 30_000, "{}", generated.cases.len());
    assert_eq!(generated.cut.len(), 1_000);
    assert!(
        generated.notes.iter().any(|note| note.contains("add0") && note.contains("995 more")),
        "{:?}",
        generated.notes
    );
    let both =
        |intent: fn(&Intent) -> bool| generated.cases.iter().filter(|case| intent(&case.steps[0].intent)).count();
    assert!(both(|intent| matches!(intent, Intent::Invalid(_))) >= 1_000);
    assert!(both(|intent| *intent == Intent::Valid) >= 2_000);
}

/// Each of hundreds of parameters is told from each of hundreds of pairs, for each of thousands of requests.
#[test]
fn a_huge_request_is_looked_at_less_often_and_the_plan_says_so() {
    let parameter = |n: usize| json!({"name": format!("p{n}"), "in": "query", "schema": {"type": "string"}});
    let of = |count: usize| {
        let parameters: Vec<Value> = (0..count).map(parameter).collect();
        let list = json!({"get": {"operationId": "list", "parameters": parameters, "responses": {"200": {"description": "ok"}}}});
        generate(&contract(&json!({"/things": list})), &settings())
    };
    let (small, huge) = (of(20), of(400));
    assert_eq!((small.cut.len(), huge.cut.len()), (0, 1));
    assert!(huge.notes.iter().any(|note| note.contains("list: at most") && note.contains("kB of requests")));
    // Without a bound there would be twenty times as many, each four hundred times the work.
    assert!(huge.cases.len() < 4 * small.cases.len(), "{} and {}", small.cases.len(), huge.cases.len());
    assert!(huge.cases.iter().any(|case| matches!(case.steps[0].intent, Intent::Invalid(_) | Intent::Open)));
}

#[test]
fn what_cannot_be_written_is_said_once_for_each_operation() {
    let list = json!({"type": "array", "minItems": 1, "items": {"type": "integer"}});
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": list.clone()});
    let get = |id: &str, parameters: Value| json!({"get": {"operationId": id, "parameters": parameters, "responses": {"200": {"description": "ok"}}}});
    let paths = json!({"/a": get("one", json!([parameter("p")])), "/b": get("two", json!([parameter("q"), parameter("r")])),
        "/c": get("plain", json!([{"name": "s", "in": "query", "schema": {"type": "string"}}]))});
    let generated = generate(&contract(&paths), &Settings::default());
    // A style has no text for an array, or an object, within an array (OpenAPI 3.0.3, Style Values).
    let [one, two] = &generated.notes[..] else { panic!("{:?}", generated.notes) };
    assert!(one.starts_with("one: 2 variants cannot be written: parameter `p` "), "{one}");
    assert!(two.starts_with("two: 4 variants cannot be written: parameter `q` "), "{two}");
    assert!(two.contains("; parameter `r` "), "{two}");
}

#[test]
fn a_parameter_that_a_link_feeds_is_invented_for_one_request_alone() {
    let list = json!({"get": {"operationId": "list", "parameters": [
        {"name": "after", "in": "query", "schema": {"type": "string", "maxLength": 9}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}],
        "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}},
            "links": {"next": {"operationId": "list", "parameters": {"after": "$response.body#/after"}}}}}}});
    let generated = generate(&contract(&json!({"/things": list})), &settings());
    let (made_up, others): (Vec<&Case>, Vec<&Case>) =
        generated.cases.iter().partition(|case| family(case) == "made-up");
    let [made_up] = made_up[..] else { panic!("{made_up:?}") };
    // What such a request is answered with, the document does not say.
    assert_eq!(made_up.steps[0].intent, Intent::Unknown);
    for case in others.into_iter().filter(|case| case.steps.len() == 1 && family(case) != "duplicate-parameter") {
        let invented = case.steps[0].arguments.iter().any(|argument| {
            argument.name == "after" && matches!(argument.value, Supply::Template(_) | Supply::Wire(_))
        });
        assert!(!invented, "{}", case.name);
    }
}
