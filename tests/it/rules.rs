//! Each rule that the documents state in prose: a server that ignores just this one is found, and the drift quotes the sentence.

use conform::case::Call;
use conform::drift::{Drift, Level};
use conform::plan::{Selection, family};
use serde_json::{Value, json};

use crate::SUITE;
use crate::proxy::Proxy;

/// A rule of the documents, and a server that does not know it.
struct Rule {
    /// The sentence, or what a drift has to quote of it.
    sentence: &'static str,
    operation: &'static str,
    method: &'static str,
    path_end: &'static str,
    /// Makes a request that breaks the rule one that keeps it, so that the healthy server behind takes it.
    mend: fn(&mut Value),
}

const fn add(sentence: &'static str, mend: fn(&mut Value)) -> Rule {
    Rule { sentence, operation: "AddCustomer", method: "POST", path_end: "/customers", mend }
}

const fn update(sentence: &'static str, mend: fn(&mut Value)) -> Rule {
    Rule { sentence, operation: "UpdateOneCustomer", method: "PATCH", path_end: "", mend }
}

const fn account(sentence: &'static str, mend: fn(&mut Value)) -> Rule {
    Rule { sentence, operation: "AddCustomerBankInformation", method: "POST", path_end: "/bankinfo", mend }
}

/// Fills in `member` where it is absent and `when` has the value `is`.
fn fill(body: &mut Value, when: &str, is: &str, member: &str, value: Value) {
    if body[when] == is && body.get(member).is_none() {
        body[member] = value;
    }
}

/// Makes a country of what is a string without being one.
fn country(place: Option<&mut Value>) {
    if let Some(place) = place.filter(|value| value.is_string()) {
        *place = json!("AE");
    }
}

const COUNTRY: &str = "Country string that matches either ISO 3166 name, ISO 3166-1 A-2 or ISO 3166-1 A-3.";
const RECOGNISED: &str = "This field is required if electronicFacialRecognition is SUCCESS.";
const COMPLETE: &str = "When providing address or employer address, all respective required fields must be included.";

const RULES: &[Rule] = &[
    add("Required only when employmentStatus is 'Employed'.", |body| {
        fill(body, "employmentStatus", "Employed", "employerName", json!("Example Trading LLC"));
    }),
    add("Required only when employmentStatus is 'Employed'.", |body| {
        fill(body, "employmentStatus", "Employed", "employerAddress", json!("1 Sheikh Zayed Road"));
    }),
    add("This field is required if sanctionsScreeningCompleted is YES", |body| {
        let value = json!("2024-01-15T09:30:00Z");
        fill(body, "sanctionsScreeningCompleted", "YES", "sanctionsScreeningCompletedAt", value);
    }),
    add("This field is required if pepScreeningCompleted is YES", |body| {
        fill(body, "pepScreeningCompleted", "YES", "pepScreeningCompletedAt", json!("2024-01-15T09:30:00Z"));
    }),
    add("This field is required if livenessCheckCompleted is YES", |body| {
        fill(body, "livenessCheckCompleted", "YES", "livenessCheckCompletedAt", json!("2024-01-15T09:30:00Z"));
    }),
    add("Required if not all EFR-related parameters are provided", |body| {
        if body.is_object() && body.get("livenessCheckCompleted").is_none() {
            body["livenessCheckCompleted"] = json!("NO");
        }
    }),
    add(RECOGNISED, |body| {
        fill(body, "electronicFacialRecognition", "SUCCESS", "documentExpiryDate", json!("2045-06-30T00:00:00Z"));
    }),
    add(RECOGNISED, |body| fill(body, "electronicFacialRecognition", "SUCCESS", "emiratesId", json!("784-1"))),
    add("Must be a future date.", |body| {
        let date = body.get("documentExpiryDate").and_then(Value::as_str).unwrap_or_default();
        if ["0", "1", "200", "201", "2020"].iter().any(|past| date.starts_with(past)) {
            body["documentExpiryDate"] = json!("2045-06-30T00:00:00Z");
        }
    }),
    add(COUNTRY, |body| country(body.get_mut("nationality"))),
    add(COUNTRY, |body| country(body.pointer_mut("/address/country"))),
    add(COUNTRY, |body| country(body.pointer_mut("/employerAddress/country"))),
    update(COUNTRY, |body| country(body.pointer_mut("/employerAddress/country"))),
    update(COMPLETE, |body| complete(body, "address")),
    update(COMPLETE, |body| complete(body, "employerAddress")),
    update("When updating employment status to EMPLOYED, employer address becomes required.", |body| {
        let address =
            json!({"streetNumber": "1", "streetName": "S", "city": "Dubai", "state": "Dubai", "country": "AE"});
        fill(body, "employmentStatus", "Employed", "employerAddress", address);
    }),
    account("Required for INDIVIDUAL beneficiary type", |body| {
        fill(body, "beneficiaryType", "INDIVIDUAL", "beneficiaryGivenNames", json!("Amina"));
    }),
    account("Required for INDIVIDUAL beneficiary type", |body| {
        fill(body, "beneficiaryType", "INDIVIDUAL", "beneficiarySurnames", json!("Hassan"));
    }),
    account("Required for BUSINESS beneficiary type", |body| {
        fill(body, "beneficiaryType", "BUSINESS", "beneficiaryLegalName", json!("Example Trading LLC"));
    }),
    account("ISO 3-letter currency code", |body| {
        if body["currency"].is_string() {
            body["currency"] = json!("AED");
        }
    }),
    account("ISO 3166-1 alpha-2 country code", |body| country(body.pointer_mut("/beneficiaryAddress/country"))),
    account("ISO 3166-1 alpha-2 country code", |body| country(body.pointer_mut("/beneficiaryBankAddress/country"))),
];

