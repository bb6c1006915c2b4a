//! A step becomes a request: arguments in their places, the payload written, credentials added.

use serde_json::Value;

use crate::case::expression::Scope;
use crate::case::written::{Misplaced, Placed};
use crate::case::{Credentials, Payload};
use crate::contract::style::{self, Wire};
use crate::contract::{Location, Operation};
use crate::environment::Environment;
use crate::exchange::{Headers, Request};

use crate::plan::producer::Bindings;

use super::credentials::{self, Carrier};

/// A request, ready to leave, with what it was made from.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) request: Request,
    /// The path parameters.
    pub(super) path: Bindings,
    /// The body, where it is JSON.
    pub(super) body: Option<Value>,
    /// The media type that the body was written as.
    pub(super) media_type: Option<String>,
    /// The values of parameters that were written by their style.
    pub(super) values: Vec<(Location, String, Value)>,
    /// Whether it carries the environment's credentials.
    pub(super) with_credentials: bool,
}

/// An argument with its value.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) name: String,
    pub(super) location: Option<Location>,
    pub(super) value: Resolution,
}

/// A value for the wire.
#[derive(Debug, Clone)]
pub(super) enum Resolution {
    /// Written by the parameter's style.
    Value(Value),
    /// Goes out as it stands.
    Wire(String),
}

/// Why a step has no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unbound {
    /// A value that an earlier answer should have held is absent.
    #[error("{0}")]
    Absent(String),
    /// The request cannot be written, or what it needs cannot be had.
    #[error("{0}")]
    Impossible(String),
    /// The gate keeps it back.
    #[error("{0}")]
    Refused(String),
    /// The run has sent all that it may.
    #[error("{0}")]
    Spent(String),
}

impl From<Misplaced> for Unbound {
    fn from(misplaced: Misplaced) -> Self {
        Self::Impossible(misplaced.to_string())
    }
}

/// Writes the request of `operation`.
pub(super) fn request(
    operation: &Operation,
    base_url: &str,
    arguments: &[Resolved],
    content: Option<Content>,
    credentials: Credentials,
    environment: &Environment,
) -> Result<Bound, String> {
    let mut parts = Parts::default();
    for argument in arguments {
        parts.add(operation, argument)?;
    }
    let mut headers = parts.headers;
    push_missing(&mut headers, "Accept", accept(operation));
    let (mut json, mut sent_as) = (None, None);
    let body = match content {
        Some(Content { value, media_type, bytes, unlabelled }) => {
            let (bytes, media_type) = if let Some(bytes) = bytes {
                (bytes, media_type)
            } else {
                let written = style::written(&value, &media_type)?;
                json = Some(value);
                written
            };
            if !unlabelled {
                push_missing(&mut headers, "Content-Type", media_type.clone());
            }
            sent_as = Some(media_type);
            Some(bytes)
        }
        None => None,
    };
    let carrier = Carrier { headers: &mut headers, query: &mut parts.query, cookies: &mut parts.cookies };
    let with_credentials = credentials::authorize(operation, environment, credentials, carrier);
    if !parts.cookies.is_empty() {
        let cookies: Vec<String> = parts.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.push("Cookie", cookies.join("; "));
    }
    let text = |name: &str| parts.path_text.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
    let path = style::expand_path(&operation.path, text).map_err(|error| error.to_string())?;
    let url = style::join_url(base_url, &path, &parts.query).map_err(|error| error.to_string())?;
    let request = Request { method: operation.method.clone(), url, headers, body };
    Ok(Bound {
        request,
        path: parts.path_values,
        body: json,
        media_type: sent_as,
        values: parts.values,
        with_credentials,
    })
}

/// A payload, ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) value: Value,
    pub(super) media_type: String,
    /// What is sent instead of the value.
    pub(super) bytes: Option<Vec<u8>>,
    /// Whether no `Content-Type` is sent.
    pub(super) unlabelled: bool,
}

/// The places of a request that arguments fill.
#[derive(Default)]
struct Parts {
    path_text: Vec<(String, String)>,
    path_values: Bindings,
    values: Vec<(Location, String, Value)>,
    query: Vec<(String, String)>,
    headers: Headers,
    cookies: Vec<(String, String)>,
}

impl Parts {
    fn add(&mut self, operation: &Operation, argument: &Resolved) -> Result<(), String> {
        let placed = Placed::new(operation, &argument.name, argument.location)?;
        let (name, wire, text) = match &argument.value {
            Resolution::Wire(text) => (argument.name.as_str(), placed.raw(text), text.clone()),
            Resolution::Value(value) => {
                self.values.push((placed.location, placed.name().to_owned(), value.clone()));
                (placed.name(), placed.encoded(value)?, text_of(value))
            }
        };
        match wire {
            Wire::Omitted => {}
            Wire::Path(wire) => {
                self.path_text.push((name.to_owned(), wire));
                self.path_values.push((name.to_owned(), text));
            }
            Wire::Query(pairs) => self.query.extend(pairs),
            Wire::Header(wire) => self.headers.push(name, wire),
            Wire::Cookie(name, wire) => self.cookies.push((name, wire)),
        }
        Ok(())
    }
}

/// A scalar as plain text, anything else as JSON.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The payload with its expressions filled in and its replacements made, and its media type.
pub(super) fn content(operation: &Operation, payload: &Payload, scope: &Scope<'_>) -> Result<Content, Unbound> {
    let value = payload.filled(|template, replaced| {
        let rendered = template.render(scope).map_err(|missing| Unbound::Absent(missing.to_string()))?;
        let whole = || rendered.absent.first().map_or("the payload".to_owned(), |expression| format!("`{expression}`"));
        let what = replaced.map_or_else(whole, |pointer| format!("the replacement at `{pointer}`"));
        let value = rendered.value.filter(|_| replaced.is_some() || rendered.absent.is_empty());
        value.ok_or_else(|| Unbound::Absent(format!("{what} is absent")))
    })?;
    let media_type = payload.media_type(operation);
    Ok(Content { value, media_type, bytes: payload.bytes.clone(), unlabelled: payload.unlabelled })
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// What the documented responses are made of.
fn accept(operation: &Operation) -> String {
    let mut types: Vec<&str> = Vec::new();
    for response in &operation.responses {
        for media in &response.content {
            if !types.contains(&media.name.as_str()) {
                types.push(&media.name);
            }
        }
    }
    if types.is_empty() {
        return "*/*".to_owned();
    }
    // What is no JSON can be taken apart less well, so it is wanted less.
    let ranked = types.iter().map(|name| if is_json(name) { (*name).to_owned() } else { format!("{name};q=0.5") });
    ranked.chain(["*/*;q=0.1".to_owned()]).collect::<Vec<_>>().join(", ")
}

/// Adds a field that no argument gives.
fn push_missing(headers: &mut Headers, name: &str, value: String) {
    if headers.get(name).is_none() {
        headers.push(name, value);
    }
}

/// Everything but letters and digits percent-encoded.
pub(super) fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
#[path = "bind_tests.rs"]
mod tests;
