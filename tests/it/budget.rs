//! What a run may send and how long it may go on, and what it says of what it left out.

use std::sync::Arc;
use std::time::Duration;

use conform::case::{Intent, Step};
use conform::outcome::{CaseResult, Outcome};
use conform::plan::Selection;
use conform::run::Limits;
use serde_json::json;

use crate::made::{Made, with_body};
use crate::pets::{Pets, Reply, Server, document, errors};

fn left_out(outcome: &Outcome) -> usize {
    let left =
        |result: &CaseResult| matches!(result, CaseResult::NotJudged { reason } if reason.contains("left out: "));
    outcome.cases.iter().filter(|case| left(&case.result)).count()
}

async fn pets(pets: &Arc<Pets>) -> Server {
    let pets = Arc::clone(pets);
    Server::start(move |asked| pets.reply(asked)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_leaves_beyond_the_limit_and_the_rest_is_named() {
    let own = Arc::new(Pets::with(&["a"]));
    for (limit, workers) in [(4, 1), (4, 64), (1, 8)] {
        let server = pets(&own).await;
        let mut made = Made::new(&document());
        made.selection = Selection { only: vec!["listPets".to_owned()], ..Selection::default() };
        made.limits = Limits { requests: Some(limit), budget: None };
        made.change = if workers == 1 { |e| e.concurrency = 1 } else { |e| e.concurrency = 64 };
        let outcome = made.run(&server.base_url).await;
        assert_eq!(server.asked().len(), usize::try_from(limit).unwrap(), "{:?}", server.asked());
        assert_eq!(outcome.requests, limit);
        assert_eq!(outcome.exit_code, 0, "listPets answered a success: {:?}", outcome.reasons);
        let unjudged = outcome.cases.iter().filter(|case| matches!(case.result, CaseResult::NotJudged { .. })).count();
        assert_eq!(unjudged, outcome.cases.len() - usize::try_from(limit).unwrap(), "{:#?}", outcome.cases);
        assert_eq!(left_out(&outcome), unjudged);
        let note = outcome.notes.iter().find(|note| note.contains("left out")).unwrap();
        assert!(note.starts_with(&unjudged.to_string()) && note.contains("the limit of"), "{note}");
        assert!(note.contains("enum "), "{note}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_without_a_success_is_a_gap_all_the_same() {
    let server = pets(&Arc::new(Pets::with(&["a"]))).await;
    let mut made = Made::new(&document());
    made.change = |environment| environment.concurrency = 1;
    made.limits = Limits { requests: Some(2), budget: None };
    let outcome = made.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
    assert!(
        outcome.reasons.iter().any(|reason| reason.starts_with("removePet never answered")),
        "{:?}",
        outcome.reasons
    );
    made.limits = Limits { requests: None, budget: Some(Duration::ZERO) };
    let outcome = made.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, outcome.requests), (4, 0));
    assert_eq!(left_out(&outcome), outcome.cases.len());
    assert!(outcome.reasons[0].contains("the budget of 0 ms was spent"), "{:?}", outcome.reasons);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_is_removed_beyond_any_limit() {
    for limit in 1..25 {
        let own = Arc::new(Pets::with(&["a"]));
        let server = pets(&own).await;
        let mut made = Made::new(&document());
        made.limits = Limits { requests: Some(limit), budget: None };
        let outcome = made.run(&server.base_url).await;
        assert_eq!(own.left(), ["a"], "after {limit}");
        assert!(outcome.left_behind.is_empty(), "after {limit}: {:?}", outcome.left_behind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_counts() {
    let own = Pets::with(&["a"]);
    let server = Server::start(move |asked| match own.reply(asked) {
        Reply::Json(200, _) if asked.target.contains("sort=") => Reply::Json(418, json!({})),
        other => other,
    })
    .await;
    let mut made = Made::new(&document());
    made.selection = Selection { only: vec!["listPets".to_owned()], ..Selection::default() };
    let all = made.run(&server.base_url).await.requests;
    let cases = u64::try_from(made.cases.iter().filter(|case| case.name.starts_with("listPets")).count()).unwrap();
    assert!(all > cases + 1, "{all} requests for {cases} cases");
    let before = server.asked().len();
    made.limits = Limits { requests: Some(cases + 1), budget: None };
    let outcome = made.run(&server.base_url).await;
    assert_eq!(u64::try_from(server.asked().len() - before).unwrap(), cases + 1);
    assert_eq!(outcome.exit_code, 1, "what was found stays found: {:?}", outcome.reasons);
    assert!(!errors(&outcome).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_refuses_most_valid_requests_is_named() {
    let own = Pets::with(&["a"]);
    let server = Server::start(move |asked| match (asked.method.as_str(), own.reply(asked)) {
        ("POST", _) if String::from_utf8_lossy(&asked.body).contains("odd") => Reply::Json(400, json!({"error": "no"})),
        (_, other) => other,
    })
    .await;
    let mut made = Made::new(&document());
    let minimal = made.minimal("addPet");
    for count in 0..9 {
        made.add(&format!("odd {count}"), with_body(&minimal, json!({"name": format!("odd {count}")})));
    }
    let outcome = made.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
    let own = outcome.reasons.iter().find(|reason| reason.starts_with("addPet accepted only")).unwrap();
    assert!(own.ends_with("9 were answered with 400"), "{own}");
    let record = outcome.operations.iter().find(|record| record.operation == "addPet").unwrap();
    assert_eq!(record.valid - record.accepted, 9, "{record:?}");

    // What names something that is gone says nothing of the request, and what is unusual may be refused.
    let server = pets(&Arc::new(Pets::with(&["a"]))).await;
    let mut made = Made::new(&document());
    for count in 0..9 {
        made.add(
            &format!("hostile {count}"),
            Step { intent: Intent::Hostile, ..with_body(&minimal, json!({"name": ""})) },
        );
    }
    let outcome = made.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 0, "{:?}", outcome.reasons);
}
