//! A request of a probe, as it is written down.

use axum::http::Method;
use serde_json::Value;

/// A few requests, one after the other, in a sandbox of their own.
pub(super) struct Probe {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
}

pub(super) fn probe(name: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Probe {
    Probe { name: name.into(), steps: steps.into_iter().collect() }
}

/// One request. `{name}` in its path is an id of the seed, or one of the answers before.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) method: Method,
    pub(super) path: String,
    /// What stands in `Authorization`; the right token where nothing is said.
    pub(super) credentials: Option<&'static str>,
    pub(super) cookie: Option<&'static str>,
    pub(super) media_type: Option<&'static str>,
    pub(super) body: Vec<u8>,
}

pub(super) fn send(method: &str, path: impl Into<String>) -> Step {
    Step {
        method: method.parse().unwrap(),
        path: path.into(),
        credentials: Some("Bearer sandbox-token"),
        cookie: None,
        media_type: None,
        body: Vec::new(),
    }
}

pub(super) fn get(path: impl Into<String>) -> Step {
    send("GET", path)
}

pub(super) fn delete(path: impl Into<String>) -> Step {
    send("DELETE", path)
}

pub(super) fn post(path: impl Into<String>, body: &Value) -> Step {
    send("POST", path).with(body.to_string())
}

pub(super) fn patch(path: impl Into<String>, body: &Value) -> Step {
    send("PATCH", path).with(body.to_string())
}

impl Step {
    /// The same request with this for JSON.
    pub(super) fn with(self, body: impl Into<Vec<u8>>) -> Step {
        Step { media_type: Some("application/json"), body: body.into(), ..self }
    }

    /// The same request with a body of this kind, or of none.
    pub(super) fn typed(self, media_type: Option<&'static str>) -> Step {
        Step { media_type, ..self }
    }

    /// The same request with these credentials, or none.
    pub(super) fn by(self, credentials: Option<&'static str>) -> Step {
        Step { credentials, ..self }
    }
}
