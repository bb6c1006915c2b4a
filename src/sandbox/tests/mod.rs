//! The sandbox over real HTTP. What each test expects comes from the documents, and every answer that any test gets is
//! held against them, strictly read.

mod bank;
mod contract;
mod customers;
mod door;
mod list;
mod probes;
mod random;
mod update;
mod wire;

use super::{Options, Sandbox};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A sandbox and a client of it.
pub(super) struct Api {
    sandbox: Sandbox,
    client: Client,
}

/// What came back; an empty body is null.
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Api {
    async fn start() -> Api {
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().no_proxy().tls_certs_only(std::iter::empty()).build().unwrap();
        let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), Options::default()).await.unwrap();
        Api { sandbox, client }
    }

    /// A request without credentials.
    fn bare(&self, method: &Method, path: &str) -> RequestBuilder {
        self.client.request(method.clone(), format!("{}{path}", self.sandbox.base_url()))
    }

    fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(self.sandbox.token())
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(&Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(&Method::POST, path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(&Method::PATCH, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send(&Method::DELETE, path, None).await
    }

    async fn send(&self, method: &Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let answer = Answer::of(request).await;
        contract::judge(method, path, &answer);
        answer
    }

    /// Adds a customer and gives its path.
    async fn add(&self, body: &Value) -> String {
        let id = self.post("/v1/customers", body).await.ok()["customerId"].as_str().unwrap().to_owned();
        format!("/v1/customers/{id}")
    }

    /// Paths of all customers.
    async fn all(&self) -> Vec<String> {
        let page = self.get("/v1/customers?limit=1000").await.ok();
        let path = |item: &Value| format!("/v1/customers/{}", item["customerId"].as_str().unwrap());
        page["items"].as_array().unwrap().iter().map(path).collect()
    }
}

impl Answer {
    async fn of(request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        if !bytes.is_empty() {
            assert_eq!(headers[CONTENT_TYPE], "application/json");
        }
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status, headers, body }
    }

    /// The body of a 200.
    fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    /// Asserts a 400 that names exactly these places.
    fn invalid(self, paths: &[&str]) {
        assert_eq!(self.status, StatusCode::BAD_REQUEST, "{paths:?} {}", self.body);
        let errors = self.body["errors"].as_array().unwrap();
        let named: Vec<_> = errors.iter().map(|error| error["path"].as_str().unwrap()).collect();
        assert_eq!(named, paths, "{}", self.body);
    }
}

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// What `AddCustomer` needs at least.
fn customer() -> Value {
    json!({
        "referenceId": "test-1",
        "fullName": "Test Person",
        "nationality": "ARE",
        "address": {
            "streetName": "Main Street", "city": "Dubai", "state": "Dubai", "country": "AE", "addressType": "RESIDENTIAL"
        },
        "placeOfBirth": "Dubai",
        "dateOfBirth": "1990-01-31",
        "sanctionsScreeningCompleted": "NO",
        "pepScreeningCompleted": "NO",
        "livenessCheckCompleted": "NO",
        "isPEP": "NO",
        "isSanctioned": "NO",
        "employmentStatus": "Unemployed",
    })
}

/// What `AddCustomerBankInformation` needs at least.
fn instruction() -> Value {
    json!({
        "beneficiaryType": "INDIVIDUAL",
        "currency": "USD",
        "beneficiaryAddress": { "addressLine1": "1 Road", "city": "Dubai", "region": "Dubai", "country": "AE" },
        "beneficiaryBankName": "Bank",
        "beneficiaryBankAddress": { "addressLine1": "2 Road", "city": "Dubai", "region": "Dubai", "country": "AE" },
        "beneficiaryAccountNumber": "AE070331234567890123456",
        "beneficiaryGivenNames": "Test",
        "beneficiarySurnames": "Person",
    })
}

/// A copy with other values at some JSON Pointers; `None` takes the member away.
fn but(body: &Value, changes: &[(&str, Option<Value>)]) -> Value {
    let mut body = body.clone();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => drop(parent.insert(name.to_owned(), value.clone())),
            None => drop(parent.shift_remove(name)),
        }
    }
    body
}

/// A copy with one other value.
fn with(body: &Value, pointer: &str, value: impl Into<Value>) -> Value {
    but(body, &[(pointer, Some(value.into()))])
}

/// A copy without one member.
fn without(body: &Value, pointer: &str) -> Value {
    but(body, &[(pointer, None)])
}
