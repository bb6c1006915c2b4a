//! The cases of this repository: that they read, and that no server that keeps the documents can fail them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::case::expression::{Criterion, Expression, Received, Scope, Sent, Template};
use crate::case::{Call, Case, Intent, Step, Supply};
use crate::contract::Contract;
use crate::document::Pointer;
use crate::exchange::{Completeness, Headers, Request, Response};
use crate::schema::{Direction, Sense};

use super::super::read_all;

fn published() -> (Contract, Vec<Case>) {
    let folder = |name: &str, ending: &str| {
        let entries = std::fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.to_string_lossy().ends_with(ending));
        paths.sort();
        paths
    };
    let overlays = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("specs/overlays").is_dir();
    let overlays = if overlays { folder("specs/overlays", ".overlay.yaml") } else { Vec::new() };
    let contract = Contract::load(&folder("specs", ".json"), &overlays).unwrap();
    let cases = read_all(&folder("cases", ".arazzo.yaml"), &contract, 0).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(|problem| problem.render(false, 120)).collect::<String>())
    });
    (contract, cases)
}

fn answer(status: u16, body: Option<&Value>) -> Response {
    Response {
        status,
        reason: None,
        version: "HTTP/1.1".into(),
        headers: Headers::default(),
        body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        completeness: Completeness::Whole,
    }
}

fn asked(body: &Value) -> Request {
    let body = Some(body.to_string().into_bytes());
    Request { method: "GET".into(), url: "http://x/".into(), headers: Headers::default(), body }
}

/// Judges every criterion of every step against one answer.
fn failing(status: u16, body: Option<&Value>) -> Vec<String> {
    let (_, cases) = published();
    let response = answer(status, body);
    let request = asked(&Value::Null);
    let sent = json!({"referenceId": "r-1"});
    let ids = BTreeMap::from([
        ("customerId".to_owned(), json!("c-1")),
        ("bankAccountId".to_owned(), json!("b-1")),
        ("referenceId".to_owned(), json!("r-1")),
        ("status".to_owned(), json!("REMOVED")),
    ]);
    let steps: BTreeMap<_, _> = ["add", "customer", "remove"].map(|step| (step.to_owned(), ids.clone())).into();
    let mut failing = Vec::new();
    for case in &cases {
        for step in &case.steps {
            let sent = payload(case, step).unwrap_or_else(|| sent.clone());
            let scope = Scope {
                request: Some(Sent { request: &request, path: &[], body: Some(&sent) }),
                response: Some(Received { response: &response, body }),
                steps: &steps,
                ..Scope::new(&case.inputs, "r")
            };
            for criterion in &step.criteria {
                if criterion.evaluate(&scope).holds != Ok(true) {
                    failing.push(format!("{} {} {}", case.name, step.id, criterion.text));
                }
            }
        }
    }
    failing
}

#[test]
fn every_operation_is_called() {
    let (contract, cases) = published();
    let called: Vec<_> = cases.iter().flat_map(|case| &case.steps).map(|step| &step.call).collect();
    for operation in &contract.operations {
        assert!(called.contains(&&Call::Operation(operation.id.clone())), "{}", operation.id);
    }
}

/// The payload that a step sends, changed as it says; nothing where an earlier answer has a part in it.
fn payload(case: &Case, step: &Step) -> Option<Value> {
    let scope = Scope::new(&case.inputs, "r");
    let render = |template: &Template, _: Option<&Pointer>| {
        let rendered = template.render(&scope).map_err(|missing| missing.to_string())?;
        rendered.value.filter(|_| rendered.absent.is_empty()).ok_or_else(String::new)
    };
    step.payload.as_ref()?.filled::<String>(render).ok()
}

#[test]
fn what_is_to_be_accepted_keeps_every_promise_about_requests() {
    let (contract, cases) = published();
    let mut judged = 0;
    for (case, step) in cases.iter().flat_map(|case| case.steps.iter().map(move |step| (case, step))) {
        let Call::Operation(id) = &step.call else { continue };
        let operation = contract.operation(id).unwrap();
        for argument in &step.arguments {
            let parameter = operation.parameter(&argument.name, argument.location).unwrap();
            let Supply::Template(Template::Literal(value)) = &argument.value else { continue };
            let schema =
                contract.schemas.validator(parameter.encoding.schema().unwrap(), Direction::Request, Sense::Strict);
            assert_eq!(schema.unwrap().violations(value), [], "{} {} {}", case.name, step.id, argument.name);
        }
        let Some(body) = payload(case, step).filter(|_| step.intent == Intent::Valid) else { continue };
        let schema = operation.body.as_ref().unwrap().content[0].schema.as_ref().unwrap();
        let schema = contract.schemas.validator(schema, Direction::Request, Sense::Strict).unwrap();
        assert_eq!(schema.violations(&body), [], "{} {}", case.name, step.id);
        assert!(!body.to_string().contains('$'), "{body}");
        judged += 1;
    }
    assert!(judged >= 50, "{judged}");
}

