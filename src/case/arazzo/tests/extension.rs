//! What `x-conform` adds: generated rows, schemas for bodies, waiting, cases that write.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::case::Case;
use crate::case::expression::{Evaluated, Received, Scope};
use crate::document::{Diagnostic, Document};
use crate::exchange::{Completeness, Headers, Response};

use super::super::read_seeded;
use super::fixture::contract;

/// A file with one workflow, whose text is given from its second line on.
fn read(workflow: &str, seed: u64) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let text = format!(
        "arazzo: 1.0.1\ninfo: {{ title: t, version: '1' }}\nsourceDescriptions: [{{ name: pets, url: pets.yaml }}]\nworkflows:\n  - workflowId: w\n{workflow}"
    );
    read_seeded(&Document::parse("cases/w.arazzo.yaml", text).unwrap(), &contract(), seed)
}

fn said(workflow: &str) -> Vec<String> {
    let problems = read(workflow, 0).unwrap_err();
    problems.iter().map(|problem| format!("{problem} | {}", problem.help.as_deref().unwrap_or_default())).collect()
}

const STEPS: &str =
    "    steps: [{ stepId: find, operationId: findPets, parameters: [{ name: tag, value: $inputs.tag }] }]\n";

fn rows(inputs: &str, seed: u64) -> Vec<Case> {
    read(&format!("    x-conform: {{ generate: 20 }}\n    inputs:\n{inputs}{STEPS}"), seed).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(|problem| problem.render(false, 120)).collect::<String>())
    })
}

const INPUTS: &str = "      type: object
      properties:
        tag: { $ref: '#/components/inputs/tag' }
        count: { type: integer, exclusiveMinimum: 3, maximum: 9 }
        kind: { type: [string, 'null'], enum: [a, b, null] }
        list: { type: array, minItems: 1, items: { const: 7 } }
        fixed: { type: object, default: { a: 1 } }
";

#[test]
fn rows_are_made_from_the_schema_of_the_inputs() {
    let inputs = INPUTS.replace("{ $ref: '#/components/inputs/tag' }", "{ type: string, pattern: '^[a-z]{2,4}$' }");
    let cases = rows(&inputs, 7);
    // The defaults alone are a row, too, since nothing is required.
    assert_eq!((cases.len(), cases[0].name.as_str(), cases[20].name.as_str()), (21, "w/w [generated 1]", "w/w"));
    let pattern = regex::Regex::new("^[a-z]{2,4}$").unwrap();
    for case in &cases[..20] {
        let value = &case.inputs;
        assert!(pattern.is_match(value["tag"].as_str().unwrap()), "{value}");
        assert!((4..=9).contains(&value["count"].as_i64().unwrap()), "{value}");
        assert!([json!("a"), json!("b"), Value::Null].contains(&value["kind"]), "{value}");
        assert!(!value["list"].as_array().unwrap().is_empty() && value["list"][0] == json!(7), "{value}");
        assert_eq!(value["fixed"], json!({"a": 1}), "a default stays");
    }
    let values: BTreeSet<String> = cases.iter().map(|case| case.inputs.to_string()).collect();
    let ids: BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
    assert_eq!((values.len(), ids.len()), (21, 21), "each row is another case");
    let again = rows(&inputs, 7);
    assert!(
        cases.iter().zip(&again).all(|(a, b)| a.inputs == b.inputs && a.id == b.id),
        "the same seed, the same rows"
    );
    let other = rows(&inputs, 8);
    assert!(cases.iter().zip(&other).any(|(a, b)| a.inputs != b.inputs));
    assert!(cases[..20].iter().zip(&other).all(|(a, b)| a.id != b.id && a.name == b.name));
    assert_eq!(cases[20].id, other[20].id, "what is written has the same id for every seed");
}

#[test]
fn there_are_no_more_rows_than_different_ones() {
    let cases = rows("      { type: object, required: [tag], properties: { tag: { enum: [a, b, c] } } }\n", 0);
    let mut tags: Vec<_> = cases.iter().map(|case| case.inputs["tag"].clone()).collect();
    tags.sort_by_key(ToString::to_string);
    tags.dedup();
    assert!(cases.len() <= 3 && tags.len() == cases.len(), "{tags:?}");
    assert!(cases.iter().all(|case| case.standalone), "what is required has no default, so only made rows are cases");
}

