//! A selector: which part of a value is meant (Arazzo 1.1, Selector Object).

use std::fmt;

use serde_json::Value;

use crate::document::Pointer;

use super::{ParseError, Query};

/// Which part of a value is meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Selector {
    /// A JSON Pointer (RFC 6901).
    Pointer(Pointer),
    /// A `JSONPath` query (RFC 9535): what it names, or the list of all that it finds where it can find several.
    Query(Box<Query>),
}

impl Selector {
    /// Reads a JSON Pointer.
    ///
    /// # Errors
    /// When `text` is none.
    pub fn pointer(text: &str) -> Result<Self, ParseError> {
        let wrong = |message: String| ParseError::new(0..text.len(), message).help("such as `/items/0/id`");
        Pointer::parse(text).map(Self::Pointer).map_err(|error| wrong(error.to_string()))
    }

    /// Reads a `JSONPath` query.
    ///
    /// # Errors
    /// Where and why it is none.
    pub fn query(text: &str) -> Result<Self, ParseError> {
        Query::parse(text, true).map(|query| Self::Query(Box::new(query)))
    }

    /// The selected part; nothing where there is none.
    pub(super) fn select(&self, value: &Value) -> Option<Value> {
        match self {
            Self::Pointer(pointer) => pointer.resolve(value).cloned(),
            Self::Query(query) if query.names_one() => query.select(value).into_iter().next(),
            Self::Query(query) => Some(Value::Array(query.select(value))),
        }
    }

    /// The places of what it selects in `value`; one that a pointer names need not be there.
    pub fn places(&self, value: &Value) -> Vec<Pointer> {
        match self {
            Self::Pointer(pointer) => vec![pointer.clone()],
            Self::Query(query) => query.places(value),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(pointer) => write!(f, "`{pointer}`"),
            Self::Query(query) => write!(f, "`{}`", query.text()),
        }
    }
}
