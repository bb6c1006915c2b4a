//! Probes that send one body each: what is required, allowed and refused, one promise at a time.

use serde_json::{Value, json};

use super::super::{but, customer, instruction, with, without};
use super::step::{Probe, Step, get, patch, post, probe, send};

pub(super) fn probes() -> impl Iterator<Item = Probe> {
    created().chain(updated()).chain(added()).chain(no_json())
}

/// Changes of a body: a pointer, and the value that is put there; `absent` takes the member away.
type Changes = Value;

fn changed(body: &Value, changes: &Changes) -> Value {
    let one = |(pointer, value): (&String, &Value)| {
        (pointer.clone(), Some(value.clone()).filter(|value| *value != json!("absent")))
    };
    let changes: Vec<(String, Option<Value>)> = changes.as_object().unwrap().iter().map(one).collect();
    let changes: Vec<(&str, Option<Value>)> = changes.iter().map(|(at, value)| (at.as_str(), value.clone())).collect();
    but(body, &changes)
}

fn employer() -> Value {
    json!({ "streetNumber": "1", "streetName": "Road", "city": "London", "state": "England", "country": "GB" })
}

fn address() -> Value {
    json!({ "streetNumber": "1", "streetName": "Road", "city": "London", "state": "England", "country": "GB",
        "addressType": "BUSINESS" })
}

/// `AddCustomer`: the least that is accepted, changed; then what was created is read.
fn created() -> impl Iterator<Item = Probe> {
    let employed = |more: Value| {
        let mut changes =
            json!({ "/employmentStatus": "Employed", "/employerName": "Firm", "/employerAddress": employer() });
        changes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        changes
    };
    let recognised = |more: Value| {
        let mut changes = json!({ "/electronicFacialRecognition": "SUCCESS", "/emiratesId": "784-1990-1234567-1",
            "/documentExpiryDate": "2035-01-01T00:00:00Z" });
        changes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        changes
    };
    let long = "x".repeat(1001);
    let rows: Vec<(&str, Changes)> = vec![
        ("least", json!({})),
        ("employed", employed(json!({}))),
        ("employed, no employer", employed(json!({ "/employerName": "absent" }))),
        ("employed, no employer's address", employed(json!({ "/employerAddress": "absent" }))),
        ("employed nowhere", employed(json!({ "/employerAddress/country": "Nowhere" }))),
        ("employed at one line", employed(json!({ "/employerAddress": "1 Road, London" }))),
        ("retired", json!({ "/employmentStatus": "Retired" })),
        ("student", json!({ "/employmentStatus": "Student" })),
        ("self-employed", json!({ "/employmentStatus": "Self-Employed" })),
        ("unknown employment", json!({ "/employmentStatus": "Idle" })),
        (
            "sanctions screened",
            json!({ "/sanctionsScreeningCompleted": "YES",
            "/sanctionsScreeningCompletedAt": "2024-01-01T00:00:00Z" }),
        ),
        ("sanctions screened, no time", json!({ "/sanctionsScreeningCompleted": "YES" })),
        ("sanctions screened at no time", json!({ "/sanctionsScreeningCompletedAt": "yesterday" })),
        ("sanctions screened, perhaps", json!({ "/sanctionsScreeningCompleted": "MAYBE" })),
        ("pep screened, no time", json!({ "/pepScreeningCompleted": "YES" })),
        ("alive, no time", json!({ "/livenessCheckCompleted": "YES" })),
        ("no word of being alive", json!({ "/livenessCheckCompleted": "absent" })),
        ("recognised", recognised(json!({ "/livenessCheckCompleted": "absent" }))),
        ("recognised, no expiry", recognised(json!({ "/documentExpiryDate": "absent" }))),
        ("recognised, no id", recognised(json!({ "/emiratesId": "absent" }))),
        ("recognised, expired", recognised(json!({ "/documentExpiryDate": "2020-01-01T00:00:00Z" }))),
        ("recognised, perhaps", json!({ "/electronicFacialRecognition": "MAYBE" })),
        ("pep, perhaps", json!({ "/isPEP": "MAYBE" })),
        ("unknown segment", json!({ "/customerSegment": "VIP" })),
        ("wealthy", json!({ "/customerSegment": "HNW", "/netWorth": "250000.75", "/incomeCurrency": "AED" })),
        ("no name", json!({ "/fullName": "absent" })),
        ("name as number", json!({ "/fullName": 7 })),
        ("empty name", json!({ "/fullName": "" })),
        ("long name", json!({ "/fullName": "Maximiliana Alexandrina Featherstonehaugh" })),
        ("name beyond ascii", json!({ "/fullName": "Zoë Müller" })),
        ("no address", json!({ "/address": "absent" })),
        ("address as text", json!({ "/address": "1 Road" })),
        ("address without city", json!({ "/address/city": "absent" })),
        ("address of unknown type", json!({ "/address/addressType": "CASTLE" })),
        ("address nowhere", json!({ "/address/country": "Nowhere" })),
        ("address with zeros", json!({ "/address/postalCode": "00120" })),
        ("nationality nowhere", json!({ "/nationality": "Nowhere" })),
        ("birthplace as number", json!({ "/placeOfBirth": 7 })),
        ("long birthplace", json!({ "/placeOfBirth": long })),
        ("birthday as text", json!({ "/dateOfBirth": "yesterday" })),
        ("leap day", json!({ "/dateOfBirth": "1984-02-29" })),
        ("last of a month", json!({ "/dateOfBirth": "1990-12-31" })),
        ("no referenceId", json!({ "/referenceId": "absent" })),
        ("no nationality", json!({ "/nationality": "absent" })),
        ("no placeOfBirth", json!({ "/placeOfBirth": "absent" })),
        ("no dateOfBirth", json!({ "/dateOfBirth": "absent" })),
        ("no sanctionsScreeningCompleted", json!({ "/sanctionsScreeningCompleted": "absent" })),
        ("no pepScreeningCompleted", json!({ "/pepScreeningCompleted": "absent" })),
        ("no isPEP", json!({ "/isPEP": "absent" })),
        ("no isSanctioned", json!({ "/isSanctioned": "absent" })),
        ("no employmentStatus", json!({ "/employmentStatus": "absent" })),
        ("unknown isSanctioned", json!({ "/isSanctioned": "MAYBE" })),
        ("unknown pepScreeningCompleted", json!({ "/pepScreeningCompleted": "MAYBE" })),
        ("unknown livenessCheckCompleted", json!({ "/livenessCheckCompleted": "MAYBE" })),
        ("employer at a number", json!({ "/employerAddress": 7 })),
        ("unknown member", json!({ "/color": "blue" })),
    ];
    let probes = rows.into_iter().map(|(name, changes)| {
        let body = changed(&customer(), &changes);
        probe(format!("create: {name}"), [post("/v1/customers", &body), get("/v1/customers/{customerId}")])
    });
    probes.collect::<Vec<_>>().into_iter()
}

