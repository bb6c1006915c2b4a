//! An answer that can be anything, right or wrong.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::Value;

/// What is about to be sent.
#[derive(Debug)]
pub(in crate::sandbox) struct Answer {
    pub(in crate::sandbox) status: u16,
    pub(in crate::sandbox) headers: HeaderMap,
    pub(in crate::sandbox) payload: Payload,
    /// How long it is held back.
    pub(in crate::sandbox) pause: Duration,
}

/// What comes after the header section.
#[derive(Debug)]
pub(in crate::sandbox) enum Payload {
    /// A JSON text.
    Json(Box<Value>),
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, of more that were announced.
    Torn(Vec<u8>),
    /// These bytes, of which only so many are announced.
    Short(Vec<u8>, usize),
    /// No answer at all: the connection is closed.
    Closed,
    /// These bytes again and again, until the client goes.
    Endless(&'static [u8]),
}

impl Answer {
    /// Whether it is a success (RFC 9110 §15.3).
    pub(in crate::sandbox) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body, where it is JSON.
    pub(in crate::sandbox) fn json(&mut self) -> Option<&mut Value> {
        match &mut self.payload {
            Payload::Json(value) => Some(value),
            _ => None,
        }
    }

    /// What the body holds at `pointer`.
    pub(in crate::sandbox) fn at(&mut self, pointer: &str) -> Option<&mut Value> {
        self.json()?.pointer_mut(pointer)
    }

    /// The items of a page.
    pub(in crate::sandbox) fn items(&mut self) -> Option<&mut Vec<Value>> {
        self.at("/items")?.as_array_mut()
    }

    /// Puts `value` at `pointer`, where something is.
    pub(in crate::sandbox) fn put(&mut self, pointer: &str, value: impl Into<Value>) {
        if let Some(at) = self.at(pointer) {
            *at = value.into();
        }
    }

    /// Adds a member to the whole.
    pub(in crate::sandbox) fn add(&mut self, name: &str, value: Value) {
        if let Some(members) = self.json().and_then(Value::as_object_mut) {
            members.insert(name.to_owned(), value);
        }
    }

    /// Takes the member at `pointer` away.
    pub(in crate::sandbox) fn drop(&mut self, pointer: &str) {
        let Some((parent, name)) = pointer.rsplit_once('/') else { return };
        if let Some(members) = self.at(parent).and_then(Value::as_object_mut) {
            members.shift_remove(name);
        }
    }

    /// Sets a header field.
    pub(in crate::sandbox) fn header(&mut self, name: HeaderName, value: &'static str) {
        self.headers.insert(name, HeaderValue::from_static(value));
    }

    /// Answers these bytes in the place of JSON.
    pub(in crate::sandbox) fn bytes(&mut self, bytes: impl Into<Vec<u8>>) {
        self.payload = Payload::Bytes(bytes.into());
    }

    /// The text of the body.
    pub(in crate::sandbox) fn text(&self) -> String {
        match &self.payload {
            Payload::Json(value) => value.to_string(),
            Payload::Bytes(bytes) | Payload::Torn(bytes) | Payload::Short(bytes, _) => {
                String::from_utf8_lossy(bytes).into_owned()
            }
            Payload::Endless(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Payload::Closed => String::new(),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut headers = self.headers;
        let body = match self.payload {
            Payload::Json(value) => Body::from(value.to_string()),
            Payload::Bytes(bytes) => Body::from(bytes),
            Payload::Torn(bytes) => {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len() + 64));
                // What was begun is on its way before the connection breaks.
                let torn = stream::once(async {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    Err(broken())
                });
                Body::from_stream(stream::once(std::future::ready(Ok(Bytes::from(bytes)))).chain(torn))
            }
            Payload::Short(bytes, announced) => {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(announced));
                let whole = stream::once(std::future::ready(Ok::<_, std::io::Error>(Bytes::from(bytes))));
                Body::from_stream(whole)
            }
            // The server gives up before it has sent anything.
            Payload::Closed => Body::from_stream(stream::once(std::future::ready(Err::<Bytes, _>(broken())))),
            Payload::Endless(bytes) => {
                let again = stream::repeat_with(move || Ok::<_, std::io::Error>(Bytes::from_static(bytes)));
                Body::from_stream(again)
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        *response.headers_mut() = headers;
        response
    }
}

fn broken() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::BrokenPipe)
}
