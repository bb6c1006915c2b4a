//! A case: steps (requests) with what is expected of them.

pub mod arazzo;
pub mod expression;
pub mod ruling;
pub mod written;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::contract::{Contract, Location, Operation, OperationId};
use crate::document::{Place, Pointer, Position};

use ruling::Ruling;

use expression::{Criterion, Expression, Selector, Template};

/// Names a case: the same for any seed of others, worker count and environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseId(pub Arc<str>);

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a case comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A workflow of an Arazzo file.
    Written {
        /// The file.
        file: String,
        /// The workflow's id.
        workflow: String,
        /// Where it stands.
        position: Position,
    },
    /// Made from schemas, by the family of this name (`minimal`, `full`, `enum`, …).
    Generated {
        /// The family.
        family: &'static str,
    },
    /// Composed by the law of this id, or made for laws to look at.
    Law {
        /// The law; `law` for what several share.
        law: &'static str,
    },
}

/// Steps with what is expected of them.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// A readable name, unique in a plan.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The values of `$inputs`.
    pub inputs: Value,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// `outputs` of the whole case.
    pub outputs: Vec<(String, Expression)>,
    /// Cases that have run before this one, once and shared (`dependsOn`).
    pub depends_on: Vec<CaseId>,
    /// What its author says of it: summary and description.
    pub texts: Vec<String>,
    /// Tags from `x-conform`.
    pub tags: Vec<String>,
    /// Environments that it is meant for; empty: any.
    pub environments: Vec<String>,
    /// Whether it runs by itself; else only when another case calls it or depends on it.
    pub standalone: bool,
    /// Whether it makes sense only where something may be changed, even if none of its steps changes anything.
    pub needs_writes: bool,
    /// Which of its file's written rows of inputs it has, from 1; nothing where there is one row only, or none.
    pub row: Option<usize>,
    /// What its exchanges, and those of the cases that it depends on, are judged for together.
    pub ruling: Option<Ruling>,
    /// The operation that it judges, where its own steps need not call it.
    pub about: Option<OperationId>,
}

/// The family of generated cases whose steps stand by themselves: each reads another listed thing.
pub const EACH_LISTED: &str = "listed";

impl Case {
    /// A case of `steps` that needs nothing, brings nothing, and runs by itself, in any environment.
    pub fn new(id: CaseId, name: impl Into<String>, origin: Origin, steps: Vec<Step>) -> Self {
        Self {
            id,
            name: name.into(),
            origin,
            inputs: Value::Null,
            steps,
            outputs: Vec::new(),
            depends_on: Vec::new(),
            texts: Vec::new(),
            tags: Vec::new(),
            environments: Vec::new(),
            standalone: true,
            needs_writes: false,
            row: None,
            ruling: None,
            about: None,
        }
    }

    /// What the author says of it and of its steps, in order.
    pub fn all_texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().chain(self.steps.iter().filter_map(|step| step.text.as_ref())).map(String::as_str)
    }

    /// Whether any of its steps may change something, or those of a case that it calls, which `find` finds by its id.
    pub fn writes<'c>(&'c self, contract: &Contract, find: &dyn Fn(&CaseId) -> Option<&'c Self>) -> bool {
        let mut seen: Vec<&CaseId> = Vec::new();
        let mut open = vec![self];
        while let Some(case) = open.pop() {
            if seen.contains(&&case.id) {
                continue;
            }
            seen.push(&case.id);
            for step in &case.steps {
                if let Call::Operation(id) = &step.call
                    && !contract.operation(id).is_some_and(Operation::is_safe)
                {
                    return true;
                }
            }
            open.extend(case.calls().into_iter().filter_map(find));
        }
        false
    }

    /// The cases that may run as parts of this one: called, gone on in, or run before a retry.
    pub fn calls(&self) -> Vec<&CaseId> {
        let called = self.steps.iter().filter_map(|step| match &step.call {
            Call::Case(id) => Some(id),
            Call::Operation(_) => None,
        });
        let actions = self.steps.iter().flat_map(|step| step.on_success.iter().chain(&step.on_failure));
        let reached = actions.filter_map(|action| match &action.kind {
            ActionKind::GotoCase(id) | ActionKind::Retry { case: Some(id), .. } => Some(id),
            ActionKind::End | ActionKind::GotoStep(_) | ActionKind::Retry { case: None, .. } => None,
        });
        called.chain(reached).collect()
    }
}

