//! Whatever is sent: it stands, it refuses or accepts, and what it accepted it shows as the documents say.

use super::customers::{full, members};
use super::{Api, UNKNOWN, bank, customer, with};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value};

fn json() -> impl Strategy<Value = Value> {
    let words = ["YES", "NA", "AE", "Employed", "BUSINESS", "2999-01-01T00:00:00Z", "2000-01-01", "", "9999-12-31"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[A-Z]{2,3}|[ -~]{0,40}|\\PC{250,260}".prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((".{0,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Some values of a strategy, the same ones in every run.
fn samples<T>(strategy: &impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// Copies of a body with one or two members replaced at random.
fn variants(body: &Value, count: usize) -> Vec<Value> {
    let members = members(body, "");
    let text = prop_oneof![any::<String>(), "[ -~]{0,12}"].prop_map(Value::from);
    let change = (proptest::sample::select(members), prop_oneof![3 => text, 1 => json()]);
    let vary = proptest::collection::vec(change, 1..3);
    let apply =
        |changes: Vec<(String, Value)>| {
            let fits = |body: &Value, pointer: &str| {
                body.pointer(pointer.rsplit_once('/').unwrap().0).is_some_and(Value::is_object)
            };
            changes.into_iter().fold(body.clone(), |body, (pointer, value)| {
                if fits(&body, &pointer) { with(&body, &pointer, value) } else { body }
            })
        };
    samples(&vary, count).into_iter().map(apply).collect()
}

#[tokio::test]
async fn random_customers() {
    let api = Api::start().await;
    let mut accepted = 0;
    for body in variants(&full(), 400) {
        let answer = api.post("/v1/customers", &body).await;
        if answer.status == StatusCode::OK {
            let id = answer.body["customerId"].as_str().unwrap().to_owned();
            assert_eq!(api.get(&format!("/v1/customers/{id}")).await.ok()["referenceId"], body["referenceId"]);
            accepted += 1;
        } else {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        }
    }
    assert!((20..380).contains(&accepted), "{accepted}");
    api.get("/v1/customers?limit=1000&sortField=referenceId").await.ok();
}

#[tokio::test]
async fn random_updates_and_bank_accounts() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let whole = with(&full(), "/customerPreTradeRiskGroup", "LOW");
    for body in variants(&whole, 300) {
        let status = api.patch(&one, &body).await.status;
        assert!(matches!(status, StatusCode::OK | StatusCode::BAD_REQUEST));
        api.get(&one).await.ok();
    }
    let banks = format!("{one}/bankinfo");
    for body in variants(&bank::business(), 300) {
        let answer = api.post(&banks, &body).await;
        if answer.status == StatusCode::OK {
            let path = format!("{banks}/{}", answer.body["bankAccountId"].as_str().unwrap());
            assert_eq!(api.get(&path).await.ok()[0]["bankAccountInformation"], answer.body["bankAccount"]);
            api.delete(&path).await.ok();
        } else {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        }
    }
}

#[tokio::test]
async fn random_bodies_that_are_not_even_json() {
    let api = Api::start().await;
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..64),
        json().prop_map(|value| value.to_string().into_bytes()),
    ];
    for body in samples(&bytes, 200) {
        let request = api.request(&Method::POST, "/v1/customers").header("Content-Type", "application/json").body(body);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn random_addresses() {
    let api = Api::start().await;
    let segment = prop_oneof![Just(UNKNOWN.to_owned()), Just("bankinfo".to_owned()), "[!-~]{0,12}", any::<String>()];
    let name = prop_oneof![
        proptest::sample::select(vec![
            "limit",
            "after",
            "sortField",
            "createDateStart",
            "customerStatus",
            "referenceId"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let query = proptest::collection::vec((name, "[ -~]{0,30}|.{0,30}"), 0..4);
    for (segments, query) in samples(&(proptest::collection::vec(segment, 0..5), query), 400) {
        let mut url = url::Url::parse(&format!("{}/v1/customers", api.sandbox.base_url())).unwrap();
        url.path_segments_mut().unwrap().extend(segments);
        url.query_pairs_mut().extend_pairs(query);
        let request = api.client.get(url.clone()).bearer_auth(api.sandbox.token());
        let status = request.send().await.unwrap().status();
        let known = [StatusCode::OK, StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND];
        assert!(known.contains(&status), "{status} {url}");
    }
}
