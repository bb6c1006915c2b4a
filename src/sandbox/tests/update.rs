//! `UpdateOneCustomer`.

use super::{Api, customer, with, without};
use serde_json::{Value, json};

fn address() -> Value {
    json!({ "streetNumber": "9", "streetName": "New Road", "city": "London", "state": "England", "country": "GB",
        "addressType": "BUSINESS" })
}

fn employer_address() -> Value {
    without(&address(), "/addressType")
}

#[tokio::test]
async fn only_what_is_given_changes_and_is_answered() {
    let api = Api::start().await;
    let changes = [
        ("fullName", json!("New Name")),
        ("nationality", json!("FR")),
        ("address", address()),
        ("placeOfBirth", json!("Lyon")),
        ("dateOfBirth", json!("1980-12-31")),
        ("employerName", json!("New Employer")),
        ("employerAddress", employer_address()),
        ("employmentStatus", json!("Employed")),
    ];
    let one = api.add(&customer()).await;
    let id = one.rsplit('/').next().unwrap();
    for (name, value) in changes {
        let mut expected = api.get(&one).await.ok();
        let change = Value::Object([(name.to_owned(), value.clone())].into_iter().collect());
        let answer = api.patch(&one, &change).await.ok();
        assert_eq!(answer, with(&with(&json!({}), "/customerId", id), &format!("/{name}"), value.clone()), "{name}");
        let read = api.get(&one).await.ok();
        for (part, said) in value.as_object().into_iter().flatten() {
            assert_eq!(&read["kycDetails"][name][part], said);
        }
        expected["kycDetails"][name] = read["kycDetails"][name].clone();
        assert_eq!(read, expected, "{name}");
        if !value.is_object() {
            assert_eq!(read["kycDetails"][name], value);
        }
    }
}

#[tokio::test]
async fn an_update_of_nothing_changes_nothing() {
    let api = Api::start().await;
    for one in api.all().await {
        let before = api.get(&one).await.ok();
        for nothing in [json!({}), json!({ "referenceId": "other", "customerStatus": "ACTIVE", "unknown": 1 })] {
            assert_eq!(api.patch(&one, &nothing).await.ok(), json!({ "customerId": before["customerId"] }));
            assert_eq!(api.get(&one).await.ok(), before);
        }
    }
}

#[tokio::test]
async fn every_seeded_customer_can_be_updated() {
    let api = Api::start().await;
    for one in api.all().await {
        let change = json!({ "fullName": "N", "customerPreTradeRiskGroup": "LOW", "address": address() });
        api.patch(&one, &change).await.ok();
        let read = api.get(&one).await.ok();
        assert_eq!(read["kycDetails"]["fullName"], "N");
        assert_eq!(read["customerPreTradeRiskGroup"], "LOW");
    }
}

#[tokio::test]
async fn the_risk_group_is_set_and_cleared() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let id = api.get(&one).await.ok()["customerId"].clone();
    for group in ["HIGH", "LOW"] {
        let change = json!({ "customerPreTradeRiskGroup": group });
        assert_eq!(
            api.patch(&one, &change).await.ok(),
            json!({ "customerId": id, "customerPreTradeRiskGroup": group })
        );
        assert_eq!(api.get(&one).await.ok()["customerPreTradeRiskGroup"], group);
        let list = api.get("/v1/customers?referenceId=test-1").await.ok();
        assert_eq!(list["items"][0]["customerPreTradeRiskGroup"], group);
    }
    for wrong in [json!("MEDIUM"), json!("low"), json!(""), json!(1), json!(["LOW"])] {
        let change = json!({ "customerPreTradeRiskGroup": wrong });
        api.patch(&one, &change).await.invalid(&["/customerPreTradeRiskGroup"]);
    }
    let cleared = api.patch(&one, &json!({ "customerPreTradeRiskGroup": null })).await.ok();
    assert_eq!(cleared, json!({ "customerId": id }));
    assert_eq!(api.get(&one).await.ok().get("customerPreTradeRiskGroup"), None);
}

#[tokio::test]
async fn an_address_has_to_be_whole_and_replaces_the_old_one() {
    let api = Api::start().await;
    let one = api.add(&with(&customer(), "/address/unit", "7")).await;
    for (name, whole) in [("address", address()), ("employerAddress", employer_address())] {
        for part in whole.as_object().unwrap().keys() {
            let change = json!({ name: without(&whole, &format!("/{part}")) });
            api.patch(&one, &change).await.invalid(&[&format!("/{name}/{part}")]);
            let change = json!({ name: with(&whole, &format!("/{part}"), Value::Null) });
            api.patch(&one, &change).await.invalid(&[&format!("/{name}/{part}")]);
        }
        for wrong in [json!("1 Road, City"), json!(null), json!([])] {
            api.patch(&one, &json!({ name: wrong })).await.invalid(&[&format!("/{name}")]);
        }
        let change = json!({ name: with(&whole, "/country", "Atlantis") });
        api.patch(&one, &change).await.invalid(&[&format!("/{name}/country")]);
        assert_eq!(api.get(&one).await.ok()["kycDetails"]["address"]["unit"], "7", "nothing changed so far");
    }
    api.patch(&one, &json!({ "address": address() })).await.ok();
    assert_eq!(api.get(&one).await.ok()["kycDetails"]["address"]["unit"], Value::Null);
}

#[tokio::test]
async fn becoming_employed_needs_an_employer_address() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let employed = json!({ "employmentStatus": "Employed" });
    api.patch(&one, &employed).await.invalid(&["/employerAddress"]);
    for other in ["Unemployed", "Retired", "Student", "Self-Employed"] {
        api.patch(&one, &json!({ "employmentStatus": other })).await.ok();
    }
    api.patch(&one, &with(&employed, "/employerAddress", employer_address())).await.ok();
    // One on record will do.
    api.patch(&one, &json!({ "employmentStatus": "Retired" })).await.ok();
    api.patch(&one, &employed).await.ok();
    // A null, which creation lets pass, is none.
    let more = json!({ "employmentStatus": "Employed", "employerName": "Employer", "employerAddress": null });
    let mut body = customer();
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.patch(&api.add(&body).await, &employed).await.invalid(&["/employerAddress"]);
}

#[tokio::test]
async fn values_have_their_types_words_and_formats() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let before = api.get(&one).await.ok();
    let bad = [
        ("fullName", json!(null)),
        ("fullName", json!(1)),
        ("nationality", json!([])),
        ("placeOfBirth", json!({})),
        ("dateOfBirth", json!("1990-1-1")),
        ("dateOfBirth", json!(null)),
        ("employerName", json!(false)),
        ("employmentStatus", json!("EMPLOYED")),
        ("employmentStatus", json!(null)),
        ("employmentStatus", json!("")),
    ];
    for (name, value) in bad {
        // A good change beside a bad one is not made.
        let change = json!({ "customerPreTradeRiskGroup": "HIGH", name: value });
        api.patch(&one, &change).await.invalid(&[&format!("/{name}")]);
    }
    assert_eq!(api.get(&one).await.ok(), before);
}
