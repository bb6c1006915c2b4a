//! The four bank account operations.

use super::{Answer, Api, UNKNOWN, but, customer, instruction, with, without};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

pub(super) fn business() -> Value {
    let mut body = instruction();
    let more = json!({
        "beneficiaryType": "BUSINESS",
        "beneficiaryBankBic": "BANKAEAD", "routingCode": "1", "beneficiaryBankMemo": "memo",
        "intermediaryBankName": "Between",
        "intermediaryBankAddress": {
            "addressLine1": "3 Road", "addressLine2": "Floor 1", "city": "London", "region": "England",
            "postalCode": "1", "country": "GB"
        },
        "intermediaryBankBic": "BETWGB22XXX", "intermediaryAccountNumber": "2", "beneficiaryLegalName": "Company",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn missing(answer: Answer, id: &str) {
    assert_eq!((answer.status, answer.body), (StatusCode::NOT_FOUND, json!({ "id": id })));
}

#[tokio::test]
async fn a_new_account_cools_off_and_can_be_read_at_once() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let banks = format!("{one}/bankinfo");
    assert_eq!(api.get(&banks).await.ok(), json!([]));
    for body in [instruction(), business()] {
        let made = api.post(&banks, &body).await.ok();
        assert_eq!((&made["status"], &made["bankAccount"]), (&json!("COOLING_OFF"), &body));
        assert!(one.ends_with(made["customerId"].as_str().unwrap()));
        let time = |name: &str| made[name].as_str().unwrap().parse::<Timestamp>().unwrap();
        assert!(time("coolingOffEndTime") > Timestamp::now());
        assert_eq!(time("coolingOffEndTime").duration_since(time("createdAt")), SignedDuration::from_hours(24));
        let stored = json!({
            "bankAccountId": made["bankAccountId"], "bankAccountInformation": body, "status": "COOLING_OFF",
            "createdAt": made["createdAt"], "statusReason": null
        });
        let path = format!("{banks}/{}", made["bankAccountId"].as_str().unwrap());
        assert_eq!(api.get(&path).await.ok(), json!([stored]));
        assert!(api.get(&banks).await.ok().as_array().unwrap().contains(&stored));
    }
    assert_eq!(api.get(&banks).await.ok().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_removed_account_is_gone() {
    let api = Api::start().await;
    let banks = format!("{}/bankinfo", api.add(&customer()).await);
    let stays = api.post(&banks, &instruction()).await.ok()["bankAccountId"].clone();
    let id = api.post(&banks, &instruction()).await.ok()["bankAccountId"].clone();
    let id = id.as_str().unwrap();
    let path = format!("{banks}/{id}");
    assert_eq!(api.delete(&path).await.ok(), json!({ "bankAccountId": id, "status": "REMOVED" }));
    missing(api.get(&path).await, id);
    missing(api.delete(&path).await, id);
    let left = api.get(&banks).await.ok();
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["bankAccountId"], stays);
}

#[tokio::test]
async fn a_customer_has_up_to_twenty_accounts() {
    let api = Api::start().await;
    let banks = format!("{}/bankinfo", api.add(&customer()).await);
    let mut last = Value::Null;
    for _ in 0..20 {
        last = api.post(&banks, &instruction()).await.ok()["bankAccountId"].clone();
    }
    api.post(&banks, &instruction()).await.invalid(&[""]);
    assert_eq!(api.get(&banks).await.ok().as_array().unwrap().len(), 20);
    api.delete(&format!("{banks}/{}", last.as_str().unwrap())).await.ok();
    api.post(&banks, &instruction()).await.ok();
    api.post(&banks, &instruction()).await.invalid(&[""]);
    let other = format!("{}/bankinfo", api.add(&customer()).await);
    api.post(&other, &instruction()).await.ok();
}

#[tokio::test]
async fn an_account_is_not_seen_under_another_customer() {
    let api = Api::start().await;
    let (mine, other) = (api.add(&customer()).await, api.add(&customer()).await);
    let made = api.post(&format!("{mine}/bankinfo"), &instruction()).await.ok();
    let id = made["bankAccountId"].as_str().unwrap();
    let wrong = format!("{other}/bankinfo/{id}");
    missing(api.get(&wrong).await, id);
    missing(api.delete(&wrong).await, id);
    assert_eq!(api.get(&format!("{other}/bankinfo")).await.ok(), json!([]));
    api.get(&format!("{mine}/bankinfo/{id}")).await.ok();
}

#[tokio::test]
async fn ids_are_uuids_and_known() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let nobody = format!("/v1/customers/{UNKNOWN}/bankinfo");
    missing(api.get(&nobody).await, UNKNOWN);
    missing(api.post(&nobody, &instruction()).await, UNKNOWN);
    for path in [format!("{nobody}/{UNKNOWN}"), format!("{one}/bankinfo/{UNKNOWN}")] {
        missing(api.get(&path).await, UNKNOWN);
        missing(api.delete(&path).await, UNKNOWN);
    }
    let bad = "/v1/customers/abc/bankinfo";
    api.get(bad).await.invalid(&["customerId"]);
    api.post(bad, &instruction()).await.invalid(&["customerId"]);
    api.get(&format!("{bad}/{UNKNOWN}")).await.invalid(&["customerId"]);
    api.get(&format!("{one}/bankinfo/abc")).await.invalid(&["bankAccountId"]);
    api.delete(&format!("{one}/bankinfo/abc")).await.invalid(&["bankAccountId"]);
}

#[tokio::test]
async fn seeded_accounts_can_be_removed() {
    let api = Api::start().await;
    let mut removed = 0;
    for one in api.all().await {
        let banks = format!("{one}/bankinfo");
        for account in api.get(&banks).await.ok().as_array().unwrap() {
            assert_ne!(account["status"], "REMOVED");
            api.delete(&format!("{banks}/{}", account["bankAccountId"].as_str().unwrap())).await.ok();
            removed += 1;
        }
        assert_eq!(api.get(&banks).await.ok(), json!([]));
    }
    assert!(removed > 20, "{removed}");
}

#[tokio::test]
async fn what_is_required_depends_on_the_type() {
    let api = Api::start().await;
    let banks = format!("{}/bankinfo", api.add(&customer()).await);
    for name in [
        "/beneficiaryType",
        "/currency",
        "/beneficiaryAddress",
        "/beneficiaryAddress/addressLine1",
        "/beneficiaryAddress/city",
        "/beneficiaryAddress/region",
        "/beneficiaryAddress/country",
        "/beneficiaryBankName",
        "/beneficiaryBankAddress",
        "/beneficiaryBankAddress/country",
        "/beneficiaryAccountNumber",
        "/beneficiaryGivenNames",
        "/beneficiarySurnames",
    ] {
        api.post(&banks, &without(&instruction(), name)).await.invalid(&[name]);
    }
    api.post(&banks, &with(&instruction(), "/beneficiaryType", "BUSINESS")).await.invalid(&["/beneficiaryLegalName"]);
    let company = but(&business(), &[("/beneficiaryGivenNames", None), ("/beneficiarySurnames", None)]);
    api.post(&banks, &company).await.ok();
    api.post(&banks, &with(&company, "/beneficiaryType", "INDIVIDUAL"))
        .await
        .invalid(&["/beneficiaryGivenNames", "/beneficiarySurnames"]);
    for name in ["beneficiaryBankBic", "routingCode", "beneficiaryBankMemo", "intermediaryBankName"] {
        api.post(&banks, &without(&business(), &format!("/{name}"))).await.ok();
    }
    for name in ["intermediaryBankAddress", "intermediaryBankBic", "intermediaryAccountNumber"] {
        api.post(&banks, &without(&business(), &format!("/{name}"))).await.ok();
    }
    api.post(&banks, &without(&business(), "/intermediaryBankAddress/country"))
        .await
        .invalid(&["/intermediaryBankAddress/country"]);
}

#[tokio::test]
async fn lengths_are_counted_in_characters() {
    let api = Api::start().await;
    let bounds = [
        ("/beneficiaryBankName", 0, 255),
        ("/beneficiaryBankBic", 8, 11),
        ("/routingCode", 0, 20),
        ("/beneficiaryAccountNumber", 0, 34),
        ("/beneficiaryBankMemo", 0, 140),
        ("/intermediaryBankBic", 8, 11),
        ("/intermediaryAccountNumber", 0, 34),
        ("/beneficiaryGivenNames", 0, 200),
        ("/beneficiarySurnames", 0, 200),
        ("/beneficiaryLegalName", 0, 255),
    ];
    for (pointer, least, most) in bounds {
        let banks = format!("{}/bankinfo", api.add(&customer()).await);
        for letter in ["x", "é", "😀"] {
            for length in [least, most] {
                api.post(&banks, &with(&business(), pointer, letter.repeat(length))).await.ok();
            }
            api.post(&banks, &with(&business(), pointer, letter.repeat(most + 1))).await.invalid(&[pointer]);
            if least > 0 {
                api.post(&banks, &with(&business(), pointer, letter.repeat(least - 1))).await.invalid(&[pointer]);
            }
        }
    }
    let banks = format!("{}/bankinfo", api.add(&customer()).await);
    api.post(&banks, &with(&business(), "/intermediaryBankName", "x".repeat(10_000))).await.ok();
}

#[tokio::test]
async fn null_is_taken_where_the_type_beside_it_is_nullable() {
    let api = Api::start().await;
    let nullable = [
        "/beneficiaryBankBic",
        "/routingCode",
        "/beneficiaryBankMemo",
        "/intermediaryBankName",
        "/intermediaryBankBic",
        "/intermediaryAccountNumber",
        "/beneficiaryLegalName",
        "/intermediaryBankAddress/addressLine2",
        "/intermediaryBankAddress/postalCode",
    ];
    let banks = format!("{}/bankinfo", api.add(&customer()).await);
    for pointer in nullable {
        let body = with(&business(), pointer, Value::Null);
        assert_eq!(api.post(&banks, &body).await.ok()["bankAccount"], body);
    }
    for pointer in [
        "/beneficiaryType",
        "/currency",
        "/beneficiaryAddress",
        "/beneficiaryAddress/addressLine1",
        "/beneficiaryBankName",
        "/beneficiaryAccountNumber",
        "/beneficiaryGivenNames",
        "/beneficiarySurnames",
        // `nullable` beside `$ref` means nothing in OpenAPI 3.0.3.
        "/intermediaryBankAddress",
    ] {
        let body = with(&business(), pointer, Value::Null);
        api.post(&banks, &body).await.invalid(&[pointer]);
    }
}

#[tokio::test]
async fn words_codes_and_types_are_checked() {
    let api = Api::start().await;
    let banks = format!("{}/bankinfo", api.add(&customer()).await);
    let bad = [
        ("/beneficiaryType", json!("individual")),
        ("/beneficiaryType", json!("COMPANY")),
        ("/currency", json!("usd")),
        ("/currency", json!("US")),
        ("/currency", json!("USDT")),
        ("/currency", json!("")),
        ("/currency", json!(840)),
        ("/beneficiaryAddress", json!("1 Road")),
        ("/beneficiaryAddress/country", json!("ARE")),
        ("/beneficiaryAddress/country", json!("XX")),
        ("/beneficiaryBankAddress/country", json!("United Arab Emirates")),
        ("/intermediaryBankAddress/country", json!("")),
        ("/beneficiaryAccountNumber", json!(123)),
        ("/beneficiaryBankMemo", json!(["memo"])),
    ];
    for (pointer, value) in bad {
        api.post(&banks, &with(&business(), pointer, value)).await.invalid(&[pointer]);
    }
    assert_eq!(api.get(&banks).await.ok(), json!([]), "a refused account leaves nothing behind");
}

#[tokio::test]
async fn unknown_properties_are_ignored() {
    let api = Api::start().await;
    let banks = format!("{}/bankinfo", api.add(&customer()).await);
    let more = but(&instruction(), &[("/status", Some("ACTIVE".into())), ("/beneficiaryAddress/x", Some(1.into()))]);
    let made = api.post(&banks, &more).await.ok();
    assert_eq!((&made["bankAccount"], &made["status"]), (&instruction(), &json!("COOLING_OFF")));
}
