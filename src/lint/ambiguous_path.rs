//! Two path templates that one concrete path matches, for one method.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Diagnosis, Lint, Subject};
use crate::contract::{Location, Operation, PathPart};
use crate::document::{Place, Severity};
use crate::schema::{Direction, Sense};

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "ambiguous-path",
    title: "two path templates match the same path, and neither is the more concrete one",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/ambiguous-path.md"),
};

/// So many pairs of templates are compared in all; only hostile documents have more.
const MOST_PAIRS: usize = 4_000_000;

/// A template of one operation, cut into segments.
struct Template<'a> {
    /// Which of the subject's operations.
    index: usize,
    operation: &'a Operation,
    segments: Vec<Segment<'a>>,
}

/// One segment of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment<'a> {
    Literal(String),
    /// A parameter that is the whole segment.
    Parameter(&'a str),
    /// Text and parameters mixed: compared by what is written.
    Mixed(String),
}

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    // Only templates of one method and one length can collide.
    let mut groups: BTreeMap<(&str, usize, String), Vec<Template<'_>>> = BTreeMap::new();
    for (index, operation) in subject.operations.iter().enumerate() {
        if let Some(template) = Template::new(index, operation) {
            let first = match template.segments.first() {
                Some(Segment::Literal(text)) => text.clone(),
                _ => String::new(),
            };
            groups.entry((&operation.method, template.segments.len(), first)).or_default().push(template);
        }
    }
    // By the later of the two: one line for one operation.
    let mut found: BTreeMap<usize, Diagnosis> = BTreeMap::new();
    let mut pairs = MOST_PAIRS;
    for (key, templates) in &groups {
        // Templates that begin with a parameter collide with those of any other beginning.
        let open = (key.0, key.1, String::new());
        let wild = groups.get(&open).filter(|_| !key.2.is_empty());
        for (position, template) in templates.iter().enumerate() {
            let rest = templates.get(position + 1..).unwrap_or_default();
            for other in rest.iter().chain(wild.into_iter().flatten()) {
                let Some(left) = pairs.checked_sub(1) else { return found.into_values().collect() };
                pairs = left;
                let (earlier, later) = if template.index < other.index { (template, other) } else { (other, template) };
                if found.contains_key(&later.index) {
                    continue;
                }
                if let Some(diagnosis) = judge(subject, earlier, later) {
                    found.insert(later.index, diagnosis);
                }
            }
        }
    }
    found.into_values().collect()
}

impl<'a> Template<'a> {
    /// Nothing where a fragment tells operations apart that look the same on the wire: that is done on purpose.
    fn new(index: usize, operation: &'a Operation) -> Option<Self> {
        if operation.path.text.contains('#') {
            return None;
        }
        let mut segments = Vec::new();
        let mut current: Vec<PathPart> = Vec::new();
        let mut names: Vec<&str> = operation.path.names().collect();
        names.reverse();
        for part in &operation.path.parts {
            match part {
                PathPart::Parameter(_) => current.push(part.clone()),
                PathPart::Literal(text) => {
                    let mut pieces = text.split('/');
                    current.extend(pieces.next().map(|piece| PathPart::Literal(piece.to_owned())));
                    for piece in pieces {
                        segments.push(Segment::new(&current, &mut names));
                        current = vec![PathPart::Literal(piece.to_owned())];
                    }
                }
            }
        }
        segments.push(Segment::new(&current, &mut names));
        // Before the first slash there is nothing.
        if !segments.is_empty() {
            segments.remove(0);
        }
        Some(Self { index, operation, segments })
    }
}

impl<'a> Segment<'a> {
    /// From the parts of one segment; takes the names of its parameters off the end of `names`.
    fn new(parts: &[PathPart], names: &mut Vec<&'a str>) -> Self {
        let mut text = String::new();
        let mut taken = Vec::new();
        for part in parts {
            match part {
                PathPart::Literal(literal) => text.push_str(literal),
                PathPart::Parameter(_) => {
                    text.push_str("{}");
                    taken.extend(names.pop());
                }
            }
        }
        match taken.as_slice() {
            [] => Self::Literal(text),
            [name] if text == "{}" => Self::Parameter(name),
            _ => Self::Mixed(text),
        }
    }
}

/// A diagnosis at `b`, the later one, where the two templates collide and neither is the more concrete one (OpenAPI 3.0.3, Path Templating).
fn judge(subject: &Subject<'_>, a: &Template<'_>, b: &Template<'_>) -> Option<Diagnosis> {
    let (mut a_is_more_concrete, mut b_is_more_concrete) = (false, false);
    for (one, other) in a.segments.iter().zip(&b.segments) {
        match (one, other) {
            (Segment::Literal(one), Segment::Literal(other)) if one != other => return None,
            (Segment::Literal(_), Segment::Literal(_)) | (Segment::Parameter(_), Segment::Parameter(_)) => {}
            (Segment::Literal(text), Segment::Parameter(name)) if takes(subject, b, name, text) => {
                a_is_more_concrete = true;
            }
            (Segment::Parameter(name), Segment::Literal(text)) if takes(subject, a, name, text) => {
                b_is_more_concrete = true;
            }
            (Segment::Mixed(one), Segment::Mixed(other)) if one == other => {}
            (Segment::Mixed(_), Segment::Parameter(_)) => a_is_more_concrete = true,
            (Segment::Parameter(_), Segment::Mixed(_)) => b_is_more_concrete = true,
            // A literal that the parameter's schema refuses, or mixed segments that are hard to compare.
            _ => return None,
        }
    }
    if a_is_more_concrete != b_is_more_concrete || !share_a_server(a.operation, b.operation) {
        return None;
    }
    let (file, position) =
        subject.contract.source(a.operation.place.document).map_or_else(Default::default, |source| {
            let position = source.published.position(&a.operation.place.pointer).to_string();
            (source.published.name().to_owned(), position)
        });
    let method = &b.operation.method;
    let (one, other) = (&b.operation.path.text, &a.operation.path.text);
    let message = format!("`{method} {one}` and `{method} {other}` ({file}:{position}) match the same path");
    let help = if a_is_more_concrete {
        "make one of them differ in a literal segment, or narrow the parameter's schema so that it refuses the literal"
    } else {
        "describe it once: parameter names do not tell paths apart"
    };
    Some(Diagnosis::new(b.operation.place.clone(), message).help(help))
}

/// Whether `text` is a value that the path parameter `name` may have.
fn takes(subject: &Subject<'_>, template: &Template<'_>, name: &str, text: &str) -> bool {
    let parameter = template.operation.parameter(name, Some(Location::Path));
    let Some(schema) = parameter.and_then(|parameter| parameter.encoding.schema()) else { return true };
    let Ok(validator) = subject.schemas.validator(schema, Direction::Request, Sense::Strict) else { return true };
    let as_other = serde_json::from_str::<Value>(text).ok().filter(|value| value.is_number() || value.is_boolean());
    validator.is_valid(&Value::String(text.to_owned())) || as_other.is_some_and(|value| validator.is_valid(&value))
}

/// Operations of different documents only collide where they live on one server.
fn share_a_server(a: &Operation, b: &Operation) -> bool {
    let document = |place: &Place| place.document;
    if document(&a.place) == document(&b.place) {
        return true;
    }
    let urls: BTreeSet<&str> = a.servers.iter().map(|server| server.url.as_str()).collect();
    b.servers.iter().any(|server| server.url != "/" && urls.contains(server.url.as_str()))
}
