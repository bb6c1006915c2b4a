//! What a refusal looks like, and which one it is.

use axum::http::{Method, StatusCode, header};
use serde_json::json;

use super::{Variation, Way, variation};
use crate::sandbox::fault::{Answer, Asked};
use crate::sandbox::reply::Reply;
use crate::sandbox::request::Operation::{
    self, AddCustomer, AddCustomerBankInformation, GetAllCustomers, GetBankAccountInformation,
    ListCustomerBankInformation, RemoveCustomerBankAccountInformation, UpdateOneCustomer,
};

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "invalid-is-422",
        Enough,
        "A request that breaks its schema is answered 422, where 4XX is documented",
        "`4XX`: \"Client error\"",
        [Way::Answers(|asked, answer| invalid(asked, answer, 422))]
    ),
    variation!(
        "invalid-is-409",
        Enough,
        "A request that breaks its schema is answered 409, where 4XX is documented",
        "`4XX`: \"Client error\"",
        [Way::Answers(|asked, answer| invalid(asked, answer, 409))]
    ),
    variation!(
        "invalid-is-404",
        Enough,
        "A request that breaks its schema is answered 404",
        "`4XX`: \"Client error\", and 404 where the documents name it",
        [Way::Answers(|asked, answer| {
            if answer.status == 400 {
                missing(asked, answer);
            }
        })]
    ),
    variation!(
        "query-refused-with-404",
        Enough,
        "GetAllCustomers answers 404, the only refusal it documents beside 401, to a query that means nothing",
        "The responses of GetAllCustomers: 200, 401 and 404",
        [Way::Answers(|asked, answer| {
            if asked.is(GetAllCustomers) && answer.status == 400 {
                answer.status = 404;
            }
        })]
    ),
    variation!(
        "full-is-409",
        Enough,
        "A bank account too many is answered 409",
        "\"Each customer can have up to 20 external bank accounts.\" names no status; `4XX`: \"Client error\"",
        [Way::Answers(|asked, answer| full(asked, answer, 409))]
    ),
    variation!(
        "full-is-422",
        Enough,
        "A bank account too many is answered 422",
        "\"Each customer can have up to 20 external bank accounts.\" names no status; `4XX`: \"Client error\"",
        [Way::Answers(|asked, answer| full(asked, answer, 422))]
    ),
    variation!(
        "full-is-403",
        Enough,
        "A bank account too many is answered 403",
        "\"Each customer can have up to 20 external bank accounts.\" names no status; 403: \"Insufficient Privileges\"",
        [Way::Answers(|asked, answer| full(asked, answer, 403))]
    ),
    variation!(
        "malformed-identifier-is-404",
        Enough,
        "An identifier that is no UUID is answered as one that is unknown",
        "No sentence tells an identifier that cannot exist from one that does not",
        [Way::Answers(|asked, answer| {
            if malformed_identifier(answer) {
                missing(asked, answer);
            }
        })]
    ),
    variation!(
        "malformed-identifier-is-422",
        Enough,
        "An identifier that is no UUID is answered 422",
        "`4XX`: \"Client error\"",
        [Way::Answers(|_, answer| {
            if malformed_identifier(answer) {
                answer.status = 422;
            }
        })]
    ),
    variation!(
        "unknown-customer-is-400",
        Enough,
        "An unknown customer is answered 400, where no 404 is documented",
        "The responses of GetOneCustomer and UpdateOneCustomer: 400 \"Validation Error\", and no 404",
        [Way::Answers(|asked, answer| {
            if answer.status == 404 && !is_of_bank(asked) && !asked.is(GetAllCustomers) && asked.operation.is_some() {
                answer.status = 400;
            }
        })]
    ),
    variation!(
        "unknown-customer-is-410",
        Enough,
        "An unknown customer is answered 410, where no 404 is documented",
        "The responses of GetOneCustomer and UpdateOneCustomer: `4XX`, and no 404",
        [Way::Answers(|asked, answer| {
            if answer.status == 404 && !is_of_bank(asked) && asked.operation.is_some() {
                answer.status = 410;
            }
        })]
    ),
    variation!(
        "missing-account-says-nothing",
        Enough,
        "404 of a bank account is an empty object",
        "JSON Schema Validation, `required`: the body of 404 lists nothing",
        [Way::Answers(|asked, answer| {
            if answer.status == 404 && is_of_bank(asked) {
                answer.put("", json!({}));
            }
        })]
    ),
    variation!(
        "problem-details",
        Enough,
        "What is refused is told as `application/problem+json`, where no body is documented",
        "The refusals have a description and no content; RFC 9457",
        [Way::Answers(|asked, answer| told(asked, answer, "application/problem+json", |status| {
            json!({ "type": "about:blank", "title": "Refused", "status": status }).to_string()
        }))]
    ),
    variation!(
        "refusals-in-text",
        Enough,
        "What is refused is told in plain text, where no body is documented",
        "The refusals have a description and no content",
        [Way::Answers(|asked, answer| told(asked, answer, "text/plain; charset=utf-8", |_| "No.".to_owned()))]
    ),
    variation!(
        "refusals-in-html",
        Enough,
        "What is refused is told in HTML, as a gateway does, where no body is documented",
        "The refusals have a description and no content",
        [Way::Answers(|asked, answer| told(asked, answer, "text/html", |status| {
            format!("<html><body><h1>{status}</h1></body></html>")
        }))]
    ),
    variation!(
        "refusals-in-codes",
        Enough,
        "What is refused is told as a list of codes, where no body is documented",
        "The refusals have a description and no content",
        [Way::Answers(|asked, answer| told(asked, answer, "application/json", |status| {
            json!([{ "id": "cams.refused", "code": status, "params": null }]).to_string()
        }))]
    ),
    variation!(
        "refusals-empty",
        Enough,
        "What is refused is told by its status alone, where no body is documented",
        "The refusals have a description and no content",
        [Way::Answers(|asked, answer| told(asked, answer, "application/json", |_| String::new()))]
    ),
    variation!(
        "challenge-left-out",
        Enough,
        "401 comes without `WWW-Authenticate`",
        "401: \"Unauthorized\", without headers; RFC 9110, 15.5.2, asks for a challenge, the documents do not",
        [Way::Answers(|_, answer| drop(answer.headers.remove(header::WWW_AUTHENTICATE)))]
    ),
    variation!(
        "challenges-many",
        Enough,
        "401 comes with several challenges in one field",
        "RFC 9110, 11.6.1: the field may list more than one challenge",
        [Way::Answers(|_, answer| {
            if answer.status == 401 {
                answer.header(
                    header::WWW_AUTHENTICATE,
                    "Negotiate, Basic realm=\"a, b\", bearer realm=\"cams\", error=\"invalid_token\"",
                );
            }
        })]
    ),
    variation!(
        "wrong-token-is-403",
        Enough,
        "A token that is not known is answered 403, where that is documented",
        "403: \"Insufficient Privileges\"; RFC 9110, 15.5.4: credentials that were given may be insufficient",
        [Way::Answers(|asked, answer| {
            let documented = asked.operation.is_some_and(|operation| operation != GetAllCustomers);
            if answer.status == 401 && documented && asked.scheme().is_some_and(|(_, token)| !token.is_empty()) {
                answer.status = 403;
                answer.headers.remove(header::WWW_AUTHENTICATE);
            }
        })]
    ),
    variation!(
        "credentials-last",
        Enough,
        "A request that is wrong in itself is refused for that, and only then for its credentials",
        "No sentence says what is looked at first",
        [Way::AuthorizesLast]
    ),
    variation!(
        "unknown-method-is-404",
        Enough,
        "A method that no document declares is answered 404",
        "No document says what answers a method that it does not declare",
        [Way::Answers(|_, answer| unknown_method(answer, 404))]
    ),
    variation!(
        "unknown-method-is-403",
        Enough,
        "A method that no document declares is answered 403",
        "No document says what answers a method that it does not declare",
        [Way::Answers(|_, answer| unknown_method(answer, 403))]
    ),
    variation!(
        "head-refused",
        Enough,
        "HEAD is answered 405",
        "No document declares HEAD",
        [Way::Instead(|asked, _, _| (asked.method == Method::HEAD).then(|| {
            Reply::refused(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
                .with(header::ALLOW, "GET, POST, PATCH, DELETE")
        }))]
    ),
    variation!(
        "options-served",
        Enough,
        "OPTIONS is answered 204 with what is allowed",
        "RFC 9110, 9.3.7: a server may tell what it allows; no document says that it does not",
        [Way::Answers(|asked, answer| {
            if asked.method == Method::OPTIONS && answer.status == 405 {
                answer.status = 204;
                answer.bytes(Vec::new());
                answer.headers.remove(header::CONTENT_TYPE);
            }
        })]
    ),
    variation!(
        "accept-heeded",
        Enough,
        "Who accepts no JSON is answered 406, where 4XX is documented",
        "RFC 9110, 12.5.1: a server may answer 406, or disregard what is accepted",
        [Way::Instead(|asked, _, _| {
            let documented = asked.operation.is_some_and(|operation| operation != GetAllCustomers);
            let accepted = asked.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
            let json = ["*/*", "application/*", "json"].iter().any(|range| accepted.contains(range));
            (documented && !json).then(|| Reply::refused(StatusCode::NOT_ACCEPTABLE, "Not Acceptable"))
        })]
    ),
    variation!(
        "creating-forbidden",
        Thin,
        "The token may not create customers",
        "403 of AddCustomer: \"Insufficient Privileges\"",
        [Way::Instead(|asked, _, _| forbidden(asked, AddCustomer))]
    ),
    variation!(
        "adding-forbidden",
        Thin,
        "The token may not add bank accounts",
        "403 of AddCustomerBankInformation: \"Insufficient Privileges\"",
        [Way::Instead(|asked, _, _| forbidden(asked, AddCustomerBankInformation))]
    ),
    variation!(
        "updating-forbidden",
        Thin,
        "The token may not update customers",
        "403 of UpdateOneCustomer: \"Insufficient Privileges\"",
        [Way::Instead(|asked, _, _| forbidden(asked, UpdateOneCustomer))]
    ),
    variation!(
        "removing-forbidden",
        Thin,
        "The token may not remove bank accounts",
        "403 of RemoveCustomerBankAccountInformation: \"Insufficient Privileges\"",
        [Way::Instead(|asked, _, _| forbidden(asked, RemoveCustomerBankAccountInformation))]
    ),
    variation!(
        "accounts-forbidden",
        Thin,
        "The token may not list bank accounts",
        "403 of ListCustomerBankInformation: \"Forbidden\"",
        [Way::Instead(|asked, _, _| forbidden(asked, ListCustomerBankInformation))]
    ),
];

