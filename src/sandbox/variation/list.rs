//! What a list of customers leaves open: its tokens, its orders, its filters.

use std::cmp::Ordering;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::shown::listed;
use super::{Variation, Way, variation};
use crate::sandbox::fault::{Answer, Asked};
use crate::sandbox::id::Id;
use crate::sandbox::page::Query;
use crate::sandbox::request::Operation::{GetAllCustomers, ListCustomerBankInformation};

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "no-token-at-the-end",
        Enough,
        "The last page has no token, where it could have null",
        "JSON Schema Validation, `required`: `after` is not listed",
        [Way::Answers(|asked, answer| listed(asked, answer, |list| {
            list.retain(|name, value| name != "after" || !value.is_null());
        }))]
    ),
    variation!(
        "token-of-last-full-page",
        Enough,
        "A full page has a token even if nothing follows; it leads to an empty page",
        "\"The token of the last item in the response\" does not say that more follow",
        [Way::Answers(|asked, answer| {
            let limit = asked.parameter("limit").and_then(|limit| limit.parse().ok()).unwrap_or(10);
            token_if(asked, answer, |items| items >= limit);
        })]
    ),
    variation!(
        "token-of-every-page",
        Enough,
        "Every page that shows someone has a token, the last one too",
        "\"The token of the last item in the response\" does not say that more follow",
        [Way::Answers(|asked, answer| token_if(asked, answer, |items| items > 0))]
    ),
    variation!(
        "tokens-in-base64",
        Enough,
        "Tokens are texts in base64, with characters that a query has to escape",
        "\"When provided, specifies the last item returned in previous page, used to fetch the next page.\": no sentence \
         says what a token looks like",
        [
            Way::Hears(|query| heard(query, "after", |token| {
                let bytes = BASE64_STANDARD.decode(token).ok()?;
                String::from_utf8(bytes).ok()?.strip_prefix(PADDING).map(str::to_owned)
            })),
            Way::Answers(|asked, answer| tokens(asked, answer, |token, _| {
                BASE64_STANDARD.encode(format!("{PADDING}{token}"))
            })),
        ]
    ),
    variation!(
        "tokens-are-identifiers",
        Enough,
        "The token is the identifier of the last customer of a page",
        "\"When provided, specifies the last item returned in previous page, used to fetch the next page.\"",
        [
            Way::Hears(|query| heard(query, "after", |token| Id::parse(token).map(Id::to_token))),
            Way::Answers(|asked, answer| tokens(asked, answer, |token, _| {
                Id::from_token(token).map_or_else(String::new, |id| id.to_string())
            })),
        ]
    ),
    variation!(
        "tokens-long-and-fresh",
        Enough,
        "Tokens are long, and another one each time for the same place",
        "\"The token of the last item in the response\": no sentence says that it is the same each time",
        [
            Way::Hears(|query| heard(query, "after", |token| token.rsplit('.').next().map(str::to_owned))),
            Way::Answers(|asked, answer| tokens(asked, answer, |token, turn| {
                format!("v2.{turn}.{}.{token}", "e30~".repeat(200))
            })),
        ]
    ),
    variation!(
        "newest-first",
        Enough,
        "Without a sort field the newest customers come first",
        "\"Will sort the returned data using the specified field.\" says nothing of none",
        [Way::Hears(|query| unsorted(query, "sortField=createdDate&sortDirection=DESC"))]
    ),
    variation!(
        "references-first",
        Enough,
        "Without a sort field customers stand in the order of their references",
        "\"Will sort the returned data using the specified field.\" says nothing of none",
        [Way::Hears(|query| unsorted(query, "sortField=referenceId&sortDirection=ASC"))]
    ),
    variation!(
        "descending-by-default",
        Enough,
        "A sort field without a direction sorts downwards",
        "\"Specifies the sort direction for the sortField.\" names no default",
        [Way::Hears(|query| {
            let downwards = has(query, "sortField") && !has(query, "sortDirection");
            if downwards { format!("{query}&sortDirection=DESC") } else { query.to_owned() }
        })]
    ),
    variation!(
        "statuses-in-their-order",
        Enough,
        "Statuses are sorted as the document lists them, not by their letters",
        "\"Will sort the returned data using the specified field.\" does not say how words are ordered",
        [Way::Asks(|query| query.reading.statuses = |left, right| place(left).cmp(&place(right)))]
    ),
    variation!(
        "references-sorted-without-case",
        Enough,
        "References are sorted without regard to case",
        "\"Will sort the returned data using the specified field.\" does not say how texts are ordered",
        [Way::Asks(|query| query.reading.references = without_case)]
    ),
    variation!(
        "equal-keys-latest-first",
        Enough,
        "Of two customers with equal sort keys the later one comes first, in both directions",
        "\"Specifies the sort direction for the sortField.\" says nothing of what is equal in it",
        [Way::Asks(|query| query.reading.latest_first = true)]
    ),
    variation!(
        "references-contain",
        Enough,
        "A reference that is asked for may be a part of a customer's",
        "\"Filter customers by reference ID\" does not say how they are compared",
        [Way::Asks(|query| query.reading.finds = |asked, has| has.contains(asked))]
    ),
    variation!(
        "references-without-case",
        Enough,
        "References are compared without regard to case",
        "\"Filter customers by reference ID\" does not say how they are compared",
        [Way::Asks(|query| query.reading.finds = |asked, has| asked.eq_ignore_ascii_case(has))]
    ),
    variation!(
        "limit-of-99",
        Enough,
        "A page holds 99 customers at most, whatever is asked for",
        "\"When provided, specifies the number of items to return in the page.\" names no largest",
        [Way::Asks(|query| query.limit = query.limit.min(99))]
    ),
    variation!(
        "unknown-parameters-refused",
        Enough,
        "A parameter that the document does not name is answered 404",
        "OpenAPI 3.0.3 says nothing of parameters that are not declared",
        [Way::Answers(|asked, answer| {
            let mut pairs = form_urlencoded::parse(asked.query.as_bytes());
            if asked.is(GetAllCustomers) && answer.is_success() && pairs.any(|(name, _)| !KNOWN.contains(&&*name)) {
                answer.status = 404;
                answer.put("", json!({ "message": "Not Found" }));
            }
        })]
    ),
    variation!(
        "first-of-repeated-counts",
        Enough,
        "Of a parameter that is given twice the first one counts",
        "OpenAPI 3.0.3 says nothing of a parameter that is given twice without being an array",
        [Way::Hears(|query| once(query, false))]
    ),
    variation!(
        "last-of-repeated-counts",
        Enough,
        "Of a parameter that is given twice the last one counts",
        "OpenAPI 3.0.3 says nothing of a parameter that is given twice without being an array",
        [Way::Hears(|query| once(query, true))]
    ),
    variation!(
        "meaningless-parameters-ignored",
        Enough,
        "A parameter that means nothing counts as omitted",
        "The responses of GetAllCustomers: 200, 401 and 404, and none for a request that is wrong",
        [Way::Hears(|query| {
            form_urlencoded::Serializer::new(String::new())
                .extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| meant(name, value)))
                .finish()
        })]
    ),
    variation!(
        "meaningless-parameters-find-nobody",
        Enough,
        "A parameter that means nothing finds nobody",
        "The responses of GetAllCustomers: 200, 401 and 404, and none for a request that is wrong",
        [Way::Answers(|asked, answer| {
            if asked.is(GetAllCustomers) && answer.status == 400 {
                answer.status = 200;
                answer.put("", json!({ "after": null, "totalCount": "0", "items": [] }));
            }
        })]
    ),
    variation!(
        "empty-parameters-omitted",
        Enough,
        "A parameter with an empty value counts as omitted",
        "\"Fetches the first page when omitted.\" does not tell omitted from empty",
        [Way::Hears(|query| {
            form_urlencoded::Serializer::new(String::new())
                .extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()))
                .finish()
        })]
    ),
    variation!(
        "bank-accounts-newest-first",
        Enough,
        "Of a customer's bank accounts the newest comes first",
        "\"Retrieve the customer's bank account details for a specific customer.\" names no order",
        [Way::Answers(|asked, answer| {
            if asked.is(ListCustomerBankInformation)
                && let Some(accounts) = answer.json().and_then(Value::as_array_mut)
            {
                accounts.reverse();
            }
        })]
    ),
];

