//! Files as the standard writes them: each field of its HTTP part is read, or refused by its name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::case::expression::{Received, Scope};
use crate::case::{ActionKind, Case, Supply};
use crate::document::{Diagnostic, Document};
use crate::exchange::{Completeness, Headers, Response};

use super::super::read;
use super::fixture::contract;

fn parse(version: &str, workflows: &str) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let text = format!(
        "arazzo: {version}\n$self: https://example.com/cases/w.arazzo.yaml\ninfo: {{ title: t, version: '1' }}\nsourceDescriptions: [{{ name: pets, url: pets.yaml, type: openapi }}]\nworkflows:\n{workflows}"
    );
    read(&Document::parse("w.arazzo.yaml", text).unwrap(), &contract())
}

fn cases(workflows: &str) -> Vec<Case> {
    parse("1.1.0", workflows).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(|problem| problem.render(false, 120)).collect::<String>())
    })
}

fn said(workflows: &str) -> String {
    let problems = parse("1.1.0", workflows).unwrap_err();
    assert!(problems.iter().all(|problem| problem.source.is_some()), "{problems:?}");
    let said = problems.iter().map(|problem| format!("{problem} | {}", problem.help.as_deref().unwrap_or_default()));
    said.collect::<Vec<_>>().join("\n")
}

/// One step that finds pets, with further members.
fn step(more: &str) -> String {
    format!("  - workflowId: w\n    steps:\n      - stepId: s\n        operationId: findPets\n{more}")
}

