//! What requests have to be, and the sandbox does not hold them to; what they may be, and it refuses; what it crashes on.

use super::{Act, Fault, fault};
use crate::sandbox::reply::{Problem, Reply};
use crate::sandbox::request::Operation;

pub(super) const FAULTS: [Fault; 45] = [
    fault!(
        "long-bank-name-taken",
        Input,
        "AddCustomerBankInformation takes a bank's name of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryBankName", "must have"))
    ),
    fault!(
        "long-routing-code-taken",
        Input,
        "AddCustomerBankInformation takes a routing code of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomerBankInformation) && problem.is("/routingCode", "must have")
        )
    ),
    fault!(
        "short-bic-taken",
        Input,
        "AddCustomerBankInformation takes a BIC of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryBankBic", "must have"))
    ),
    fault!(
        "long-account-number-taken",
        Input,
        "AddCustomerBankInformation takes an account number of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryAccountNumber", "must have"))
    ),
    fault!(
        "long-memo-taken",
        Input,
        "AddCustomerBankInformation takes a memo of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryBankMemo", "must have"))
    ),
    fault!(
        "intermediary-bic-taken",
        Input,
        "AddCustomerBankInformation takes an intermediary's BIC of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/intermediaryBankBic", "must have"))
    ),
    fault!(
        "long-intermediary-number-taken",
        Input,
        "AddCustomerBankInformation takes an intermediary's account number of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/intermediaryAccountNumber", "must have"))
    ),
    fault!(
        "long-given-names-taken",
        Input,
        "AddCustomerBankInformation takes given names of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryGivenNames", "must have"))
    ),
    fault!(
        "long-surnames-taken",
        Input,
        "AddCustomerBankInformation takes surnames of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiarySurnames", "must have"))
    ),
    fault!(
        "long-legal-name-taken",
        Input,
        "AddCustomerBankInformation takes a legal name of any length",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryLegalName", "must have"))
    ),
    fault!(
        "any-employment-status-taken",
        Input,
        "AddCustomer takes any employment status",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is("/employmentStatus", "must be one of")
        )
    ),
    fault!(
        "any-screening-answer-taken",
        Input,
        "AddCustomer takes any answer about screening",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer)
            && problem.is("/sanctionsScreeningCompleted", "must be one of"))
    ),
    fault!(
        "any-pep-answer-taken",
        Input,
        "AddCustomer takes any answer about political exposure",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is("/isPEP", "must be one of"))
    ),
    fault!(
        "any-address-type-taken",
        Input,
        "AddCustomer takes any type of address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is("/address/addressType", "must be one of")
        )
    ),
    fault!(
        "any-recognition-taken",
        Input,
        "AddCustomer takes any result of recognition",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer)
            && problem.is("/electronicFacialRecognition", "must be one of"))
    ),
    fault!(
        "any-segment-taken",
        Input,
        "AddCustomer takes any customer segment",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is("/customerSegment", "must be one of")
        )
    ),
    fault!(
        "any-updated-status-taken",
        Input,
        "UpdateOneCustomer takes any employment status",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::UpdateOneCustomer)
            && problem.is("/employmentStatus", "must be one of"))
    ),
    fault!(
        "any-risk-group-taken",
        Input,
        "UpdateOneCustomer takes any risk group",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::UpdateOneCustomer)
            && problem.is("/customerPreTradeRiskGroup", "must be one of"))
    ),
    fault!(
        "any-beneficiary-type-taken",
        Input,
        "AddCustomerBankInformation takes any type of beneficiary",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryType", "must be one of"))
    ),
    fault!(
        "number-for-name-taken",
        Input,
        "AddCustomer takes a number for a name",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is("/fullName", "must be a string"))
    ),
    fault!(
        "number-for-birthplace-taken",
        Input,
        "AddCustomer takes a number for a place of birth",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is("/placeOfBirth", "must be a string")
        )
    ),
    fault!(
        "text-for-address-taken",
        Input,
        "AddCustomer takes a text for an address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is("/address", "must be an object"))
    ),
    fault!(
        "any-birthday-taken",
        Input,
        "AddCustomer takes any text for a date of birth",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is("/dateOfBirth", "must be a date")
        )
    ),
    fault!(
        "any-screening-time-taken",
        Input,
        "AddCustomer takes any text for the time of screening",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer)
            && problem.is("/sanctionsScreeningCompletedAt", "must be a date-time"))
    ),
    fault!(
        "number-for-updated-name-taken",
        Input,
        "UpdateOneCustomer takes a number for a name",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::UpdateOneCustomer) && problem.is("/fullName", "must be a string")
        )
    ),
    fault!(
        "any-updated-birthday-taken",
        Input,
        "UpdateOneCustomer takes any text for a date of birth",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::UpdateOneCustomer) && problem.is("/dateOfBirth", "must be a date")
        )
    ),
    fault!(
        "number-for-bank-name-taken",
        Input,
        "AddCustomerBankInformation takes a number for a bank's name",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryBankName", "must be a string"))
    ),
    fault!(
        "text-for-bank-address-taken",
        Input,
        "AddCustomerBankInformation takes a text for a bank's address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryBankAddress", "must be an object"))
    ),
    fault!(
        "unicode-refused",
        Input,
        "AddCustomer refuses names with letters beyond ASCII",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(|asked| (asked.is(Operation::AddCustomer)
            && asked.text("/fullName").is_some_and(|name| !name.is_ascii()))
        .then(|| Problem::new("/fullName", "is not accepted")))
    ),
    fault!(
        "student-refused",
        Input,
        "AddCustomer refuses a student",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(|asked| (asked.is(Operation::AddCustomer) && asked.text("/employmentStatus") == Some("Student"))
            .then(|| Problem::new("/employmentStatus", "is not accepted")))
    ),
    fault!(
        "business-beneficiary-refused",
        Input,
        "AddCustomerBankInformation refuses a business",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(|asked| (asked.is(Operation::AddCustomerBankInformation)
            && asked.text("/beneficiaryType") == Some("BUSINESS"))
        .then(|| Problem::new("/beneficiaryType", "is not accepted")))
    ),
    fault!(
        "null-memo-refused",
        Input,
        "AddCustomerBankInformation refuses null for a memo",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(|asked| (asked.is(Operation::AddCustomerBankInformation)
            && asked.body.get("beneficiaryBankMemo").is_some_and(serde_json::Value::is_null))
        .then(|| Problem::new("/beneficiaryBankMemo", "is not accepted")))
    ),
    fault!(
        "high-risk-refused",
        Input,
        "UpdateOneCustomer refuses the risk group HIGH",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(|asked| (asked.is(Operation::UpdateOneCustomer)
            && asked.text("/customerPreTradeRiskGroup") == Some("HIGH"))
        .then(|| Problem::new("/customerPreTradeRiskGroup", "is not accepted")))
    ),
    fault!(
        "leap-day-refused",
        Input,
        "AddCustomer refuses who was born on the 29th of February",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(|asked| (asked.is(Operation::AddCustomer)
            && asked.text("/dateOfBirth").is_some_and(|day| day.ends_with("-02-29")))
        .then(|| Problem::new("/dateOfBirth", "is not accepted")))
    ),
    fault!(
        "descending-refused",
        Input,
        "GetAllCustomers refuses to list in descending order",
        ["rejected-valid", "failed-criterion", "undocumented-status"],
        Act::Objects(|asked| (asked.is(Operation::GetAllCustomers)
            && asked.parameter("sortDirection").as_deref() == Some("DESC"))
        .then(|| Problem::new("sortDirection", "is not accepted")))
    ),
    fault!(
        "eleven-letter-bic-refused",
        Input,
        "AddCustomerBankInformation refuses a BIC of eleven characters",
        ["rejected-valid", "failed-criterion"],
        Act::Objects(|asked| (asked.is(Operation::AddCustomerBankInformation)
            && asked.text("/beneficiaryBankBic").is_some_and(|bic| bic.len() == 11))
        .then(|| Problem::new("/beneficiaryBankBic", "is not accepted")))
    ),
    fault!(
        "crash-on-empty-name",
        Input,
        "AddCustomer crashes on an empty name",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::AddCustomer) && asked.text("/fullName") == Some(""))
            .then(Reply::crashed))
    ),
    fault!(
        "crash-on-long-text",
        Input,
        "AddCustomer crashes on a text of more than 1,000 characters",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::AddCustomer)
            && asked.text("/placeOfBirth").is_some_and(|text| text.len() > 1000))
        .then(Reply::crashed))
    ),
    fault!(
        "crash-on-emoji",
        Input,
        "UpdateOneCustomer crashes on characters beyond the basic plane",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::UpdateOneCustomer)
            && asked.text("/fullName").is_some_and(|name| name.chars().any(|c| c > '\u{ffff}')))
        .then(Reply::crashed))
    ),
    fault!(
        "crash-on-null",
        Input,
        "AddCustomerBankInformation crashes on null for a name that must not be null",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::AddCustomerBankInformation)
            && asked.body.get("beneficiaryBankName").is_some_and(serde_json::Value::is_null))
        .then(Reply::crashed))
    ),
    fault!(
        "crash-on-array",
        Input,
        "AddCustomer crashes on an array in the place of the body",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::AddCustomer) && asked.body.is_array()).then(Reply::crashed))
    ),
    fault!(
        "crash-on-zero-limit",
        Input,
        "GetAllCustomers crashes on the limit 0",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::GetAllCustomers)
            && asked.parameter("limit").as_deref() == Some("0"))
        .then(Reply::crashed))
    ),
    fault!(
        "crash-on-negative-limit",
        Input,
        "GetAllCustomers crashes on a negative limit",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::GetAllCustomers)
            && asked.parameter("limit").is_some_and(|limit| limit.starts_with('-')))
        .then(Reply::crashed))
    ),
    fault!(
        "crash-on-unknown-cursor",
        Input,
        "GetAllCustomers crashes on a token that no page gave",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::GetAllCustomers)
            && asked.parameter("after").is_some_and(|after| !after.starts_with("item_")))
        .then(Reply::crashed))
    ),
    fault!(
        "crash-without-content-type",
        Input,
        "AddCustomer crashes where no media type is said",
        ["server-error"],
        Act::Instead(|asked, _, _| (asked.is(Operation::AddCustomer)
            && !asked.headers.contains_key(axum::http::header::CONTENT_TYPE))
        .then(Reply::crashed))
    ),
];
