//! A refused valid request is a drift only beside an accepted one that differs in one value.

use std::collections::BTreeSet;
use std::sync::Mutex;
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
    picky_with(Pets::with(&["a"]), refuses).await
}

async fn picky_with(own: Pets, refuses: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Server {
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
    made.cases.clear();
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

/// Pets of three kinds.
fn kinds() -> Made {
    Made::new(&kinds_document())
}

fn kinds_document() -> Value {
    let mut document = document();
    let pet = &mut document["components"]["schemas"]["Pet"];
    pet["properties"]["kind"] = json!({"type": "string", "enum": ["cat", "dog", "owl"]});
    pet["properties"]["size"] = json!({"type": "integer"});
    pet["properties"]["tag"] = json!({"type": "string"});
    pet["required"] = json!(["id", "name", "kind"]);
    document
}

/// A base with `body`, and variants of it that differ at a place.
fn family(made: &mut Made, body: Value, variants: &[(&str, Value)]) {
    let base = with_body(&made.minimal("addPet"), body);
    made.cases.clear();
    made.add("base", base.clone());
    for (index, (at, body)) in variants.iter().enumerate() {
        made.add(&format!("variant {index}"), variant(&base, body.clone(), at, Intent::Valid));
    }
}

const KIND: &str = "rejected-valid/addPet/400/body kind";

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_every_request_holds_is_found_beside_one_that_holds_another() {
    let mut made = kinds();
    let variants = [
        ("/kind", json!({"name": "Rex", "kind": "dog"})),
        ("/size", json!({"name": "Rex", "kind": "cat", "size": 3})),
        ("/kind", json!({"name": "Rex", "kind": "owl"})),
    ];
    family(&mut made, json!({"name": "Rex", "kind": "cat"}), &variants);
    let server = picky(|body| body["kind"] == "cat").await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (1, vec![KIND]), "{:#?}", outcome.drifts);
    let drift = outcome.drifts.iter().find(|drift| drift.id == KIND).unwrap();
    assert_eq!(drift.stability, Stability::Stable { asked: 3 });
    let contrast = drift.contrast.as_ref().unwrap();
    assert_eq!(contrast.at, "body /kind");
    assert_eq!((&contrast.before, &contrast.after), (&Some(json!("dog")), &Some(json!("cat"))));
    assert_eq!((contrast.sibling.status, drift.witness.as_ref().unwrap().status), (Some(201), Some(400)));
    let drifts = |id: &str| outcome.cases.iter().find(|case| case.id == id).unwrap().drifts.clone();
    assert_eq!(drifts("base"), [KIND]);
    assert_eq!(drifts("variant 1"), ["rejected-valid/addPet/400/body size"], "its own value was never judged");
    assert_eq!(level(&outcome, "rejected-valid/addPet/400/body size"), Some(Level::Note));
    assert!(drifts("variant 0").is_empty() && drifts("variant 2").is_empty());
    assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_by_itself_shows_a_base_value_that_is_refused() {
    let server = picky_with(Pets::default(), |body| body["kind"] == "cat").await;
    let outcome = kinds().run(&server.base_url).await;
    assert_eq!(errors(&outcome), [KIND], "{:#?}", outcome.drifts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_may_be_left_out_is_found_where_it_is() {
    let mut made = kinds();
    let body = json!({"name": "Rex", "kind": "cat", "size": 3});
    family(&mut made, body, &[("/size", json!({"name": "Rex", "kind": "cat"}))]);
    let server = picky(|body| body["size"] == 3).await;
    let outcome = made.run(&server.base_url).await;
    let id = "rejected-valid/addPet/400/body size";
    assert_eq!(errors(&outcome), [id], "{:#?}", outcome.drifts);
    let contrast = outcome.drifts.iter().find(|drift| drift.id == id).unwrap().contrast.as_ref().unwrap();
    assert_eq!((contrast.at.as_str(), &contrast.before, &contrast.after), ("body /size", &None, &Some(json!(3))));
}

/// Any of several members may be what is asked for in prose.
#[tokio::test(flavor = "multi_thread")]
async fn that_something_is_missing_accuses_no_value() {
    let mut made = kinds();
    let more = |name: &str, value: Value| {
        let mut body = json!({"name": "Rex", "kind": "cat"});
        body[name] = value;
        body
    };
    let variants = [("/size", more("size", json!(3))), ("/tag", more("tag", json!("t")))];
    family(&mut made, json!({"name": "Rex", "kind": "cat"}), &variants);
    let server = picky(|body| body.get("size").is_none() && body.get("tag").is_none()).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    assert_eq!(level(&outcome, "rejected-valid/addPet/400/request"), Some(Level::Note));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_values_that_are_refused_together_are_one_drift() {
    let mut made = kinds();
    let variants = [
        ("/kind", json!({"name": "Rex", "kind": "dog", "size": 3})),
        ("/size", json!({"name": "Rex", "kind": "cat", "size": 4})),
        ("/size", json!({"name": "Rex", "kind": "cat"})),
    ];
    family(&mut made, json!({"name": "Rex", "kind": "cat", "size": 3}), &variants);
    let server = picky(|body| body["kind"] == "cat" && body["size"] == 3).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [KIND], "{:#?}", outcome.drifts);
}

/// A server may refuse a name that somebody has, and no document need say so: that the requests which hold another one, or
/// none, are accepted accuses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_base_whose_value_is_taken_is_no_drift() {
    for (taken, variants) in [
        ("tag-0001", vec![("/tag", json!({"name": "Rex", "kind": "cat"}))]),
        ("tag-0001", vec![("/tag", json!({"name": "Rex", "kind": "cat", "tag": "tag-0002"}))]),
        // Taken by the first request itself, which was accepted.
        (
            "",
            vec![
                ("/tag", json!({"name": "Rex", "kind": "cat"})),
                ("/kind", json!({"name": "Rex", "kind": "dog", "tag": "tag-0001"})),
            ],
        ),
    ] {
        let mut made = kinds();
        family(&mut made, json!({"name": "Rex", "kind": "cat", "tag": "tag-0001"}), &variants);
        let again = made.cases.iter().find(|case| case.name == "base").unwrap().steps[0].clone();
        made.add("base again", again);
        let tags = Mutex::new(BTreeSet::from([taken.to_owned()]));
        let server =
            picky(move |body| body["tag"].as_str().is_some_and(|tag| !tags.lock().unwrap().insert(tag.to_owned())))
                .await;
        let outcome = made.run(&server.base_url).await;
        assert_eq!(errors(&outcome), [""; 0], "{variants:?}: {:#?}", outcome.drifts);
        assert_eq!(level(&outcome, "rejected-valid/addPet/400/request"), Some(Level::Note), "{variants:?}");
    }
}

/// What is refused for lack of a member is refused as a whole, too: that is one drift.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_to_blame_explains_the_whole() {
    let mut document = document();
    document["components"]["schemas"]["Pet"]["properties"]["home"] = json!({"type": "object", "properties":
        {"city": {"type": "string"}, "unit": {"type": "string"}}});
    let mut made = Made::new(&document);
    let full = json!({"name": "Rex", "home": {"city": "Dubai", "unit": "1"}});
    let bare = with_body(&base(&made), json!({"name": "Rex"}));
    let whole = with_body(&bare, full);
    made.cases.clear();
    made.add("bare", bare.clone());
    made.add("whole", whole.clone());
    let home = json!({"name": "Rex", "home": {"city": "Dubai"}});
    made.add("home", variant(&bare, home.clone(), "/home", Intent::Valid));
    let other = json!({"name": "Max", "home": {"city": "Oslo"}});
    made.add("random", variant(&bare, other, "", Intent::Valid));
    made.add("no unit", variant(&whole, home, "/home/unit", Intent::Valid));
    let server = picky(|body| body.get("home").is_some_and(|home| home.get("unit").is_none())).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), ["rejected-valid/addPet/400/body home.unit"], "{:#?}", outcome.drifts);
}

