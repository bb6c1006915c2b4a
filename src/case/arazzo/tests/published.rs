//! The cases of this repository: that they read, and that no server that keeps the documents can fail them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::case::expression::{Received, Scope, Sent, Template};
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

/// Judges every criterion of every step against one answer.
fn failing(status: u16, body: Option<&Value>) -> Vec<String> {
    let (_, cases) = published();
    let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let response = Response {
        status,
        reason: None,
        version: "HTTP/1.1".into(),
        headers: Headers::default(),
        body: bytes,
        completeness: Completeness::Whole,
    };
    let request = Request { method: "GET".into(), url: "http://x/".into(), headers: Headers::default(), body: None };
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

/// The payload that a step sends, where its inputs alone say what that is.
fn payload(case: &Case, step: &Step) -> Option<Value> {
    let scope = Scope::new(&case.inputs, "r");
    let render = |template: &Template, _: Option<&Pointer>| -> Result<Value, String> {
        template.render(&scope).unwrap().value.ok_or_else(|| "absent".to_owned())
    };
    step.payload.as_ref()?.filled(render).ok()
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

#[test]
fn every_criterion_can_fail() {
    let wrong = json!({
        "customerId": "c-2", "referenceId": "r-2", "bankAccountId": "b-2",
        "kycDetails": {"fullName": "another", "employmentStatus": "Retired", "placeOfBirth": "elsewhere"},
        "bankAccount": {"currency": "USD", "beneficiaryType": "BUSINESS"},
        "items": [
            {"customerId": "c-1", "referenceId": "r-2", "customerStatus": "NEW", "createDate": "2050-01-01T00:00:00Z"},
            {"referenceId": "r-2", "createDate": "2030-01-01T00:00:00Z"},
        ],
    });
    let failing = failing(200, Some(&wrong));
    for wanted in [
        "onboarding/customer [student] add $statusCode != 200 || $response.body#/referenceId",
        "onboarding/customer [student] read $statusCode != 200 || $response.body#/customerId",
        "onboarding/customer [student] read $statusCode != 200 || $response.body#/referenceId",
        "onboarding/customer [student] read $statusCode != 200 || $response.body#/kycDetails/fullName",
        "onboarding/customer [student] read $statusCode != 200 || $response.body#/kycDetails/employmentStatus",
        "updating/one-attribute update $statusCode != 200 || $response.body#/customerId",
        "updating/one-attribute read-again $statusCode != 200 || $response.body#/kycDetails/placeOfBirth",
        "listing/by-reference list $statusCode != 200 || $response.body#/items/0/referenceId",
        "listing/by-status onboarding ",
        "listing/by-status active ",
        "listing/by-status inactive ",
        "listing/by-status onboarding-failed ",
        "listing/by-date [row 2] after $statusCode != 200 || $response.body#/items/0",
        "listing/by-date [row 1] up-to $statusCode != 200 || $response.body#/items/0",
        "listing/sorted ascending ",
        "listing/limited one ",
        "bank-accounts/lifecycle [individual] add $statusCode != 200 || $response.body#/customerId",
        "bank-accounts/lifecycle [individual] add $statusCode != 200 || $response.body#/bankAccount/currency",
        "bank-accounts/lifecycle [individual] remove ",
    ] {
        assert!(failing.iter().any(|text| text.starts_with(wanted)), "{wanted}\n{failing:#?}");
    }
}
