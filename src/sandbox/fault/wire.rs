//! How an answer travels: its bytes, its media type, its length, its connection, its time.

use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use axum::http::header;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Act, Fault, Payload, fault, refusal, success};
use crate::sandbox::request::Operation::{
    AddCustomerBankInformation, GetAllCustomers, GetBankAccountInformation, GetOneCustomer,
    ListCustomerBankInformation, RemoveCustomerBankAccountInformation,
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
    fault!(
        "list-announced-short",
        Wire,
        "GetAllCustomers announces half of the bytes that it has",
        ["unreadable-body", "no-response"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            let text = answer.text();
            let half = text.len() / 2;
            answer.payload = Payload::Short(text.into_bytes(), half);
        }),
    ),
    fault!(
        "removal-unanswered",
        Wire,
        "RemoveCustomerBankAccountInformation removes and closes the connection without an answer",
        ["no-response"],
        Act::Answers(success(RemoveCustomerBankAccountInformation), |_, answer| answer.payload = Payload::Closed),
    ),
    fault!(
        "one-addition-in-twenty-unanswered",
        Wire,
        "AddCustomerBankInformation closes the connection without an answer one time in twenty",
        ["no-response"],
        Act::Answers(success(AddCustomerBankInformation), |asked, answer| {
            if asked.turn % 20 == 0 {
                answer.payload = Payload::Closed;
            }
        }),
    ),
    fault!(
        "compressed-bomb",
        Wire,
        "GetOneCustomer answers some kilobytes that become 64 MiB",
        ["unreadable-body"],
        Act::Answers(success(GetOneCustomer), |_, answer| {
            answer.header(header::CONTENT_ENCODING, "gzip");
            answer.bytes(BOMB.clone());
        }),
    ),
    fault!(
        "said-to-be-compressed",
        Wire,
        "GetBankAccountInformation says that its answer is compressed, and it is not",
        ["unreadable-body"],
        Act::Answers(success(GetBankAccountInformation), |_, answer| {
            answer.header(header::CONTENT_ENCODING, "gzip");
        }),
    ),
    fault!(
        "slow-one-time-in-twenty",
        Wire,
        "GetAllCustomers takes three seconds one time in twenty",
        ["slow-response"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.turn % 20 == 0 {
                answer.pause = Duration::from_secs(3);
            }
        }),
    ),
];

/// 64 MiB of spaces, compressed.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        // Nothing fails that is written to memory.
        drop(encoder.write_all(&[b' '; 1 << 20]));
    }
    encoder.finish().unwrap_or_default()
});
