//! A request on its way to the service, and what a lie changes of it.

use axum::body::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE};
use hyper::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::case::Credentials;
use crate::contract::{Location, Operation};
use crate::environment::Environment;
use crate::exchange::{Header, Headers};
use crate::run::credentials::{Carrier, authorize, place};

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// As it came: percent-encoded, with the path of the base URL.
    pub(super) path: String,
    /// As it came, without the question mark.
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Ask {
    /// The path with the query.
    pub(super) fn target(&self) -> String {
        self.query.as_ref().map_or_else(|| self.path.clone(), |query| format!("{}?{query}", self.path))
    }

    /// The same request as a read of its path.
    pub(super) fn read(&self) -> Self {
        let mut read = Self { method: Method::GET, query: None, body: Bytes::new(), ..self.clone() };
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
            read.headers.remove(name);
        }
        read
    }

    /// Whether the query has this parameter.
    pub(super) fn has(&self, name: &str) -> bool {
        self.pairs().any(|pair| is(pair, name))
    }

    /// The same request without this query parameter.
    pub(super) fn without(&self, name: &str) -> Self {
        let kept: Vec<&str> = self.pairs().filter(|pair| !is(pair, name)).collect();
        let query = (!kept.is_empty()).then(|| kept.join("&"));
        Self { query, ..self.clone() }
    }

    fn pairs(&self) -> impl Iterator<Item = &str> {
        self.query.iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty())
    }

    /// The body, where it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The same request with this body.
    pub(super) fn with_body(&self, body: Bytes) -> Self {
        let mut changed = Self { body, ..self.clone() };
        changed.headers.remove(CONTENT_LENGTH);
        changed
    }

    /// What the request holds in the places where the operation looks for credentials.
    pub(super) fn credentials(&self, operation: &Operation) -> Vec<Vec<u8>> {
        let places = operation.security.iter().flatten().map(|used| place(&used.scheme));
        places
            .flat_map(|(location, name)| match location {
                Location::Query => {
                    self.pairs().filter(|pair| is(pair, name)).map(|pair| pair.as_bytes().to_vec()).collect()
                }
                Location::Cookie => {
                    self.headers.get_all(COOKIE).iter().map(|value| value.as_bytes().to_vec()).collect()
                }
                Location::Header | Location::Path => {
                    self.headers.get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect::<Vec<_>>()
                }
            })
            .collect()
    }

    /// The same request with the right credentials, and only them, where the environment has them.
    pub(super) fn authorized(&self, operation: &Operation, environment: &Environment) -> Option<Self> {
        let mut asked = self.clone();
        asked.headers.remove("authorization");
        for (location, name) in operation.security.iter().flatten().map(|used| place(&used.scheme)) {
            match location {
                Location::Query => asked = asked.without(name),
                Location::Cookie => drop(asked.headers.remove(COOKIE)),
                Location::Header | Location::Path => drop(asked.headers.remove(name)),
            }
        }
        let (mut headers, mut query, mut cookies) = (Headers::default(), Vec::new(), Vec::new());
        let carrier = Carrier { headers: &mut headers, query: &mut query, cookies: &mut cookies };
        authorize(operation, environment, Credentials::Environment, carrier).then_some(())?;
        for Header { name, value } in headers.0 {
            let name = hyper::header::HeaderName::from_bytes(name.as_bytes()).ok()?;
            asked.headers.append(name, value.parse().ok()?);
        }
        let added = query.iter().map(|(name, value)| format!("{name}={value}"));
        let pairs: Vec<String> = asked.pairs().map(str::to_owned).chain(added).collect();
        asked.query = (!pairs.is_empty()).then(|| pairs.join("&"));
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            asked.headers.insert(COOKIE, cookies.join("; ").parse().ok()?);
        }
        Some(asked)
    }
}

/// Whether a pair of a query is of the parameter `name`.
fn is(pair: &str, name: &str) -> bool {
    let given = pair.split('=').next().unwrap_or_default();
    percent_decode_str(&given.replace('+', " ")).decode_utf8_lossy() == name
}