/// Where a rule binds members to one another, a request may differ from the one that it was made from in several places, and
/// from another one in the accused value alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_stands_beside_the_accepted_one_that_differs_least() {
    let mut document = kinds_document();
    document["components"]["schemas"]["Pet"]["anyOf"] = json!([
        {"properties": {"kind": {"enum": ["cat"]}}, "not": {"anyOf": [{"required": ["size"]}, {"required": ["tag"]}]}},
        {"properties": {"kind": {"enum": ["dog", "owl"]}}, "required": ["size", "tag"]}
    ]);
    let mut made = Made::new(&document);
    let variants = [
        ("", json!({"name": "Rex", "kind": "dog", "size": 3, "tag": "t"})),
        ("", json!({"name": "Rex", "kind": "owl", "size": 3, "tag": "t"})),
    ];
    family(&mut made, json!({"name": "Rex", "kind": "cat"}), &variants);
    let server = picky(|body| body["kind"] == "dog").await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [KIND], "{:#?}", outcome.drifts);
    let contrast = outcome.drifts.iter().find(|drift| drift.id == KIND).unwrap().contrast.as_ref().unwrap();
    assert_eq!((&contrast.before, &contrast.after), (&Some(json!("owl")), &Some(json!("dog"))));
}

/// What was accepted once and then refused is refused for something else than its values.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_accepted_before_has_no_value_to_blame() {
    let mut made = kinds();
    let body = json!({"name": "Rex", "kind": "cat", "size": 3});
    family(&mut made, body, &[("/size", json!({"name": "Rex", "kind": "cat"}))]);
    let again = made.cases[0].steps[0].clone();
    made.add("again", again);
    // A number that only one may have.
    let sizes = Mutex::new(BTreeSet::new());
    let server = picky(move |body| body["size"].as_i64().is_some_and(|size| !sizes.lock().unwrap().insert(size))).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    assert_eq!(level(&outcome, "rejected-valid/addPet/400/request"), Some(Level::Note));
}

