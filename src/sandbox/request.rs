//! One request: where it goes, what it carries.

use super::fault::{Act, Asked};
use super::id::Id;
use super::reply::{Problem, Reply};
use super::validate::Object;
use super::variation::Ways;
use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, header};
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

/// The operations, by their `operationId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Operation {
    GetAllCustomers,
    AddCustomer,
    GetOneCustomer,
    UpdateOneCustomer,
    ListCustomerBankInformation,
    AddCustomerBankInformation,
    GetBankAccountInformation,
    RemoveCustomerBankAccountInformation,
}

impl Operation {
    /// The operation of a method at a place.
    pub(super) fn of(place: &Place, method: &Method) -> Option<Operation> {
        // The server leaves the body out of an answer to HEAD.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        Some(match (place, method) {
            (Place::Customers, &Method::GET) => Operation::GetAllCustomers,
            (Place::Customers, &Method::POST) => Operation::AddCustomer,
            (Place::Customer(_), &Method::GET) => Operation::GetOneCustomer,
            (Place::Customer(_), &Method::PATCH) => Operation::UpdateOneCustomer,
            (Place::BankAccounts(_), &Method::GET) => Operation::ListCustomerBankInformation,
            (Place::BankAccounts(_), &Method::POST) => Operation::AddCustomerBankInformation,
            (Place::BankAccount(..), &Method::GET) => Operation::GetBankAccountInformation,
            (Place::BankAccount(..), &Method::DELETE) => Operation::RemoveCustomerBankAccountInformation,
            _ => return None,
        })
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
    pub(super) body: &'a Sent,
    /// What the sandbox does wrong.
    pub(super) fault: Option<Act>,
    /// What it does in another way than usual.
    pub(super) ways: Ways,
    /// The request as a fault sees it.
    pub(super) asked: Asked<'a>,
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

impl Sent {
    /// The JSON value that was sent; null where none was.
    pub(super) fn json(&self) -> Value {
        match self {
            Sent::Whole(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
            Sent::TooLarge | Sent::Broken => Value::Null,
        }
    }
}

impl Call<'_> {
    /// The problems for which the request is refused, if any.
    pub(super) fn refused_for(&self, mut problems: Vec<Problem>) -> Result<(), Reply> {
        if let Some(act) = self.fault {
            act.judge(&self.asked, &mut problems);
        }
        self.ways.judge(&self.asked, &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(Reply::invalid(problems)) }
    }

    /// The JSON object in the body, or nothing where no body was sent.
    pub(super) fn object(&self) -> Result<Option<Object>, Reply> {
        let bytes = match self.body {
            Sent::Whole(bytes) => bytes,
            Sent::TooLarge => {
                return Err(Reply::refused(StatusCode::PAYLOAD_TOO_LARGE, "Body larger than 1 MiB"));
            }
            Sent::Broken => return Err(invalid_body("could not be read")),
        };
        if bytes.is_empty() && !self.headers.contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        let unnamed = || vec![Problem::new("content-type", "must be application/json")];
        if !self.is_plain_json() && self.refused_for(unnamed()).is_err() {
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
