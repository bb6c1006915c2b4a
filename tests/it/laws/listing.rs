//! What was created is in the list of its kind; what a list does not say of itself is no loss.

use std::sync::Mutex;

use conform::drift::Level;
use conform::outcome::CaseResult;
use serde_json::{Value, json};

use super::lifecycles::json_answer;
use super::second::{Library, Way, laws};
use super::{LAWS, breaks, cases_of, lie};
use crate::pets::{Reply, Server};
use crate::proxy::{Answer, Asked, Lie, Proxy};
use crate::run_selected;

/// The ids of the drifts of the law, and how many of its cases did not pass.
async fn found(liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static) -> (Vec<String>, usize) {
    let proxy = Proxy::start(liar).await;
    let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(&["created-is-listed"])).await;
    assert_eq!(outcome.cases.iter().filter(|case| case.family == "created-is-listed").count(), 2);
    let own = outcome.drifts.iter().filter(|drift| drift.id.starts_with("created-is-listed"));
    let silent = |result: &CaseResult| !matches!(result, CaseResult::Passed);
    let unjudged = outcome.cases.iter().filter(|case| case.family == "created-is-listed" && silent(&case.result));
    (own.map(|drift| drift.id.clone()).collect(), unjudged.count())
}

fn accounts(body: &mut Value) -> &mut Vec<Value> {
    body.as_array_mut().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_children_leaves_one_out() {
    let listed = ["created-is-listed/ListCustomerBankInformation/200"];
    breaks(lie("GET", "/bankinfo", |_, body| drop(accounts(body).pop())), &listed).await;
    let first = |_: &Asked, body: &mut Value| {
        if accounts(body).len() > 1 {
            accounts(body).remove(0);
        }
    };
    breaks(lie("GET", "/bankinfo", first), &listed).await;
    breaks(lie("GET", "/bankinfo", |_, body| *body = json!([])), &listed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_does_not_find_what_was_created() {
    let liar = lie("GET", "/v1/customers", |_, body| {
        body["items"] = json!([]);
        body["after"] = Value::Null;
        body["totalCount"] = "0".into();
    });
    breaks(liar, &["created-is-listed/GetAllCustomers/200/items"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_may_do_is_no_loss() {
    // The newest first, and what others have beside it.
    let liar = lie("GET", "/bankinfo", |_, body| {
        if let Some(mut other) = accounts(body).first().cloned() {
            other["bankAccountId"] = "00000000-0000-4000-8000-000000000021".into();
            accounts(body).insert(0, other);
        }
        accounts(body).reverse();
    });
    assert_eq!(found(liar).await, (Vec::new(), 0));
    // Ids in other letters.
    let liar = lie("GET", "/bankinfo", |_, body| {
        for account in accounts(body) {
            account["bankAccountId"] = account["bankAccountId"].as_str().unwrap().to_uppercase().into();
        }
    });
    assert_eq!(found(liar).await, (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_says_too_little_is_not_judged() {
    // One element shows no id.
    let liar = lie("GET", "/bankinfo", |_, body| {
        if let Some(account) = accounts(body).last_mut() {
            account.as_object_mut().unwrap().remove("bankAccountId");
        }
    });
    assert_eq!(found(liar).await, (Vec::new(), 1));
    // It may be on another page.
    let liar = lie("GET", "/v1/customers", |_, body| {
        body["items"] = json!([]);
        body["after"] = "further".into();
    });
    assert_eq!(found(liar).await, (Vec::new(), 1));
    // Nobody may ask for it.
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("GET", "/bankinfo") {
            answer.status = 403;
            answer.set_json(&json!({ "message": "not yours" }));
        }
        Lie::Answer(answer)
    };
    assert_eq!(found(liar).await, (Vec::new(), 1));
    // It is created later.
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("POST", "/bankinfo") && answer.is_success() {
            answer.status = 202;
        }
        Lie::Answer(if asked.is("GET", "/bankinfo") { json_answer(200, &json!([])) } else { answer })
    };
    assert_eq!(found(liar).await, (Vec::new(), 1));
}

/// What the law says where the list of an unknown parent is answered with these elements.
async fn of_nobody(shown: Value) -> Vec<(String, Level)> {
    let liar = move |asked: &Asked, answer: Answer| {
        let unknown = asked.is("GET", "/bankinfo") && answer.status == 404;
        Lie::Answer(if unknown { json_answer(200, &shown) } else { answer })
    };
    let proxy = Proxy::start(liar).await;
    let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(&["unknown-is-404"])).await;
    let own = outcome.drifts.iter().filter(|drift| drift.id.starts_with("unknown-is-404"));
    own.map(|drift| (drift.id.clone(), drift.level)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_a_parent_that_does_not_exist_shows_nothing() {
    let id = || "unknown-is-404/ListCustomerBankInformation/200".to_owned();
    let account = json!({ "bankAccountId": "00000000-0000-4000-8000-000000000021" });
    assert_eq!(of_nobody(json!([account])).await, [(id(), Level::Error)]);
    // It may be meant as a list of none.
    assert_eq!(of_nobody(json!([])).await, [(id(), Level::Warning)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_of_a_parent_that_does_not_exist_is_fine_where_no_document_has_404() {
    let overlay = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/laws/library.overlay.yaml");
    let text = std::fs::read_to_string(overlay).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("library.overlay.yaml");
    let without = "\n  - target: $.paths['/shelves/{shelfId}/books'].get.responses['404']\n    remove: true\n";
    for (amended, drifts) in [(text.clone(), 1), (text + without, 0)] {
        std::fs::write(&overlay, amended).unwrap();
        let (suite, library) = (laws(&overlay), Mutex::new(Library::default()));
        let server = Server::start(move |asked| match library.lock().unwrap().reply(Way::Healthy, asked) {
            Reply::Json(404, _) if asked.is("GET", "/books") => Reply::Json(200, json!({ "books": [] })),
            reply => reply,
        })
        .await;
        let outcome = run_selected(&suite, 1, &server.base_url, "right", cases_of(&["unknown-is-404"])).await;
        let judged = outcome.cases.iter().filter(|case| case.name == "unknown-is-404 book: list");
        assert_eq!(judged.count(), 1, "{:?}", outcome.cases);
        assert_eq!(outcome.drifts.len(), drifts, "{:#?}", outcome.drifts);
        assert!(outcome.drifts.iter().all(|drift| drift.level == Level::Warning), "{:#?}", outcome.drifts);
    }
}
