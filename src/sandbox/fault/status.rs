//! Which status answers.

use axum::http::header;
use serde_json::json;

use super::{Act, Fault, fault, refusal, success};
use crate::sandbox::request::Operation::{
    AddCustomer, AddCustomerBankInformation, GetAllCustomers, GetBankAccountInformation, GetOneCustomer,
    ListCustomerBankInformation, RemoveCustomerBankAccountInformation, UpdateOneCustomer,
};

pub(super) const FAULTS: &[Fault] = &[
    fault!(
        "created-with-201",
        Status,
        "AddCustomer answers 201 where it creates",
        ["undocumented-status"],
        Act::Answers(success(AddCustomer), |_, answer| {
            answer.status = 201;
        }),
    ),
    fault!(
        "added-with-201",
        Status,
        "AddCustomerBankInformation answers 201 where it adds",
        ["undocumented-status"],
        Act::Answers(success(AddCustomerBankInformation), |_, answer| {
            answer.status = 201;
        }),
    ),
    fault!(
        "updated-with-202",
        Status,
        "UpdateOneCustomer answers 202 where it updates",
        ["undocumented-status"],
        Act::Answers(success(UpdateOneCustomer), |_, answer| {
            answer.status = 202;
        }),
    ),
    fault!(
        "removed-with-204",
        Status,
        "RemoveCustomerBankAccountInformation answers 204 where it removes",
        ["undocumented-status"],
        Act::Answers(success(RemoveCustomerBankAccountInformation), |_, answer| {
            answer.status = 204;
            answer.bytes(Vec::new());
        }),
    ),
    fault!(
        "listed-with-203",
        Status,
        "GetAllCustomers answers 203 where it lists",
        ["undocumented-status"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            answer.status = 203;
        }),
    ),
    fault!(
        "read-is-moved",
        Status,
        "GetOneCustomer answers 302 where it reads",
        ["undocumented-status"],
        Act::Answers(success(GetOneCustomer), |_, answer| {
            answer.status = 302;
            answer.header(header::LOCATION, "/elsewhere");
        }),
    ),
    fault!(
        "accounts-fail",
        Status,
        "ListCustomerBankInformation answers 500 where it lists",
        ["server-error"],
        Act::Answers(success(ListCustomerBankInformation), |_, answer| {
            answer.status = 500;
            answer.put("", json!({ "message": "Internal Server Error" }));
        }),
    ),
    fault!(
        "unknown-customer-is-empty",
        Status,
        "GetOneCustomer answers 200 with an empty object for an unknown id",
        ["unknown-is-404", "wrong-body", "failed-criterion"],
        Act::Answers(refusal(GetOneCustomer, 404), |_, answer| {
            answer.status = 200;
            answer.put("", json!({}));
        }),
    ),
    fault!(
        "unknown-account-is-an-empty-list",
        Status,
        "GetBankAccountInformation answers 200 with an empty list for an unknown id",
        ["unknown-is-404", "failed-criterion"],
        Act::Answers(refusal(GetBankAccountInformation, 404), |_, answer| {
            answer.status = 200;
            answer.put("", json!([]));
        }),
    ),
    fault!(
        "unknown-customer-lists-nothing",
        Status,
        "ListCustomerBankInformation answers 200 with an empty list for an unknown customer",
        ["unknown-is-404", "failed-criterion"],
        Act::Answers(refusal(ListCustomerBankInformation, 404), |_, answer| {
            answer.status = 200;
            answer.put("", json!([]));
        }),
    ),
    fault!(
        "forbidden-for-unauthorized",
        Status,
        "GetAllCustomers answers 403 where credentials are missing or wrong",
        ["undocumented-status", "open-access", "failed-criterion"],
        Act::Answers(refusal(GetAllCustomers, 401), |_, answer| {
            answer.status = 403;
            answer.headers.remove(header::WWW_AUTHENTICATE);
        }),
    ),
    fault!(
        "one-failure-in-twenty",
        Status,
        "GetAllCustomers fails one time in twenty",
        ["server-error"],
        Act::Crashes(GetAllCustomers, |asked| asked.turn % 20 == 0),
    ),
    fault!(
        "not-found-for-unauthorized",
        Status,
        "GetOneCustomer answers 404 where credentials are missing or wrong",
        ["wrong-refusal", "failed-criterion"],
        Act::Answers(refusal(GetOneCustomer, 401), |_, answer| {
            answer.status = 404;
            answer.headers.remove(header::WWW_AUTHENTICATE);
        }),
    ),
];
