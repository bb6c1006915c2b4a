//! `AddCustomer` and `GetOneCustomer`.

use super::{Api, UNKNOWN, but, customer, with, without};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

pub(super) fn full() -> Value {
    let mut body = customer();
    let more = json!({
        "nationality": "United Arab Emirates",
        "address": {
            "streetNumber": "1", "streetName": "Main Street", "unit": "2", "poBox": "3", "postalCode": "4",
            "city": "Dubai", "state": "Dubai", "country": "ARE", "addressType": "GEOGRAPHIC"
        },
        "employmentStatus": "Employed",
        "employerName": "Employer",
        "employerAddress": {
            "streetNumber": "1", "streetName": "Main Street", "unit": "2", "poBox": "3", "postalCode": "4",
            "city": "Dubai", "state": "Dubai", "country": "AE"
        },
        "sanctionsScreeningCompleted": "YES", "sanctionsScreeningCompletedAt": "2024-01-01T00:00:00Z",
        "pepScreeningCompleted": "YES", "pepScreeningCompletedAt": "2024-01-01T00:00:00+04:00",
        "livenessCheckCompleted": "YES", "livenessCheckCompletedAt": "2024-01-01T00:00:00.123Z",
        "isPEP": "YES", "isSanctioned": "YES",
        "electronicFacialRecognition": "SUCCESS",
        "documentExpiryDate": "2999-12-31T23:59:59.5Z",
        "emiratesId": "784-0000-0000000-0",
        "customerSegment": "HNW", "netWorth": "1", "incomeCurrency": "dirham",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Every way to leave one member out, at any depth.
pub(super) fn members(body: &Value, at: &str) -> Vec<String> {
    let object = body.as_object().into_iter().flatten();
    object
        .flat_map(|(name, value)| {
            let pointer = format!("{at}/{name}");
            [vec![pointer.clone()], members(value, &pointer)].concat()
        })
        .collect()
}

#[tokio::test]
async fn a_new_customer_is_at_the_start_of_onboarding() {
    let api = Api::start().await;
    let before = Timestamp::now();
    let made = api.post("/v1/customers", &customer()).await.ok();
    let created: Timestamp = made["createdAt"].as_str().unwrap().parse().unwrap();
    assert!(created.duration_since(before).abs() < SignedDuration::from_secs(10));
    assert!(made["createdAt"].as_str().unwrap().ends_with('Z'));
    let pending = |kind: &str| json!({ "documentType": kind, "documentStatus": "PENDING_RECEIPT" });
    let documents = json!([pending("PASSPORT"), pending("NATIONAL_ID_FRONT"), pending("NATIONAL_ID_BACK")]);
    assert_eq!(
        without(&without(&made, "/customerId"), "/createdAt"),
        json!({
            "referenceId": "test-1", "customerStatus": "ONBOARDING", "customerType": "RETAIL",
            "onboardingStatus": "PENDING_DOCUMENTATION_RECEIPT", "documents": documents
        })
    );
}

#[tokio::test]
async fn what_was_written_can_be_read_at_once() {
    let api = Api::start().await;
    let made = api.post("/v1/customers", &full()).await.ok();
    let read = api.get(&format!("/v1/customers/{}", made["customerId"].as_str().unwrap())).await.ok();
    for name in ["customerId", "referenceId", "customerStatus", "customerType", "onboardingStatus", "documents"] {
        assert_eq!(read[name], made[name], "{name}");
    }
    assert_eq!(read["createDate"], made["createdAt"]);
    assert_eq!(read["accounts"], json!([]));
    assert_eq!(read["electronicFacialRecognitionStatus"], "SUCCESS");
    let wrote = full();
    assert_eq!(
        (&read["documentExpiryDate"], &read["emiratesId"]),
        (&wrote["documentExpiryDate"], &wrote["emiratesId"])
    );
    for (name, value) in read["kycDetails"].as_object().unwrap() {
        assert_eq!(value, &wrote[name], "{name}");
    }
    assert_eq!(read["kycDetails"].as_object().unwrap().len(), 10);
}

#[tokio::test]
async fn what_was_not_written_is_null_or_absent_as_the_schema_says() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let read = api.get(&one).await.ok();
    let address = &read["kycDetails"]["address"];
    assert_eq!(address.get("streetNumber"), None);
    assert_eq!(
        (&address["unit"], &address["poBox"], &address["postalCode"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(read["electronicFacialRecognitionStatus"], "NA", "the documented default");
    for name in ["documentExpiryDate", "emiratesId"] {
        assert_eq!(read.get(name), Some(&Value::Null), "{name}");
    }
    for name in ["employerName", "netWorth", "incomeCurrency"] {
        assert_eq!(read["kycDetails"].get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(read["kycDetails"].get("employerAddress"), None);
    assert_eq!(read.get("customerPreTradeRiskGroup"), None);
}

#[tokio::test]
async fn the_employer_address_has_two_forms() {
    let api = Api::start().await;
    let text = api.add(&with(&full(), "/employerAddress", "1 Road, City")).await;
    assert_eq!(api.get(&text).await.ok()["kycDetails"]["employerAddress"], "1 Road, City");
    let short = json!({ "streetName": "Road", "city": "City", "state": "State", "country": "GB" });
    let short = api.add(&with(&full(), "/employerAddress", short)).await;
    let read = api.get(&short).await.ok();
    assert_eq!(
        read["kycDetails"]["employerAddress"],
        json!({ "streetName": "Road", "city": "City", "state": "State", "country": "GB",
            "unit": null, "poBox": null, "postalCode": null })
    );
    // Null is the object's nullable form; the answer cannot say it.
    let null = api.add(&with(&full(), "/employerAddress", Value::Null)).await;
    assert_eq!(api.get(&null).await.ok()["kycDetails"].get("employerAddress"), None);
    for wrong in [json!(1), json!([]), json!(true)] {
        api.post("/v1/customers", &with(&full(), "/employerAddress", wrong)).await.invalid(&["/employerAddress"]);
    }
}

#[tokio::test]
async fn each_required_property_is_required_and_no_other() {
    let api = Api::start().await;
    // With all three EFR parameters given, the liveness check is optional; SUCCESS makes two of them required.
    let required = [
        "/referenceId",
        "/fullName",
        "/nationality",
        "/address",
        "/address/streetName",
        "/address/city",
        "/address/state",
        "/address/country",
        "/address/addressType",
        "/placeOfBirth",
        "/dateOfBirth",
        "/sanctionsScreeningCompleted",
        "/sanctionsScreeningCompletedAt",
        "/pepScreeningCompleted",
        "/pepScreeningCompletedAt",
        "/livenessCheckCompletedAt",
        "/isPEP",
        "/isSanctioned",
        "/employmentStatus",
        "/employerName",
        "/employerAddress",
        "/employerAddress/streetName",
        "/employerAddress/city",
        "/employerAddress/state",
        "/employerAddress/country",
        "/documentExpiryDate",
        "/emiratesId",
    ];
    for pointer in members(&full(), "") {
        let answer = api.post("/v1/customers", &without(&full(), &pointer)).await;
        if required.contains(&pointer.as_str()) {
            answer.invalid(&[&pointer]);
        } else {
            answer.ok();
        }
    }
}

#[tokio::test]
async fn each_property_has_its_type_and_is_not_null() {
    let api = Api::start().await;
    for pointer in members(&full(), "") {
        for wrong in [Value::Null, json!(1), json!(true), json!([]), json!({})] {
            if pointer == "/employerAddress" && wrong.is_null() {
                continue;
            }
            let answer = api.post("/v1/customers", &with(&full(), &pointer, wrong.clone())).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{pointer} {wrong}");
        }
    }
}

#[tokio::test]
async fn enums_take_their_words_only() {
    let api = Api::start().await;
    let yes_or_no: &[&str] = &["YES", "NO"];
    let enums: [(&str, &[&str]); 9] = [
        ("/sanctionsScreeningCompleted", yes_or_no),
        ("/pepScreeningCompleted", yes_or_no),
        ("/livenessCheckCompleted", yes_or_no),
        ("/isPEP", yes_or_no),
        ("/isSanctioned", yes_or_no),
        ("/employmentStatus", &["Employed", "Unemployed", "Retired", "Student", "Self-Employed"]),
        ("/address/addressType", &["RESIDENTIAL", "BUSINESS", "GEOGRAPHIC"]),
        ("/electronicFacialRecognition", &["SUCCESS", "FAILED", "NA"]),
        ("/customerSegment", &["RETAIL", "HNW"]),
    ];
    for (pointer, words) in enums {
        for word in words {
            api.post("/v1/customers", &with(&full(), pointer, *word)).await.ok();
            for near in
                [word.to_lowercase(), word.to_uppercase(), format!("{word} "), format!("{word}S"), String::new()]
            {
                if !words.contains(&near.as_str()) {
                    api.post("/v1/customers", &with(&full(), pointer, near)).await.invalid(&[pointer]);
                }
            }
        }
    }
}

#[tokio::test]
async fn formats_and_countries_are_checked() {
    let api = Api::start().await;
    let good = [
        ("/dateOfBirth", "2000-02-29"),
        ("/dateOfBirth", "0001-01-01"),
        ("/sanctionsScreeningCompletedAt", "2024-06-30T23:59:59-12:00"),
        ("/documentExpiryDate", "9999-12-31T23:59:59Z"),
        ("/nationality", "AE"),
        ("/nationality", "ARE"),
        ("/nationality", "Korea (the Republic of)"),
        ("/address/country", "Côte d'Ivoire"),
        ("/employerAddress/country", "GBR"),
        ("/incomeCurrency", "anything"),
        ("/fullName", ""),
        ("/fullName", "\u{0}\u{202e}名前"),
        ("/employerName", ""),
    ];
    for (pointer, value) in good {
        api.post("/v1/customers", &with(&full(), pointer, value)).await.ok();
    }
    let bad = [
        ("/dateOfBirth", "2001-02-29"),
        ("/dateOfBirth", "01/02/2000"),
        ("/dateOfBirth", "2000-01-01T00:00:00Z"),
        ("/dateOfBirth", ""),
        ("/sanctionsScreeningCompletedAt", "2024-01-01"),
        ("/pepScreeningCompletedAt", "2024-01-01T00:00:00"),
        ("/livenessCheckCompletedAt", "yesterday"),
        ("/documentExpiryDate", "2999-13-01T00:00:00Z"),
        ("/nationality", "Emirati"),
        ("/nationality", ""),
        ("/address/country", "XX"),
        ("/employerAddress/country", "ZZZ"),
    ];
    for (pointer, value) in bad {
        api.post("/v1/customers", &with(&full(), pointer, value)).await.invalid(&[pointer]);
    }
}

#[tokio::test]
async fn an_employer_is_required_only_of_the_employed() {
    let api = Api::start().await;
    let nobody = but(&full(), &[("/employerName", None), ("/employerAddress", None)]);
    api.post("/v1/customers", &nobody).await.invalid(&["/employerName", "/employerAddress"]);
    for status in ["Unemployed", "Retired", "Student", "Self-Employed"] {
        api.post("/v1/customers", &with(&nobody, "/employmentStatus", status)).await.ok();
        api.post("/v1/customers", &with(&full(), "/employmentStatus", status)).await.ok();
    }
}

#[tokio::test]
async fn a_completed_check_needs_its_time() {
    let api = Api::start().await;
    for name in ["sanctionsScreeningCompleted", "pepScreeningCompleted", "livenessCheckCompleted"] {
        let (said, at) = (format!("/{name}"), format!("/{name}At"));
        let bare = without(&full(), &at);
        api.post("/v1/customers", &bare).await.invalid(&[&at]);
        api.post("/v1/customers", &with(&bare, &said, "NO")).await.ok();
        api.post("/v1/customers", &with(&full(), &said, "NO")).await.ok();
    }
}

#[tokio::test]
async fn liveness_is_optional_only_beside_all_of_facial_recognition() {
    let api = Api::start().await;
    let bare = but(&full(), &[("/livenessCheckCompleted", None), ("/livenessCheckCompletedAt", None)]);
    api.post("/v1/customers", &bare).await.ok();
    for result in ["FAILED", "NA"] {
        let other = with(&bare, "/electronicFacialRecognition", result);
        api.post("/v1/customers", &other).await.ok();
        for missing in ["/documentExpiryDate", "/emiratesId"] {
            api.post("/v1/customers", &without(&other, missing)).await.invalid(&["/livenessCheckCompleted"]);
        }
    }
    let unsaid = without(&bare, "/electronicFacialRecognition");
    api.post("/v1/customers", &unsaid).await.invalid(&["/livenessCheckCompleted"]);
    api.post("/v1/customers", &without(&customer(), "/livenessCheckCompleted"))
        .await
        .invalid(&["/livenessCheckCompleted"]);
}

#[tokio::test]
async fn facial_recognition_success_needs_a_document_that_is_still_valid() {
    let api = Api::start().await;
    let bare = but(&full(), &[("/documentExpiryDate", None), ("/emiratesId", None)]);
    api.post("/v1/customers", &bare).await.invalid(&["/documentExpiryDate", "/emiratesId"]);
    for result in ["FAILED", "NA"] {
        api.post("/v1/customers", &with(&bare, "/electronicFacialRecognition", result)).await.ok();
    }
    let now = Timestamp::now();
    for (seconds, fine) in [(-86_400, false), (-1, false), (30, true), (86_400, true)] {
        let at = now + SignedDuration::from_secs(seconds);
        for result in ["SUCCESS", "NA"] {
            let body = with(&full(), "/electronicFacialRecognition", result);
            let answer = api.post("/v1/customers", &with(&body, "/documentExpiryDate", at.to_string())).await;
            if fine {
                answer.ok();
            } else {
                answer.invalid(&["/documentExpiryDate"]);
            }
        }
    }
}

#[tokio::test]
async fn an_expiry_in_another_zone_is_read_in_utc() {
    let api = Api::start().await;
    let one = api.add(&with(&full(), "/documentExpiryDate", "2999-01-01T02:00:00+04:00")).await;
    assert_eq!(api.get(&one).await.ok()["documentExpiryDate"], "2998-12-31T22:00:00Z");
}

#[tokio::test]
async fn unknown_properties_are_ignored() {
    let api = Api::start().await;
    let more = but(
        &full(),
        &[
            ("/customerId", Some(UNKNOWN.into())),
            ("/customerStatus", Some("ACTIVE".into())),
            ("/address/planet", Some("Earth".into())),
            ("/employerAddress/planet", Some("Earth".into())),
            ("/electronicFacialRecognitionStatus", Some("FAILED".into())),
        ],
    );
    let one = api.add(&more).await;
    assert!(!one.ends_with(UNKNOWN));
    let read = api.get(&one).await.ok();
    assert_eq!(read["customerStatus"], "ONBOARDING");
    assert_eq!(read["electronicFacialRecognitionStatus"], "SUCCESS");
}

#[tokio::test]
async fn a_refused_customer_leaves_nothing_behind() {
    let api = Api::start().await;
    api.post("/v1/customers", &with(&full(), "/referenceId", 1)).await.invalid(&["/referenceId"]);
    api.post("/v1/customers", &without(&with(&full(), "/referenceId", "ghost"), "/isPEP")).await.invalid(&["/isPEP"]);
    assert_eq!(api.get("/v1/customers").await.ok()["totalCount"], "28");
    assert_eq!(api.get("/v1/customers?referenceId=ghost").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn a_reference_may_be_used_twice() {
    let api = Api::start().await;
    assert_ne!(api.add(&customer()).await, api.add(&customer()).await);
    assert_eq!(api.get("/v1/customers?referenceId=test-1").await.ok()["totalCount"], "2");
}

#[tokio::test]
async fn an_id_is_a_uuid_and_known() {
    let api = Api::start().await;
    let path = format!("/v1/customers/{UNKNOWN}");
    assert_eq!(api.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.patch(&path, &json!({})).await.status, StatusCode::NOT_FOUND);
    for id in ["abc", "1", "null", "00000000-0000-4000-8000-00000000000", "00000000000040008000000000000000"] {
        api.get(&format!("/v1/customers/{id}")).await.invalid(&["customerId"]);
        api.patch(&format!("/v1/customers/{id}"), &json!({})).await.invalid(&["customerId"]);
    }
    let one = api.add(&customer()).await;
    let (base, id) = one.rsplit_once('/').unwrap();
    let read = api.get(&one).await.ok();
    assert_eq!(api.get(&format!("{base}/{}", id.to_uppercase())).await.ok(), read);
    assert_eq!(api.get(&format!("{base}/%{:02x}{}", id.as_bytes()[0], &id[1..])).await.ok(), read);
}

#[tokio::test]
async fn every_sandbox_starts_with_the_same_customers() {
    let (one, two) = (Api::start().await, Api::start().await);
    assert_eq!(one.all().await, two.all().await);
    for path in one.all().await {
        assert_eq!(one.get(&path).await.ok(), two.get(&path).await.ok());
    }
    assert_eq!(one.add(&customer()).await, two.add(&customer()).await);
}

#[tokio::test]
async fn seeds_differ_in_what_is_known_of_them() {
    let api = Api::start().await;
    let mut customers = Vec::new();
    for path in api.all().await {
        customers.push((api.get(&path).await.ok(), api.get(&format!("{path}/bankinfo")).await.ok()));
    }
    let any = |test: &dyn Fn(&Value, &Value) -> bool| customers.iter().any(|(one, banks)| test(one, banks));
    assert!(any(&|one, _| one["kycDetails"]["employerAddress"].is_string()));
    assert!(any(&|one, _| one["kycDetails"]["employerAddress"].is_object()));
    assert!(any(&|one, _| one["kycDetails"].is_object() && one["kycDetails"].get("employmentStatus").is_none()));
    assert!(any(&|one, _| one.get("customerPreTradeRiskGroup").is_none()));
    assert!(any(&|one, _| one.get("electronicFacialRecognitionStatus").is_none()));
    for list in ["accounts", "documents"] {
        assert!(any(&|one, _| one[list] == json!([])) && any(&|one, _| one[list] != json!([])), "{list}");
    }
    assert!(any(&|_, banks| *banks == json!([])) && any(&|_, banks| *banks != json!([])));
    let mut references: Vec<_> = customers.iter().map(|(one, _)| one["referenceId"].to_string()).collect();
    references.sort_unstable();
    references.dedup();
    assert_eq!((customers.len(), references.len()), (28, 25));
}
