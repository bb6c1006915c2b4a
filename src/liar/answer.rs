//! An answer on its way back, and what a lie makes of it.

use axum::body::Bytes;
use hyper::HeaderMap;
use hyper::ext::ReasonPhrase;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::Spoiling;
use crate::exchange::{Completeness, Header, Headers};
use crate::run::client::{Passed, Rest};
use crate::run::coding;

/// Bytes that a body may have to be lied about, on the wire and after decompression.
pub(super) const MOST: usize = 16 * 1024 * 1024;

/// A whole answer; what comes in pieces or breaks off is not lied about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) reason: Option<ReasonPhrase>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// What was passed, where it is whole.
    pub(super) fn of(passed: &Passed) -> Option<Self> {
        let whole = matches!(passed.rest, Rest::Nothing) && passed.body.len() <= MOST;
        whole.then(|| Self {
            status: passed.status,
            reason: passed.reason.clone(),
            headers: passed.headers.clone(),
            body: passed.body.clone(),
        })
    }

    /// To be sent.
    pub(super) fn passed(self) -> Passed {
        let Self { status, reason, headers, body } = self;
        Passed { status, reason, headers, body, rest: Rest::Nothing }
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(super) fn is_refusal(&self) -> bool {
        (400..500).contains(&self.status)
    }

    /// The body without its content coding, where there is one and it can be undone.
    pub(super) fn text(&self) -> Option<Bytes> {
        let codings = self.headers.get_all(CONTENT_ENCODING).iter();
        let lines = codings.filter_map(|value| value.to_str().ok());
        let headers = lines.map(|value| Header { name: CONTENT_ENCODING.to_string(), value: value.to_owned() });
        let headers = Headers(headers.collect());
        if headers.0.is_empty() {
            return Some(self.body.clone());
        }
        let (body, completeness) = coding::undo(&headers, self.body.to_vec(), Completeness::Whole, MOST as u64);
        (completeness == Completeness::Whole).then(|| Bytes::from(body))
    }

    /// The body, where it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.text()?).ok()
    }

    /// The same answer with this body, plain.
    pub(super) fn with_body(&self, body: impl Into<Bytes>) -> Self {
        let mut changed = Self { body: body.into(), ..self.clone() };
        changed.headers.remove(CONTENT_ENCODING);
        changed.headers.remove(CONTENT_LENGTH);
        changed
    }

    /// The same answer with this status.
    pub(super) fn with_status(&self, status: u16) -> Self {
        Self { status, reason: None, ..self.clone() }
    }

    /// The same answer, called this; nothing takes the name away.
    pub(super) fn with_media_type(&self, name: Option<&'static str>) -> Option<Self> {
        self.headers.get(CONTENT_TYPE).filter(|_| !self.body.is_empty())?;
        let mut changed = self.clone();
        changed.headers.remove(CONTENT_TYPE);
        if let Some(name) = name {
            changed.headers.insert(CONTENT_TYPE, HeaderValue::from_static(name));
        }
        Some(changed)
    }

    /// The same answer without this header field, where it has it.
    pub(super) fn without(&self, header: &str) -> Option<Self> {
        let mut changed = self.clone();
        changed.headers.remove(header)?;
        Some(changed)
    }

    /// The same answer with its bytes spoiled, where there are any.
    pub(super) fn spoiled(&self, how: Spoiling) -> Option<Self> {
        let text = self.text().filter(|text| text.len() > 1)?;
        let half = text.get(..text.len() / 2).unwrap_or_default();
        Some(match how {
            Spoiling::Half => self.with_body(half.to_vec()),
            Spoiling::NotJson => self.with_body([&text, &b",,"[..]].concat()),
            // A byte of a text that is sent in Latin-1.
            Spoiling::NotUtf8 => self.with_body(latin(&text)?),
            Spoiling::Empty => self.with_body(Bytes::new()),
        })
    }
}

/// The text with a byte that UTF-8 does not have in its first string.
fn latin(text: &[u8]) -> Option<Vec<u8>> {
    let quote = text.iter().position(|byte| *byte == b'"')?;
    let (before, after) = text.split_at_checked(quote + 1)?;
    Some([before, &[0xe9], after].concat())
}