/// `UpdateOneCustomer`.
fn updated() -> impl Iterator<Item = Probe> {
    let rows = [
        ("nothing", json!({})),
        ("name", json!({ "fullName": "New Name" })),
        ("name as number", json!({ "fullName": 7 })),
        ("name with an emoji", json!({ "fullName": "Smile \u{1f600}" })),
        ("birthplace", json!({ "placeOfBirth": "Rome" })),
        ("birthday", json!({ "dateOfBirth": "1991-01-02" })),
        ("birthday as text", json!({ "dateOfBirth": "yesterday" })),
        ("risk low", json!({ "customerPreTradeRiskGroup": "LOW" })),
        ("risk high", json!({ "customerPreTradeRiskGroup": "HIGH" })),
        ("risk unknown", json!({ "customerPreTradeRiskGroup": "MIDDLE" })),
        ("retired", json!({ "employmentStatus": "Retired" })),
        ("unknown employment", json!({ "employmentStatus": "Idle" })),
        ("employed, no address", json!({ "employmentStatus": "Employed" })),
        ("employed", json!({ "employmentStatus": "Employed", "employerAddress": employer() })),
        ("employer's address without city", json!({ "employerAddress": without(&employer(), "/city") })),
        ("employer nowhere", json!({ "employerAddress": with(&employer(), "/country", "Nowhere") })),
        ("address", json!({ "address": address() })),
        ("address without city", json!({ "address": without(&address(), "/city") })),
    ];
    let path = "/v1/customers/{customerId}";
    // A new customer has no employer's address on record.
    let first = move || post("/v1/customers", &customer());
    let own = rows
        .into_iter()
        .map(move |(name, body)| probe(format!("update: {name}"), [first(), patch(path, &body), get(path)]));
    let name = json!({ "fullName": "New Name" });
    own.chain([
        probe("update: of nobody", [patch("/v1/customers/{unknown}", &name)]),
        probe("update: of an id that is none", [patch("/v1/customers/7", &name)]),
        probe(
            "update: an older one",
            [first(), patch("/v1/customers/{bare}", &name), get("/v1/customers/{bare}"), get(path)],
        ),
        probe(
            "update: refused",
            [
                patch("/v1/customers/{bare}", &json!({ "fullName": "New Name", "dateOfBirth": "yesterday" })),
                get("/v1/customers/{bare}"),
            ],
        ),
    ])
}

fn accounts() -> Step {
    get("/v1/customers/{bare}/bankinfo")
}

