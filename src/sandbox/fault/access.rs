//! Who is let in, and to what.

use axum::http::{Method, header};
use percent_encoding::percent_decode;
use serde_json::json;

use super::{Act, Asked, Fault, fault};
use crate::sandbox::reply::Reply;
use crate::sandbox::request::Operation::{
    AddCustomer, AddCustomerBankInformation, GetAllCustomers, GetBankAccountInformation, GetOneCustomer,
    ListCustomerBankInformation, RemoveCustomerBankAccountInformation, UpdateOneCustomer,
};
use crate::sandbox::request::Place;

pub(super) const FAULTS: &[Fault] = &[
    fault!(
        "open-list",
        Access,
        "GetAllCustomers takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(GetAllCustomers, bare),
    ),
    fault!(
        "open-create",
        Access,
        "AddCustomer takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(AddCustomer, bare),
    ),
    fault!(
        "open-read",
        Access,
        "GetOneCustomer takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(GetOneCustomer, bare),
    ),
    fault!(
        "open-update",
        Access,
        "UpdateOneCustomer takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(UpdateOneCustomer, bare),
    ),
    fault!(
        "open-accounts",
        Access,
        "ListCustomerBankInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(ListCustomerBankInformation, bare),
    ),
    fault!(
        "open-account-creation",
        Access,
        "AddCustomerBankInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(AddCustomerBankInformation, bare),
    ),
    fault!(
        "open-account",
        Access,
        "GetBankAccountInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(GetBankAccountInformation, bare),
    ),
    fault!(
        "open-removal",
        Access,
        "RemoveCustomerBankAccountInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(RemoveCustomerBankAccountInformation, bare),
    ),
    fault!(
        "any-token-reads",
        Access,
        "GetOneCustomer takes any token",
        ["open-access", "failed-criterion"],
        Act::LetsIn(GetOneCustomer, |asked| asked
            .scheme()
            .is_some_and(|(scheme, token)| scheme == "bearer" && !token.is_empty())),
    ),
    fault!(
        "any-token-removes",
        Access,
        "RemoveCustomerBankAccountInformation takes any token",
        ["open-access", "failed-criterion"],
        Act::LetsIn(RemoveCustomerBankAccountInformation, |asked| asked
            .scheme()
            .is_some_and(|(scheme, token)| scheme == "bearer" && !token.is_empty())),
    ),
    fault!(
        "other-scheme-lists",
        Access,
        "GetAllCustomers takes credentials of another scheme",
        ["open-access", "failed-criterion"],
        Act::LetsIn(GetAllCustomers, |asked| asked.scheme().is_some_and(|(scheme, _)| scheme != "bearer")),
    ),
    fault!(
        "bare-token-opens",
        Access,
        "ListCustomerBankInformation takes a token without the name of its scheme",
        ["open-access", "failed-criterion"],
        Act::LetsIn(ListCustomerBankInformation, |asked| {
            asked.headers.get(header::AUTHORIZATION).is_some_and(|value| value == asked.token)
        }),
    ),
    fault!(
        "empty-token-updates",
        Access,
        "UpdateOneCustomer takes an empty token",
        ["open-access", "failed-criterion"],
        Act::LetsIn(UpdateOneCustomer, |asked| asked
            .scheme()
            .is_some_and(|(scheme, token)| scheme == "bearer" && token.is_empty())),
    ),
    fault!(
        "put-served",
        Access,
        "The server serves PUT for a customer, which no document declares",
        ["undeclared-method"],
        Act::Instead(|asked, _, _| (matches!(asked.place, Place::Customer(_)) && asked.method == Method::PUT)
            .then(|| Reply::ok(json!({}))))
    ),
    fault!(
        "delete-served",
        Access,
        "The server serves DELETE for a customer, which no document declares",
        ["undeclared-method"],
        Act::Instead(|asked, _, _| (matches!(asked.place, Place::Customer(_)) && asked.method == Method::DELETE)
            .then(|| Reply::ok(json!({}))))
    ),
    fault!(
        "token-in-cookie-opens",
        Access,
        "GetBankAccountInformation takes a token in a cookie",
        ["open-access", "failed-criterion"],
        Act::LetsIn(GetBankAccountInformation, |asked| {
            let cookie = asked.headers.get(header::COOKIE);
            cookie.is_some_and(|cookie| percent_decode(cookie.as_bytes()).decode_utf8_lossy().contains(asked.token))
        }),
    ),
    fault!(
        "malformed-token-opens",
        Access,
        "ListCustomerBankInformation takes a token with characters that no token has",
        ["open-access", "failed-criterion"],
        Act::LetsIn(ListCustomerBankInformation, |asked| {
            asked.scheme().is_some_and(|(scheme, token)| scheme == "bearer" && token.contains('?'))
        }),
    ),
    fault!(
        "put-crashes",
        Access,
        "The server crashes on PUT for the bank accounts of a customer, which no document declares",
        ["undeclared-method"],
        Act::Instead(|asked, _, _| {
            let put = matches!(asked.place, Place::BankAccounts(_)) && asked.method == Method::PUT;
            put.then(Reply::crashed)
        }),
    ),
];

/// Whether a request bears no credentials.
fn bare(asked: &Asked<'_>) -> bool {
    !asked.headers.contains_key(header::AUTHORIZATION)
}
