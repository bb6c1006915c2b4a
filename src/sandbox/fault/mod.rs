//! Ways in which the sandbox can deviate from the documents, each alone: what a suite has to notice.

pub mod registry;

mod access;
mod answer;
mod body;
mod input;
mod list;
mod rule;
mod status;
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
    /// What a list shows.
    List,
    /// What becomes of what is written.
    Write,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 6] = [Self::Access, Self::Input, Self::Status, Self::Body, Self::List, Self::Write];

    /// As command lines and tables spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Input => "input",
            Self::Status => "status",
            Self::Body => "body",
            Self::List => "list",
            Self::Write => "write",
        }
    }
}

/// Where on its way a request meets the fault.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Requests that pass without a look at their credentials.
    LetsIn(fn(&Asked<'_>) -> bool),
    /// An answer in the place of what the operation would do.
    Instead(fn(&Asked<'_>, &mut Store, &Moment) -> Option<Reply>),
    /// Problems of a request that are overlooked.
    Overlooks(fn(&Asked<'_>, &Problem) -> bool),
    /// What a list is asked for, changed.
    Asks(fn(&mut Query)),
    /// A problem that no document knows.
    Objects(fn(&Asked<'_>) -> Option<Problem>),
    /// Something done to the store once the operation was answered with a success.
    Afterwards(fn(&Asked<'_>, &mut Store)),
    /// Another answer made of the right one.
    Answers(fn(&Asked<'_>, &mut Answer)),
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
