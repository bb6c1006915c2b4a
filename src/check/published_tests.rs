//! The published documents: what a conformant implementation may answer, and what it may not.

use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::pages::verdicts;
use crate::contract::{Contract, StatusMatch};
use crate::schema::Direction;
use crate::schema::sample::{Sampler, Seed};

const ID: &str = "3F2504E0-4F89-41D3-9A0C-0305E82C3301";

static SPECS: LazyLock<Contract> = LazyLock::new(|| {
    let specs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/specs"));
    Contract::load(&[specs], &[]).unwrap_or_else(|errors| panic!("{errors:?}"))
});

fn said(contract: &Contract, block: &Value) -> Vec<String> {
    verdicts(contract, block).into_iter().map(|(name, _)| name).collect()
}

fn json_of(request: &str, status: u16, body: &Value) -> Value {
    json!({"request": request, "status": status, "headers": {"Content-Type": "application/json; charset=utf-8"}, "body": body})
}

fn address() -> Value {
    json!({"addressLine1": "1 Main St", "addressLine2": null, "city": "Dubai", "region": "Dubai", "postalCode": null, "country": "AE"})
}

fn instruction() -> Value {
    json!({"beneficiaryType": "INDIVIDUAL", "currency": "AED", "beneficiaryAddress": address(), "beneficiaryBankName": "Bank",
        "beneficiaryBankAddress": address(), "beneficiaryBankBic": null, "routingCode": null, "beneficiaryAccountNumber": "AE07"})
}

/// One full and one minimal answer of each operation.
fn conformant() -> Vec<Value> {
    let customer = json!({"customerId": ID, "referenceId": "", "customerStatus": "ONBOARDING_FAILED", "customerType": "WEALTH",
        "onboardingStatus": "UNDER_REVIEW", "createDate": "2024-02-29T23:59:59.999999999+14:00", "customerPreTradeRiskGroup": "LOW",
        "accounts": [{"accountNumber": "1", "accountName": null, "accountId": ID, "accountStatus": "CREATING", "accountType": "CASH"}]});
    let details = json!({"customerId": ID, "electronicFacialRecognitionStatus": "NA", "documentExpiryDate": null, "emiratesId": null,
        "documents": [{"documentType": "PASSPORT", "documentStatus": "NOT_APPLICABLE"}, {}],
        "kycDetails": {"fullName": "A", "dateOfBirth": null, "employerName": null, "employerAddress": "1 Main St", "netWorth": null,
            "address": {"streetName": "Main", "unit": null, "city": "Dubai", "state": "Dubai", "country": "AE", "addressType": "BUSINESS"}}});
    let bank = "/v1/customers/7/bankinfo";
    let stored = json!({"bankAccountId": ID, "bankAccountInformation": instruction(), "status": "COOLED_OFF", "statusReason": null});
    let pending = json!({"bankAccountId": ID, "customerId": ID, "coolingOffEndTime": "2026-01-01T00:00:00Z", "status": "PENDING",
        "createdAt": "2026-01-01T00:00:00.5-00:00", "bankAccount": instruction()});
    vec![
        json_of("GET /v1/customers", 200, &json!({"after": null, "totalCount": "1", "items": [customer, {}]})),
        json_of("GET /v1/customers", 200, &json!({})),
        json_of("GET /v1/customers/7", 200, &details),
        json_of("GET /v1/customers/7", 200, &json!({"kycDetails": null})),
        json_of(
            "POST /v1/customers",
            200,
            &json!({"customerId": ID.to_lowercase(), "createdAt": "2026-01-01t00:00:00z", "documents": []}),
        ),
        json_of("POST /v1/customers", 200, &json!({})),
        json_of(
            "PATCH /v1/customers/7",
            200,
            &json!({"customerId": ID, "fullName": null, "dateOfBirth": "2000-01-31", "employmentStatus": "Self-Employed"}),
        ),
        json_of("PATCH /v1/customers/7", 200, &json!({"customerId": ID})),
        json_of(&format!("GET {bank}"), 200, &json!([stored, stored])),
        json_of(&format!("GET {bank}"), 200, &json!([])),
        json_of(&format!("POST {bank}"), 200, &pending),
        json_of(&format!("GET {bank}/8"), 200, &json!([stored])),
        json_of(&format!("DELETE {bank}/8"), 200, &json!({"bankAccountId": "8", "status": ""})),
    ]
}

