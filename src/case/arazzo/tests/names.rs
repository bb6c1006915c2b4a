//! What expressions may name, and where: steps, their outputs, and workflows that ran.

use crate::document::Document;

use super::super::read;
use super::fixture::contract;

/// A file with these `workflows`.
fn file(workflows: &str) -> String {
    format!(
        "arazzo: 1.1.0\ninfo: {{ title: t, version: '1' }}\nsourceDescriptions:\n  - {{ name: pets, url: pets.yaml, type: openapi }}\n  - {{ name: shop, url: shop.yaml }}\nworkflows:\n{workflows}"
    )
}

/// What is said of the file, each with its place; `«` marks places and is no part of it.
fn said(text: &str) -> Vec<(String, String)> {
    let document = Document::parse("t.arazzo.yaml", text.replace('«', "")).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let problems = read(&document, &contract()).err().unwrap_or_default();
    let place = |position: Option<crate::document::Position>| position.map_or_else(String::new, |at| at.to_string());
    problems.into_iter().map(|problem| (place(problem.position), problem.message)).collect()
}

/// Line and column of the mark.
fn marked(text: &str) -> String {
    let before = text.split('«').next().unwrap();
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("{}:{column}", before.matches('\n').count() + 1)
}

/// Everywhere that an expression may stand, behind a step `add` with the output `id`; `§` stands for the expression.
const PLACES: [&str; 18] = [
    "operationId: findPets\n        parameters: [{ name: tag, value: «§ }]",
    "operationId: findPets\n        parameters: [{ name: tag, value: 'a {«§} b' }]",
    "operationId: addPet\n        requestBody: { payload: { a: [{ b: «§ }] } }",
    "operationId: addPet\n        requestBody: { payload: «§ }",
    "operationId: addPet\n        requestBody: { payload: '{ \"a\": \"{«§}\" }' }",
    "operationId: addPet\n        requestBody: { payload: { a: 1 }, replacements: [{ target: /a, value: «§ }] }",
    "operationId: addPet\n        requestBody: { payload: { a: 1 } }\n        x-conform: { merge-patch: { a: «§ } }",
    "operationId: addPet\n        requestBody: { payload: { a: 1 } }\n        x-conform: { merge-patch: «§ }",
    "operationId: findPets\n        successCriteria: [{ condition: $response.body#/a == «§ }]",
    "operationId: findPets\n        successCriteria: [{ context: «§, condition: x, type: regex }]",
    "operationId: findPets\n        successCriteria: [{ context: $response.body, condition: 'x{«§}', type: regex }]",
    "operationId: findPets\n        successCriteria: [{ context: $response.body, condition: '$[?@.a == {«§}]', type: jsonpath }]",
    "operationId: findPets\n        x-conform: { until: { within: 5s, condition: $response.body#/a == «§ } }",
    "operationId: findPets\n        onFailure: [{ name: a, type: retry, criteria: [{ condition: $statusCode == «§ }] }]",
    "operationId: findPets\n        onSuccess: [{ name: a, type: goto, workflowId: other, parameters: [{ name: x, value: «§ }] }]",
    "workflowId: other\n        parameters: [{ name: x, value: «§ }]",
    "operationId: findPets\n        outputs: { x: «§ }",
    "operationId: findPets\n    outputs: { x: «§ }",
];

#[test]
fn an_expression_names_steps_and_outputs_that_there_are_wherever_it_stands() {
    for place in PLACES {
        let text = |expression: &str| {
            file(&format!(
                "  - workflowId: other
    inputs: {{ type: object, properties: {{ x: {{ default: 1 }} }} }}
    steps: [{{ stepId: a, operationId: findPets, parameters: [{{ name: tag, value: $inputs.x }}] }}]
  - workflowId: w
    steps:
      - {{ stepId: add, operationId: addPet, outputs: {{ id: $response.body#/id }} }}
      - stepId: next
        {}
",
                place.replace('§', expression)
            ))
        };
        for (expression, message) in [
            ("$steps.add.outputs.typo", "`add` has no output `typo`"),
            ("$steps.ad.outputs.id", "unknown step `ad` in workflow `w`"),
        ] {
            let text = text(expression);
            assert_eq!(said(&text), [(marked(&text), message.to_owned())], "{text}");
        }
        let right = text("$steps.add.outputs.id");
        assert_eq!(said(&right), [], "{right}");
    }
}

#[test]
fn what_a_workflow_that_ran_on_the_way_brought_can_be_read_behind_it() {
    let login = "  - workflowId: login
    steps: [{ stepId: a, operationId: findPets, outputs: { token: $response.body#/token } }]
    outputs: { token: $steps.a.outputs.token }
";
    let components = "components:
  failureActions: { again: { name: again, type: retry, workflowId: login } }
";
    let reads = "parameters: [{ name: tag, value: «$workflows.login.outputs.token }]";
    let retry = "onFailure: [{ name: again, type: retry, workflowId: login }]";
    let by_reference = "onFailure: [{ reference: $components.failureActions.again }]";
    let goes = "onFailure: [{ name: on, type: goto, workflowId: login }]";
    let step = |id: &str, rest: &str| format!("      - {{ stepId: {id}, operationId: findPets, {rest} }}\n");
    let call = "      - { stepId: call, workflowId: login, outputs: { own: «$workflows.login.outputs.token } }\n";
    let later = Some("workflow `login` runs later, so nothing of it is known here");
    let never = Some("workflow `login` has not run here");
    for (workflow, message) in [
        (format!("    steps:\n{}{}", step("one", retry), step("two", reads)), None),
        (format!("    steps:\n{}{}", step("one", by_reference), step("two", reads)), None),
        (
            format!(
                "    failureActions: [{{ name: again, type: retry, workflowId: login }}]\n    steps:\n{}{}",
                step("one", "timeout: 9"),
                step("two", reads)
            ),
            None,
        ),
        (format!("    steps:\n{call}{}", step("two", reads)), None),
        (
            format!(
                "    steps:\n{}",
                step("one", &format!("{retry}, outputs: {{ x: «$workflows.login.outputs.token }}"))
            ),
            None,
        ),
        (format!("    outputs: {{ x: «$workflows.login.outputs.token }}\n    steps:\n{}", step("one", retry)), None),
        (format!("    dependsOn: [login]\n    steps:\n{}", step("one", &format!("{retry}, {reads}"))), None),
        // The first attempt would have nothing to send, so that there never is a second.
        (format!("    steps:\n{}", step("one", &format!("{retry}, {reads}"))), later),
        (format!("    steps:\n{}{}", step("one", reads), step("two", retry)), later),
        (format!("    steps:\n{}{}", step("one", reads), call.replace('«', "")), later),
        // Who goes on elsewhere does not come back.
        (format!("    steps:\n{}{}", step("one", goes), step("two", reads)), never),
        (format!("    steps:\n{}", step("one", reads)), never),
    ] {
        let text = format!("{}{components}", file(&format!("{login}  - workflowId: w\n{workflow}")));
        match message {
            None => assert_eq!(said(&text), [], "{text}"),
            Some(message) => assert_eq!(said(&text), [(marked(&text), message.to_owned())], "{text}"),
        }
    }
}