#[test]
fn inputs_that_cannot_be_made_are_refused_at_the_number_of_rows() {
    let refused = |inputs: &str| said(&format!("    x-conform: {{ generate: 2 }}\n{inputs}{STEPS}"));
    let one = |message: &str, said: Vec<String>| {
        assert!(
            said.len() == 1 && said[0].starts_with("cases/w.arazzo.yaml:6:") && said[0].contains(message),
            "{said:?}"
        );
    };
    one(
        "no row of inputs can be made",
        refused(
            "    inputs: { type: object, required: [tag], properties: { tag: { type: integer, minimum: 3, maximum: 2 } } }\n",
        ),
    );
    one(
        "every input has a default",
        refused("    inputs: { type: object, properties: { tag: { type: string, default: x } } }\n"),
    );
    let none = said("    x-conform: { generate: 2 }\n    steps: [{ stepId: find, operationId: findPets }]\n");
    one("there are no inputs to generate", none);
}

#[test]
fn a_case_that_says_that_it_changes_nothing_has_no_step_that_does() {
    let text = |step: &str, writes: bool| format!("    x-conform: {{ writes: {writes} }}\n    steps: [{step}]\n");
    let add = "{ stepId: add, operationId: addPet, requestBody: { payload: {} } }";
    let find = "{ stepId: find, operationId: findPets }";
    let wrong = said(&text(add, false));
    assert!(
        wrong.len() == 1 && wrong[0].starts_with("cases/w.arazzo.yaml:7:41: error: `addPet` changes something"),
        "{wrong:?}"
    );
    let calls =
        "    x-conform: { writes: false }\n    steps: [{ stepId: call, workflowId: other }]\n  - workflowId: other\n";
    let wrong = said(&format!("{calls}    steps: [{add}]\n"));
    assert!(wrong.len() == 1 && wrong[0].contains(":7:") && wrong[0].contains("step `call` leads to"), "{wrong:?}");
    assert!(read(&format!("{calls}    steps: [{find}]\n"), 0).is_ok());
    let needs = |step: &str, writes| read(&text(step, writes), 0).unwrap()[0].needs_writes;
    assert_eq!((needs(find, true), needs(find, false), needs(add, true)), (true, false, true));
    assert!(said(&text(find, false).replace("false", "no-one"))[0].contains("`writes` is a string, not a boolean"));
}

fn judged(extension: &str, status: u16, body: &str) -> Vec<Evaluated> {
    let cases = read(
        &format!("    steps:\n      - stepId: find\n        operationId: findPets\n        x-conform:\n{extension}"),
        0,
    );
    let cases = cases.unwrap_or_else(|problems| panic!("{}", problems[0].render(false, 120)));
    let response = Response {
        status,
        reason: None,
        version: "HTTP/1.1".into(),
        headers: Headers::default(),
        body: body.as_bytes().to_vec(),
        completeness: Completeness::Whole,
    };
    let json: Option<Value> = serde_json::from_str(body).ok();
    let inputs = json!({});
    let scope =
        Scope { response: Some(Received { response: &response, body: json.as_ref() }), ..Scope::new(&inputs, "r") };
    let step = &cases[0].steps[0];
    step.criteria.iter().flat_map(|criterion| criterion.evaluate_each(&scope)).collect()
}

const BODY: &str = "          body:
            type: array
            items:
              required: [id]
              properties:
                id: { type: integer, minimum: 10 }
";