/// `AddCustomerBankInformation`: what was added is read and listed.
fn added() -> impl Iterator<Item = Probe> {
    let long = |length: usize| json!("x".repeat(length));
    let company = json!({ "/beneficiaryType": "BUSINESS", "/beneficiaryLegalName": "Firm", "/beneficiaryGivenNames": "absent",
        "/beneficiarySurnames": "absent" });
    let nameless = json!({ "/beneficiaryType": "BUSINESS", "/beneficiaryGivenNames": "absent",
        "/beneficiarySurnames": "absent" });
    let rows: Vec<(&str, Changes)> = vec![
        ("least", json!({})),
        ("company", company),
        ("company without a name", nameless),
        ("no given names", json!({ "/beneficiaryGivenNames": "absent" })),
        ("no surnames", json!({ "/beneficiarySurnames": "absent" })),
        ("unknown type", json!({ "/beneficiaryType": "ROBOT" })),
        ("no bank's name", json!({ "/beneficiaryBankName": "absent" })),
        ("bank's name null", json!({ "/beneficiaryBankName": null })),
        ("bank's name as number", json!({ "/beneficiaryBankName": 7 })),
        ("bank's name too long", json!({ "/beneficiaryBankName": long(256) })),
        ("bank's name in capitals", json!({ "/beneficiaryBankName": "ABC BANK" })),
        ("bank's address as text", json!({ "/beneficiaryBankAddress": "1 Road" })),
        ("bank without a country", json!({ "/beneficiaryBankAddress/country": "absent" })),
        ("bank nowhere", json!({ "/beneficiaryBankAddress/country": "XX" })),
        ("unknown currency", json!({ "/currency": "dollars" })),
        ("bic of eight", json!({ "/beneficiaryBankBic": "SAMPCATT" })),
        ("bic of eleven", json!({ "/beneficiaryBankBic": "SAMPCATTXXX" })),
        ("bic of seven", json!({ "/beneficiaryBankBic": "SAMPCAT" })),
        ("routing code too long", json!({ "/routingCode": long(21) })),
        ("number too long", json!({ "/beneficiaryAccountNumber": long(35) })),
        ("number with zeros", json!({ "/beneficiaryAccountNumber": "000123" })),
        ("memo", json!({ "/beneficiaryBankMemo": "Rent" })),
        ("memo null", json!({ "/beneficiaryBankMemo": null })),
        ("memo too long", json!({ "/beneficiaryBankMemo": long(141) })),
        ("intermediary's bic of seven", json!({ "/intermediaryBankBic": "SAMPCAT" })),
        ("intermediary's number too long", json!({ "/intermediaryAccountNumber": long(35) })),
        ("given names too long", json!({ "/beneficiaryGivenNames": long(201) })),
        ("surnames too long", json!({ "/beneficiarySurnames": long(201) })),
        ("no beneficiaryType", json!({ "/beneficiaryType": "absent" })),
        ("no currency", json!({ "/currency": "absent" })),
        ("no beneficiaryAddress", json!({ "/beneficiaryAddress": "absent" })),
        ("no beneficiaryBankAddress", json!({ "/beneficiaryBankAddress": "absent" })),
        ("no beneficiaryAccountNumber", json!({ "/beneficiaryAccountNumber": "absent" })),
        ("legal name too long", json!({ "/beneficiaryLegalName": long(256) })),
    ];
    let own = rows.into_iter().map(|(name, changes)| {
        let body = changed(&instruction(), &changes);
        let path = "/v1/customers/{bare}/bankinfo";
        probe(format!("add: {name}"), [post(path, &body), get(format!("{path}/{{bankAccountId}}")), accounts()])
    });
    let elsewhere = ["{unknown}", "7"]
        .map(|id| probe(format!("add: to {id}"), [post(format!("/v1/customers/{id}/bankinfo"), &instruction())]));
    own.chain(elsewhere).collect::<Vec<_>>().into_iter()
}

/// Bodies that are no JSON object, or do not say so.
fn no_json() -> impl Iterator<Item = Probe> {
    let places = [
        ("create", "POST", "/v1/customers"),
        ("update", "PATCH", "/v1/customers/{bare}"),
        ("add", "POST", "/v1/customers/{bare}/bankinfo"),
    ];
    let whole = customer().to_string();
    places.into_iter().flat_map(move |(name, method, path)| {
        let sent = |what: &str, body: &str| probe(format!("{name}: {what}"), [send(method, path).with(body)]);
        [
            sent("an array", "[]"),
            sent("half of a body", "{\"fullName\": \"A"),
            sent("an empty body", ""),
            sent("null", "null"),
            probe(format!("{name}: no body"), [send(method, path)]),
            probe(format!("{name}: as text"), [send(method, path).with(whole.clone()).typed(Some("text/plain"))]),
            probe(format!("{name}: as nothing"), [send(method, path).with(whole.clone()).typed(None)]),
            probe(format!("{name}: too much"), [send(method, path).with(vec![b' '; (1 << 20) + 1])]),
        ]
    })
}
