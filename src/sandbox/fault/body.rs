//! What an answer holds: wrong in type, `enum`, format, presence or nesting, or no JSON at all.

use axum::http::header;

use super::{Act, Fault, Payload, fault};
use crate::sandbox::request::Operation;

pub(super) const FAULTS: [Fault; 53] = [
    fault!(
        "bank-id-missing",
        Body,
        "GetBankAccountInformation answers a bank account without its id",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.is_success() {
                answer.drop("/0/bankAccountId");
            }
        })
    ),
    fault!(
        "wrapped-account",
        Body,
        "AddCustomerBankInformation answers what it adds inside of another object",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomerBankInformation) && answer.is_success() {
                let inner = answer.json().map(std::mem::take);
                answer.payload = Payload::Json(Box::new(serde_json::json!({ "data": inner })));
            }
        })
    ),
    fault!(
        "removed-status-as-number",
        Body,
        "RemoveCustomerBankAccountInformation answers a number for a status",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::RemoveCustomerBankAccountInformation) && answer.is_success() {
                answer.put("/status", 0);
            }
        })
    ),
    fault!(
        "total-as-number",
        Body,
        "GetAllCustomers answers the total as a number",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                answer.put("/totalCount", 27);
            }
        })
    ),
    fault!(
        "unknown-listed-status",
        Body,
        "GetAllCustomers answers a status that is not listed",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                answer.put("/items/0/customerStatus", "ARCHIVED");
            }
        })
    ),
    fault!(
        "listed-date-without-time",
        Body,
        "GetAllCustomers answers dates of creation without a time",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                answer.put("/items/0/createDate", "2024-01-15");
            }
        })
    ),
    fault!(
        "items-as-object",
        Body,
        "GetAllCustomers answers its items as an object",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                answer.put("/items", serde_json::json!({}));
            }
        })
    ),
    fault!(
        "cursor-as-number",
        Body,
        "GetAllCustomers answers the token of the next page as a number",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                answer.put("/after", 10);
            }
        })
    ),
    fault!(
        "account-status-unknown",
        Body,
        "GetAllCustomers answers a status of an account that is not listed",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                answer.put("/items/0/accounts/0/accountStatus", "GONE");
            }
        })
    ),
    fault!(
        "account-id-no-uuid",
        Body,
        "GetOneCustomer answers an id of an account that is no UUID",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.put("/accounts/0/accountId", "7");
            }
        })
    ),
    fault!(
        "kyc-name-as-number",
        Body,
        "GetOneCustomer answers a name as a number",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.put("/kycDetails/fullName", 7);
            }
        })
    ),
    fault!(
        "document-type-unknown",
        Body,
        "GetOneCustomer answers a type of a document that is not listed",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.put("/documents/0/documentType", "LIBRARY_CARD");
            }
        })
    ),
    fault!(
        "onboarding-status-unknown",
        Body,
        "GetOneCustomer answers an onboarding status that is not listed",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.put("/onboardingStatus", "LATER");
            }
        })
    ),
    fault!(
        "documents-as-null",
        Body,
        "GetOneCustomer answers null for the documents",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.put("/documents", serde_json::Value::Null);
            }
        })
    ),
    fault!(
        "expiry-as-text",
        Body,
        "GetOneCustomer answers a text for the date of expiry",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.put("/documentExpiryDate", "next year");
            }
        })
    ),
    fault!(
        "country-as-number",
        Body,
        "GetOneCustomer answers a number for the country of an address",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.put("/kycDetails/address/country", 784);
            }
        })
    ),
    fault!(
        "created-id-no-uuid",
        Body,
        "AddCustomer answers an id that is no UUID",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomer) && answer.is_success() {
                answer.put("/customerId", "customer-7");
            }
        })
    ),
    fault!(
        "created-at-as-number",
        Body,
        "AddCustomer answers the time of creation as a number",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomer) && answer.is_success() {
                answer.put("/createdAt", 1_700_000_000);
            }
        })
    ),
    fault!(
        "created-status-unknown",
        Body,
        "AddCustomer answers a status that is not listed",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomer) && answer.is_success() {
                answer.put("/customerStatus", "NEW");
            }
        })
    ),
    fault!(
        "created-type-in-lower-case",
        Body,
        "AddCustomer answers the type of a customer in lower case",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomer) && answer.is_success() {
                answer.put("/customerType", "retail");
            }
        })
    ),
    fault!(
        "updated-id-missing",
        Body,
        "UpdateOneCustomer answers no id",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::UpdateOneCustomer) && answer.is_success() {
                answer.drop("/customerId");
            }
        })
    ),
    fault!(
        "updated-id-no-uuid",
        Body,
        "UpdateOneCustomer answers an id that is no UUID",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::UpdateOneCustomer) && answer.is_success() {
                answer.put("/customerId", "7");
            }
        })
    ),
    fault!(
        "updated-name-as-list",
        Body,
        "UpdateOneCustomer answers a list in the place of a name",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::UpdateOneCustomer) && answer.is_success() {
                answer.put("/fullName", serde_json::json!(["Test"]));
            }
        })
    ),
    fault!(
        "bank-accounts-as-object",
        Body,
        "ListCustomerBankInformation answers an object in the place of the list",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::ListCustomerBankInformation) && answer.is_success() {
                let inner = answer.json().map(std::mem::take);
                answer.payload = Payload::Json(Box::new(serde_json::json!({ "items": inner })));
            }
        })
    ),
    fault!(
        "bank-status-unknown",
        Body,
        "ListCustomerBankInformation answers a status of a bank account that is not listed",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::ListCustomerBankInformation) && answer.is_success() {
                answer.put("/0/status", "SLEEPING");
            }
        })
    ),
    fault!(
        "bank-information-missing",
        Body,
        "ListCustomerBankInformation answers bank accounts without their information",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::ListCustomerBankInformation) && answer.is_success() {
                answer.drop("/0/bankAccountInformation");
            }
        })
    ),
    fault!(
        "bank-account-as-object",
        Body,
        "GetBankAccountInformation answers an object in the place of a list of one",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.is_success() {
                let inner = answer.at("/0").map(std::mem::take);
                answer.payload = Payload::Json(Box::new(inner.unwrap_or_default()));
            }
        })
    ),
    fault!(
        "bank-currency-as-number",
        Body,
        "GetBankAccountInformation answers a number in the place of a currency",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.is_success() {
                answer.put("/0/bankAccountInformation/currency", 840);
            }
        })
    ),
    fault!(
        "cooling-off-as-text",
        Body,
        "AddCustomerBankInformation answers a text for the end of cooling off",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomerBankInformation) && answer.is_success() {
                answer.put("/coolingOffEndTime", "tomorrow");
            }
        })
    ),
    fault!(
        "added-account-missing",
        Body,
        "AddCustomerBankInformation answers no bank account",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomerBankInformation) && answer.is_success() {
                answer.drop("/bankAccount");
            }
        })
    ),
    fault!(
        "added-status-unknown",
        Body,
        "AddCustomerBankInformation answers a status that is not listed",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::AddCustomerBankInformation) && answer.is_success() {
                answer.put("/status", "PENDING_MAYBE");
            }
        })
    ),
    fault!(
        "removed-id-missing",
        Body,
        "RemoveCustomerBankAccountInformation answers no id",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::RemoveCustomerBankAccountInformation) && answer.is_success() {
                answer.drop("/bankAccountId");
            }
        })
    ),
    fault!(
        "empty-read",
        Body,
        "GetOneCustomer answers nothing",
        ["wrong-body", "unreadable-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.bytes(Vec::new());
            }
        })
    ),
    fault!(
        "truncated-list",
        Body,
        "GetAllCustomers answers less than it announced",
        ["unreadable-body", "no-response"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                let text = answer.text();
                answer.payload = Payload::Torn(text.into_bytes());
            }
        })
    ),
    fault!(
        "half-a-list",
        Body,
        "GetAllCustomers answers half of a JSON text",
        ["unreadable-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                let text = answer.text();
                let half: String = text.chars().take(text.chars().count() / 2).collect();
                answer.bytes(half);
            }
        })
    ),
    fault!(
        "single-quoted-account",
        Body,
        "GetBankAccountInformation answers JSON with single quotes",
        ["unreadable-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.is_success() {
                let text = answer.text().replace('"', "'");
                answer.bytes(text);
            }
        })
    ),
    fault!(
        "latin-text",
        Body,
        "ListCustomerBankInformation answers text that is not UTF-8",
        ["unreadable-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::ListCustomerBankInformation) && answer.is_success() {
                let text = answer.text().replace("AE", "\u{e9}");
                answer.bytes(
                    text.chars()
                        .map(|c| u8::try_from(u32::from(c)).unwrap_or(0xe9))
                        .chain([b'\n', 0xe9])
                        .collect::<Vec<u8>>(),
                );
            }
        })
    ),
    fault!(
        "endless-read",
        Body,
        "GetOneCustomer answers without an end",
        ["unreadable-body", "no-response", "wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.payload = Payload::Endless(b"[[[[[[[[ ");
            }
        })
    ),
    fault!(
        "deep-read",
        Body,
        "GetOneCustomer answers 100,000 arrays, one in the other",
        ["unreadable-body", "wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.bytes("[".repeat(100_000) + &"]".repeat(100_000));
            }
        })
    ),
    fault!(
        "page-in-html",
        Body,
        "GetAllCustomers answers a page in HTML",
        ["wrong-media-type"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                answer.header(header::CONTENT_TYPE, "text/html");
                answer.bytes("<html><body>All customers</body></html>");
            }
        })
    ),
    fault!(
        "json-as-text",
        Body,
        "GetOneCustomer answers JSON as plain text",
        ["wrong-media-type"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                answer.header(header::CONTENT_TYPE, "text/plain");
            }
        })
    ),
    fault!(
        "read-without-type",
        Body,
        "GetBankAccountInformation answers without a media type",
        ["wrong-media-type"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.is_success() {
                answer.headers.remove(header::CONTENT_TYPE);
            }
        })
    ),
    fault!(
        "wrong-status-on-page-two",
        Body,
        "GetAllCustomers answers a status that is not listed on the second page alone",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetAllCustomers) && answer.is_success() {
                if asked.parameter("after").is_some() {
                    answer.put("/items/0/customerStatus", "ARCHIVED");
                }
            }
        })
    ),
    fault!(
        "wrong-one-time-in-twenty-five",
        Body,
        "GetOneCustomer answers a number for a name one time in twenty-five",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.is_success() {
                if asked.turn % 25 == 0 {
                    answer.put("/kycDetails/fullName", 7);
                }
            }
        })
    ),
    fault!(
        "wrong-for-businesses",
        Body,
        "GetBankAccountInformation answers a number for a currency of businesses",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.is_success() {
                if answer.at("/0/bankAccountInformation/beneficiaryType").is_some_and(|kind| kind == "BUSINESS") {
                    answer.put("/0/bankAccountInformation/currency", 840);
                }
            }
        })
    ),
    fault!(
        "wrong-from-the-second-call",
        Body,
        "ListCustomerBankInformation answers a number for an id from the second call on",
        ["wrong-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::ListCustomerBankInformation) && answer.is_success() {
                if asked.turn > 1 {
                    answer.put("/0/bankAccountId", 7);
                }
            }
        })
    ),
    fault!(
        "missing-id-as-number",
        Body,
        "GetBankAccountInformation names what is missing by a number",
        ["wrong-body", "wrong-refusal"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.status == 404 {
                answer.put("/id", 7);
            }
        })
    ),
    fault!(
        "missing-in-html",
        Body,
        "ListCustomerBankInformation answers a page in HTML where it finds nothing",
        ["wrong-media-type"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::ListCustomerBankInformation) && answer.status == 404 {
                answer.header(header::CONTENT_TYPE, "text/html");
                answer.bytes("<h1>Not found</h1>");
            }
        })
    ),
    fault!(
        "empty-not-found",
        Body,
        "GetBankAccountInformation answers nothing where it finds nothing",
        ["wrong-body", "unreadable-body"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetBankAccountInformation) && answer.status == 404 {
                answer.bytes(Vec::new());
            }
        })
    ),
    fault!(
        "trace-in-refusal",
        Body,
        "GetOneCustomer shows a stack trace where it finds nothing",
        ["disclosure"],
        Act::Answers(|asked, answer| {
            if asked.is(Operation::GetOneCustomer) && answer.status == 404 {
                answer.put("/message", "java.lang.NullPointerException\n\tat com.example.Customers.find(Customers.java:42)\n\tat com.example.Main.main(Main.java:7)");
            }
        })
    ),
    fault!(
        "token-in-refusal",
        Body,
        "The server shows the token that it takes to who has none",
        ["disclosure"],
        Act::Answers(|asked, answer| {
            if answer.status == 401 {
                answer.put("/message", format!("expected Bearer {}", asked.token));
            }
        })
    ),
    fault!(
        "no-challenge",
        Body,
        "The server refuses without a challenge",
        ["missing-www-authenticate"],
        Act::Answers(|_, answer| {
            if answer.status == 401 {
                answer.headers.remove(header::WWW_AUTHENTICATE);
            }
        })
    ),
    fault!(
        "no-allow",
        Body,
        "The server refuses a method without saying which it allows",
        ["missing-allow"],
        Act::Answers(|_, answer| {
            if answer.status == 405 {
                answer.headers.remove(header::ALLOW);
            }
        })
    ),
];
