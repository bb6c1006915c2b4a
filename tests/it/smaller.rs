//! A drift is shown by the smallest request that can be found, and a refusal by the one value that is to blame.

use std::collections::BTreeSet;
use std::sync::Mutex;

use conform::case::{Intent, Step};
use conform::drift::Drift;
use conform::outcome::Outcome;
use serde_json::{Value, json};

use crate::made::{Made, breach, variant, with_body};
use crate::pets::{Pets, Reply, Server, document, errors};
use crate::proxy::Asked;

fn made() -> Made {
    let mut document = document();
    let members = &mut document["components"]["schemas"]["Pet"]["properties"];
    members["tag"] = json!({"type": "string", "minLength": 1});
    members["size"] = json!({"type": "integer"});
    members["owner"] = json!({"type": "object", "required": ["city"], "properties":
        {"city": {"type": "string"}, "street": {"type": "string"}, "phones": {"type": "array", "items": {"type": "string"}}}});
    Made::new(&document)
}

fn large() -> Value {
    json!({"name": "Rex", "tag": "tag-1", "size": 3,
        "owner": {"city": "Dubai", "street": "Main", "phones": ["1", "2", "3"]}})
}

fn base(made: &Made, body: Value) -> Step {
    with_body(&made.minimal("addPet"), body)
}

/// Pets, but a creation is answered by `answer` where it has one.
async fn pets(answer: impl Fn(&Value) -> Option<Reply> + Send + Sync + 'static) -> Server {
    let own = Pets::with(&["a"]);
    Server::start(move |asked: &Asked| {
        let body = (asked.method == "POST").then(|| serde_json::from_slice::<Value>(&asked.body).unwrap_or_default());
        let usual = own.reply(asked);
        body.filter(|_| matches!(usual, Reply::Json(201, _))).and_then(|body| answer(&body)).unwrap_or(usual)
    })
    .await
}

fn drift<'o>(outcome: &'o Outcome, id: &str) -> &'o Drift {
    outcome.drifts.iter().find(|drift| drift.id == id).unwrap_or_else(|| panic!("{id}: {:#?}", outcome.drifts))
}

fn sent(drift: &Drift) -> Value {
    serde_json::from_str(drift.witness.as_ref().unwrap().request_body.as_ref().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_request_loses_all_that_it_does_not_need() {
    let mut made = made();
    let step = base(&made, large());
    made.cases.clear();
    made.add("large", step);
    let server = pets(|body| body.pointer("/owner/street").map(|_| Reply::Json(500, json!({"error": "oops"})))).await;
    let outcome = made.run(&server.base_url).await;
    let id = "server-error/addPet/500/valid";
    assert_eq!(errors(&outcome), [id], "{:?}", outcome.reasons);
    let smallest = sent(drift(&outcome, id));
    assert_eq!(smallest, json!({"name": "Rex", "owner": {"city": "Dubai", "street": "Main"}}));
    assert!(outcome.requests < 40, "{}", outcome.requests);
    assert_eq!(drift(&outcome, id).occurrences, 1, "asking again is no occurrence");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_invalid_request_is_as_small_as_its_sibling_but_for_one_value() {
    let mut made = made();
    let base = base(&made, large());
    let mut body = large();
    body["owner"]["street"] = json!(7);
    let place = "/components/schemas/Pet/properties/owner/properties/street/type";
    made.cases.clear();
    made.add("mutant", variant(&base, body, "/owner/street", breach("body owner.street type", place)));
    let server = pets(|_| None).await;
    let outcome = made.run(&server.base_url).await;
    let drift = drift(&outcome, "accepted-invalid/addPet/201/body owner.street type");
    assert_eq!(sent(drift), json!({"name": "Rex", "owner": {"city": "Dubai", "street": 7}}));
    let contrast = drift.contrast.as_ref().unwrap();
    assert_eq!(
        (contrast.at.as_str(), &contrast.before, &contrast.after),
        ("body /owner/street", &Some(json!("Main")), &Some(json!(7)))
    );
    let sibling: Value = serde_json::from_str(contrast.sibling.request_body.as_ref().unwrap()).unwrap();
    assert_eq!(sibling, json!({"name": "Rex", "owner": {"city": "Dubai", "street": "Main"}}));
    assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_differences_the_one_to_blame_is_found() {
    let mut made = made();
    let base = base(&made, json!({"name": "Rex"}));
    made.cases.clear();
    made.add("random", variant(&base, large(), "", Intent::Valid));
    let refuses = |body: &Value| (body["size"] == 3).then(|| Reply::Json(400, json!({"error": "no"})));
    let server = pets(refuses).await;
    let outcome = made.run(&server.base_url).await;
    let id = "rejected-valid/addPet/400/body size";
    assert_eq!(errors(&outcome), [id], "{:#?}", outcome.drifts);
    assert_eq!(outcome.drifts.len(), 1, "the note became the drift: {:#?}", outcome.drifts);
    let found = drift(&outcome, id);
    let contrast = found.contrast.as_ref().unwrap();
    assert_eq!((contrast.at.as_str(), &contrast.before, &contrast.after), ("body /size", &None, &Some(json!(3))));
    let sibling: Value = serde_json::from_str(contrast.sibling.request_body.as_ref().unwrap()).unwrap();
    let mut beside = sibling.clone();
    beside["size"] = json!(3);
    assert_eq!(beside, sent(found));
    assert_eq!(outcome.cases[0].drifts, [id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_taken_is_no_drift() {
    let mut made = made();
    let base = base(&made, json!({"name": "Rex"}));
    for count in 0..3 {
        let body = json!({"name": "Rex", "tag": "tag-0001"});
        made.add(&format!("tagged {count}"), variant(&base, body, "/tag", Intent::Valid));
    }
    let tags = Mutex::new(BTreeSet::new());
    let server = pets(move |body| {
        let tag = body["tag"].as_str()?;
        let new = tags.lock().unwrap().insert(tag.to_owned());
        (!new).then(|| Reply::Json(400, json!({"error": "this tag is taken"})))
    })
    .await;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    assert!(outcome.drifts.iter().any(|drift| drift.id == "rejected-valid/addPet/400/body tag"));
}