/// One request with what is expected of it.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id, unique in its case.
    pub id: String,
    /// What its author says of it.
    pub text: Option<String>,
    /// What it calls.
    pub call: Call,
    /// Parameters.
    pub arguments: Vec<Argument>,
    /// The body.
    pub payload: Option<Payload>,
    /// Which credentials it carries.
    pub credentials: Credentials,
    /// Another method than the operation's, one that no document declares for its path.
    pub method: Option<String>,
    /// What kind of answer the contract promises to it.
    pub intent: Intent,
    /// The request that it was made from, and the one thing in which they differ; of generated variants.
    pub sibling: Option<Sibling>,
    /// All must hold; without any, and by `intent` valid, the answer must be a success.
    pub criteria: Vec<Criterion>,
    /// What has to come true in time: until then the step is sent again and again.
    pub until: Option<Until>,
    /// Values kept for later steps.
    pub outputs: Vec<(String, Expression)>,
    /// What to do when it succeeded; the first whose criteria hold.
    pub on_success: Vec<Action>,
    /// What to do when it failed; the first whose criteria hold.
    pub on_failure: Vec<Action>,
    /// How long it may take, instead of the environment's timeout.
    pub timeout: Option<Duration>,
    /// Steps of this case that must have been answered before; else it is not sent.
    pub depends_on: Vec<String>,
    /// Runs whatever happened before (`x-conform: { always: true }`).
    pub always: bool,
    /// Where it stands in its file.
    pub position: Option<Position>,
}

impl Step {
    /// A plain step that calls `operation` with the environment's credentials and should be accepted.
    pub fn new(id: impl Into<String>, operation: OperationId) -> Self {
        Self {
            id: id.into(),
            text: None,
            call: Call::Operation(operation),
            arguments: Vec::new(),
            payload: None,
            credentials: Credentials::Environment,
            method: None,
            intent: Intent::Valid,
            sibling: None,
            criteria: Vec::new(),
            until: None,
            outputs: Vec::new(),
            on_success: Vec::new(),
            on_failure: Vec::new(),
            timeout: None,
            depends_on: Vec::new(),
            always: false,
            position: None,
        }
    }

    /// The body, where it is a value that is known already and sent as such.
    pub fn body(&self) -> Option<&Value> {
        self.payload.as_ref()?.literal()
    }
}

/// What a step calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// An operation of the contract.
    Operation(OperationId),
    /// Another case, whose outputs become the step's.
    Case(CaseId),
}

/// A value for a parameter.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The parameter's name; for a called case the input's.
    pub name: String,
    /// Where it travels; left out where the operation declares it.
    pub location: Option<Location>,
    /// The value.
    pub value: Supply,
}

