//! Runtime expressions, templates and criteria (Arazzo 1.0.1).

mod body;
mod compare;
mod condition;
mod criterion;
mod judge;
mod parse;
mod query;
mod scope;
mod selector;
mod template;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use serde_json::Value;

use crate::contract::{Location, PathTemplate};
use crate::document::{Pointer, Position};

pub use body::BodySchema;
pub use condition::Condition;
pub use criterion::{Criterion, CriterionKind};
pub use query::Query;
pub use scope::{Finished, Received, Scope, Sent};
pub use selector::Selector;
pub use template::{Misplaced, Missing, Rendered, Special};

/// A runtime expression (Arazzo 1.0.1, Runtime Expressions).
///
/// The ABNF lets a name hold any character. Names here hold neither white space nor braces, so that an expression ends
/// where its author meant it to end. A name with dots means the thing of exactly this name; where there is none, the
/// longest part of it that names something is taken, and the rest says which member of it is meant: `$inputs.pet.id`
/// is the member `id` of the input `pet`. The standard's own spelling is `$inputs.pet#/id`.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// `$url`
    Url,
    /// `$method`
    Method,
    /// `$statusCode`
    StatusCode,
    /// `$request.header.NAME`, `$request.query.NAME`, `$request.path.NAME`
    RequestParameter(Location, String),
    /// `$request.body#/pointer`
    RequestBody(Pointer),
    /// `$response.header.NAME`
    ResponseHeader(String),
    /// `$response.body#/pointer`
    ResponseBody(Pointer),
    /// `$inputs.NAME#/pointer`
    Input(String, Pointer),
    /// `$outputs.NAME#/pointer`: of the workflow that a step called, else of the workflow itself.
    Output(String, Pointer),
    /// `$steps.STEP.outputs.NAME#/pointer`
    StepOutput(String, String, Pointer),
    /// `$workflows.WORKFLOW.outputs.NAME#/pointer`
    WorkflowOutput(String, String, Pointer),
    /// `$workflows.WORKFLOW.inputs.NAME#/pointer`
    WorkflowInput(String, String, Pointer),
    /// `$sourceDescriptions.NAME.REST`; the reader of a file replaces it.
    Source(String, String),
    /// `$components.GROUP.NAME`; the reader of a file replaces it.
    Component(String, String),
    /// `$self`: the URI that a file gives itself (Arazzo 1.1); the reader of a file replaces it.
    Itself,
    /// What a selector finds in the value of another expression (Arazzo 1.1, Selector Object).
    Selected(Box<Expression>, Selector),
    /// A value that the reader of a file put in the place of an expression that always has the same one.
    Constant(Value),
    /// The value that a parameter of a path template has in the `Location` of the answer; conform's own, never read from a
    /// file.
    Located(Box<PathTemplate>, String),
    /// `$run`: the mark of this run; conform's own, never read from a file.
    Run,
}

/// A value whose strings may hold embedded expressions (`{$expr}`), or which is one expression as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// No expression inside.
    Literal(Value),
    /// One expression: its value, with its type.
    Expression(Expression),
    /// Text with embedded expressions, joined.
    Text(Vec<TextPart>),
    /// An array of templates.
    Array(Vec<Template>),
    /// An object of templates, in order.
    Object(Vec<(String, Template)>),
}

/// A piece of a text template.
#[derive(Debug, Clone, PartialEq)]
pub enum TextPart {
    /// As it stands.
    Text(String),
    /// The value of an expression, as text.
    Expression(Expression),
}

/// A criterion with what it said of one response.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// As written.
    pub text: String,
    /// The case file, where there is one.
    pub file: Option<String>,
    /// Where it stands.
    pub position: Option<Position>,
    /// Whether it holds; an error where it cannot be evaluated.
    pub holds: Result<bool, String>,
    /// The value that was compared (absent: nothing).
    pub actual: Option<Value>,
    /// What it was compared with, in words.
    pub expected: String,
}

/// A text that is no expression, template or condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// The bytes of the text that are wrong; empty where something is missing.
    pub range: Range<usize>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl ParseError {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None }
    }

    /// An error that is the whole of `text`.
    pub fn about(text: &str, message: impl Into<String>) -> Self {
        Self::new(0..text.len(), message)
    }

    /// The same with what would be right.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        self.help(help)
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error in a text in which this one's begins at `offset`.
    fn shifted(mut self, offset: usize) -> Self {
        self.range = self.range.start + offset..self.range.end + offset;
        self
    }
}

impl Expression {
    /// Whether it speaks of something that a server sent or that a call left behind, so that its absence is no fault of
    /// the case's author.
    pub fn is_observed(&self) -> bool {
        match self {
            Self::StatusCode
            | Self::ResponseHeader(_)
            | Self::ResponseBody(_)
            | Self::Located(..)
            | Self::Output(..)
            | Self::StepOutput(..)
            | Self::WorkflowOutput(..) => true,
            Self::Selected(inner, _) => inner.is_observed(),
            Self::Url
            | Self::Method
            | Self::RequestParameter(..)
            | Self::RequestBody(_)
            | Self::Input(..)
            | Self::WorkflowInput(..)
            | Self::Source(..)
            | Self::Component(..)
            | Self::Itself
            | Self::Constant(_)
            | Self::Run => false,
        }
    }
}

impl fmt::Display for Expression {
    /// As the standard spells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = match self {
            Self::Url => return f.write_str("$url"),
            Self::Method => return f.write_str("$method"),
            Self::StatusCode => return f.write_str("$statusCode"),
            Self::Run => return f.write_str("$run"),
            Self::Itself => return f.write_str("$self"),
            Self::Located(template, name) => return write!(f, "`{name}` of `{}` in Location", template.text),
            Self::Selected(inner, selector) => return write!(f, "{selector} of {inner}"),
            Self::RequestParameter(location, name) => return write!(f, "$request.{location}.{name}"),
            Self::ResponseHeader(name) => return write!(f, "$response.header.{name}"),
            Self::Source(name, rest) => return write!(f, "$sourceDescriptions.{name}.{rest}"),
            Self::Component(group, name) => return write!(f, "$components.{group}.{name}"),
            Self::Constant(value) => return write!(f, "{value}"),
            Self::RequestBody(pointer) => {
                f.write_str("$request.body")?;
                pointer
            }
            Self::ResponseBody(pointer) => {
                f.write_str("$response.body")?;
                pointer
            }
            Self::Input(name, pointer) => {
                write!(f, "$inputs.{name}")?;
                pointer
            }
            Self::Output(name, pointer) => {
                write!(f, "$outputs.{name}")?;
                pointer
            }
            Self::StepOutput(step, name, pointer) => {
                write!(f, "$steps.{step}.outputs.{name}")?;
                pointer
            }
            Self::WorkflowOutput(workflow, name, pointer) => {
                write!(f, "$workflows.{workflow}.outputs.{name}")?;
                pointer
            }
            Self::WorkflowInput(workflow, name, pointer) => {
                write!(f, "$workflows.{workflow}.inputs.{name}")?;
                pointer
            }
        };
        if pointer.is_root() { Ok(()) } else { write!(f, "#{pointer}") }
    }
}