const KNOWN: [&str; 8] = [
    "customerStatus",
    "createDateStart",
    "createDateEnd",
    "referenceId",
    "after",
    "limit",
    "sortField",
    "sortDirection",
];

/// Makes the text in base64 bear a plus, a solidus and an equals sign.
const PADDING: &str = "\u{fb}\u{ff}?>~ ";

fn has(query: &str, name: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name)
}

/// The query with this order, where it asks for none.
fn unsorted(query: &str, order: &str) -> String {
    let stands = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "sortDirection");
    if has(query, "sortField") {
        return query.to_owned();
    }
    // A direction is "for the sortField": without one it has no meaning, but a word that is none is still refused.
    if form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| name == "sortDirection" && !matches!(&*value, "ASC" | "DESC"))
    {
        return query.to_owned();
    }
    let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(stands).finish();
    if rest.is_empty() { order.to_owned() } else { format!("{rest}&{order}") }
}

/// The query with one parameter read in another way; what cannot be read so stays, to be refused.
fn heard(query: &str, parameter: &str, read: fn(&str) -> Option<String>) -> String {
    let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
        let read = if name == parameter { Some(read(&value).unwrap_or_else(|| "?".to_owned())) } else { None };
        (name.into_owned(), read.unwrap_or_else(|| value.into_owned()))
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The query with each name once.
fn once(query: &str, last: bool) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, kept)) if last => *kept = value.into_owned(),
            Some(_) => {}
            None => pairs.push((name.into_owned(), value.into_owned())),
        }
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Whether a parameter can be read.
fn meant(name: &str, value: &str) -> bool {
    let alone = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    Query::parse(&alone).1.is_empty()
}

/// Writes the token of a list anew; the number is that of the request.
fn tokens(asked: &Asked<'_>, answer: &mut Answer, write: fn(&str, u64) -> String) {
    let turn = asked.turn;
    listed(asked, answer, |list| {
        if let Some(Value::String(token)) = list.get_mut("after") {
            *token = write(token, turn);
        }
    });
}

/// Gives a page a token that has none, if it shows that many.
fn token_if(asked: &Asked<'_>, answer: &mut Answer, enough: impl Fn(usize) -> bool) {
    listed(asked, answer, |list| {
        let items = list.get("items").and_then(Value::as_array);
        let count = items.map_or(0, Vec::len);
        let last = items.and_then(|items| items.last()?.get("customerId")?.as_str()).and_then(Id::parse);
        if let Some(last) = last.filter(|_| enough(count)) {
            list.insert("after".to_owned(), last.to_token().into());
        }
    });
}

fn place(status: &str) -> Option<usize> {
    ["ONBOARDING", "ACTIVE", "INACTIVE", "ONBOARDING_FAILED"].iter().position(|word| *word == status)
}

fn without_case(left: &str, right: &str) -> Ordering {
    left.to_lowercase().cmp(&right.to_lowercase())
}
