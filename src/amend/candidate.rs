//! What might make a drift true, the least loosening first.

use serde_json::{Value, json};

use crate::contract::{Contract, Operation, OperationId};
use crate::document::{DocumentId, Pointer};
use crate::drift::Drift;

use super::action::Action;
use super::body;

/// A change that may do.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) words: String,
    pub(super) actions: Vec<Action>,
}

impl Candidate {
    /// Whether `other` changes the same kind of thing.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.words.split(' ').next() == other.words.split(' ').next()
    }

    /// Both changes: of two values for one keyword the later one.
    pub(super) fn joined(mut self, more: Self) -> Self {
        for action in more.actions {
            if let Some(known) = self.actions.iter_mut().find(|known| known.sets_as(&action)) {
                *known = action;
            } else if !self.actions.contains(&action) {
                self.actions.push(action);
            }
        }
        self.words = match (self.words.strip_prefix("allow "), more.words.strip_prefix("allow ")) {
            (Some(before), Some(value)) if before != value => format!("allow {before}, {value}"),
            _ => more.words,
        };
        self
    }

    pub(super) fn new(words: impl Into<String>, actions: Vec<Action>) -> Self {
        Self { words: words.into(), actions }
    }
}

/// A drift beside the document that it is about.
pub(super) struct Subject<'a> {
    pub(super) drift: &'a Drift,
    pub(super) operation: &'a Operation,
    /// The document as overlays left it.
    pub(super) document: &'a Value,
    /// The promise.
    pub(super) place: Pointer,
}

impl<'a> Subject<'a> {
    /// `drift` in `contract`, where its operation and its place are still there.
    pub(super) fn new(contract: &'a Contract, drift: &'a Drift) -> Option<Self> {
        let operation = contract.operation(&OperationId(drift.operation.as_str().into()))?;
        let document = &contract.source(operation.place.document)?.effective;
        let place = Pointer::parse(&drift.pointer).ok()?;
        place.resolve(document)?;
        Some(Self { drift, operation, document, place })
    }

    /// The document.
    pub(super) fn id(&self) -> DocumentId {
        self.operation.place.document
    }

    /// The value that came: as the witness shows it, where that is whole, since a list is told in words otherwise.
    fn came(&self) -> Value {
        let shown = || {
            let body = self.drift.witness.as_ref()?.response_body.as_ref()?;
            let value: Value = serde_json::from_str(body).ok()?;
            let at = Pointer::parse(self.drift.part.strip_prefix("body")?.trim()).ok()?;
            at.resolve(&value).cloned()
        };
        shown().unwrap_or_else(|| self.drift.came.clone())
    }

    /// The value at `place`.
    pub(super) fn at(&self, place: &Pointer) -> Option<&'a Value> {
        place.resolve(self.document)
    }
}

/// The candidates for `subject`; none for what no document makes true.
pub(super) fn candidates(subject: &Subject<'_>) -> Vec<Candidate> {
    let Subject { drift, place, .. } = subject;
    match (drift.rule.as_str(), drift.class.as_str()) {
        ("wrong-body" | "ambiguous-null", keyword) => body::candidates(subject, keyword, &subject.came()),
        ("wrong-header", "missing") => vec![optional(place, "the header field")],
        ("wrong-header", keyword) => body::candidates(subject, keyword, &drift.came),
        ("undocumented-property", _) => body::property(subject),
        ("undocumented-status", _) => status(subject),
        ("wrong-media-type", "undocumented" | "problem") => media_type(subject),
        ("unreadable-body", "empty") => {
            vec![Candidate::new("document that there is no content", vec![Action::remove(place)])]
        }
        ("accepted-invalid", _) => request(subject),
        ("open-access", "no-credentials") => public(subject),
        _ => Vec::new(),
    }
}

fn optional(place: &Pointer, what: &str) -> Candidate {
    Candidate::new(format!("make {what} optional"), vec![Action::update(place, json!({"required": false}))])
}

/// The status, with what RFC 9110 calls it.
fn status(subject: &Subject<'_>) -> Vec<Candidate> {
    let Some(status) = subject.drift.status else { return Vec::new() };
    let name = reason(status);
    let place = subject.operation.place.pointer.child("responses");
    let update = json!({status.to_string(): {"description": name}});
    vec![Candidate::new(format!("document the status {status}"), vec![Action::update(&place, update)])]
}

fn reason(status: u16) -> String {
    let known = axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    known.map_or_else(|| format!("Status {status}"), str::to_owned)
}

/// The media type: with the schema of the one that is documented, and if that does not hold, without any.
fn media_type(subject: &Subject<'_>) -> Vec<Candidate> {
    let Some(label) = subject.drift.came.as_str() else { return Vec::new() };
    let essence = label.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence.is_empty() {
        return Vec::new();
    }
    let documented = subject.at(&subject.place).and_then(Value::as_object);
    let mut media: Vec<Value> = documented.into_iter().flat_map(|content| content.values().cloned()).collect();
    media.push(json!({}));
    let words = format!("document the media type {essence}");
    media
        .into_iter()
        .map(|media| {
            Candidate::new(words.clone(), vec![Action::update(&subject.place, json!({essence.as_str(): media}))])
        })
        .collect()
}

/// What a request was accepted with although the document forbids it.
fn request(subject: &Subject<'_>) -> Vec<Candidate> {
    let Subject { drift, place, .. } = subject;
    let named = place.tokens().filter(|token| !token.bytes().all(|byte| byte.is_ascii_digit())).last();
    let keyword = named.map(std::borrow::Cow::into_owned).unwrap_or_default();
    let value = subject.at(place);
    // A parameter or a body that has to be there.
    if let Some(Value::Object(object)) = value
        && object.get("required") == Some(&Value::Bool(true))
    {
        return vec![optional(place, "it")];
    }
    if keyword == "required" && value == Some(&Value::Bool(true)) {
        return place.parent().map(|parent| optional(&parent, "it")).into_iter().collect();
    }
    let sent = drift.contrast.as_ref().and_then(|contrast| contrast.after.clone()).unwrap_or(Value::Null);
    body::candidates(subject, &keyword, &sent)
}

/// Everybody may.
fn public(subject: &Subject<'_>) -> Vec<Candidate> {
    let place = &subject.operation.place.pointer;
    let own = place.child("security");
    let mut actions = Vec::new();
    if subject.at(&own).is_some() {
        actions.push(Action::remove(&own));
    }
    actions.push(Action::update(place, json!({"security": []})));
    vec![Candidate::new("say that no credentials are needed", actions)]
}