#[test]
fn a_schema_for_the_body_fails_at_its_own_line_with_the_value_that_came() {
    let holds = judged(BODY, 200, r#"[{"id": 10}, {"id": 11, "name": "x"}]"#);
    assert!(holds.len() == 1 && holds[0].holds == Ok(true), "{holds:?}");
    let said = judged(BODY, 200, r#"[{"id": 10}, {"id": 9}, {}]"#);
    let told: Vec<_> = said
        .iter()
        .map(|one| (one.text.as_str(), one.position.unwrap().line, one.actual.clone(), &one.holds))
        .collect();
    assert_eq!(
        told,
        [
            ("body /*/id: minimum", 15, Some(json!(9)), &Ok(false)),
            ("body /*: required id", 13, Some(json!({})), &Ok(false)),
        ]
    );
    assert_eq!(said[0].expected, "`/1/id` to be at least 10");
    assert_eq!(said[0].file.as_deref(), Some("cases/w.arazzo.yaml"));
    let none = judged(BODY, 204, "");
    assert!(none.len() == 1 && none[0].holds == Ok(false) && none[0].expected == "a JSON body", "{none:?}");
}

#[test]
fn a_schema_for_the_body_speaks_of_the_expected_answer_only() {
    let failing = |expect: &str, status| {
        let said = judged(&format!("          expect: {expect}\n{BODY}"), status, "{}");
        said.iter().filter(|one| one.text.starts_with("body") && one.holds != Ok(true)).count()
    };
    for (expect, judges, leaves) in
        [("accepted", 201, 400), ("refused", 422, 200), ("404", 404, 400), ("4XX", 499, 500)]
    {
        assert_eq!((failing(expect, judges), failing(expect, leaves)), (1, 0), "{expect}");
    }
}

#[test]
fn what_would_not_be_checked_is_refused_in_a_schema_for_the_body() {
    let refused = |schema: &str| {
        said(&format!(
            "    steps:\n      - {{ stepId: find, operationId: findPets, x-conform: {{ body: {schema} }} }}\n"
        ))
    };
    for (schema, message) in [
        ("{ requierd: [a] }", "`requierd` is no keyword of JSON Schema | did you mean `required`?"),
        ("{ properties: { a: { unevaluatedProperties: false } } }", "`unevaluatedProperties` is not supported"),
        ("{ $dynamicRef: '#a' }", "`$dynamicRef` is not supported"),
        ("{ $ref: '#/components/inputs/none' }", "points to nothing"),
        ("{ $ref: 'https://example.com/x.json' }", "remote references are not followed"),
        ("{ type: strin }", "not a JSON Schema that can be used"),
        ("{ minLength: x }", "not a JSON Schema that can be used"),
        ("3", "a JSON Schema is an object"),
        ("{ allOf: [1] }", "a JSON Schema is an object"),
    ] {
        let said = refused(schema);
        assert!(
            said.len() == 1 && said[0].starts_with("cases/w.arazzo.yaml:7:") && said[0].contains(message),
            "{schema}: {said:?}"
        );
    }
}

#[test]
fn a_step_may_wait_for_what_it_reads() {
    let text = |operation: &str, until: &str| {
        format!("    steps:\n      - {{ stepId: s, operationId: {operation}, x-conform: {{ until: {until} }} }}\n")
    };
    let cases = read(&text("findPets", "{ within: 5s, condition: $response.body#/up == true }"), 0).unwrap();
    let until = cases[0].steps[0].until.as_ref().unwrap();
    let half = Duration::from_millis(500);
    assert_eq!((until.within, until.every, until.criteria.len()), (Duration::from_secs(5), half, 1));
    let list = "{ within: 1m, every: 20ms, criteria: [{ condition: $statusCode == 200 }, { context: $response.body, type: jsonpath, condition: '$.up' }] }";
    let cases = read(&text("findPets", list), 0).unwrap();
    assert_eq!(cases[0].steps[0].until.as_ref().unwrap().criteria.len(), 2);
    for (operation, until, message) in [
        ("addPet", "{ within: 5s, condition: $statusCode == 200 }", "`addPet` changes something each time"),
        ("findPets", "{ condition: $statusCode == 200 }", "`until` has no `within`"),
        ("findPets", "{ within: 5s }", "`until` has no `condition`"),
        ("findPets", "{ within: 5s, criteria: [] }", "says nothing to wait for"),
        ("findPets", "{ within: 5s, condition: a, criteria: [] }", "both `criteria` and `condition`"),
        ("findPets", "{ within: 5, condition: $statusCode == 200 }", "`within` is a number, not a string"),
        ("findPets", "{ within: 5h, condition: $statusCode == 200 }", "`within` is no time"),
        ("findPets", "{ within: 5s, every: 1ms, condition: $statusCode == 200 }", "`every` is no time"),
        ("findPets", "{ within: 5s, evry: 1s, condition: $statusCode == 200 }", "unknown key `evry`"),
        ("findPets", "{ within: 5s, condition: $statusCod == 200 }", "did you mean `$statusCode`?"),
        ("findPets", "[]", "`until` is a list"),
    ] {
        let said = said(&text(operation, until));
        assert!(said.len() == 1 && said[0].contains(message), "{until}: {said:?}");
    }
}
