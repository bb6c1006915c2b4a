//! The customers that every sandbox starts with: the same ones each time, and between them every word of the documents.

use super::clock::Moment;
use super::id::Ids;
use super::store::{Account, BankAccount, Customer, Document};
use super::validate::Object;
use jiff::civil::date;
use serde_json::{Value, json};

/// Enough for three pages of ten; they begin to exist over one year, some at the same moment.
const COUNT: usize = 28;
const DAYS_BETWEEN: i64 = 13;

/// The seeded customers, as many as usual or another number of them.
pub(super) fn customers(ids: &mut Ids, count: Option<usize>) -> Vec<Customer> {
    (0..count.unwrap_or(COUNT)).zip(STAGES.iter().cycle()).map(|(number, stage)| customer(number, stage, ids)).collect()
}

/// A station of a customer's way, with what has come about until then.
struct Stage {
    status: &'static str,
    onboarding_status: &'static str,
    documents: &'static [Document],
    accounts: &'static [(&'static str, &'static str, Option<&'static str>)],
    bank_accounts: &'static [(&'static str, Option<&'static str>)],
}

const fn document(kind: &'static str, status: &'static str) -> Document {
    Document { kind, status }
}

const STAGES: [Stage; 6] = [
    Stage {
        status: "ONBOARDING",
        onboarding_status: "PENDING_DOCUMENTATION_RECEIPT",
        documents: &[
            document("PASSPORT", "PENDING_RECEIPT"),
            document("NATIONAL_ID_FRONT", "PENDING_RECEIPT"),
            document("NATIONAL_ID_BACK", "PENDING_RECEIPT"),
        ],
        accounts: &[],
        bank_accounts: &[],
    },
    Stage {
        status: "ACTIVE",
        onboarding_status: "ONBOARDED",
        documents: &[document("PASSPORT", "VERIFIED"), document("NATIONAL_ID_FRONT", "NOT_APPLICABLE")],
        accounts: &[("CASH", "ACTIVE", Some("Main")), ("CREDIT", "CREATING", None)],
        bank_accounts: &[
            ("ACTIVE", None),
            ("PENDING", None),
            ("FAILED", Some("The bank does not know the account.")),
            ("COOLING_OFF", None),
            ("COOLED_OFF", None),
        ],
    },
    Stage {
        status: "ONBOARDING",
        onboarding_status: "PROCESSING",
        documents: &[document("PASSPORT", "UNREADABLE"), document("NATIONAL_ID_BACK", "PENDING_RESUBMISSION")],
        accounts: &[("CASH", "CREATING", None)],
        bank_accounts: &[("PENDING", None)],
    },
    Stage {
        status: "ONBOARDING_FAILED",
        onboarding_status: "FAILED",
        documents: &[document("PASSPORT", "INVALID")],
        accounts: &[],
        bank_accounts: &[],
    },
    Stage {
        status: "ONBOARDING",
        onboarding_status: "UNDER_REVIEW",
        documents: &[document("NATIONAL_ID_FRONT", "MISMATCH"), document("NATIONAL_ID_BACK", "VERIFIED")],
        accounts: &[],
        bank_accounts: &[],
    },
    Stage {
        status: "INACTIVE",
        onboarding_status: "OFFBOARDED",
        documents: &[],
        accounts: &[("CREDIT", "INACTIVE", Some("Closed"))],
        bank_accounts: &[("ACTIVE", None)],
    },
];

fn customer(number: usize, stage: &Stage, ids: &mut Ids) -> Customer {
    let created = created(number);
    let recognition = cycle([Some("SUCCESS"), Some("FAILED"), Some("NA"), None], number);
    let recognised = recognition == Some("SUCCESS");
    Customer {
        id: ids.next(),
        reference_id: reference_id(number),
        status: stage.status,
        kind: cycle(["RETAIL", "ENTERPRISE", "WEALTH"], number / 2),
        onboarding_status: stage.onboarding_status,
        risk_group: cycle([Some("LOW"), Some("HIGH"), None], number / 3).map(str::to_owned),
        accounts: accounts(number, stage, ids),
        documents: stage.documents.to_vec(),
        kyc: kyc(number),
        recognition: recognition.map(str::to_owned),
        document_expiry: recognised.then(|| Moment::at(date(2035, 5, 31).at(0, 0, 0, 0))),
        emirates_id: recognised.then(|| format!("784-1990-{:07}-1", 1_000_000 + number)),
        bank_accounts: bank_accounts(stage, &created, ids),
        created,
    }
}

/// Every fifth customer came at the same moment as the one before.
fn created(number: usize) -> Moment {
    let slot = if number % 5 == 4 { number - 1 } else { number };
    let days = i64::try_from(slot).unwrap_or_default() * DAYS_BETWEEN;
    Moment::at(date(2024, 1, 8).at(9, 30, 0, 0)).plus_hours(24 * days)
}

/// Nothing says that a reference is unique: every ninth customer bears that of the one before.
fn reference_id(number: usize) -> String {
    let slot = if number % 9 == 8 { number - 1 } else { number };
    // Not in the order of creation, so that the two orders can be told apart.
    format!("CRM-{:04}", (slot * 11) % COUNT + 1)
}