#[test]
fn what_a_run_creates_bears_its_mark() {
    let (_, cases) = published();
    let created = cases.iter().flat_map(|case| case.steps.iter().filter_map(move |step| payload(case, step)));
    let references: Vec<String> =
        created.filter_map(|body| body.get("referenceId").and_then(Value::as_str).map(str::to_owned)).collect();
    assert!(references.len() > 50, "{references:?}");
    assert!(references.iter().all(|reference| reference.starts_with("r-")), "{references:?}");
}

#[test]
fn a_refusal_fails_no_criterion() {
    for status in [400, 401, 403, 409, 429] {
        assert_eq!(failing(status, None), Vec::<String>::new(), "{status}");
        assert_eq!(failing(status, Some(&json!({"message": "no"}))), Vec::<String>::new(), "{status}");
    }
    let gone = failing(404, Some(&json!({"id": "x"})));
    assert!(!gone.is_empty() && gone.iter().all(|text| text.contains(" read") && text.ends_with("!= 404")), "{gone:?}");
}

#[test]
fn an_answer_without_optional_members_fails_no_criterion() {
    // Required: customerId of an update, bankAccountId of a removal.
    let fewest = json!({"customerId": "c-1", "bankAccountId": "b-1", "status": "REMOVED"});
    assert_eq!(failing(200, Some(&fewest)), Vec::<String>::new());
    let nulls = json!({"customerId": "c-1", "bankAccountId": "b-1", "after": null, "items": [], "totalCount": "0", "kycDetails": null});
    assert_eq!(failing(200, Some(&nulls)), Vec::<String>::new());
    assert_eq!(
        failing(200, Some(&json!([])))
            .into_iter()
            .filter(|text| text.contains(" list ") || text.contains(" get"))
            .count(),
        0,
        "no bank account at all"
    );
}

/// Puts `value` where `pointer` leads, with objects around it as they are needed.
fn place(body: &mut Value, pointer: &Pointer, value: Value) {
    let mut at = body;
    for token in pointer.tokens() {
        if !at.is_object() {
            *at = json!({});
        }
        at = at.as_object_mut().unwrap().entry(token.into_owned()).or_insert(Value::Null);
    }
    *at = value;
}

/// Whether the criterion fails where each thing that it names has a value of its own, in this order or in the other, or
/// where all have the same.
fn can_fail(criterion: &Criterion) -> bool {
    let mut named = Vec::new();
    criterion.clone().visit(&mut |expression| named.push(expression.clone()));
    let literals = criterion.text.split('\'').skip(1).step_by(2).chain(["other"]);
    let mut orders = literals.flat_map(|output| [(10, 1, output), (50, -1, output), (0, 0, output)]);
    orders.any(|(first, step, output)| {
        let (mut body, mut sent, mut steps) = (json!({}), json!({}), BTreeMap::<_, BTreeMap<_, _>>::new());
        let mut next = first;
        for expression in &named {
            next += step;
            let own = if step == 0 { json!(output) } else { json!(format!("value {next}")) };
            match expression {
                Expression::ResponseBody(pointer) => place(&mut body, pointer, own),
                Expression::RequestBody(pointer) => place(&mut sent, pointer, own),
                Expression::StepOutput(step, name, _) => {
                    steps.entry(step.clone()).or_default().insert(name.clone(), json!(output));
                }
                _ => {}
            }
        }
        let (response, request) = (answer(200, Some(&body)), asked(&sent));
        let scope = Scope {
            request: Some(Sent { request: &request, path: &[], body: Some(&sent) }),
            response: Some(Received { response: &response, body: Some(&body) }),
            steps: &steps,
            ..Scope::new(&Value::Null, "r")
        };
        criterion.evaluate(&scope).holds == Ok(false)
    })
}

/// None is written in a way that always holds.
#[test]
fn every_criterion_can_fail() {
    let many = json!({"items": vec![json!({"customerStatus": "NEW"}); 60]});
    let failed = [failing(200, Some(&many)), failing(404, None)].concat();
    let (_, cases) = published();
    for (case, step) in cases.iter().flat_map(|case| case.steps.iter().map(move |step| (case, step))) {
        for criterion in &step.criteria {
            let name = format!("{} {} {}", case.name, step.id, criterion.text);
            assert!(failed.contains(&name) || can_fail(criterion), "{name}");
        }
    }
}
