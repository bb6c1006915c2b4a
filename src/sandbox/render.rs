//! How stored things look in each answer.
//!
//! Null is sent only where the strict reading of `OpenAPI` 3.0.3 lets it be: `nullable` widens the `type` beside it, and
//! `enum`, `allOf`, `oneOf` and `$ref` keep their veto. Everywhere else an unknown value is left out.

use super::clock::Moment;
use super::store::{BankAccount, Customer};
use super::validate::Object;
use serde_json::{Value, json};

/// The answer of `AddCustomer`.
pub(super) fn created_customer(customer: &Customer) -> Value {
    let mut object = head(customer);
    object.insert("createdAt".to_owned(), customer.created.text().into());
    insert_risk_group(&mut object, customer);
    object.insert("documents".to_owned(), documents(customer));
    object.into()
}

/// An item of `GetAllCustomers`.
pub(super) fn listed_customer(customer: &Customer) -> Value {
    let mut object = head(customer);
    object.insert("createDate".to_owned(), customer.created.text().into());
    insert_risk_group(&mut object, customer);
    object.insert("accounts".to_owned(), accounts(customer));
    object.into()
}

/// The answer of `GetOneCustomer`.
pub(super) fn one_customer(customer: &Customer) -> Value {
    let mut object = head(customer);
    object.insert("createDate".to_owned(), customer.created.text().into());
    insert_risk_group(&mut object, customer);
    object.insert("accounts".to_owned(), accounts(customer));
    object.insert("documents".to_owned(), documents(customer));
    object.insert("kycDetails".to_owned(), customer.kyc.as_ref().map_or(Value::Null, kyc_details));
    // "null otherwise", says the sentence; but the enum beside `nullable` does not list null.
    if let Some(recognition) = &customer.recognition {
        object.insert("electronicFacialRecognitionStatus".to_owned(), recognition.as_str().into());
    }
    object.insert("documentExpiryDate".to_owned(), customer.document_expiry.as_ref().map(Moment::text).into());
    object.insert("emiratesId".to_owned(), customer.emirates_id.as_deref().into());
    object.into()
}

/// The answer of `AddCustomerBankInformation`.
pub(super) fn pending_bank_account(customer: &Customer, account: &BankAccount, cooling_off_end: &Moment) -> Value {
    json!({
        "bankAccountId": account.id.to_string(),
        "customerId": customer.id.to_string(),
        "coolingOffEndTime": cooling_off_end.text(),
        "status": account.status,
        "createdAt": account.created.text(),
        "bankAccount": account.instruction,
    })
}

/// An item of `ListCustomerBankInformation` and `GetBankAccountInformation`.
pub(super) fn stored_bank_account(account: &BankAccount) -> Value {
    json!({
        "bankAccountId": account.id.to_string(),
        "bankAccountInformation": account.instruction,
        "status": account.status,
        "createdAt": account.created.text(),
        "statusReason": account.reason,
    })
}

fn head(customer: &Customer) -> Object {
    [
        ("customerId", customer.id.to_string()),
        ("referenceId", customer.reference_id.clone()),
        ("customerStatus", customer.status.to_owned()),
        ("customerType", customer.kind.to_owned()),
        ("onboardingStatus", customer.onboarding_status.to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.into()))
    .collect()
}

/// No document lets this be null: `allOf` vetoes it in two, and the third is not nullable at all.
fn insert_risk_group(object: &mut Object, customer: &Customer) {
    if let Some(group) = &customer.risk_group {
        object.insert("customerPreTradeRiskGroup".to_owned(), group.as_str().into());
    }
}

fn accounts(customer: &Customer) -> Value {
    customer
        .accounts
        .iter()
        .map(|account| {
            json!({
                "accountNumber": account.number,
                "accountName": account.name,
                "accountId": account.id.to_string(),
                "accountStatus": account.status,
                "accountType": account.kind,
            })
        })
        .collect()
}

fn documents(customer: &Customer) -> Value {
    customer
        .documents
        .iter()
        .map(|document| json!({ "documentType": document.kind, "documentStatus": document.status }))
        .collect()
}

/// The properties of `CustomerKYCDetails`, and whether each may be null.
pub(super) const KYC: [(&str, bool); 10] = [
    ("fullName", false),
    ("nationality", false),
    ("address", false),
    ("dateOfBirth", true),
    ("placeOfBirth", true),
    ("employmentStatus", false),
    ("employerName", true),
    ("employerAddress", false),
    ("netWorth", true),
    ("incomeCurrency", true),
];

fn kyc_details(kyc: &Object) -> Value {
    let shown = KYC.iter().filter_map(|(name, nullable)| {
        let value = match kyc.get(*name) {
            None | Some(Value::Null) if *nullable => Value::Null,
            None | Some(Value::Null) => return None,
            Some(Value::Object(address)) => whole_address(address),
            Some(value) => value.clone(),
        };
        Some(((*name).to_owned(), value))
    });
    Value::Object(shown.collect())
}

/// `AddressWithoutType` requires these three and lets them be null; `address` allows the same.
fn whole_address(address: &Object) -> Value {
    let mut address = address.clone();
    for name in ["unit", "poBox", "postalCode"] {
        address.entry(name).or_insert(Value::Null);
    }
    address.into()
}
