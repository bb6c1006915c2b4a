//! A drift: a difference between contract and implementation.

pub mod fingerprint;
pub mod levels;

use std::fmt;

use serde_json::Value;

use crate::document::{Place, Pointer};

/// How bad a drift is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; never fails a run.
    Note,
    /// Should be looked at; does not fail a run.
    Warning,
    /// Fails a run.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What a check says about one exchange; data that knows no report.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule: the id of a check, law or case.
    pub rule: String,
    /// How bad.
    pub level: Level,
    /// The place in the document that makes the promise; it resolves there.
    pub place: Place,
    /// Where in the message: `body`, `header Content-Type`, `status`; with the pointer into the body where there is one.
    pub part: Part,
    /// The pointer of a body `part` with indices and data-like names replaced by `*`: the same for every value, so that
    /// it can be part of an id; the root for every other part.
    pub shape: Pointer,
    /// What makes it different from another drift at the same place: a keyword, a class; never a value.
    pub class: String,
    /// One sentence, without any value that a server sent.
    pub message: String,
    /// What the document promises.
    pub promised: String,
    /// What came; redacted when it enters the outcome.
    pub came: Value,
    /// What the server would have to answer.
    pub remedy: String,
}

/// The part of a response that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The whole exchange.
    Exchange,
    /// The status code.
    Status,
    /// A header field.
    Header(String),
    /// A place in the body.
    Body(Pointer),
}

impl fmt::Display for Part {
    /// As [`Drift::part`] spells it: `status`, `header Content-Type`, `body /items/0/id`, `exchange`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange => f.write_str("exchange"),
            Self::Status => f.write_str("status"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Body(pointer) if pointer.is_root() => f.write_str("body"),
            Self::Body(pointer) => write!(f, "body {pointer}"),
        }
    }
}

/// Whether a drift shows each time that it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(tag = "stability", rename_all = "kebab-case")]
pub enum Stability {
    /// It was not asked again.
    Unconfirmed,
    /// It showed each time.
    Stable {
        /// How often it was asked again.
        asked: u32,
    },
    /// It showed only sometimes.
    Intermittent {
        /// How often it showed when asked again.
        seen: u32,
        /// How often it was asked again.
        asked: u32,
    },
}

/// What tells one cause from another among the drifts of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// What the rule says: a server sends a header field everywhere or nowhere.
    Server,
    /// The promise: operations that share a component share what breaks it.
    Promise,
    /// The operation: each does what it does by itself.
    Operation,
}

/// How a drift stands against the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No baseline entry accepts it.
    New,
    /// A baseline entry accepts it.
    Known,
    /// The baseline entry that accepted it has passed its end date.
    Expired,
}

/// A difference between contract and implementation, as it stands in a report: plain data, redacted.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Drift {
    /// Readable and stable: rule, operation, status, place, class; never a value, a time or a host.
    pub id: String,
    /// The rule that found it: explained by `conform explain RULE`.
    pub rule: String,
    /// What tells it from another drift of its rule at its place: a keyword, a class; may be empty.
    #[serde(default)]
    pub class: String,
    /// How bad it is.
    pub level: Level,
    /// The operation.
    pub operation: String,
    /// The status that was answered; none where no response came.
    pub status: Option<u16>,
    /// The file that makes the broken promise.
    pub document: String,
    /// Line in that file, from 1.
    pub line: usize,
    /// Column in that file, from 1.
    pub column: usize,
    /// The promise's JSON Pointer in the document (as overlays left it).
    pub pointer: String,
    /// The overlay file that states the promise, where the published document does not.
    pub overlay: Option<String>,
    /// The sentence behind the promise, in the words of the overlay action or of the written case that quotes it.
    pub says: Option<String>,
    /// The requests that show it together and their statuses, in order; of a law.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// Where two bodies are compared: the places of which they hold other values, a line each. What was to be expected begins
    /// with `-`, what came with `+`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub difference: Vec<String>,
    /// Which part of the message: `status`, `header Content-Type`, `body /items/0/id`, `exchange`.
    pub part: String,
    /// One sentence that says what is different.
    pub message: String,
    /// What the document promises.
    pub promised: String,
    /// What came, redacted and shortened.
    pub came: Value,
    /// What the server would have to answer.
    pub remedy: String,
    /// In how many exchanges of the run it showed; asking for it again does not count.
    pub occurrences: u64,
    /// Whether it shows each time: `stability` in one word, beside it how often it was `asked` for again and `seen`.
    #[serde(flatten)]
    pub stability: Stability,
    /// How it stands against the baseline.
    pub state: State,
    /// Ids of the cases that showed it, a few.
    pub cases: Vec<String>,
    /// The exchange that shows it best: with the smallest request found.
    pub witness: Option<Witness>,
    /// Where a value was taken or refused against the document: the request that differs from this one in one value.
    #[serde(default)]
    pub contrast: Option<Contrast>,
}

/// A request beside the witness, from which that differs in one value alone, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Contrast {
    /// Where they differ: `body /address/city`, `query limit`, `credentials`.
    pub at: String,
    /// What the accepted sibling has there, redacted and shortened; left out where it has nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub before: Option<Value>,
    /// What the witness has there, redacted and shortened; left out where it has nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub after: Option<Value>,
    /// The sibling's exchange.
    pub sibling: Witness,
}

/// A null that is given is a value.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// A redacted exchange.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Witness {
    /// The request method.
    pub method: String,
    /// The request URL.
    pub url: String,
    /// Request fields, in order.
    pub request_headers: Vec<(String, String)>,
    /// The request body, shortened.
    pub request_body: Option<String>,
    /// The status, where a response came.
    pub status: Option<u16>,
    /// Response fields, in order.
    pub response_headers: Vec<(String, String)>,
    /// The response body, shortened.
    pub response_body: Option<String>,
    /// Why no (whole) response came.
    pub failure: Option<String>,
    /// From sending to the last byte, in milliseconds.
    pub milliseconds: u64,
    /// A command line that sends the same request, credentials as `$CONFORM_TOKEN`.
    pub curl: String,
}
