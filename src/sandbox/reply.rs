//! What an operation answers, as plain data.

use super::fault::{Answer, Payload};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use std::time::Duration;

/// One answer; it becomes bytes only at the door.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    header: Option<(HeaderName, &'static str)>,
    /// Boxed, because a refusal travels as an error through every function.
    body: Box<Value>,
}

/// One reason to refuse a request. It names places that the documents know and never quotes what the client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// JSON Pointer into the body, or the name of a parameter.
    pub(super) path: String,
    /// What it has to be.
    pub(super) message: String,
}

impl Problem {
    /// Whether it is of `path` and begins to say so.
    pub(super) fn is(&self, path: &str, said: &str) -> bool {
        self.path == path && self.message.starts_with(said)
    }

    /// A problem of one place.
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { path: path.into(), message: message.into() }
    }
}

impl Reply {
    /// 200 with the documented body.
    pub(super) fn ok(body: Value) -> Reply {
        Reply::new(StatusCode::OK, body)
    }

    /// A refusal with nothing more to say than its name.
    pub(super) fn refused(status: StatusCode, message: &str) -> Reply {
        Reply::new(status, json!({ "message": message }))
    }

    /// 400 "Validation Error", with every problem that was found.
    pub(super) fn invalid(problems: Vec<Problem>) -> Reply {
        let errors: Vec<_> =
            problems.into_iter().map(|Problem { path, message }| json!({ "path": path, "message": message })).collect();
        Reply::new(StatusCode::BAD_REQUEST, json!({ "message": "Validation Error", "errors": errors }))
    }

    /// 500, for a sandbox that is to fail.
    pub(super) fn crashed() -> Reply {
        Reply::refused(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// 404 as the bank operations document it: `{ "id": … }` and nothing else.
    pub(super) fn missing_id(id: &str) -> Reply {
        Reply::new(StatusCode::NOT_FOUND, json!({ "id": id }))
    }

    /// The same answer with one more header.
    pub(super) fn with(self, name: HeaderName, value: &'static str) -> Reply {
        Reply { header: Some((name, value)), ..self }
    }

    fn new(status: StatusCode, body: Value) -> Reply {
        Reply { status, header: None, body: Box::new(body) }
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(reply.header.map(|(name, value)| (name, HeaderValue::from_static(value))));
        Answer { status: reply.status.as_u16(), headers, payload: Payload::Json(reply.body), pause: Duration::ZERO }
    }
}