/// A server may refuse what it has been told already.
#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_is_refused_as_a_duplicate_is_no_drift() {
    let mut made = kinds();
    let variants = [
        ("/kind", json!({"name": "Rex", "kind": "dog", "size": 3})),
        ("/size", json!({"name": "Rex", "kind": "cat", "size": 4})),
        ("/size", json!({"name": "Rex", "kind": "cat"})),
    ];
    family(&mut made, json!({"name": "Rex", "kind": "cat", "size": 3}), &variants);
    let known = Mutex::new(BTreeSet::from([json!({"name": "Rex", "kind": "cat", "size": 3}).to_string()]));
    let server = picky(move |body| !known.lock().unwrap().insert(body.to_string())).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    assert_eq!(level(&outcome, "rejected-valid/addPet/400/request"), Some(Level::Note));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_is_refused_now_and_then_is_no_drift() {
    let mut made = kinds();
    family(&mut made, json!({"name": "Rex", "kind": "cat"}), &[("/kind", json!({"name": "Rex", "kind": "dog"}))]);
    let count = AtomicU32::new(0);
    let server =
        picky(move |body| body["kind"] == "cat" && count.fetch_add(1, Ordering::Relaxed).is_multiple_of(2)).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    let note = outcome.drifts.iter().find(|drift| drift.id == "rejected-valid/addPet/400/request").unwrap();
    assert!(matches!(note.stability, Stability::Intermittent { asked: 3, .. }), "{:?}", note.stability);
}

/// What the bytes say of a request counts, and not what it was made for.
#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_is_not_valid_may_be_refused() {
    let mut made = kinds();
    let long = "x".repeat(61);
    family(&mut made, json!({"name": long, "kind": "cat"}), &[("/name", json!({"name": "Rex", "kind": "cat"}))]);
    let server = picky(|body| body["name"].as_str().is_some_and(|name| name.len() > 60)).await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_is_refused_by_another_status_has_no_pair() {
    for (status, expected) in [(409, ""), (404, ""), (422, "undocumented-status/addPet/422/valid")] {
        let mut made = kinds();
        family(&mut made, json!({"name": "Rex", "kind": "cat"}), &[("/kind", json!({"name": "Rex", "kind": "dog"}))]);
        made.contract = {
            let mut document = document();
            let pet = &mut document["components"]["schemas"]["Pet"]["properties"];
            pet["kind"] = json!({"type": "string", "enum": ["cat", "dog", "owl"]});
            let responses = &mut document["paths"]["/pets"]["post"]["responses"];
            (responses["409"], responses["404"]) = (responses["400"].clone(), responses["400"].clone());
            Made::new(&document).contract
        };
        let own = Pets::with(&["a"]);
        let server = Server::start(move |asked| match posted(asked) {
            Some(body) if body["kind"] == "cat" => Reply::Json(status, json!({"error": "no"})),
            _ => own.reply(asked),
        })
        .await;
        let outcome = made.run(&server.base_url).await;
        assert_eq!(errors(&outcome).join(""), expected, "{:#?}", outcome.drifts);
    }
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
