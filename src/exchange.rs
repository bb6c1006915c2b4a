//! One request and its response, as plain data.

use std::time::Duration;

/// One header field line. A value that is not UTF-8 is kept as Latin-1 (RFC 9110 §5.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The field name as sent or received.
    pub name: String,
    /// The field value.
    pub value: String,
}

/// Header field lines in order; several of one name are several entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<Header>);

impl Headers {
    /// The first value of `name`, which is compared without case (RFC 9110 §5.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    /// Every value of `name`.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.0.iter().filter(move |h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    /// Adds one field line.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push(Header { name: name.into(), value: value.into() });
    }
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method token.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The fields, `Host` and `Content-Length` excepted.
    pub headers: Headers,
    /// The content, if any; `Some` and empty sends `Content-Length: 0`.
    pub body: Option<Vec<u8>>,
}

/// How much of a response's body was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// All of it.
    Whole,
    /// The connection ended before the announced end; the reason.
    Cut(String),
    /// Reading stopped at this many bytes (counted after decompression).
    OverLimit(u64),
    /// The deadline of the exchange passed while the body was still coming.
    Late,
    /// The content coding could not be undone; the reason.
    Undecodable(String),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The reason phrase, where one was sent that is not the usual one.
    pub reason: Option<String>,
    /// The protocol version, such as `HTTP/1.1`.
    pub version: String,
    /// The fields.
    pub headers: Headers,
    /// The content with its content coding undone, as far as it was read.
    pub body: Vec<u8>,
    /// Whether `body` is all of it.
    pub completeness: Completeness,
}

/// Why no response came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection could be made; the cause.
    Connect(String),
    /// Nothing came within this time.
    Timeout(Duration),
    /// The connection was closed or reset before a response; the cause.
    Closed(String),
    /// What came is not HTTP; the cause.
    Malformed(String),
    /// The client could not send this request; the cause.
    Unsendable(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connect(cause) => write!(f, "no connection: {cause}"),
            Self::Timeout(after) => write!(f, "no response within {} s", after.as_secs_f64()),
            Self::Closed(cause) => write!(f, "connection closed before a response: {cause}"),
            Self::Malformed(cause) => write!(f, "malformed HTTP response: {cause}"),
            Self::Unsendable(cause) => write!(f, "could not be sent: {cause}"),
        }
    }
}

impl std::error::Error for Failure {}

/// One request and what became of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub result: Result<Response, Failure>,
    /// From sending to the last byte read.
    pub elapsed: Duration,
    /// How often it was sent: 1, or more after transport failures and `Retry-After`.
    pub attempts: u32,
    /// Statuses that were answered with `Retry-After` and honoured before this result.
    pub deferred: Vec<u16>,
}
