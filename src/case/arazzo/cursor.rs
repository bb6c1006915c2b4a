//! Walks a case file, and says where it is wrong.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::case::expression::ParseError;
use crate::document::{Diagnostic, Document, Pointer, Position, Severity, nearest};
use crate::schema::Schemas;

/// A value of the file with its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'d> {
    pub(super) value: &'d Value,
    pub(super) at: Pointer,
}

impl<'d> Node<'d> {
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| Node { value, at: self.at.child(key) })
    }

    /// The string member `key`, where it is one.
    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key).and_then(Value::as_str)
    }

    pub(super) fn items(&self) -> Vec<Self> {
        let elements = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        elements.iter().enumerate().map(|(index, value)| Node { value, at: self.at.index(index) }).collect()
    }

    /// The elements of the array member `key`; none where it is no array.
    pub(super) fn list(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|node| node.items()).unwrap_or_default()
    }

    pub(super) fn members(&self) -> Vec<(&'d str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members.map(|(name, value)| (name.as_str(), Node { value, at: self.at.child(name) })).collect()
    }
}

/// The file with what was found wrong in it.
#[derive(Debug)]
pub(super) struct Reader<'d> {
    pub(super) document: &'d Document,
    pub(super) problems: Vec<Diagnostic>,
    /// What random choices start from.
    pub(super) seed: u64,
    schemas: Option<Schemas>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document, seed: u64) -> Self {
        Self { document, problems: Vec::new(), seed, schemas: None }
    }

    /// The JSON Schemas of the file, by their places.
    pub(super) fn schemas(&mut self) -> &Schemas {
        let document = self.document;
        self.schemas.get_or_insert_with(|| Schemas::new(vec![(document.name().to_owned(), document.shared_value())]))
    }

    pub(super) fn root(&self) -> Node<'d> {
        Node { value: self.document.value(), at: Pointer::root() }
    }

    pub(super) fn position(&self, at: &Pointer) -> Position {
        self.document.position(at)
    }

    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(if problem.label.is_none() { problem.label("here") } else { problem });
    }

    /// A problem with the name of the member at `at`.
    pub(super) fn at_key(&self, at: &Pointer, message: impl Into<String>) -> Diagnostic {
        self.at_bytes(self.document.key_span(at), message)
    }

    /// A problem with the value at `at`.
    pub(super) fn at_value(&self, at: &Pointer, message: impl Into<String>) -> Diagnostic {
        self.at_bytes(self.document.span(at), message)
    }

    /// A problem with `fragment`, somewhere in the value at `at`.
    pub(super) fn at_fragment(&self, at: &Pointer, fragment: &str, message: impl Into<String>) -> Diagnostic {
        let span = self.document.span(at);
        let found = self.raw(&span).find(fragment).filter(|_| !fragment.is_empty());
        let bytes = found.map_or(span.clone(), |offset| span.start + offset..span.start + offset + fragment.len());
        self.at_bytes(bytes, message)
    }

    /// A problem in the string `text` that is the value at `at`.
    pub(super) fn at_error(&self, at: &Pointer, text: &str, error: &ParseError) -> Diagnostic {
        let span = self.document.span(at);
        let raw = self.raw(&span);
        let bytes = match raw.find(text).filter(|_| !text.is_empty()) {
            Some(offset) => span.start + offset + error.range.start..span.start + offset + error.range.end,
            // An escaped or folded string: the wrong part stands somewhere in it.
            None => match text
                .get(error.range.clone())
                .filter(|part| !part.is_empty())
                .and_then(|part| Some((raw.find(part)?, part)))
            {
                Some((offset, part)) => span.start + offset..span.start + offset + part.len(),
                None => span,
            },
        };
        let problem = self.at_bytes(bytes, error.message.clone());
        match &error.help {
            Some(help) => problem.help(help.clone()),
            None => problem,
        }
    }

    fn at_bytes(&self, bytes: Range<usize>, message: impl Into<String>) -> Diagnostic {
        // A mark over many lines hides what it marks.
        let line = self.raw(&bytes).find('\n').map_or(bytes.end, |length| bytes.start + length);
        self.document.diagnose_bytes(Severity::Error, bytes.start..line, message)
    }

    fn raw(&self, bytes: &Range<usize>) -> &'d str {
        self.document.text().get(bytes.clone()).unwrap_or_default()
    }

    /// The members of an object that may have `keys` and extensions; nothing, and a problem, where it is no object.
    pub(super) fn object<'n>(&mut self, node: &Node<'n>, what: &str, keys: &[&str]) -> Option<&'n Map<String, Value>> {
        let Value::Object(members) = node.value else {
            self.report(self.at_value(&node.at, format!("{what} is {}, not an object", kind(node.value))));
            return None;
        };
        for name in members.keys().filter(|name| !keys.contains(&name.as_str())) {
            let at = node.at.child(name);
            if name == "x-conform" {
                let problem = self.at_key(&at, format!("`x-conform` means nothing in {what}"));
                self.report(problem.help("it stands in a workflow, a step, a parameter or a criterion"));
            } else if !name.starts_with("x-") {
                let problem = self.at_key(&at, format!("unknown key `{name}` in {what}")).label("unknown");
                self.report(problem.help(suggest(name, keys)));
            }
        }
        Some(members)
    }

    /// The string member `key`.
    pub(super) fn string<'n>(&mut self, node: &Node<'n>, key: &str) -> Option<&'n str> {
        let member = node.get(key)?;
        let text = member.value.as_str();
        if text.is_none() {
            let problem = self.at_value(&member.at, format!("`{key}` is {}, not a string", kind(member.value)));
            self.report(if member.value.is_object() || member.value.is_array() {
                problem
            } else {
                problem.help("put it in quotes")
            });
        }
        text
    }

    /// The string member `key`, which has to be there and not empty.
    pub(super) fn required<'n>(&mut self, node: &Node<'n>, what: &str, key: &str) -> Option<&'n str> {
        if node.get(key).is_none() {
            self.missing(node, what, key);
            return None;
        }
        let text = self.string(node, key)?;
        if text.is_empty() {
            self.report(self.at_value(&node.at.child(key), format!("`{key}` is empty")));
            return None;
        }
        Some(text)
    }

    pub(super) fn missing(&mut self, node: &Node<'_>, what: &str, key: &str) {
        let problem = self.at_key(&node.at, format!("{what} has no `{key}`")).label("incomplete");
        self.report(problem.help(format!("add `{key}`")));
    }

    /// The elements of the array member `key`.
    pub(super) fn array<'n>(&mut self, node: &Node<'n>, key: &str) -> Vec<Node<'n>> {
        let Some(member) = node.get(key) else { return Vec::new() };
        if !member.value.is_array() {
            self.report(self.at_value(&member.at, format!("`{key}` is {}, not a list", kind(member.value))));
        }
        member.items()
    }

    /// The elements of the array member `key`, which are strings.
    pub(super) fn strings<'n>(&mut self, node: &Node<'n>, key: &str) -> Vec<(Pointer, &'n str)> {
        let mut texts = Vec::new();
        for item in self.array(node, key) {
            match item.value.as_str() {
                Some(text) => texts.push((item.at, text)),
                None => self.report(self.at_value(&item.at, format!("{}, where a string belongs", kind(item.value)))),
            }
        }
        texts
    }

    /// The boolean member `key`.
    pub(super) fn flag(&mut self, node: &Node<'_>, key: &str) -> bool {
        let Some(member) = node.get(key) else { return false };
        let flag = member.value.as_bool();
        if flag.is_none() {
            let problem = self.at_value(&member.at, format!("`{key}` is {}, not a boolean", kind(member.value)));
            self.report(problem.help("`true` or `false`"));
        }
        flag.unwrap_or_default()
    }
}

/// What a value is, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What an unknown word was probably meant to be; else every known one.
pub(super) fn suggest(word: &str, known: &[&str]) -> String {
    let alike = known.iter().find(|known| known.eq_ignore_ascii_case(word)).map(|known| (*known).to_owned());
    if let Some(near) = alike.or_else(|| nearest(word, known.iter().copied())) {
        return format!("did you mean `{near}`?");
    }
    match known {
        [] => "there is none at all".to_owned(),
        [only] => format!("the only one is `{only}`"),
        _ if known.len() > 20 => format!("there are {}, none of a similar name", known.len()),
        _ => format!("one of {}", known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ")),
    }
}