#[test]
fn every_operation_may_answer_as_its_document_says() {
    let blocks = conformant();
    for operation in &SPECS.operations {
        let mut answered = blocks.iter().filter(|block| {
            let exchange = super::pages::exchange(block);
            super::pages::called(&SPECS, &exchange.request).id == operation.id
        });
        assert!(answered.next().is_some(), "no answer of {}", operation.id);
    }
    for block in &blocks {
        assert_eq!(said(&SPECS, block), [""; 0], "{block}");
    }
}

/// Refusals document no content, so anything goes: nothing, JSON, problem details, a page.
#[test]
fn every_operation_may_refuse_in_whatever_form() {
    let bodies = [
        json!({}),
        json!({"headers": {"Content-Type": "application/problem+json"}, "body": {"title": "no", "status": 401}}),
        json!({"headers": {"Content-Type": "text/html"}, "body": "<h1>no</h1>"}),
        json!({"headers": {"Content-Type": "application/json"}, "body": {"error": "no"}}),
    ];
    for block in conformant() {
        for body in &bodies {
            let mut refusal = json!({"request": block["request"], "intent": "unauthorized", "status": 401});
            refusal["body"] = body["body"].clone();
            refusal["headers"] = json!({"WWW-Authenticate": "Bearer", "Date": "Fri, 01 Jan 2027 00:00:00 GMT"});
            if let Some(label) = body["headers"].get("Content-Type") {
                refusal["headers"]["Content-Type"] = label.clone();
            }
            assert_eq!(said(&SPECS, &refusal), [""; 0], "{refusal}");
        }
    }
}

#[test]
fn a_documented_range_speaks_for_every_client_error() {
    for status in [400, 402, 403, 405, 409, 410, 415, 422, 429, 451] {
        let block = json!({"request": "POST /v1/customers", "intent": {"invalid": "body"}, "status": status, "headers": {"Allow": "GET"}});
        assert_eq!(said(&SPECS, &block), [""; 0], "{status}");
    }
}

#[test]
fn drifts_of_the_published_documents_have_their_ids() {
    for (block, expected) in [
        (
            json_of(
                "GET /v1/customers",
                200,
                &json!({"items": [{"customerStatus": "active", "customerId": "7"}], "totalCount": 3}),
            ),
            vec![
                "error wrong-body/GetAllCustomers/200/items/*/customerId/format",
                "error wrong-body/GetAllCustomers/200/items/*/customerStatus/enum",
                "error wrong-body/GetAllCustomers/200/totalCount/type",
            ],
        ),
        // The documents say `createDate` here and `createdAt` there.
        (
            json_of("GET /v1/customers", 200, &json!({"items": [{"createdAt": "2026-01-01T00:00:00Z"}]})),
            vec!["warning undocumented-property/GetAllCustomers/200/items/*/createdAt"],
        ),
        // `allOf` beside `nullable`, `$ref` beside `nullable`: meant, and not said.
        (
            json_of("GET /v1/customers", 200, &json!({"items": [{"customerPreTradeRiskGroup": null}]})),
            vec!["warning ambiguous-null/GetAllCustomers/200/items/*/customerPreTradeRiskGroup/type"],
        ),
        (
            json_of("PATCH /v1/customers/7", 200, &json!({"customerId": ID, "address": null})),
            vec!["warning ambiguous-null/UpdateOneCustomer/200/address/type"],
        ),
        (
            json_of("GET /v1/customers/7", 200, &json!({"customerPreTradeRiskGroup": null})),
            vec!["error wrong-body/GetOneCustomer/200/customerPreTradeRiskGroup/type"],
        ),
        (
            json!({"request": "GET /v1/customers", "intent": {"invalid": "query limit type"}, "status": 400}),
            vec!["warning undocumented-status/GetAllCustomers/400/invalid"],
        ),
        (
            json!({"request": "GET /v1/customers", "intent": "unauthorized", "status": 403}),
            vec!["error undocumented-status/GetAllCustomers/403/unauthorized"],
        ),
        (json_of("GET /v1/customers", 200, &json!([])), vec!["error wrong-body/GetAllCustomers/200/type"]),
    ] {
        assert_eq!(said(&SPECS, &block), expected, "{block}");
    }
}