impl Argument {
    /// Its value, where that is known already.
    pub fn literal(&self) -> Option<&Value> {
        match &self.value {
            Supply::Template(Template::Literal(value)) => Some(value),
            _ => None,
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub enum Supply {
    /// The value itself, possibly with embedded expressions.
    Template(Template),
    /// What an earlier answer may hold; the argument is left out where it does not.
    WhereKnown(Expression),
    /// An id of something that exists, by the name of the parameter that needs it: obtained from a list or created.
    Existing(String),
    /// The id of one of several things that lists show, counted from 0, by the name of the parameter that needs it.
    Listed(String, usize),
    /// Text that goes on the wire as it stands.
    Wire(String),
}

/// A request body.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The media type; left out where the operation documents one only.
    pub content_type: Option<String>,
    /// The content: a value (serialised by media type), or text (`Template` of a string).
    pub content: Template,
    /// Replacements, in order; nothing removes the member.
    pub replacements: Vec<(Pointer, Option<Template>)>,
    /// Replacements of all that a selector finds (Arazzo 1.1), after the others.
    pub selected: Vec<(Selector, Template)>,
    /// A merge patch (RFC 7396) that is applied after the replacements: null takes a member out.
    pub merge_patch: Option<Template>,
    /// Bytes that are sent instead of the content: truncated, of another type, none at all.
    pub bytes: Option<Vec<u8>>,
    /// Sent without a `Content-Type`.
    pub unlabelled: bool,
}

impl Payload {
    /// `content`, to be written as `content_type`.
    pub fn new(content_type: Option<String>, content: Template) -> Self {
        Self {
            content_type,
            content,
            replacements: Vec::new(),
            selected: Vec::new(),
            merge_patch: None,
            bytes: None,
            unlabelled: false,
        }
    }

    /// The content, where it is a value that is known already and sent as such.
    pub fn literal(&self) -> Option<&Value> {
        match &self.content {
            Template::Literal(value) if self.bytes.is_none() => Some(value),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn literal_mut(&mut self) -> Option<&mut Value> {
        match &mut self.content {
            Template::Literal(value) if self.bytes.is_none() => Some(value),
            _ => None,
        }
    }
}

/// The request that a generated one was made from by changing one thing.
#[derive(Debug, Clone)]
pub struct Sibling {
    /// It, as it should be accepted.
    pub step: Arc<Step>,
    /// Where they differ.
    pub at: Spot,
    /// What the sibling has there; nothing where it has nothing.
    pub before: Option<Value>,
    /// What this one has there; nothing where it has nothing.
    pub after: Option<Value>,
}

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    /// The method.
    Method,
    /// The credentials.
    Credentials,
    /// A parameter, or a place in its value.
    Parameter(Location, String, Pointer),
    /// A header field that is no parameter: `Content-Type`, `Accept`.
    Header(String),
    /// A place in the body.
    Body(Pointer),
}

impl fmt::Display for Spot {
    /// As ids and reports spell it: `body /address/city`, `query limit`, `header Accept`, `credentials`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::Credentials => f.write_str("credentials"),
            Self::Parameter(location, name, pointer) => write!(f, "{location} {name}{pointer}"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Body(pointer) if pointer.is_root() => f.write_str("body"),
            Self::Body(pointer) => write!(f, "body {pointer}"),
        }
    }
}

/// Which credentials a step carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// The environment's.
    Environment,
    /// None at all.
    None,
    /// Of the right form, but wrong.
    Wrong,
    /// The right place, and nothing in it: `Authorization: Bearer`.
    Empty,
    /// Not of the form that the scheme asks for.
    Malformed,
    /// The environment's, under the name of another scheme.
    OtherScheme,
    /// The environment's, without the name of their scheme: `Authorization: token`.
    NoScheme,
    /// The environment's, where the document does not look for them: another header field, a cookie.
    Misplaced,
}

/// What kind of answer the contract promises to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// It keeps every promise, so it should be accepted.
    Valid,
    /// It keeps every promise by a value for which many servers have limits that no document states: very long, empty,
    /// full of control characters.
    Hostile,
    /// Readers may differ over whether it keeps them: either answer is right.
    Open,
    /// It names something that does not exist.
    Absent,
    /// Its credentials are missing or wrong.
    Unauthorized,
    /// Its method is documented nowhere for its path.
    Undeclared,
    /// It breaks a promise in every reading.
    Invalid(Breach),
    /// Nothing is known: a written step that says itself what it expects.
    Unknown,
}

/// The one promise that a request breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// What it breaks, without any value that differs from seed to seed: it becomes part of a drift's id.
    pub reason: String,
    /// The keyword or element of the document that it breaks; nothing where no single place says so.
    pub place: Option<Place>,
    /// What cannot be broken without it: a choice that no branch is left of, the same said in another part of the schema.
    pub also: Vec<Place>,
    /// Why a server that takes it all the same is not plainly wrong; then it is worth a warning only.
    pub excuse: Option<String>,
}

impl Breach {
    /// Breaks what `reason` says, wherever that stands.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), place: None, also: Vec::new(), excuse: None }
    }

    /// The keywords and elements of the document that it breaks.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.place.iter().chain(&self.also)
    }
}

/// What the answers to a step have to come to, and by when.
#[derive(Debug, Clone)]
pub struct Until {
    /// The time that they have.
    pub within: Duration,
    /// The pause between an answer and the next request.
    pub every: Duration,
    /// All must hold, of one answer.
    pub criteria: Vec<Criterion>,
}

/// What to do after a step (Arazzo 1.0.1, Success and Failure Action Objects).
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// What to do.
    pub kind: ActionKind,
    /// Inputs for the case that it leads to.
    pub arguments: Vec<Argument>,
    /// Taken when all hold.
    pub criteria: Vec<Criterion>,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionKind {
    /// Ends the case.
    End,
    /// Goes on at a step of this case.
    GotoStep(String),
    /// Goes on in another case.
    GotoCase(CaseId),
    /// Sends the step again.
    Retry {
        /// How long to wait before each.
        after: Duration,
        /// How often at most.
        limit: u32,
        /// A step to run before each.
        step: Option<String>,
        /// A case to run before each.
        case: Option<CaseId>,
    },
}
