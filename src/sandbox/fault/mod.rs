//! Ways in which the sandbox can deviate from the documents, each alone: what a suite has to notice.

pub mod registry;

mod access;
mod answer;
mod body;
mod input;
mod list;
mod rule;
mod status;
mod wire;
mod write;

use std::fmt;

use axum::http::{HeaderMap, Method, header};
use serde_json::Value;

pub(super) use answer::{Answer, Payload};

use super::clock::Moment;
use super::page::Query;
use super::reply::{Problem, Reply};
use super::request::{Operation, Place};
use super::store::Store;

/// One way to deviate: a row of the registry.
#[derive(Clone, Copy)]
pub struct Fault {
    /// Names it; also its page.
    pub id: &'static str,
    /// What the server does instead of what is promised, in one sentence.
    pub title: &'static str,
    /// What kind of promise it breaks.
    pub class: Class,
    /// The rules of which at least one has to name it; any other that does has found it by accident.
    pub noticed_by: &'static [&'static str],
    pub(super) act: Act,
    /// Its page, Markdown.
    pub page: &'static str,
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fault").field(&self.id).finish()
    }
}

/// Kinds of promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Who may call.
    Access,
    /// What a request has to be.
    Input,
    /// Which status answers.
    Status,
    /// What an answer holds.
    Body,
    /// How an answer travels.
    Wire,
    /// What a list shows.
    List,
    /// What becomes of what is written.
    Write,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 7] =
        [Self::Access, Self::Input, Self::Status, Self::Body, Self::Wire, Self::List, Self::Write];

    /// As command lines and tables spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Input => "input",
            Self::Status => "status",
            Self::Body => "body",
            Self::Wire => "wire",
            Self::List => "list",
            Self::Write => "write",
        }
    }
}

/// Where on its way a request meets the fault.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Requests for an operation that pass without a look at their credentials.
    LetsIn(Operation, fn(&Asked<'_>) -> bool),
    /// Requests for an operation that it fails at.
    Crashes(Operation, fn(&Asked<'_>) -> bool),
    /// An answer in the place of what the operation would do.
    Instead(fn(&Asked<'_>, &mut Store, &Moment) -> Option<Reply>),
    /// A problem that an operation overlooks: where it is, and how what is said of it begins.
    Overlooks(Operation, &'static str, &'static str),
    /// What a list is asked for, changed.
    Asks(fn(&Asked<'_>, &mut Query)),
    /// A place where an operation objects to what the documents allow, once nothing else is wrong.
    Objects(Operation, &'static str, fn(&Asked<'_>) -> bool),
    /// An operation that answers as it should and leaves everything as it was.
    Forgets(Operation),
    /// Something done to the store once the operation was answered with a success.
    Afterwards(fn(&Asked<'_>, &mut Store)),
    /// A member that is missing in the successes of an operation.
    Drops(Operation, &'static str),
    /// Another value at a place in the successes of an operation, where something is.
    Puts(Operation, &'static str, fn() -> Value),
    /// Another answer made of the right one.
    Answers(Which, fn(&Asked<'_>, &mut Answer)),
}

impl Act {
    /// Whether this request passes without a look at its credentials.
    pub(super) fn lets_in(self, asked: &Asked<'_>) -> bool {
        matches!(self, Act::LetsIn(operation, whom) if asked.is(operation) && whom(asked))
    }

    /// The answer in the place of what the operation would do.
    pub(super) fn instead(self, asked: &Asked<'_>, store: &mut Store, now: &Moment) -> Option<Reply> {
        match self {
            Act::Crashes(operation, on) => (asked.is(operation) && on(asked)).then(Reply::crashed),
            Act::Instead(instead) => instead(asked, store, now),
            _ => None,
        }
    }

    /// Whether this operation is to leave everything as it was.
    pub(super) fn forgets(self, asked: &Asked<'_>) -> bool {
        matches!(self, Act::Forgets(operation) if asked.is(operation))
    }

    /// Takes problems away, or adds one.
    pub(super) fn judge(self, asked: &Asked<'_>, problems: &mut Vec<Problem>) {
        match self {
            Act::Overlooks(operation, path, said) if asked.is(operation) => {
                problems.retain(|problem| !problem.is(path, said));
            }
            Act::Objects(operation, path, to) if problems.is_empty() && asked.is(operation) && to(asked) => {
                problems.push(Problem::new(path, "is not accepted"));
            }
            _ => {}
        }
    }

    /// Makes another answer of the right one.
    pub(super) fn alter(self, asked: &Asked<'_>, answer: &mut Answer) {
        match self {
            Act::Drops(operation, pointer) if success(operation).is(asked, answer) => answer.drop(pointer),
            Act::Puts(operation, pointer, value) if success(operation).is(asked, answer) => {
                answer.put(pointer, value());
            }
            Act::Answers(which, change) if which.is(asked, answer) => change(asked, answer),
            _ => {}
        }
    }
}

/// Which answers are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Which {
    /// Any operation, where none is named.
    operation: Option<Operation>,
    /// Every success, where no status is named.
    status: Option<u16>,
}

/// The successes of an operation.
const fn success(operation: Operation) -> Which {
    Which { operation: Some(operation), status: None }
}

/// The answers of an operation with this status.
const fn refusal(operation: Operation, status: u16) -> Which {
    Which { operation: Some(operation), status: Some(status) }
}

/// All answers with this status.
const fn anywhere(status: u16) -> Which {
    Which { operation: None, status: Some(status) }
}

impl Which {
    fn is(self, asked: &Asked<'_>, answer: &Answer) -> bool {
        self.operation.is_none_or(|operation| asked.is(operation))
            && self.status.map_or_else(|| answer.is_success(), |status| answer.status == status)
    }
}

/// A request as faults see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The operation, where a document has one for path and method.
    pub(super) operation: Option<Operation>,
    pub(super) method: &'a Method,
    pub(super) place: &'a Place,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    /// The body, where it is JSON; else null.
    pub(super) body: &'a Value,
    /// The token that is taken.
    pub(super) token: &'a str,
    /// How many requests the operation has had with this one.
    pub(super) turn: u64,
}

impl Asked<'_> {
    /// Whether it is for this operation.
    pub(super) fn is(&self, operation: Operation) -> bool {
        self.operation == Some(operation)
    }

    /// The value of a query parameter, decoded.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The id of the customer that the path names.
    pub(super) fn customer(&self) -> Option<&str> {
        match self.place {
            Place::Customers => None,
            Place::Customer(id) | Place::BankAccounts(id) | Place::BankAccount(id, _) => Some(id),
        }
    }

    /// The scheme of the credentials, in lower case, and what follows it.
    pub(super) fn scheme(&self) -> Option<(String, String)> {
        let value = self.headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        Some((scheme.to_ascii_lowercase(), rest.trim().to_owned()))
    }

    /// A text of the body.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }
}

/// A row; its page bears its id.
macro_rules! fault {
    ($id:literal, $class:ident, $title:literal, [$($rule:literal),+], $act:expr $(,)?) => {
        $crate::sandbox::fault::Fault {
            id: $id,
            title: $title,
            class: $crate::sandbox::fault::Class::$class,
            noticed_by: &[$($rule),+],
            act: $act,
            page: include_str!(concat!("../../../docs/fault/", $id, ".md")),
        }
    };
}
use fault;
