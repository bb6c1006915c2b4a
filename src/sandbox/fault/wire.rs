//! How an answer travels: its bytes, its media type, its length, its connection, its time.

use axum::http::header;

use super::{Act, Fault, Payload, fault, refusal, success};
use crate::sandbox::request::Operation::{
    GetAllCustomers, GetBankAccountInformation, GetOneCustomer, ListCustomerBankInformation,
};

pub(super) const FAULTS: &[Fault] = &[
    fault!(
        "empty-read",
        Wire,
        "GetOneCustomer answers nothing",
        ["wrong-body", "unreadable-body"],
        Act::Answers(success(GetOneCustomer), |_, answer| {
            answer.bytes(Vec::new());
        }),
    ),
    fault!(
        "truncated-list",
        Wire,
        "GetAllCustomers answers less than it announced",
        ["unreadable-body", "no-response"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            let text = answer.text();
            answer.payload = Payload::Torn(text.into_bytes());
        }),
    ),
    fault!(
        "half-a-list",
        Wire,
        "GetAllCustomers answers half of a JSON text",
        ["unreadable-body"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            let text = answer.text();
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            answer.bytes(half);
        }),
    ),
    fault!(
        "single-quoted-account",
        Wire,
        "GetBankAccountInformation answers JSON with single quotes",
        ["unreadable-body"],
        Act::Answers(success(GetBankAccountInformation), |_, answer| {
            let text = answer.text().replace('"', "'");
            answer.bytes(text);
        }),
    ),
    fault!(
        "latin-text",
        Wire,
        "ListCustomerBankInformation answers text that is not UTF-8",
        ["unreadable-body"],
        Act::Answers(success(ListCustomerBankInformation), |_, answer| {
            let text = answer.text().replace("AE", "\u{e9}");
            answer.bytes(
                text.chars()
                    .map(|c| u8::try_from(u32::from(c)).unwrap_or(0xe9))
                    .chain([b'\n', 0xe9])
                    .collect::<Vec<u8>>(),
            );
        }),
    ),
    fault!(
        "endless-read",
        Wire,
        "GetOneCustomer answers without an end",
        ["unreadable-body", "no-response", "wrong-body"],
        Act::Answers(success(GetOneCustomer), |_, answer| {
            answer.payload = Payload::Endless(b"[[[[[[[[ ");
        }),
    ),
    fault!(
        "deep-read",
        Wire,
        "GetOneCustomer answers 100,000 arrays, one in the other",
        ["unreadable-body", "wrong-body"],
        Act::Answers(success(GetOneCustomer), |_, answer| {
            answer.bytes("[".repeat(100_000) + &"]".repeat(100_000));
        }),
    ),
    fault!(
        "page-in-html",
        Wire,
        "GetAllCustomers answers a page in HTML",
        ["wrong-media-type"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            answer.header(header::CONTENT_TYPE, "text/html");
            answer.bytes("<html><body>All customers</body></html>");
        }),
    ),
    fault!(
        "json-as-text",
        Wire,
        "GetOneCustomer answers JSON as plain text",
        ["wrong-media-type"],
        Act::Answers(success(GetOneCustomer), |_, answer| {
            answer.header(header::CONTENT_TYPE, "text/plain");
        }),
    ),
    fault!(
        "read-without-type",
        Wire,
        "GetBankAccountInformation answers without a media type",
        ["wrong-media-type"],
        Act::Answers(success(GetBankAccountInformation), |_, answer| {
            answer.headers.remove(header::CONTENT_TYPE);
        }),
    ),
    fault!(
        "missing-in-html",
        Wire,
        "ListCustomerBankInformation answers a page in HTML where it finds nothing",
        ["wrong-media-type"],
        Act::Answers(refusal(ListCustomerBankInformation, 404), |_, answer| {
            answer.header(header::CONTENT_TYPE, "text/html");
            answer.bytes("<h1>Not found</h1>");
        }),
    ),
    fault!(
        "empty-not-found",
        Wire,
        "GetBankAccountInformation answers nothing where it finds nothing",
        ["wrong-body", "unreadable-body"],
        Act::Answers(refusal(GetBankAccountInformation, 404), |_, answer| {
            answer.bytes(Vec::new());
        }),
    ),
];