fn answered(body: &Value, judge: impl FnOnce(&Scope<'_>)) {
    let response = Response {
        status: 200,
        reason: None,
        version: "HTTP/1.1".into(),
        headers: Headers::default(),
        body: body.to_string().into_bytes(),
        completeness: Completeness::Whole,
    };
    let inputs = json!({"wanted": "red", "pattern": "r.d", "quote": "'", "brace": "{$inputs.wanted}"});
    judge(&Scope { response: Some(Received { response: &response, body: Some(body) }), ..Scope::new(&inputs, "r") });
}

/// The shape of the standard's introductory example (Arazzo 1.0.1 and 1.1.0, Arazzo Specification Object Example).
#[test]
fn the_introductory_example_is_read() {
    let text = "  - workflowId: loginAndFind
    summary: Log in and then find
    description: Steps to log in and find
    inputs: { type: object, properties: { username: { type: string }, limit: { type: integer } } }
    steps:
      - stepId: loginStep
        description: the login
        operationId: $sourceDescriptions.pets.findPets
        parameters:
          - { name: tag, in: query, value: $inputs.username }
          - { name: limit, in: query, value: $inputs.limit }
        successCriteria:
          - condition: $statusCode == 200
        outputs:
          tokenExpires: $response.header.X-Expires-After
          sessionToken: $response.body
      - stepId: getPetStep
        operationPath: '{$sourceDescriptions.pets.url}#/paths/~1pets~1{petId}/get'
        parameters:
          - { name: petId, in: path, value: 1 }
          - { name: Authorization, in: header, value: $steps.loginStep.outputs.sessionToken }
        successCriteria:
          - condition: $statusCode == 200
        onSuccess:
          - { name: none, type: end, criteria: [{ condition: $response.body#/0 == null }] }
        outputs: { availablePets: $response.body }
    outputs: { available: $steps.getPetStep.outputs.availablePets }
";
    for version in ["1.0.0", "1.0.1", "1.1.0"] {
        let cases = parse(version, text).unwrap();
        assert_eq!((cases.len(), cases[0].steps.len(), cases[0].outputs.len()), (1, 2, 1), "{version}");
    }
}

/// Every request body of the standard (Request Body Object Examples).
#[test]
fn every_request_body_of_the_standard_is_read() {
    let inputs = "    inputs: { type: object, properties: { id: { type: integer, default: 7 }, code: { type: string, default: c }, order: { default: { a: 1 } } } }\n";
    for (body, expected) in [
        (
            "contentType: application/json\n          payload: |\n            { \"petId\": \"{$inputs.id}\", \"code\": \"{$inputs.code}\", \"complete\": false }",
            json!({"petId": 7, "code": "c", "complete": false}),
        ),
        (
            "contentType: application/json\n          payload: { petId: $inputs.id, status: placed }",
            json!({"petId": 7, "status": "placed"}),
        ),
        ("contentType: application/json\n          payload: $inputs.order", json!({"a": 1})),
        (
            "contentType: application/xml\n          payload: |\n            <petOrder><petId>{$inputs.id}</petId></petOrder>",
            json!("<petOrder><petId>7</petId></petOrder>\n"),
        ),
        (
            "contentType: application/x-www-form-urlencoded\n          payload: { client_id: $inputs.id, code: $inputs.code }",
            json!({"client_id": 7, "code": "c"}),
        ),
        (
            "contentType: application/x-www-form-urlencoded\n          payload: 'client_id={$inputs.id}&code={$inputs.code}&scope=$inputs.scope}'",
            json!("client_id=7&code=c&scope=$inputs.scope}"),
        ),
    ] {
        let text = format!(
            "  - workflowId: w\n{inputs}    steps:\n      - stepId: s\n        operationId: addPet\n        requestBody:\n          {body}\n"
        );
        let cases = cases(&text);
        let payload = cases[0].steps[0].payload.as_ref().unwrap();
        let value = payload.content.render(&Scope::new(&cases[0].inputs, "r")).unwrap().value;
        assert_eq!(value, Some(expected), "{body}");
    }
}

#[test]
fn a_selector_stands_for_a_part_of_a_value() {
    let text = step(
        "        outputs:
          email: { context: $response.body, selector: $.user.email, type: jsonpath }
          names: { context: $response.body, selector: '$.pets[*].name', type: { type: jsonpath, version: rfc9535 } }
          first: { context: $response.body, selector: /pets/0/name, type: jsonpointer }
          none: { context: $response.body, selector: $.none, type: jsonpath }
      - stepId: later
        operationId: findPets
        parameters:
          - { name: tag, value: { context: $steps.s.outputs.names, selector: '$[1]', type: jsonpath } }
",
    );
    let cases = cases(&text);
    let body = json!({"user": {"email": "a@b.c"}, "pets": [{"name": "x"}, {"name": "y"}]});
    answered(&body, |scope| {
        let outputs: BTreeMap<_, _> = cases[0].steps[0]
            .outputs
            .iter()
            .filter_map(|(name, output)| Some((name.clone(), scope.evaluate(output)?)))
            .collect();
        let expected = [("email", json!("a@b.c")), ("first", json!("x")), ("names", json!(["x", "y"]))];
        assert_eq!(outputs, expected.map(|(name, value)| (name.to_owned(), value)).into(), "none is absent");
        let steps = BTreeMap::from([("s".to_owned(), outputs)]);
        let Supply::Template(template) = &cases[0].steps[1].arguments[0].value else { panic!() };
        assert_eq!(template.render(&Scope { steps: &steps, ..*scope }).unwrap().value, Some(json!("y")));
    });
    // In a file of 1.0 such an object is a value like any other.
    let plain = "        parameters: [{ name: tag, value: { context: $statusCode, selector: x, type: jsonpath } }]\n";
    assert!(parse("1.0.1", &step(&plain.replace("$statusCode", "$$"))).is_ok());
    for (selector, message) in [
        ("{ context: $response.body, selector: /a, type: xpath }", "selectors of type `xpath` are not supported"),
        (
            "{ context: $response.body, selector: $.a, type: { type: jsonpath, version: draft-goessner-dispatch-jsonpath-00 } }",
            "not supported",
        ),
        ("{ context: $response.body, selector: '$.[', type: jsonpath }", "not a JSONPath query"),
        ("{ context: $response.body, selector: a, type: jsonpointer }", "is not a JSON Pointer"),
        ("{ context: $respons.body, selector: $.a, type: jsonpath }", "did you mean `$response`?"),
        ("{ context: $steps.x.outputs.y, selector: $.a, type: jsonpath }", "unknown step `x`"),
        ("{ context: $response.body, selector: $.a }", "an output is an expression or a Selector Object"),
    ] {
        let said = said(&step(&format!("        outputs: {{ a: {selector} }}\n")));
        assert!(said.contains(message), "{selector}: {said}");
    }
}

#[test]
fn a_condition_may_hold_expressions_whose_values_are_put_in() {
    let judge = |criterion: &str| {
        let workflow = step(&format!("        successCriteria: [{criterion}]\n")).replace(
            "    steps:",
            "    inputs: { type: object, properties: { wanted: {}, pattern: {}, quote: {}, brace: {} } }\n    steps:",
        );
        let cases = cases(&workflow);
        let mut holds = None;
        let body = json!({"status": "RED", "pets": [{"tag": "red"}, {"tag": "blue"}]});
        answered(&body, |scope| holds = Some(cases[0].steps[0].criteria[0].evaluate(scope).holds));
        holds.unwrap()
    };
    let query = |text: &str| format!("{{ context: $response.body, type: jsonpath, condition: {text} }}");
    assert_eq!(judge(&query("'$.pets[?(@.tag == \"{$inputs.wanted}\")]'")), Ok(true));
    assert_eq!(judge(&query("\"$.pets[?@.tag == '{$inputs.pattern}']\"")), Ok(false));
    assert!(judge(&query("\"$.pets[?@.tag == '{$inputs.quote}']\"")).is_err(), "what is no query any more");
    assert!(judge(&query("\"$.pets[?@.tag == '{$inputs.brace}']\"")).is_err(), "a value is never an expression");
    let regex = |context: &str, text: &str| format!("{{ context: {context}, type: regex, condition: '{text}' }}");
    assert_eq!(judge(&regex("$response.body.pets.0.tag", "^({$inputs.pattern})$")), Ok(true));
    assert_eq!(judge(&regex("$response.body#/pets/1/tag", "^({$inputs.pattern})$")), Ok(false));
    assert_eq!(judge(&regex("$response.body.none", "^$")), Ok(false), "nothing matches nothing");
    let wrong = said(&step(
        "        successCriteria: [{ context: $response.body, type: regex, condition: '^{$inputs.none}$' }]\n",
    ));
    assert!(wrong.contains("`w` has no input `none`"), "{wrong}");
}

#[test]
fn a_replacement_may_name_its_places_by_a_query() {
    let text = |target: &str, kind: &str| {
        format!(
            "  - workflowId: w\n    steps:\n      - stepId: s\n        operationId: addPet\n        requestBody:\n          payload: {{ items: [{{ sku: a, n: 1 }}, {{ sku: b, n: 2 }}] }}\n          replacements: [{{ target: {target}, targetSelectorType: {kind}, value: 9 }}]\n"
        )
    };
    let filled =
        |target: &str, kind: &str| {
            let cases = cases(&text(target, kind));
            cases[0].steps[0].payload.clone().unwrap().filled::<String>(|template, _| {
                Ok(template.render(&Scope::new(&json!({}), "r")).unwrap().value.unwrap())
            })
        };
    let items = |first: u8, second: u8| Ok(json!({"items": [{"sku": "a", "n": first}, {"sku": "b", "n": second}]}));
    assert_eq!(filled("\"$.items[?(@.sku=='b')].n\"", "jsonpath"), items(1, 9));
    assert_eq!(filled("'$.items[*].n'", "{ type: jsonpath, version: rfc9535 }"), items(9, 9));
    assert_eq!(filled("/items/0/n", "jsonpointer"), items(9, 2));
    assert!(filled("'$.none[*]'", "jsonpath").unwrap_err().contains("nothing at `$.none[*]`"));
    assert!(said(&text("/a/b", "xpath")).contains("selectors of type `xpath` are not supported"));
    assert!(said(&text("'$.['", "jsonpath")).contains("not a JSONPath query"));
}

#[test]
fn a_step_may_depend_on_earlier_ones() {
    let text = |depends: &str| {
        format!(
            "  - workflowId: first
    steps: [{{ stepId: a, operationId: findPets }}]
  - workflowId: w
    dependsOn: [first]
    steps:
      - {{ stepId: one, operationId: findPets }}
      - {{ stepId: two, operationId: findPets, dependsOn: {depends} }}
      - {{ stepId: three, operationId: findPets }}
"
        )
    };
    assert_eq!(cases(&text("[one, $workflows.first.steps.a]"))[1].steps[1].depends_on, ["one"]);
    for (depends, message) in [
        ("[three]", "step `three` is not done before this one"),
        ("[two]", "step `two` is not done before this one"),
        ("[on]", "did you mean `one`?"),
        ("one", "`dependsOn` is a string, not a list"),
        ("[$workflows.first.a]", "leads to no step"),
        ("[$workflows.w.steps.one]", "workflow `w` has not run here"),
        ("[$sourceDescriptions.x.w.steps.one]", "workflows of other files are not supported"),
    ] {
        let said = said(&text(depends));
        assert!(said.contains(message), "{depends}: {said}");
    }
}

#[test]
fn an_action_may_hand_inputs_to_the_workflow_that_it_leads_to() {
    let text = |action: &str| {
        format!(
            "{}        onFailure: [{action}]\n  - workflowId: other\n    inputs: {{ type: object, properties: {{ id: {{}} }} }}\n    steps: [{{ stepId: a, operationId: findPets }}]\n",
            step("")
        )
    };
    let cases = cases(&text(
        "{ name: n, type: retry, workflowId: other, parameters: [{ name: id, value: $response.body#/id }] }",
    ));
    let action = &cases[0].steps[0].on_failure[0];
    assert!(matches!(&action.kind, ActionKind::Retry { case: Some(id), .. } if *id == cases[1].id));
    assert_eq!(action.arguments[0].name, "id");
    for (action, message) in [
        (
            "{ name: n, type: goto, workflowId: other, parameters: [{ name: ix, value: 1 }] }",
            "the workflow has no input `ix`",
        ),
        (
            "{ name: n, type: goto, workflowId: other, parameters: [{ name: id, in: query, value: 1 }] }",
            "travels nowhere",
        ),
        (
            "{ name: n, type: goto, workflowId: other, parameters: [{ name: id, value: 1 }, { name: id, value: 2 }] }",
            "appears twice",
        ),
        ("{ name: n, type: goto, stepId: s, parameters: [{ name: id, value: 1 }] }", "leads to no workflow"),
    ] {
        let said = said(&text(action));
        assert!(said.contains(message), "{action}: {said}");
    }
}

#[test]
fn what_is_of_other_protocols_or_files_is_refused_by_name() {
    for (more, message) in [
        ("        channelPath: x\n", "`channelPath` of a step is not supported"),
        ("        correlationId: x\n", "`correlationId` of a step is not supported"),
        ("        action: send\n", "`action` of a step is not supported"),
        ("        outputs: { a: $message.payload }\n", "`$message` speaks of AsyncAPI, which is not supported"),
        (
            "        parameters: [{ name: q, in: querystring, value: a=b }]\n",
            "parameters in the `querystring` are not supported",
        ),
        (
            "        successCriteria: [{ context: $response.body, type: xpath, condition: /a }]\n",
            "type `xpath` are not supported",
        ),
        (
            "        successCriteria: [{ context: $response.body, type: { type: jsonpath, version: draft-goessner-dispatch-jsonpath-00 }, condition: $.a }]\n",
            "JSONPath version",
        ),
        (
            "        successCriteria: [{ context: $response.body, type: { type: jsonpath }, condition: $.a }]\n",
            "a criterion type has no `version`",
        ),
        ("        successCriteria: []\n", "`successCriteria` is empty"),
    ] {
        let said = said(&step(more));
        assert!(said.contains(message), "{more}: {said}");
    }
}

#[test]
fn a_file_and_its_sources_have_names_that_expressions_know() {
    let outputs = |expression: &str| {
        let cases = cases(&step(&format!("        outputs: {{ a: {expression} }}\n")));
        Scope::new(&json!({}), "r").evaluate(&cases[0].steps[0].outputs[0].1)
    };
    assert_eq!(outputs("$self"), Some(json!("https://example.com/cases/w.arazzo.yaml")));
    assert_eq!(outputs("$sourceDescriptions.pets.url"), Some(json!("pets.yaml")));
    assert_eq!(outputs("$sourceDescriptions.pets.type"), Some(json!("openapi")));
    let document = |own: &str| {
        let text = format!(
            "arazzo: 1.1.0\n{own}info: {{ title: t, version: '1' }}\nsourceDescriptions: [{{ name: pets, url: pets.yaml }}]\nworkflows:\n{}",
            step("        outputs: { a: $self }\n")
        );
        read(&Document::parse("w.arazzo.yaml", text).unwrap(), &contract())
            .map_err(|problems| problems[0].message.clone())
    };
    assert_eq!(document("").unwrap_err(), "the file has no `$self`");
    assert!(document("$self: https://example.com/a#b\n").unwrap_err().contains("is no URI that a file can have"));
    assert!(document("$self: a.yaml\nx-mine: { anything: [1] }\n").is_ok(), "extensions of others pass");
}
