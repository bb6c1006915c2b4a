//! A step as it leaves: each argument in its place, the body in bytes.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::case::expression::{Scope, Template};
use crate::case::written::Placed;
use crate::case::{Argument, Payload, Step, Supply};
use crate::contract::style::{self, Wire};
use crate::contract::{Location, Operation, Parameter};
use crate::document::Pointer;
use crate::exchange::Request;

/// What stands for the mark of a run.
const MARK: &str = "conform-00000000-0";
/// What stands for an id of something that exists.
const EXISTING: &str = "existing";

/// A request in the form in which its bytes leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// The arguments, in order.
    pub(super) sent: Vec<Sent>,
    /// The body.
    pub(super) body: Option<Vec<u8>>,
    /// Its `Content-Type`.
    pub(super) content_type: Option<String>,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    /// Which of the operation's parameters it is; nothing where none is declared.
    pub(super) parameter: Option<usize>,
    /// Where it travels.
    pub(super) location: Location,
    /// Its text.
    pub(super) text: Text,
}

/// The text of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// As it goes on the wire.
    Wire(Wire),
    /// The id of something that exists.
    Existing,
    /// A value that is known only when it is sent.
    Later,
}

impl Written {
    /// Every pair of the query.
    pub(super) fn query(&self) -> Vec<(String, String)> {
        let pairs = |sent: &Sent| match &sent.text {
            Text::Wire(Wire::Query(pairs)) => pairs.clone(),
            _ => Vec::new(),
        };
        self.sent.iter().flat_map(pairs).collect()
    }
}

/// Writes `step` as the runner does.
///
/// # Errors
/// Why it cannot be written.
pub(super) fn write(operation: &Operation, step: &Step) -> Result<Written, String> {
    let sent = step.arguments.iter().map(|argument| sent(operation, argument)).collect::<Result<Vec<_>, _>>()?;
    travels(operation, step, &sent)?;
    let (body, mut content_type) = match &step.payload {
        Some(payload) => body(operation, payload).map(|(bytes, media_type)| (Some(bytes), media_type))?,
        None => (None, None),
    };
    // A field that an argument gives is not doubled.
    for (argument, sent) in step.arguments.iter().zip(&sent) {
        if let Text::Wire(Wire::Header(text)) = &sent.text
            && argument.name.eq_ignore_ascii_case("content-type")
        {
            content_type = Some(text.clone());
        }
    }
    Ok(Written { sent, body, content_type })
}

/// A request as it was received.
pub(super) fn received(operation: &Operation, request: &Request) -> Written {
    let declared = |location: Location, name: &str| {
        operation.parameters.iter().position(|parameter| {
            let same = match location {
                Location::Header => parameter.name.eq_ignore_ascii_case(name),
                _ => parameter.name == name,
            };
            parameter.location == location && same
        })
    };
    let mut sent = Vec::new();
    for name in operation.path.names() {
        let text = match style::located(&operation.path, &request.url, "", name) {
            Some(text) => Text::Wire(Wire::Path(utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string())),
            None => Text::Later,
        };
        sent.push(Sent { parameter: declared(Location::Path, name), location: Location::Path, text });
    }
    for (name, value) in style::query_pairs(&request.url) {
        let plain = percent_decode_str(&name.replace('+', " ")).decode_utf8_lossy().into_owned();
        let text = Text::Wire(Wire::Query(vec![(name, value)]));
        sent.push(Sent { parameter: declared(Location::Query, &plain), location: Location::Query, text });
    }
    for header in &request.headers.0 {
        // Of the fields that nobody declared most are the client's own.
        if let Some(parameter) = declared(Location::Header, &header.name) {
            let text = Text::Wire(Wire::Header(header.value.clone()));
            sent.push(Sent { parameter: Some(parameter), location: Location::Header, text });
        }
    }
    if request.headers.get("cookie").is_some() {
        let cookies = operation.parameters.iter().enumerate().filter(|(_, it)| it.location == Location::Cookie);
        sent.extend(cookies.map(|(index, _)| Sent {
            parameter: Some(index),
            location: Location::Cookie,
            text: Text::Later,
        }));
    }
    let content_type = request.headers.get("content-type").map(str::to_owned);
    Written { sent, body: request.body.clone(), content_type }
}

fn sent(operation: &Operation, argument: &Argument) -> Result<Sent, String> {
    let placed = Placed::new(operation, &argument.name, argument.location)?;
    let is = |parameter: &Parameter| placed.declared.is_some_and(|declared| std::ptr::eq(declared, parameter));
    let text = match &argument.value {
        Supply::Existing(_) | Supply::Listed(..) => Text::Existing,
        Supply::WhereKnown(_) => Text::Later,
        Supply::Wire(text) => Text::Wire(placed.raw(text)),
        Supply::Template(template) => match rendered(template) {
            None => Text::Later,
            Some(value) => Text::Wire(placed.encoded(&value)?),
        },
    };
    Ok(Sent { parameter: operation.parameters.iter().position(is), location: placed.location, text })
}

/// The value of a template that needs no answer; nothing for one that does.
fn rendered(template: &Template) -> Option<Value> {
    let rendered = template.render(&Scope::new(&Value::Null, MARK)).ok()?;
    rendered.value.filter(|_| rendered.absent.is_empty())
}

/// Whether the path survives its way.
fn travels(operation: &Operation, step: &Step, sent: &[Sent]) -> Result<(), String> {
    let texts: Vec<(&str, &str)> = step
        .arguments
        .iter()
        .zip(sent)
        .filter(|(_, sent)| sent.location == Location::Path)
        .map(|(argument, sent)| match &sent.text {
            Text::Wire(Wire::Path(text)) => (argument.name.as_str(), text.as_str()),
            _ => (argument.name.as_str(), EXISTING),
        })
        .collect();
    let text = |name: &str| texts.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    style::expand_path(&operation.path, text).map(drop).map_err(|error| error.to_string())
}

/// The bytes of a payload and its `Content-Type`.
fn body(operation: &Operation, payload: &Payload) -> Result<(Vec<u8>, Option<String>), String> {
    let media_type = payload.media_type(operation);
    let later = || "the payload is known only when it is sent".to_owned();
    let value = |template: &Template, _: Option<&Pointer>| rendered(template).ok_or_else(later);
    let (bytes, media_type) = match &payload.bytes {
        Some(bytes) => (bytes.clone(), media_type),
        None => style::written(&payload.filled(value)?, &media_type)?,
    };
    Ok((bytes, Some(media_type).filter(|_| !payload.unlabelled)))
}
