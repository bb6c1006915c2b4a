//! What an answer holds: wrong in type, `enum`, format, presence or nesting, or it should not be there.

use axum::http::header;
use serde_json::{Value, json};

use super::{Act, Fault, Payload, anywhere, fault, refusal, success};
use crate::sandbox::request::Operation::{
    AddCustomer, AddCustomerBankInformation, GetAllCustomers, GetBankAccountInformation, GetOneCustomer,
    ListCustomerBankInformation, RemoveCustomerBankAccountInformation, UpdateOneCustomer,
};

pub(super) const FAULTS: &[Fault] = &[
    fault!(
        "bank-id-missing",
        Body,
        "GetBankAccountInformation answers a bank account without its id",
        ["wrong-body"],
        Act::Drops(GetBankAccountInformation, "/0/bankAccountId"),
    ),
    fault!(
        "wrapped-account",
        Body,
        "AddCustomerBankInformation answers what it adds inside of another object",
        ["wrong-body"],
        Act::Answers(success(AddCustomerBankInformation), |_, answer| {
            let inner = answer.json().map(std::mem::take);
            answer.payload = Payload::Json(Box::new(json!({ "data": inner })));
        }),
    ),
    fault!(
        "removed-status-as-number",
        Body,
        "RemoveCustomerBankAccountInformation answers a number for a status",
        ["wrong-body"],
        Act::Puts(RemoveCustomerBankAccountInformation, "/status", || json!(0)),
    ),
    fault!(
        "total-as-number",
        Body,
        "GetAllCustomers answers the total as a number",
        ["wrong-body"],
        Act::Puts(GetAllCustomers, "/totalCount", || json!(27)),
    ),
    fault!(
        "unknown-listed-status",
        Body,
        "GetAllCustomers answers a status that is not listed",
        ["wrong-body"],
        Act::Puts(GetAllCustomers, "/items/0/customerStatus", || json!("ARCHIVED")),
    ),
    fault!(
        "listed-date-without-time",
        Body,
        "GetAllCustomers answers dates of creation without a time",
        ["wrong-body"],
        Act::Puts(GetAllCustomers, "/items/0/createDate", || json!("2024-01-15")),
    ),
    fault!(
        "items-as-object",
        Body,
        "GetAllCustomers answers its items as an object",
        ["wrong-body"],
        Act::Puts(GetAllCustomers, "/items", || json!({})),
    ),
    fault!(
        "cursor-as-number",
        Body,
        "GetAllCustomers answers the token of the next page as a number",
        ["wrong-body"],
        Act::Puts(GetAllCustomers, "/after", || json!(10)),
    ),
    fault!(
        "account-status-unknown",
        Body,
        "GetAllCustomers answers a status of an account that is not listed",
        ["wrong-body"],
        Act::Puts(GetAllCustomers, "/items/0/accounts/0/accountStatus", || json!("GONE")),
    ),
    fault!(
        "account-id-no-uuid",
        Body,
        "GetOneCustomer answers an id of an account that is no UUID",
        ["wrong-body"],
        Act::Puts(GetOneCustomer, "/accounts/0/accountId", || json!("7")),
    ),
    fault!(
        "kyc-name-as-number",
        Body,
        "GetOneCustomer answers a name as a number",
        ["wrong-body"],
        Act::Puts(GetOneCustomer, "/kycDetails/fullName", || json!(7)),
    ),
    fault!(
        "document-type-unknown",
        Body,
        "GetOneCustomer answers a type of a document that is not listed",
        ["wrong-body"],
        Act::Puts(GetOneCustomer, "/documents/0/documentType", || json!("LIBRARY_CARD")),
    ),
    fault!(
        "onboarding-status-unknown",
        Body,
        "GetOneCustomer answers an onboarding status that is not listed",
        ["wrong-body"],
        Act::Puts(GetOneCustomer, "/onboardingStatus", || json!("LATER")),
    ),
    fault!(
        "documents-as-null",
        Body,
        "GetOneCustomer answers null for the documents",
        ["wrong-body"],
        Act::Puts(GetOneCustomer, "/documents", || Value::Null),
    ),
    fault!(
        "expiry-as-text",
        Body,
        "GetOneCustomer answers a text for the date of expiry",
        ["wrong-body"],
        Act::Puts(GetOneCustomer, "/documentExpiryDate", || json!("next year")),
    ),
    fault!(
        "country-as-number",
        Body,
        "GetOneCustomer answers a number for the country of an address",
        ["wrong-body"],
        Act::Puts(GetOneCustomer, "/kycDetails/address/country", || json!(784)),
    ),
    fault!(
        "created-id-no-uuid",
        Body,
        "AddCustomer answers an id that is no UUID",
        ["wrong-body"],
        Act::Puts(AddCustomer, "/customerId", || json!("customer-7")),
    ),
    fault!(
        "created-at-as-number",
        Body,
        "AddCustomer answers the time of creation as a number",
        ["wrong-body"],
        Act::Puts(AddCustomer, "/createdAt", || json!(1_700_000_000)),
    ),
    fault!(
        "created-status-unknown",
        Body,
        "AddCustomer answers a status that is not listed",
        ["wrong-body"],
        Act::Puts(AddCustomer, "/customerStatus", || json!("NEW")),
    ),
    fault!(
        "created-type-in-lower-case",
        Body,
        "AddCustomer answers the type of a customer in lower case",
        ["wrong-body"],
        Act::Puts(AddCustomer, "/customerType", || json!("retail")),
    ),
    fault!(
        "updated-id-missing",
        Body,
        "UpdateOneCustomer answers no id",
        ["wrong-body"],
        Act::Drops(UpdateOneCustomer, "/customerId"),
    ),
    fault!(
        "updated-id-no-uuid",
        Body,
        "UpdateOneCustomer answers an id that is no UUID",
        ["wrong-body"],
        Act::Puts(UpdateOneCustomer, "/customerId", || json!("7")),
    ),
    fault!(
        "updated-name-as-list",
        Body,
        "UpdateOneCustomer answers a list in the place of a name",
        ["wrong-body"],
        Act::Puts(UpdateOneCustomer, "/fullName", || json!(["Test"])),
    ),
    fault!(
        "bank-accounts-as-object",
        Body,
        "ListCustomerBankInformation answers an object in the place of the list",
        ["wrong-body"],
        Act::Answers(success(ListCustomerBankInformation), |_, answer| {
            let inner = answer.json().map(std::mem::take);
            answer.payload = Payload::Json(Box::new(json!({ "items": inner })));
        }),
    ),
    fault!(
        "bank-status-unknown",
        Body,
        "ListCustomerBankInformation answers a status of a bank account that is not listed",
        ["wrong-body"],
        Act::Puts(ListCustomerBankInformation, "/0/status", || json!("SLEEPING")),
    ),
    fault!(
        "bank-information-missing",
        Body,
        "ListCustomerBankInformation answers bank accounts without their information",
        ["wrong-body"],
        Act::Drops(ListCustomerBankInformation, "/0/bankAccountInformation"),
    ),
    fault!(
        "bank-account-as-object",
        Body,
        "GetBankAccountInformation answers an object in the place of a list of one",
        ["wrong-body"],
        Act::Answers(success(GetBankAccountInformation), |_, answer| {
            let inner = answer.at("/0").map(std::mem::take);
            answer.payload = Payload::Json(Box::new(inner.unwrap_or_default()));
        }),
    ),
    fault!(
        "bank-currency-as-number",
        Body,
        "GetBankAccountInformation answers a number in the place of a currency",
        ["wrong-body"],
        Act::Puts(GetBankAccountInformation, "/0/bankAccountInformation/currency", || json!(840)),
    ),
    fault!(
        "cooling-off-as-text",
        Body,
        "AddCustomerBankInformation answers a text for the end of cooling off",
        ["wrong-body"],
        Act::Puts(AddCustomerBankInformation, "/coolingOffEndTime", || json!("tomorrow")),
    ),
    fault!(
        "added-account-missing",
        Body,
        "AddCustomerBankInformation answers no bank account",
        ["wrong-body"],
        Act::Drops(AddCustomerBankInformation, "/bankAccount"),
    ),
    fault!(
        "added-status-unknown",
        Body,
        "AddCustomerBankInformation answers a status that is not listed",
        ["wrong-body"],
        Act::Puts(AddCustomerBankInformation, "/status", || json!("PENDING_MAYBE")),
    ),
    fault!(
        "removed-id-missing",
        Body,
        "RemoveCustomerBankAccountInformation answers no id",
        ["wrong-body"],
        Act::Drops(RemoveCustomerBankAccountInformation, "/bankAccountId"),
    ),
    fault!(
        "wrong-status-on-page-two",
        Body,
        "GetAllCustomers answers a status that is not listed on the second page alone",
        ["wrong-body"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.parameter("after").is_some() {
                answer.put("/items/0/customerStatus", "ARCHIVED");
            }
        }),
    ),
    fault!(
        "wrong-one-time-in-twenty-five",
        Body,
        "GetOneCustomer answers a number for a name one time in twenty-five",
        ["wrong-body"],
        Act::Answers(success(GetOneCustomer), |asked, answer| {
            if asked.turn % 25 == 0 {
                answer.put("/kycDetails/fullName", 7);
            }
        }),
    ),
    fault!(
        "wrong-for-businesses",
        Body,
        "GetBankAccountInformation answers a number for a currency of businesses",
        ["wrong-body"],
        Act::Answers(success(GetBankAccountInformation), |_, answer| {
            if answer.at("/0/bankAccountInformation/beneficiaryType").is_some_and(|kind| kind == "BUSINESS") {
                answer.put("/0/bankAccountInformation/currency", 840);
            }
        }),
    ),
    fault!(
        "wrong-from-the-second-call",
        Body,
        "ListCustomerBankInformation answers a number for an id from the second call on",
        ["wrong-body"],
        Act::Answers(success(ListCustomerBankInformation), |asked, answer| {
            if asked.turn > 1 {
                answer.put("/0/bankAccountId", 7);
            }
        }),
    ),
    fault!(
        "missing-id-as-number",
        Body,
        "GetBankAccountInformation names what is missing by a number",
        ["wrong-body", "wrong-refusal"],
        Act::Answers(refusal(GetBankAccountInformation, 404), |_, answer| {
            answer.put("/id", 7);
        }),
    ),
    fault!(
        "trace-in-refusal",
        Body,
        "GetOneCustomer shows a stack trace where it finds nothing",
        ["disclosure"],
        Act::Answers(refusal(GetOneCustomer, 404), |_, answer| {
            answer.put("/message", "java.lang.NullPointerException\n\tat com.example.Customers.find(Customers.java:42)\n\tat com.example.Main.main(Main.java:7)");
        }),
    ),
    fault!(
        "token-in-refusal",
        Body,
        "The server shows the token that it takes to who has none",
        ["disclosure"],
        Act::Answers(anywhere(401), |asked, answer| {
            answer.put("/message", format!("expected Bearer {}", asked.token));
        }),
    ),
    fault!(
        "no-challenge",
        Body,
        "The server refuses without a challenge",
        ["missing-www-authenticate"],
        Act::Answers(anywhere(401), |_, answer| {
            answer.headers.remove(header::WWW_AUTHENTICATE);
        }),
    ),
    fault!(
        "no-allow",
        Body,
        "The server refuses a method without saying which it allows",
        ["missing-allow"],
        Act::Answers(anywhere(405), |_, answer| {
            answer.headers.remove(header::ALLOW);
        }),
    ),
    fault!(
        "personal-data-in-refusal",
        Body,
        "GetOneCustomer shows the name of another customer where it finds nothing",
        ["disclosure"],
        Act::Answers(refusal(GetOneCustomer, 404), |_, answer| {
            answer.add("nearest", json!({ "fullName": "Amal Haddad" }));
        }),
    ),
    fault!(
        "undocumented-note",
        Body,
        "GetOneCustomer answers a member that no document knows",
        ["undocumented-property"],
        Act::Answers(success(GetOneCustomer), |_, answer| answer.add("internalNote", json!("call back"))),
    ),
    fault!(
        "risk-group-as-null",
        Body,
        "GetOneCustomer answers null for a risk group",
        ["ambiguous-null", "wrong-body"],
        Act::Puts(GetOneCustomer, "/customerPreTradeRiskGroup", || Value::Null),
    ),
    fault!(
        "problem-of-another-status",
        Body,
        "GetOneCustomer answers problem details of another status where it finds nothing",
        ["problem-status"],
        Act::Answers(refusal(GetOneCustomer, 404), |_, answer| {
            answer.header(header::CONTENT_TYPE, "application/problem+json");
            answer.put("", json!({ "title": "Not Found", "status": 200 }));
        }),
    ),
    fault!(
        "created-documents-as-object",
        Body,
        "AddCustomer answers an object in the place of the documents",
        ["wrong-body"],
        Act::Puts(AddCustomer, "/documents", || json!({})),
    ),
    fault!(
        "updated-risk-group-unknown",
        Body,
        "UpdateOneCustomer answers a risk group that is not listed",
        ["wrong-body"],
        Act::Puts(UpdateOneCustomer, "/customerPreTradeRiskGroup", || json!("MIDDLE")),
    ),
    fault!(
        "listed-account-without-time",
        Body,
        "ListCustomerBankInformation answers the day of creation without a time",
        ["wrong-body"],
        Act::Puts(ListCustomerBankInformation, "/0/createdAt", || json!("2024-01-15")),
    ),
    fault!(
        "read-account-status-unknown",
        Body,
        "GetBankAccountInformation answers a status that is not listed",
        ["wrong-body"],
        Act::Puts(GetBankAccountInformation, "/0/status", || json!("SLEEPING")),
    ),
    fault!(
        "added-number-as-number",
        Body,
        "AddCustomerBankInformation answers an account number as a number",
        ["wrong-body"],
        Act::Puts(AddCustomerBankInformation, "/bankAccount/beneficiaryAccountNumber", || json!(7)),
    ),
    fault!(
        "unremoved-id-as-number",
        Body,
        "RemoveCustomerBankAccountInformation names what is missing by a number",
        ["wrong-body", "wrong-refusal"],
        Act::Answers(refusal(RemoveCustomerBankAccountInformation, 404), |_, answer| answer.put("/id", 7)),
    ),
    fault!(
        "wrong-for-one-filter",
        Body,
        "GetAllCustomers answers the total as a number where it is asked for the inactive",
        ["wrong-body"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.parameter("customerStatus").as_deref() == Some("INACTIVE") {
                answer.put("/totalCount", 4);
            }
        }),
    ),
];