/// Whether its 404 has a documented body.
pub(super) fn is_of_bank(asked: &Asked<'_>) -> bool {
    asked.is(ListCustomerBankInformation)
        || asked.is(GetBankAccountInformation)
        || asked.is(RemoveCustomerBankAccountInformation)
}

/// `GetAllCustomers` documents no `4XX`, so that its refusals stay.
fn invalid(asked: &Asked<'_>, answer: &mut Answer, status: u16) {
    if answer.status == 400 && !asked.is(GetAllCustomers) {
        answer.status = status;
    }
}

fn missing(asked: &Asked<'_>, answer: &mut Answer) {
    answer.status = 404;
    if is_of_bank(asked) {
        answer.put("", json!({ "id": asked.customer() }));
    }
}

fn full(asked: &Asked<'_>, answer: &mut Answer, status: u16) {
    let said = answer.at("/errors/0/message").and_then(|said| said.as_str()).is_some_and(|said| said.contains("20"));
    if said && answer.status == 400 && asked.is(AddCustomerBankInformation) {
        answer.status = status;
    }
}

fn malformed_identifier(answer: &mut Answer) -> bool {
    let path = answer.at("/errors/0/path").and_then(|path| path.as_str());
    path.is_some_and(|path| matches!(path, "customerId" | "bankAccountId"))
}

fn told(asked: &Asked<'_>, answer: &mut Answer, media_type: &'static str, text: fn(u16) -> String) {
    if answer.is_success() || answer.status == 404 && is_of_bank(asked) {
        return;
    }
    answer.bytes(text(answer.status));
    answer.header(header::CONTENT_TYPE, media_type);
}

fn unknown_method(answer: &mut Answer, status: u16) {
    if answer.status == 405 {
        answer.status = status;
        answer.headers.remove(header::ALLOW);
    }
}

fn forbidden(asked: &Asked<'_>, operation: Operation) -> Option<Reply> {
    asked.is(operation).then(|| Reply::refused(StatusCode::FORBIDDEN, "Insufficient Privileges"))
}