/// Whatever conforms to the documented schema passes on its way through text, JSON and all checks.
#[test]
fn conforming_values_of_every_documented_response_are_silent() {
    let sampler = Sampler::new(&SPECS.schemas);
    for operation in &SPECS.operations {
        let request = format!("{} {}", operation.method, operation.path.text.replace(['{', '}'], ""));
        for response in &operation.responses {
            let StatusMatch::Code(status) = response.status else { continue };
            for schema in response.content.iter().filter_map(|media| media.schema.as_ref()) {
                let least = sampler.minimal(schema, Direction::Response).unwrap();
                let fullest = sampler.full(schema, Direction::Response).unwrap();
                let random = (0..60).map(|seed| sampler.random(schema, Direction::Response, Seed::from(seed)).unwrap());
                for body in [least, fullest].into_iter().chain(random) {
                    // As text, because a string would stand for itself in a block.
                    let block = json_of(&request, status, &Value::String(body.to_string()));
                    assert_eq!(said(&SPECS, &block), [""; 0], "{} {status}: {body}", operation.id);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a server sends, ids are made of what the document says.
    #[test]
    fn ids_hold_nothing_that_a_server_sent(text in "[A-Z]{12}", number in 1000i64.., items in 1usize..5) {
        let item = json!({"customerStatus": text, "customerId": number, "accounts": [{"accountName": number}], "createDate": text});
        let body = json!({"items": vec![item; items], "after": number});
        let block = json_of("GET /v1/customers", 200, &body);
        for (id, finding) in verdicts(&SPECS, &block) {
            for sent in [&text, &number.to_string()] {
                prop_assert!(!id.contains(sent.as_str()), "{id}");
                prop_assert!(!finding.message.contains(sent.as_str()), "{}", finding.message);
                prop_assert!(!finding.promised.contains(sent.as_str()) && !finding.remedy.contains(sent.as_str()));
            }
        }
        prop_assert_eq!(said(&SPECS, &block), [
            "error wrong-body/GetAllCustomers/200/after/type",
            "error wrong-body/GetAllCustomers/200/items/*/accounts/*/accountName/type",
            "error wrong-body/GetAllCustomers/200/items/*/createDate/format",
            "error wrong-body/GetAllCustomers/200/items/*/customerId/type",
            "error wrong-body/GetAllCustomers/200/items/*/customerStatus/enum",
        ]);
    }

    /// Hostile answers are judged, never a crash.
    #[test]
    fn any_bytes_are_judged(body in prop::collection::vec(any::<u8>(), 0..200), label in ".{0,40}", status in 100u16..1000) {
        let latin1: String = body.iter().copied().map(char::from).collect();
        let block = json!({"request": "GET /v1/customers", "status": status, "headers": {"Content-Type": label}, "latin1": latin1});
        verdicts(&SPECS, &block);
        let block = json!({"request": "GET /v1/customers", "status": 200, "headers": {"Content-Type": "application/json"}, "latin1": latin1});
        verdicts(&SPECS, &block);
    }
}
