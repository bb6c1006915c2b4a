//! Lies that a proxy tells in front of a healthy service: derived from what the documents promise, each told alone.

pub mod catalogue;
pub mod proxy;

mod answer;
mod ask;
mod body;
mod kind;
mod memory;
mod promise;
mod teller;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::contract::{Contract, Operation, OperationId, PathPart, PathTemplate, StatusMatch};
use crate::document::{Place, Pointer};
use crate::schema::Schemas;

pub use kind::Class;
use kind::Kind;

/// One way to deviate, at one operation.
#[derive(Debug, Clone)]
pub struct Lie {
    /// Names it: the kind and the operation, with what tells it from another lie of the same kind there.
    pub id: String,
    /// What the service then seems to do instead of what is promised, in one sentence.
    pub title: String,
    /// What is lied about.
    pub kind: &'static str,
    /// What kind of promise it breaks.
    pub class: Class,
    /// The operation whose exchanges it changes.
    pub operation: OperationId,
    /// The rules of which at least one has to name it; any other that does has found it by accident.
    pub noticed_by: &'static [&'static str],
    act: Act,
}

impl Lie {
    fn new(kind: &Kind, operation: &Operation, which: &str, title: String, act: Act) -> Self {
        let id = [kind.name, &operation.id.0, which].join("/");
        Self {
            id: id.trim_end_matches('/').to_owned(),
            title,
            kind: kind.name,
            class: kind.class,
            operation: operation.id.clone(),
            noticed_by: kind.noticed_by,
            act,
        }
    }
}

/// Where on its way an exchange meets the lie.
#[derive(Debug, Clone)]
enum Act {
    /// Another answer is made of the right one.
    Answers(When, Change),
    /// What is refused for its credentials is asked again with right ones.
    LetsIn,
    /// What is refused for its input is asked again with the input of the last request that was not.
    Completes,
    /// A query parameter is left out.
    Ignores(String),
    /// A body that has this member reaches the service broken.
    Refuses(String),
    /// An update is answered with what it would have made, and kept from the service.
    LosesUpdate,
    /// A deletion is answered as one, and kept from the service.
    LosesDeletion,
    /// A creation is answered with what an earlier one made, and kept from the service.
    LosesCreation,
    /// Reads show what was there before this operation was last called for it.
    Stale(OperationId),
}

/// Which answers are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    /// Every success of the operation.
    Success,
    /// Those that this documented response speaks for.
    Documented(StatusMatch),
    /// Those with this status.
    Status(u16),
    /// 405 to a method that the path does not have.
    NotAllowed,
    /// Successes of requests with this query parameter.
    With(String),
}

/// What is changed of an answer.
#[derive(Debug, Clone)]
enum Change {
    /// What the body holds.
    Json(Break),
    /// The status.
    Status(u16),
    /// The media type; nothing takes it away.
    MediaType(Option<&'static str>),
    /// A header field is taken away.
    Header(String),
    /// The bytes of the body.
    Bytes(Spoiling),
    /// It becomes an earlier success.
    EarlierSuccess,
    /// It becomes a refusal, such as an earlier one.
    Refusal(u16),
    /// It becomes an empty success.
    Served,
}

/// What is broken in a body.
#[derive(Debug, Clone)]
enum Break {
    /// A promise of its schema.
    Promise(Breaking, Place),
    /// A member is added that no schema mentions.
    Unknown,
    /// The number of elements there is another.
    Total(Pointer),
    /// The last of the elements there is left out.
    Element(Pointer),
}

/// How a promise of a schema is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breaking {
    /// A required member is left out.
    Drop,
    /// A value is of another type.
    Retype,
    /// A value is null.
    Null,
    /// A value is none of the enumerated.
    Enum,
    /// A text is not of its format.
    Format,
}

/// What becomes of the bytes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoiling {
    /// The second half is missing.
    Half,
    /// A comma too many.
    NotJson,
    /// A byte that UTF-8 does not have.
    NotUtf8,
    /// Nothing is left.
    Empty,
}

/// What a liar has to know of the documents.
#[derive(Debug)]
pub struct Scene {
    operations: Vec<Operation>,
    schemas: Schemas,
}

impl Scene {
    /// Of `contract`.
    pub fn of(contract: &Contract) -> Arc<Self> {
        Arc::new(Self { operations: contract.operations.clone(), schemas: contract.schemas.clone() })
    }
}

/// Whether two templates describe the same paths, whatever their parameters are called.
fn same_path(one: &PathTemplate, other: &PathTemplate) -> bool {
    fn shape(path: &PathTemplate) -> String {
        let part = |part: &PathPart| match part {
            PathPart::Literal(text) => text.clone(),
            PathPart::Parameter(_) => "{}".to_owned(),
        };
        path.parts.iter().map(part).collect::<String>().trim_end_matches('/').to_owned()
    }
    shape(one) == shape(other)
}