fn accounts(number: usize, stage: &Stage, ids: &mut Ids) -> Vec<Account> {
    stage
        .accounts
        .iter()
        .zip(1..)
        .map(|((kind, status, name), place)| Account {
            id: ids.next(),
            number: format!("{:08}", number * 100 + place),
            name: *name,
            status,
            kind,
        })
        .collect()
}

/// What is known of the person: all, only what cannot be null, or nothing.
fn kyc(number: usize) -> Option<Object> {
    match number % 7 {
        3 => None,
        5 => Some(object(least_known(number))),
        _ => {
            let mut all = object(all_known(number));
            all.extend(employment(number));
            Some(all)
        }
    }
}

fn least_known(number: usize) -> Value {
    json!({
        "fullName": name(number),
        "nationality": nationality(number),
        "address": {
            "streetName": "Harbour Road",
            "city": "Dubai",
            "state": "Dubai",
            "country": cycle(["AE", "ARE", "United Arab Emirates"], number),
            "addressType": address_type(number),
        },
    })
}

fn all_known(number: usize) -> Value {
    json!({
        "fullName": name(number),
        "nationality": nationality(number),
        "address": {
            "streetNumber": "12",
            "streetName": "Palm Avenue",
            "unit": "4B",
            "poBox": "1001",
            "postalCode": "00000",
            "city": "Abu Dhabi",
            "state": "Abu Dhabi",
            "country": "AE",
            "addressType": address_type(number),
        },
        "dateOfBirth": cycle(["1990-02-28", "1984-02-29", "2001-12-31"], number),
        "placeOfBirth": "Sharjah",
        "netWorth": "250000",
        "incomeCurrency": "AED",
    })
}

fn name(number: usize) -> &'static str {
    cycle(["Amal Haddad", "Jonas Weber", "Mei Tanaka", "Priya Nair", "Zoë Martin"], number)
}

fn nationality(number: usize) -> &'static str {
    cycle(["AE", "DEU", "Japan", "IN", "FRA"], number)
}

fn address_type(number: usize) -> &'static str {
    cycle(["RESIDENTIAL", "BUSINESS", "GEOGRAPHIC"], number)
}

fn employment(number: usize) -> Object {
    let status = cycle(["Employed", "Unemployed", "Employed", "Retired", "Student", "Self-Employed"], number);
    let mut employment = Object::new();
    employment.insert("employmentStatus".to_owned(), status.into());
    if status == "Employed" {
        let address =
            cycle(["1 Market Square, London, England, GB", "", "7 Quay Street, Sydney, NSW, AU", ""], number / 2);
        let parts = json!({ "streetName": "Market Square", "city": "London", "state": "England", "country": "GBR" });
        employment.insert("employerName".to_owned(), "Example Trading".into());
        employment.insert("employerAddress".to_owned(), if address.is_empty() { parts } else { address.into() });
    }
    employment
}

fn bank_accounts(stage: &Stage, created: &Moment, ids: &mut Ids) -> Vec<BankAccount> {
    stage
        .bank_accounts
        .iter()
        .zip(1..)
        .map(|((status, reason), place)| BankAccount {
            id: ids.next(),
            instruction: instruction(place),
            status,
            reason: *reason,
            created: created.plus_hours(place),
        })
        .collect()
}

/// Odd ones are a person's, with null wherever it may be; even ones are a company's, with every property.
fn instruction(place: i64) -> Object {
    object(if place % 2 == 1 { persons_instruction(place) } else { companys_instruction(place) })
}

fn persons_instruction(place: i64) -> Value {
    let address = json!({ "addressLine1": "1 High Street", "addressLine2": null, "city": "London", "region": "England",
        "postalCode": null, "country": "GB" });
    json!({
        "beneficiaryType": "INDIVIDUAL", "currency": "GBP",
        "beneficiaryAddress": address, "beneficiaryBankName": "Example Bank", "beneficiaryBankAddress": address,
        "beneficiaryBankBic": null, "routingCode": null, "beneficiaryAccountNumber": format!("0000000{place}"),
        "beneficiaryBankMemo": null, "intermediaryBankName": null, "intermediaryBankBic": null,
        "intermediaryAccountNumber": null, "beneficiaryGivenNames": "Amal", "beneficiarySurnames": "Haddad",
        "beneficiaryLegalName": null,
    })
}

fn companys_instruction(place: i64) -> Value {
    let address = json!({ "addressLine1": "2 Bank Street", "addressLine2": "Floor 3", "city": "Toronto",
        "region": "Ontario", "postalCode": "M5H 1A1", "country": "CA" });
    json!({
        "beneficiaryType": "BUSINESS", "currency": "CAD",
        "beneficiaryAddress": address, "beneficiaryBankName": "Sample Bank", "beneficiaryBankAddress": address,
        "beneficiaryBankBic": "SAMPCATT", "routingCode": "000012345",
        "beneficiaryAccountNumber": format!("1111111{place}"), "beneficiaryBankMemo": "Invoice 42",
        "intermediaryBankName": "Between Bank", "intermediaryBankAddress": address,
        "intermediaryBankBic": "BETWUS33XXX", "intermediaryAccountNumber": "222222222",
        "beneficiaryLegalName": "Example Trading Ltd",
    })
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// The entry whose turn it is.
fn cycle<T: Clone + Default, const N: usize>(of: [T; N], number: usize) -> T {
    of.into_iter().cycle().nth(number).unwrap_or_default()
}
