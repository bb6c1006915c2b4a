//! One request: where it goes, what it carries.

use super::id::Id;
use super::reply::{Problem, Reply};
use super::validate::Object;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The largest body that is read.
const MAX_BODY: usize = 1 << 20;
/// How much of a larger body is thrown away so that its sender gets to see the answer.
const MAX_DRAINED: usize = 16 << 20;

/// A place that the documents know, with its identifiers still as the client wrote them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `/v1/customers`
    Customers,
    /// `/v1/customers/{customerId}`
    Customer(String),
    /// `/v1/customers/{customerId}/bankinfo`
    BankAccounts(String),
    /// `/v1/customers/{customerId}/bankinfo/{bankAccountId}`
    BankAccount(String, String),
}

impl Place {
    /// Finds the place of a path below `/api`.
    pub(super) fn of(path: &str) -> Option<Place> {
        let segments: Vec<_> = path.strip_prefix("/api/v1/customers")?.split('/').collect();
        if segments.iter().skip(1).any(|segment| segment.is_empty()) {
            return None;
        }
        let decoded = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        match segments.as_slice() {
            [""] => Some(Place::Customers),
            ["", customer] => Some(Place::Customer(decoded(customer))),
            ["", customer, "bankinfo"] => Some(Place::BankAccounts(decoded(customer))),
            ["", customer, "bankinfo", account] => Some(Place::BankAccount(decoded(customer), decoded(account))),
            _ => None,
        }
    }

    /// The methods of this place, as the `Allow` header lists them.
    pub(super) fn methods(&self) -> &'static str {
        match self {
            Place::Customers | Place::BankAccounts(_) => "GET, HEAD, POST",
            Place::Customer(_) => "GET, HEAD, PATCH",
            Place::BankAccount(..) => "GET, HEAD, DELETE",
        }
    }
}

/// Reads an identifier of the path; one that is no UUID is a documented 400.
pub(super) fn id(name: &str, text: &str) -> Result<Id, Reply> {
    Id::parse(text).ok_or_else(|| Reply::invalid(vec![Problem::new(name, "must be a UUID")]))
}

/// What an operation needs to know of a request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// The query string, empty if there is none.
    pub(super) query: &'a str,
    /// The header fields.
    pub(super) headers: &'a HeaderMap,
    /// What was sent after them.
    pub(super) body: Sent,
}

/// A body as it arrived.
#[derive(Debug)]
pub(super) enum Sent {
    /// All of it.
    Whole(Vec<u8>),
    /// More than is read.
    TooLarge,
    /// The connection or the coding broke off.
    Broken,
}

impl Sent {
    /// Reads a body to its end, but keeps no more than is allowed.
    pub(super) async fn read(body: Body) -> Sent {
        let mut stream = body.into_data_stream();
        let (mut kept, mut length) = (Vec::new(), 0_usize);
        while let Some(chunk) = stream.next().await {
            let Ok(chunk) = chunk else {
                return Sent::Broken;
            };
            length = length.saturating_add(chunk.len());
            if length <= MAX_BODY {
                kept.extend_from_slice(&chunk);
            } else if length > MAX_DRAINED {
                break;
            }
        }
        if length > MAX_BODY { Sent::TooLarge } else { Sent::Whole(kept) }
    }
}

impl Call<'_> {
    /// The JSON object in the body, or nothing where no body was sent.
    pub(super) fn object(&self) -> Result<Option<Object>, Reply> {
        let bytes = match &self.body {
            Sent::Whole(bytes) => bytes,
            Sent::TooLarge => {
                return Err(Reply::refused(StatusCode::PAYLOAD_TOO_LARGE, "Body larger than 1 MiB"));
            }
            Sent::Broken => return Err(invalid_body("could not be read")),
        };
        if bytes.is_empty() && !self.headers.contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        if !self.is_plain_json() {
            return Err(Reply::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json"));
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(object)) => Ok(Some(object)),
            Ok(_) => Err(invalid_body("must be an object")),
            Err(_) => Err(invalid_body("must be JSON")),
        }
    }

    /// The refusal of a request that needs a body and has none.
    pub(super) fn no_body() -> Reply {
        invalid_body("is required")
    }

    /// Whether the body is `application/json`, with any parameters and without a content coding.
    fn is_plain_json(&self) -> bool {
        let json = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default();
            essence.trim().eq_ignore_ascii_case("application/json")
        });
        let plain = |value: &[u8]| value.eq_ignore_ascii_case(b"identity");
        json && self.headers.get_all(header::CONTENT_ENCODING).iter().all(|value| plain(value.as_bytes()))
    }
}

fn invalid_body(message: &str) -> Reply {
    Reply::invalid(vec![Problem::new("", message)])
}
