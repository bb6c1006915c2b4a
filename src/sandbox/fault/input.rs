//! What requests have to be, and the sandbox does not hold them to; what they may be, and it refuses; what it crashes on.

use serde_json::json;

use super::{Act, Fault, fault};
use crate::sandbox::id::Id;
use crate::sandbox::reply::Reply;
use crate::sandbox::request::Operation::{
    AddCustomer, AddCustomerBankInformation, GetAllCustomers, GetOneCustomer, UpdateOneCustomer,
};

pub(super) const FAULTS: &[Fault] = &[
    fault!(
        "long-bank-name-taken",
        Input,
        "AddCustomerBankInformation takes a bank's name of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryBankName", "must have"),
    ),
    fault!(
        "long-routing-code-taken",
        Input,
        "AddCustomerBankInformation takes a routing code of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/routingCode", "must have"),
    ),
    fault!(
        "short-bic-taken",
        Input,
        "AddCustomerBankInformation takes a BIC of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryBankBic", "must have"),
    ),
    fault!(
        "long-account-number-taken",
        Input,
        "AddCustomerBankInformation takes an account number of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryAccountNumber", "must have"),
    ),
    fault!(
        "long-memo-taken",
        Input,
        "AddCustomerBankInformation takes a memo of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryBankMemo", "must have"),
    ),
    fault!(
        "intermediary-bic-taken",
        Input,
        "AddCustomerBankInformation takes an intermediary's BIC of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/intermediaryBankBic", "must have"),
    ),
    fault!(
        "long-intermediary-number-taken",
        Input,
        "AddCustomerBankInformation takes an intermediary's account number of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/intermediaryAccountNumber", "must have"),
    ),
    fault!(
        "long-given-names-taken",
        Input,
        "AddCustomerBankInformation takes given names of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryGivenNames", "must have"),
    ),
    fault!(
        "long-surnames-taken",
        Input,
        "AddCustomerBankInformation takes surnames of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiarySurnames", "must have"),
    ),
    fault!(
        "long-legal-name-taken",
        Input,
        "AddCustomerBankInformation takes a legal name of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryLegalName", "must have"),
    ),
    fault!(
        "any-employment-status-taken",
        Input,
        "AddCustomer takes any employment status",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/employmentStatus", "must be one of"),
    ),
    fault!(
        "any-screening-answer-taken",
        Input,
        "AddCustomer takes any answer about screening",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/sanctionsScreeningCompleted", "must be one of"),
    ),
    fault!(
        "any-pep-answer-taken",
        Input,
        "AddCustomer takes any answer about political exposure",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/isPEP", "must be one of"),
    ),
    fault!(
        "any-address-type-taken",
        Input,
        "AddCustomer takes any type of address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/address/addressType", "must be one of"),
    ),
    fault!(
        "any-recognition-taken",
        Input,
        "AddCustomer takes any result of recognition",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/electronicFacialRecognition", "must be one of"),
    ),
    fault!(
        "any-segment-taken",
        Input,
        "AddCustomer takes any customer segment",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/customerSegment", "must be one of"),
    ),
    fault!(
        "any-updated-status-taken",
        Input,
        "UpdateOneCustomer takes any employment status",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(UpdateOneCustomer, "/employmentStatus", "must be one of"),
    ),
    fault!(
        "any-risk-group-taken",
        Input,
        "UpdateOneCustomer takes any risk group",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(UpdateOneCustomer, "/customerPreTradeRiskGroup", "must be one of"),
    ),
    fault!(
        "any-beneficiary-type-taken",
        Input,
        "AddCustomerBankInformation takes any type of beneficiary",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryType", "must be one of"),
    ),
    fault!(
        "number-for-name-taken",
        Input,
        "AddCustomer takes a number for a name",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/fullName", "must be a string"),
    ),
    fault!(
        "number-for-birthplace-taken",
        Input,
        "AddCustomer takes a number for a place of birth",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/placeOfBirth", "must be a string"),
    ),
    fault!(
        "text-for-address-taken",
        Input,
        "AddCustomer takes a text for an address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/address", "must be an object"),
    ),
    fault!(
        "any-birthday-taken",
        Input,
        "AddCustomer takes any text for a date of birth",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/dateOfBirth", "must be a date"),
    ),
    fault!(
        "any-screening-time-taken",
        Input,
        "AddCustomer takes any text for the time of screening",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/sanctionsScreeningCompletedAt", "must be a date-time"),
    ),
    fault!(
        "number-for-updated-name-taken",
        Input,
        "UpdateOneCustomer takes a number for a name",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(UpdateOneCustomer, "/fullName", "must be a string"),
    ),
    fault!(
        "any-updated-birthday-taken",
        Input,
        "UpdateOneCustomer takes any text for a date of birth",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(UpdateOneCustomer, "/dateOfBirth", "must be a date"),
    ),
    fault!(
        "number-for-bank-name-taken",
        Input,
        "AddCustomerBankInformation takes a number for a bank's name",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryBankName", "must be a string"),
    ),
    fault!(
        "text-for-bank-address-taken",
        Input,
        "AddCustomerBankInformation takes a text for a bank's address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "/beneficiaryBankAddress", "must be an object"),
    ),
    fault!(
        "unicode-refused",
        Input,
        "AddCustomer refuses names with letters beyond ASCII",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(AddCustomer, "/fullName", |asked| asked.text("/fullName").is_some_and(|name| !name.is_ascii())),
    ),
    fault!(
        "student-refused",
        Input,
        "AddCustomer refuses a student",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(AddCustomer, "/employmentStatus", |asked| asked.text("/employmentStatus") == Some("Student")),
    ),
    fault!(
        "business-beneficiary-refused",
        Input,
        "AddCustomerBankInformation refuses a business",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(AddCustomerBankInformation, "/beneficiaryType", |asked| asked.text("/beneficiaryType")
            == Some("BUSINESS")),
    ),
    fault!(
        "null-memo-refused",
        Input,
        "AddCustomerBankInformation refuses null for a memo",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(AddCustomerBankInformation, "/beneficiaryBankMemo", |asked| asked
            .body
            .get("beneficiaryBankMemo")
            .is_some_and(serde_json::Value::is_null)),
    ),
    fault!(
        "high-risk-refused",
        Input,
        "UpdateOneCustomer refuses the risk group HIGH",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(UpdateOneCustomer, "/customerPreTradeRiskGroup", |asked| asked.text("/customerPreTradeRiskGroup")
            == Some("HIGH")),
    ),
    fault!(
        "leap-day-refused",
        Input,
        "AddCustomer refuses who was born on the 29th of February",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(AddCustomer, "/dateOfBirth", |asked| asked
            .text("/dateOfBirth")
            .is_some_and(|day| day.ends_with("-02-29"))),
    ),
    fault!(
        "descending-refused",
        Input,
        "GetAllCustomers refuses to list in descending order",
        ["rejected-valid", "failed-criterion", "undocumented-status"],
        Act::Objects(GetAllCustomers, "sortDirection", |asked| asked.parameter("sortDirection").as_deref()
            == Some("DESC")),
    ),
    fault!(
        "eleven-letter-bic-refused",
        Input,
        "AddCustomerBankInformation refuses a BIC of eleven characters",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(AddCustomerBankInformation, "/beneficiaryBankBic", |asked| asked
            .text("/beneficiaryBankBic")
            .is_some_and(|bic| bic.len() == 11)),
    ),
    fault!(
        "crash-on-empty-name",
        Input,
        "AddCustomer crashes on an empty name",
        ["server-error"],
        Act::Crashes(AddCustomer, |asked| asked.text("/fullName") == Some("")),
    ),
    fault!(
        "crash-on-long-text",
        Input,
        "AddCustomer crashes on a text of more than 1,000 characters",
        ["server-error"],
        Act::Crashes(AddCustomer, |asked| asked.text("/placeOfBirth").is_some_and(|text| text.len() > 1000)),
    ),
    fault!(
        "crash-on-emoji",
        Input,
        "UpdateOneCustomer crashes on characters beyond the basic plane",
        ["server-error"],
        Act::Crashes(UpdateOneCustomer, |asked| asked
            .text("/fullName")
            .is_some_and(|name| name.chars().any(|c| c > '\u{ffff}'))),
    ),
    fault!(
        "crash-on-null",
        Input,
        "AddCustomerBankInformation crashes on null for a name that must not be null",
        ["server-error"],
        Act::Crashes(AddCustomerBankInformation, |asked| asked
            .body
            .get("beneficiaryBankName")
            .is_some_and(serde_json::Value::is_null)),
    ),
    fault!(
        "crash-on-array",
        Input,
        "AddCustomer crashes on an array in the place of the body",
        ["server-error"],
        Act::Crashes(AddCustomer, |asked| asked.body.is_array()),
    ),
    fault!(
        "crash-on-zero-limit",
        Input,
        "GetAllCustomers crashes on the limit 0",
        ["server-error"],
        Act::Crashes(GetAllCustomers, |asked| asked.parameter("limit").as_deref() == Some("0")),
    ),
    fault!(
        "crash-on-negative-limit",
        Input,
        "GetAllCustomers crashes on a negative limit",
        ["server-error"],
        Act::Crashes(GetAllCustomers, |asked| asked.parameter("limit").is_some_and(|limit| limit.starts_with('-'))),
    ),
    fault!(
        "crash-on-unknown-cursor",
        Input,
        "GetAllCustomers crashes on a token that no page gave",
        ["server-error"],
        Act::Crashes(GetAllCustomers, |asked| asked
            .parameter("after")
            .is_some_and(|after| !after.starts_with("item_"))),
    ),
    fault!(
        "crash-without-content-type",
        Input,
        "AddCustomer crashes where no media type is said",
        ["server-error"],
        Act::Crashes(AddCustomer, |asked| !asked.headers.contains_key(axum::http::header::CONTENT_TYPE)),
    ),
    fault!(
        "crash-on-malformed-id",
        Input,
        "GetOneCustomer crashes on an id that is no UUID",
        ["server-error"],
        Act::Crashes(GetOneCustomer, |asked| asked.customer().is_some_and(|id| id.len() != 36)),
    ),
    fault!(
        "crash-on-broken-json",
        Input,
        "UpdateOneCustomer crashes on a body that cannot be read",
        ["server-error"],
        Act::Crashes(UpdateOneCustomer, |asked| {
            asked.headers.contains_key(axum::http::header::CONTENT_TYPE) && asked.body.is_null()
        }),
    ),
    fault!(
        "any-sanctions-answer-taken",
        Input,
        "AddCustomer takes any answer about sanctions",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/isSanctioned", "must be one of"),
    ),
    fault!(
        "any-pep-screening-answer-taken",
        Input,
        "AddCustomer takes any answer about the screening for political exposure",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/pepScreeningCompleted", "must be one of"),
    ),
    fault!(
        "any-liveness-answer-taken",
        Input,
        "AddCustomer takes any answer about the check of liveness",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/livenessCheckCompleted", "must be one of"),
    ),
    fault!(
        "number-for-employer-address-taken",
        Input,
        "AddCustomer takes a number for the address of an employer",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "/employerAddress", "must be a string or an object"),
    ),
    fault!(
        "any-media-type-taken",
        Input,
        "AddCustomer takes JSON under any media type",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(AddCustomer, "content-type", "must be application/json"),
    ),
    fault!(
        "any-status-asked-for",
        Input,
        "GetAllCustomers takes any text for a status",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(GetAllCustomers, "customerStatus", "must be a customer status"),
    ),
    fault!(
        "any-key-asked-for",
        Input,
        "GetAllCustomers takes any text for the key to sort by",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(GetAllCustomers, "sortField", "must be"),
    ),
    fault!(
        "any-direction-asked-for",
        Input,
        "GetAllCustomers takes any text for a direction",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(GetAllCustomers, "sortDirection", "must be ASC or DESC"),
    ),
    fault!(
        "any-start-asked-for",
        Input,
        "GetAllCustomers takes any text for the first date of creation",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(GetAllCustomers, "createDateStart", "must be a date-time"),
    ),
    fault!(
        "text-limit-asked-for",
        Input,
        "GetAllCustomers takes a text, or more than 1,000 or less than 1, for a limit",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(GetAllCustomers, "limit", "must be an integer"),
    ),
    fault!(
        "array-for-update-taken",
        Input,
        "UpdateOneCustomer takes an array for a body",
        ["accepted-invalid", "failed-criterion"],
        Act::Instead(|asked, store, _| {
            let id = asked.customer().and_then(Id::parse).filter(|id| store.customer(*id).is_some())?;
            let taken = asked.is(UpdateOneCustomer) && asked.body.is_array();
            taken.then(|| Reply::ok(json!({ "customerId": id.to_string() })))
        }),
    ),
    fault!(
        "broken-json-taken",
        Input,
        "UpdateOneCustomer takes a body that cannot be read",
        ["accepted-invalid", "failed-criterion"],
        Act::Instead(|asked, store, _| {
            let id = asked.customer().and_then(Id::parse).filter(|id| store.customer(*id).is_some())?;
            let broken = asked.body.is_null() && asked.headers.contains_key(axum::http::header::CONTENT_TYPE);
            (asked.is(UpdateOneCustomer) && broken).then(|| Reply::ok(json!({ "customerId": id.to_string() })))
        }),
    ),
];
