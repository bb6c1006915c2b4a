//! `journal.ndjson`: all that a run does, a line each, written as it happens. What a killed run had seen is there, and what
//! was exchanged can be judged again without a request.
//!
//! Nothing secret is in it: what is written went through the same redaction as a report.

mod content;
mod read;
mod restore;
mod write;

use serde::{Deserialize, Serialize};

pub use content::Content;
pub use read::{Journal, JournalError, read};
pub use restore::restore;
pub use write::Writer;

use crate::drift::Drift;
use crate::outcome::{CaseRecord, DocumentFacts, EnvironmentFacts, Evidence, Verdict};

/// The version of this format; grows when a member changes its meaning or goes.
pub const FORMAT: &str = "conform-journal/1";

/// One line: the first says whose it is, the last that the run came to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[schemars(title = "A line of journal.ndjson")]
pub enum Line {
    /// The run begins.
    Run(Box<Begun>),
    /// What is going to be sent.
    Plan {
        /// The cases in the order in which they start.
        cases: Vec<Planned>,
    },
    /// A request and what became of it.
    Exchange(Box<Recorded>),
    /// A drift as it was seen, or described anew; the last line of an id holds.
    Drift(Box<Drift>),
    /// A case ended.
    Case(CaseRecord),
    /// How often each promise was exercised; the last line holds.
    Evidence {
        /// By operation and place.
        promises: Vec<Evidence>,
    },
    /// The run came to its end.
    End {
        /// In one word.
        verdict: Verdict,
        /// How long it took.
        seconds: f64,
    },
}

/// Whose journal it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Begun {
    /// The format's name and version: `conform-journal/1`.
    pub format: String,
    /// The version of the program.
    pub version: String,
    /// The run's mark.
    pub run: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// What random choices started from.
    pub seed: u64,
    /// Where.
    pub environment: EnvironmentFacts,
    /// The documents judged by.
    pub documents: Vec<DocumentFacts>,
    /// The operations that the run speaks of.
    pub operations: Vec<Described>,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Described {
    /// Its name.
    pub operation: String,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
}

/// A case that is going to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Planned {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `written` or the generating family.
    pub family: String,
    /// The operations that it calls.
    pub operations: Vec<String>,
}

/// A request and what became of it, redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Recorded {
    /// Its place among all exchanges of the run, in the order in which they ended.
    pub number: u64,
    /// When the request was about to leave, RFC 3339.
    pub at: String,
    /// The case that it belongs to, by id.
    pub case: String,
    /// The operation that was called.
    pub operation: String,
    /// What it was sent for.
    pub purpose: Purpose,
    /// What the documents promise to the request.
    pub intent: Intent,
    /// The credentials that it carried.
    pub credentials: Credentials,
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The fields of the request, in order.
    pub request_headers: Vec<(String, String)>,
    /// The content of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_body: Option<Content>,
    /// What came back.
    pub answer: Answer,
    /// From sending to the last byte, in milliseconds.
    pub milliseconds: u64,
    /// How often it was sent.
    pub attempts: u32,
    /// Ids of the drifts that showed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drifts: Vec<String>,
}

/// What a request was sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Its case runs.
    Case,
    /// Another one needed what it brings.
    Fixture,
    /// A drift was asked for again.
    Again,
    /// Something was to be found out: what shows is told to who asked, and is no drift by itself.
    Probe,
}

/// What the documents promise to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "intent", rename_all = "kebab-case")]
pub enum Intent {
    /// Acceptance.
    Valid,
    /// Acceptance, of a value that many servers have unwritten limits for.
    Hostile,
    /// Either.
    Open,
    /// That what does not exist is not found.
    Absent,
    /// Refusal, since the credentials are missing or wrong.
    Unauthorized,
    /// Nothing: the method is documented nowhere for the path.
    Undeclared,
    /// Refusal, since it breaks a promise.
    Invalid {
        /// What it breaks.
        reason: String,
        /// The file and JSON Pointer of the promise, where a single place says so.
        place: Option<(String, String)>,
        /// Why a server that takes it all the same is not plainly wrong.
        excuse: Option<String>,
    },
    /// It is not known.
    Unknown,
}

/// The credentials that a request carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Those of the environment.
    Environment,
    /// None.
    None,
    /// Well-formed and wrong.
    Wrong,
    /// Nothing where they should be.
    Empty,
    /// Not of the form that the scheme asks for.
    Malformed,
    /// Good ones under the name of another scheme.
    OtherScheme,
    /// Good ones without the name of their scheme.
    NoScheme,
    /// Good ones where nobody looks for them.
    Misplaced,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "came", rename_all = "kebab-case")]
pub enum Answer {
    /// A response.
    Response {
        /// The status code.
        status: u16,
        /// The protocol version.
        version: String,
        /// The fields, in order.
        headers: Vec<(String, String)>,
        /// The content, its content coding undone.
        body: Content,
        /// Why it is not all that was announced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incomplete: Option<Incomplete>,
    },
    /// None.
    Nothing {
        /// What kind of failure.
        failure: Failure,
        /// The cause.
        cause: String,
    },
}

/// Why a body is not all that was announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Incomplete {
    /// The connection ended too early.
    Cut {
        /// The cause.
        cause: String,
    },
    /// Reading stopped at this many bytes.
    OverLimit {
        /// So many.
        limit: u64,
    },
    /// The deadline passed.
    Late,
    /// The content coding could not be undone.
    Undecodable {
        /// The cause.
        cause: String,
    },
}

/// What kind of failure there was instead of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// No connection.
    Connect,
    /// Nothing within the time allowed.
    Timeout,
    /// The connection was closed.
    Closed,
    /// What came is not HTTP.
    Malformed,
    /// The request could not be sent.
    Unsendable,
}

/// The published JSON Schema of a line of `journal.ndjson`.
pub const SCHEMA: &str = include_str!("../../docs/schema/journal.schema.json");

#[cfg(test)]
mod tests;
