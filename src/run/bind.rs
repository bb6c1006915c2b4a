//! A step becomes a request: arguments in their places, the payload written, credentials added.

use serde_json::Value;

use crate::case::expression::Scope;
use crate::case::{Credentials, Payload};
use crate::contract::style::{self, Wire};
use crate::contract::{Encoding, Location, Operation};
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
        let declared = operation.parameter(&argument.name, argument.location);
        let location = argument
            .location
            .or_else(|| declared.map(|parameter| parameter.location))
            .ok_or_else(|| format!("{} declares no parameter `{}`", operation.id, argument.name))?;
        let value = match &argument.value {
            Resolution::Wire(text) => {
                self.put(location, &argument.name, text.clone(), text.clone());
                return Ok(());
            }
            Resolution::Value(value) => value,
        };
        let plain = Encoding::Style {
            style: default_style(location),
            explode: matches!(location, Location::Query | Location::Cookie),
            allow_reserved: false,
            schema: None,
        };
        let encoding = declared.map_or(&plain, |parameter| &parameter.encoding);
        let name = declared.map_or(argument.name.as_str(), |parameter| parameter.name.as_str());
        self.values.push((location, name.to_owned(), value.clone()));
        match style::encode(name, encoding, location, value)
            .map_err(|error| format!("parameter `{name}` cannot be written: {error}"))?
        {
            Wire::Omitted => {}
            Wire::Path(text) => self.put(location, name, text, text_of(value)),
            Wire::Query(pairs) => self.query.extend(pairs),
            Wire::Header(text) => self.headers.push(name, text),
            Wire::Cookie(name, value) => self.cookies.push((name, value)),
        }
        Ok(())
    }

    fn put(&mut self, location: Location, name: &str, wire: String, value: String) {
        match location {
            Location::Path => {
                self.path_text.push((name.to_owned(), wire));
                self.path_values.push((name.to_owned(), value));
            }
            Location::Query => self.query.push((name.to_owned(), wire)),
            Location::Header => self.headers.push(name, wire),
            Location::Cookie => self.cookies.push((name.to_owned(), wire)),
        }
    }
}

fn default_style(location: Location) -> crate::contract::Style {
    match location {
        Location::Path | Location::Header => crate::contract::Style::Simple,
        Location::Query | Location::Cookie => crate::contract::Style::Form,
    }
}

/// A scalar as plain text, anything else as JSON.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The payload with its expressions filled in and its replacements made, and its media type.
pub(super) fn content(operation: &Operation, payload: &Payload, scope: &Scope<'_>) -> Result<Content, Unbound> {
    let rendered = payload.content.render(scope).map_err(|missing| Unbound::Absent(missing.to_string()))?;
    if let Some(expression) = rendered.absent.first() {
        return Err(Unbound::Absent(format!("`{expression}` is absent")));
    }
    let mut value = rendered.value.ok_or_else(|| Unbound::Absent("the payload is absent".to_owned()))?;
    for (pointer, replacement) in &payload.replacements {
        let new = match replacement {
            None => None,
            Some(template) => {
                let rendered = template.render(scope).map_err(|missing| Unbound::Absent(missing.to_string()))?;
                Some(
                    rendered
                        .value
                        .ok_or_else(|| Unbound::Absent(format!("the replacement at `{pointer}` is absent")))?,
                )
            }
        };
        replace(&mut value, pointer, new).map_err(Unbound::Impossible)?;
    }
    let documented = || operation.body.as_ref().and_then(|body| body.content.first()).map(|media| media.name.clone());
    let media_type = payload.content_type.clone().or_else(documented).unwrap_or_else(|| "application/json".to_owned());
    Ok(Content { value, media_type, bytes: payload.bytes.clone(), unlabelled: payload.unlabelled })
}

/// Sets, or removes, what stands at `pointer`; the object or array that holds it must exist.
fn replace(value: &mut Value, pointer: &crate::document::Pointer, new: Option<Value>) -> Result<(), String> {
    let (Some(parent), Some(last)) = (pointer.parent(), pointer.last()) else {
        if let Some(new) = new {
            *value = new;
        }
        return Ok(());
    };
    let holder = value
        .pointer_mut(parent.as_str())
        .ok_or_else(|| format!("the payload has nothing at `{parent}` to replace `{last}` in"))?;
    match (holder, new) {
        (Value::Object(members), Some(new)) => {
            members.insert(last.into_owned(), new);
        }
        (Value::Object(members), None) => {
            members.shift_remove(last.as_ref());
        }
        (Value::Array(items), new) => {
            let index = if last == "-" { items.len() } else { last.parse().unwrap_or(usize::MAX) };
            match new {
                Some(new) if index < items.len() => {
                    if let Some(item) = items.get_mut(index) {
                        *item = new;
                    }
                }
                Some(new) if index == items.len() => items.push(new),
                None if index < items.len() => {
                    items.remove(index);
                }
                _ => return Err(format!("the payload's array at `{parent}` has no element `{last}`")),
            }
        }
        _ => return Err(format!("the payload's value at `{parent}` has no members")),
    }
    Ok(())
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
