//! Who is let in, and to what.

use axum::http::{Method, header};

use super::{Act, Fault, fault};
use crate::sandbox::reply::Reply;
use crate::sandbox::request::{Operation, Place};

pub(super) const FAULTS: [Fault; 14] = [
    fault!(
        "open-list",
        Access,
        "GetAllCustomers takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::GetAllCustomers) && !asked.headers.contains_key(header::AUTHORIZATION))
    ),
    fault!(
        "open-create",
        Access,
        "AddCustomer takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::AddCustomer) && !asked.headers.contains_key(header::AUTHORIZATION))
    ),
    fault!(
        "open-read",
        Access,
        "GetOneCustomer takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::GetOneCustomer) && !asked.headers.contains_key(header::AUTHORIZATION))
    ),
    fault!(
        "open-update",
        Access,
        "UpdateOneCustomer takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(
            |asked| asked.is(Operation::UpdateOneCustomer) && !asked.headers.contains_key(header::AUTHORIZATION)
        )
    ),
    fault!(
        "open-accounts",
        Access,
        "ListCustomerBankInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::ListCustomerBankInformation)
            && !asked.headers.contains_key(header::AUTHORIZATION))
    ),
    fault!(
        "open-account-creation",
        Access,
        "AddCustomerBankInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::AddCustomerBankInformation)
            && !asked.headers.contains_key(header::AUTHORIZATION))
    ),
    fault!(
        "open-account",
        Access,
        "GetBankAccountInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::GetBankAccountInformation)
            && !asked.headers.contains_key(header::AUTHORIZATION))
    ),
    fault!(
        "open-removal",
        Access,
        "RemoveCustomerBankAccountInformation takes requests without credentials",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::RemoveCustomerBankAccountInformation)
            && !asked.headers.contains_key(header::AUTHORIZATION))
    ),
    fault!(
        "any-token-reads",
        Access,
        "GetOneCustomer takes any token",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::GetOneCustomer)
            && asked.scheme().is_some_and(|(scheme, token)| scheme == "bearer" && !token.is_empty()))
    ),
    fault!(
        "any-token-removes",
        Access,
        "RemoveCustomerBankAccountInformation takes any token",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::RemoveCustomerBankAccountInformation)
            && asked.scheme().is_some_and(|(scheme, token)| scheme == "bearer" && !token.is_empty()))
    ),
    fault!(
        "other-scheme-lists",
        Access,
        "GetAllCustomers takes credentials of another scheme",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::GetAllCustomers)
            && asked.scheme().is_some_and(|(scheme, _)| scheme != "bearer"))
    ),
    fault!(
        "empty-token-updates",
        Access,
        "UpdateOneCustomer takes an empty token",
        ["open-access", "failed-criterion"],
        Act::LetsIn(|asked| asked.is(Operation::UpdateOneCustomer)
            && asked.scheme().is_some_and(|(scheme, token)| scheme == "bearer" && token.is_empty()))
    ),
    fault!(
        "put-served",
        Access,
        "The server serves PUT for a customer, which no document declares",
        ["undeclared-method"],
        Act::Instead(|asked, _, _| (matches!(asked.place, Place::Customer(_)) && asked.method == Method::PUT)
            .then(|| Reply::ok(serde_json::json!({}))))
    ),
    fault!(
        "delete-served",
        Access,
        "The server serves DELETE for a customer, which no document declares",
        ["undeclared-method"],
        Act::Instead(|asked, _, _| (matches!(asked.place, Place::Customer(_)) && asked.method == Method::DELETE)
            .then(|| Reply::ok(serde_json::json!({}))))
    ),
];