/// Fills in what an address lacks.
fn complete(body: &mut Value, member: &str) {
    let Some(address) = body.get_mut(member).and_then(Value::as_object_mut) else { return };
    for (name, value) in [("streetNumber", "1"), ("streetName", "S"), ("city", "D"), ("state", "D"), ("country", "AE")]
    {
        address.entry(name).or_insert_with(|| json!(value));
    }
    if member == "address" {
        address.entry("addressType").or_insert_with(|| json!("RESIDENTIAL"));
    }
}

/// What a body of this operation can show: cases by their families, and the written refusals.
fn telling(operation: &str) -> Vec<String> {
    const TELLING: [&str; 6] =
        ["minimal", "full", "missing-required", "broken-branch", "broken-pattern", "forbidden-value"];
    let names = SUITE.cases.iter().filter(|case| {
        let own = case.steps.iter().any(|step| matches!(&step.call, Call::Operation(id) if &*id.0 == operation));
        own && (TELLING.contains(&family(case)) || case.name.starts_with("refusals/"))
    });
    names.map(|case| case.name.clone()).collect()
}

/// The errors of a server that knows every rule but `ignored`.
async fn errors(operation: &str, ignored: Option<&'static Rule>) -> Vec<Drift> {
    let proxy = Proxy::mending(move |asked| {
        if let Some(rule) = ignored
            && asked.method == rule.method
            && asked.path().ends_with(rule.path_end)
        {
            asked.edit(rule.mend);
        }
    })
    .await;
    let selection = Selection { cases: telling(operation), ..Selection::default() };
    let outcome = crate::run_selected(&SUITE, 1, &proxy.base_url, &proxy.token, selection).await;
    outcome.drifts.into_iter().filter(|drift| drift.level == Level::Error).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ignores_one_rule_is_found_by_its_sentence() {
    for rule in RULES {
        let found = errors(rule.operation, Some(rule)).await;
        let quotes = |drift: &Drift| drift.says.as_ref().is_some_and(|says| says.contains(rule.sentence));
        let said: Vec<_> = found.iter().map(|drift| (&drift.id, &drift.says)).collect();
        assert!(found.iter().any(quotes), "{}: {}\n{said:#?}", rule.operation, rule.sentence);
        assert!(found.iter().all(|drift| drift.operation == rule.operation), "{}\n{said:#?}", rule.sentence);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_keeps_them_all_is_not_found() {
    for operation in ["AddCustomer", "UpdateOneCustomer", "AddCustomerBankInformation"] {
        let found = errors(operation, None).await;
        assert!(found.is_empty(), "{found:#?}");
    }
}
