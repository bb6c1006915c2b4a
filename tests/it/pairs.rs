//! A refused valid request is a drift only beside an accepted one that differs in one value.

use std::sync::atomic::{AtomicU32, Ordering};

use conform::case::{Intent, Step};
use conform::drift::{Level, Stability};
use conform::environment::Environment;
use conform::outcome::Outcome;
use conform::plan::Selection;
use serde_json::{Value, json};

use crate::made::{Made, breach, variant, with_body};
use crate::pets::{Pets, Reply, Server, document, errors};
use crate::proxy::Asked;

fn made() -> Made {
    let mut document = document();
    document["components"]["schemas"]["Pet"]["properties"]["fullName"] = json!({"type": "string"});
    document["components"]["schemas"]["Pet"]["properties"]["sizes"] =
        json!({"type": "array", "items": {"type": "integer"}});
    Made::new(&document)
}

fn base(made: &Made) -> Step {
    with_body(&made.minimal("addPet"), json!({"name": "Rex"}))
}

fn posted(asked: &Asked) -> Option<Value> {
    (asked.method == "POST").then(|| serde_json::from_slice(&asked.body).unwrap_or_default())
}

/// Pets, but a creation is refused where `refuses` says so.
async fn picky(refuses: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Server {
    let own = Pets::with(&["a"]);
    Server::start(move |asked| match posted(asked) {
        Some(body) if refuses(&body) => Reply::Json(400, json!({"error": "no"})),
        _ => own.reply(asked),
    })
    .await
}

fn level(outcome: &Outcome, id: &str) -> Option<Level> {
    outcome.drifts.iter().find(|drift| drift.id == id).map(|drift| drift.level)
}

const NAME: &str = "rejected-valid/addPet/400/body name";

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_alone_is_refused_is_a_drift_with_its_pair() {
    let mut made = made();
    let base = base(&made);
    made.add("long", variant(&base, json!({"name": "x".repeat(40)}), "/name", Intent::Valid));
    let server = picky(|body| body["name"].as_str().is_some_and(|name| name.len() > 20)).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (1, vec![NAME]), "{:#?}", outcome.drifts);
    let drift = outcome.drifts.iter().find(|drift| drift.id == NAME).unwrap();
    assert_eq!(drift.stability, Stability::Stable { asked: 3 });
    let contrast = drift.contrast.as_ref().unwrap();
    assert_eq!((contrast.at.as_str(), &contrast.before), ("body /name", &Some(json!("Rex"))));
    assert_eq!(contrast.after, Some(json!("x".repeat(40))));
    assert_eq!(contrast.sibling.status, Some(201));
    assert_eq!(drift.witness.as_ref().unwrap().status, Some(400));
    let case = outcome.cases.iter().find(|case| case.id == "long").unwrap();
    assert_eq!(case.drifts, [NAME]);
    assert_eq!(case.result, conform::outcome::CaseResult::Failed);
    assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_accepted_sibling_a_refusal_stays_a_note() {
    let mut made = made();
    let base = base(&made);
    made.add("long", variant(&base, json!({"name": "x".repeat(40)}), "/name", Intent::Valid));
    made.add("alone", with_body(&base, json!({"name": "Rex", "sizes": [1]})));
    let server = picky(|body| body["name"] == "Rex" || body["name"].as_str().is_some_and(|name| name.len() > 20)).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    assert_eq!(level(&outcome, NAME), Some(Level::Note));
    assert_eq!(level(&outcome, "rejected-valid/addPet/400/request"), Some(Level::Note));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_now_and_then_has_no_pair() {
    let mut made = made();
    let base = base(&made);
    made.add("long", variant(&base, json!({"name": "x".repeat(40)}), "/name", Intent::Valid));
    let count = AtomicU32::new(0);
    let server = picky(move |body| {
        let long = body["name"].as_str().is_some_and(|name| name.len() > 20);
        long && count.fetch_add(1, Ordering::Relaxed).is_multiple_of(2)
    })
    .await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    let note = outcome.drifts.iter().find(|drift| drift.id == NAME).unwrap();
    assert!(matches!(note.stability, Stability::Intermittent { asked: 3, .. }), "{:?}", note.stability);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusual_value_is_a_warning_at_most() {
    let mut made = made();
    let base = base(&made);
    made.add("nul", variant(&base, json!({"name": "\u{0}"}), "/name", Intent::Hostile));
    let id = "rejected-valid/addPet/400/body name hostile";
    let server = picky(|body| body["name"] == "\u{0}").await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (0, vec![]), "{:#?}", outcome.drifts);
    assert_eq!(level(&outcome, id), Some(Level::Warning), "{:#?}", outcome.drifts);
    let server = picky(|body| body["name"] == "\u{0}" || body["name"] == "Rex").await;
    let outcome = made.run(&server.base_url).await;
    assert!(outcome.drifts.iter().all(|drift| !drift.id.ends_with("hostile")), "{:#?}", outcome.drifts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_pair_shows_is_redacted() {
    let mut made = made();
    let base = with_body(&made.minimal("addPet"), json!({"name": "Rex", "fullName": "Jane Roe"}));
    let body = json!({"name": "Rex", "fullName": "John Doe of nowhere"});
    made.add("full", variant(&base, body, "/fullName", Intent::Valid));
    let server = picky(|body| body["fullName"].as_str().is_some_and(|name| name.len() > 10)).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), ["rejected-valid/addPet/400/body fullName"], "{:#?}", outcome.drifts);
    let text = serde_json::to_string(&outcome).unwrap();
    assert!(!text.contains("John Doe") && !text.contains("Jane Roe"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_more_is_made_than_may_be() {
    let mut said = 0;
    for (most, change) in [
        (1, (|e| e.max_created = 1) as fn(&mut Environment)),
        (2, |e| e.max_created = 2),
        (3, |e| e.max_created = 3),
        (4, |e| e.max_created = 4),
        (5, |e| e.max_created = 5),
    ] {
        let mut made = made();
        let base = base(&made);
        let long = variant(&base, json!({"name": "x".repeat(40)}), "/name", Intent::Valid);
        made.cases.clear();
        made.add("long", long);
        made.add("base", base);
        made.change = change;
        let server = picky(|body| body["name"].as_str().is_some_and(|name| name.len() > 20)).await;
        let outcome = made.run(&server.base_url).await;
        let accepted =
            server.log.lock().unwrap().iter().filter(|a| posted(a).is_some_and(|b| b["name"] == "Rex")).count();
        assert!(accepted <= most, "{accepted} of {most}");
        // Three by turns are a pair, beside the one that the plan itself made; and each refused one might have been another.
        let expected = if most == 5 { vec![NAME] } else { vec![] };
        assert_eq!(errors(&outcome), expected, "{most}: {:#?}", outcome.drifts);
        assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
        said += outcome.notes.iter().filter(|note| note.contains("objects were created already")).count();
    }
    assert!(said > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_invalid_request_stands_beside_the_one_that_it_was_made_from() {
    let mut made = made();
    let base = base(&made);
    let place = "/components/schemas/Pet/properties/name/maxLength";
    let body = json!({"name": "x".repeat(61)});
    made.add("too long", variant(&base, body, "/name", breach("body name maxLength", place)));
    made.selection = Selection { only: vec!["addPet".to_owned()], ..Selection::default() };
    let server = picky(|body| !body["name"].is_string()).await;
    let outcome = made.run(&server.base_url).await;
    let id = "accepted-invalid/addPet/201/body name maxLength";
    assert!(errors(&outcome).contains(&id), "{:#?}", outcome.drifts);
    let drift = outcome.drifts.iter().find(|drift| drift.id == id).unwrap();
    assert_eq!(drift.pointer, place);
    let contrast = drift.contrast.as_ref().unwrap();
    assert_eq!((contrast.at.as_str(), &contrast.before), ("body /name", &Some(json!("Rex"))));
    assert_eq!(contrast.sibling.status, Some(201));
    let evidence = outcome.evidence.iter().find(|evidence| evidence.pointer == place).unwrap();
    assert_eq!((evidence.keyword.as_str(), evidence.invalid), ("maxLength", 1), "{evidence:?}");
    assert!(evidence.valid > 0, "{evidence:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_about_requests_is_listed_with_its_evidence() {
    let mut made = made();
    let place = "/components/schemas/Pet/properties/name/maxLength";
    let pointer = conform::document::Pointer::parse(place).unwrap();
    let place = conform::document::Place::new(conform::document::DocumentId(0), pointer);
    let id = conform::contract::OperationId("changePet".into());
    made.impossible = vec![(id, place.clone(), "no name is that long".to_owned())];
    let own = Pets::with(&["a"]);
    let server = Server::start(move |asked| own.reply(asked)).await;
    let outcome = made.run(&server.base_url).await;
    let of = |operation: &str, end: &str| {
        let mut found = outcome.evidence.iter().filter(|e| e.operation == operation && e.pointer.ends_with(end));
        let one = found.next().unwrap_or_else(|| panic!("{operation} {end}: {:#?}", outcome.evidence));
        assert!(found.next().is_none(), "{operation} {end}");
        one
    };
    // Each value, and one of them in the full request.
    let cases = 1 + outcome.cases.iter().filter(|case| case.name.starts_with("listPets enum")).count();
    assert_eq!(of("listPets", "/parameters/0").keyword, "parameter");
    assert_eq!(of("listPets", "/parameters/0").valid, u64::try_from(cases).unwrap());
    assert_eq!(of("listPets", "/parameters/0/schema/enum").valid, u64::try_from(cases).unwrap());
    assert_eq!(of("addPet", "/properties/name/maxLength").impossible, None);
    assert_eq!(of("changePet", "/properties/name/maxLength").impossible.as_deref(), Some("no name is that long"));
    assert!(of("addPet", "/required/1").valid > 0 && of("addPet", "/required/1").keyword == "required");
    assert!(outcome.evidence.iter().all(|e| !e.pointer.ends_with("/required/0")), "`id` is read only");
    assert_eq!(of("getPet", "/parameters/0").invalid, 0);
    let keys: Vec<_> = outcome.evidence.iter().map(|e| (e.operation.clone(), e.pointer.clone())).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted);
    assert!(outcome.evidence.iter().all(|e| e.document == "pets.json"));
}
