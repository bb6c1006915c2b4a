//! What overlays changed in a document, line by line, with the actions that did it.

use std::ops::Range;

use serde_json::Value;
use similar::{ChangeTag, DiffTag, TextDiff};

use crate::contract::{Amended, Source};
use crate::document::{Document, Format, Pointer, Position, write};

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

/// Changes that stand together.
#[derive(Debug)]
pub struct Hunk {
    /// The actions that made them: file, place in it, what they formalise.
    pub actions: Vec<(String, Position, String)>,
    /// `@@ -1,2 +1,3 @@`
    pub header: String,
    /// The lines, each with what became of it.
    pub lines: Vec<(ChangeTag, String)>,
}

/// The changes from `source` as published to what overlays made of it, both printed alike in the document's own format.
pub fn diff(source: &Source) -> Vec<Hunk> {
    let format = source.published.format();
    let (before, after) = (printed(source.published.value(), format), printed(&source.effective, format));
    let read = |text: &str| Document::parse(source.published.name(), text.to_owned()).ok();
    let places = Places { before: read(&before), after: read(&after) };
    let compared = TextDiff::from_lines(&before, &after);
    let mut hunks = Vec::new();
    for group in compared.grouped_ops(CONTEXT) {
        let mut actions: Vec<(String, Position, String)> = Vec::new();
        let changes = || group.iter().filter(|op| op.tag() != DiffTag::Equal);
        for amended in &source.amended {
            let action = (amended.file.clone(), amended.position, amended.description.clone());
            let touched = || changes().any(|op| places.touches(amended, &op.old_range(), &op.new_range()));
            if !actions.contains(&action) && touched() {
                actions.push(action);
            }
        }
        let changes = group.iter().flat_map(|op| compared.iter_changes(op));
        let lines = changes.map(|change| (change.tag(), change.value().trim_end_matches('\n').to_owned())).collect();
        let range = |first: Option<Range<usize>>, last: Option<Range<usize>>| {
            let (start, end) = (first.map_or(0, |range| range.start), last.map_or(0, |range| range.end));
            format!("{},{}", start + 1, end - start)
        };
        let old = range(group.first().map(similar::DiffOp::old_range), group.last().map(similar::DiffOp::old_range));
        let new = range(group.first().map(similar::DiffOp::new_range), group.last().map(similar::DiffOp::new_range));
        hunks.push(Hunk { actions, header: format!("@@ -{old} +{new} @@"), lines });
    }
    hunks
}

/// `value` as a text of `format`, one member a line.
pub fn printed(value: &Value, format: Format) -> String {
    match format {
        Format::Json => format!("{value:#}\n"),
        Format::Yaml => write::yaml(value),
    }
}

/// Both texts, read again to know where each part stands.
struct Places {
    before: Option<Document>,
    after: Option<Document>,
}

impl Places {
    /// Whether what an action wrote or took away stands in one of the lines, counted from 0.
    fn touches(&self, amended: &Amended, old: &Range<usize>, new: &Range<usize>) -> bool {
        let pointer = &amended.pointer;
        let written = self.after.as_ref().and_then(|text| lines(text, pointer));
        match written {
            Some(lines) => overlap(&lines, new) || (new.is_empty() && lines.contains(&new.start)),
            None => {
                self.before.as_ref().and_then(|text| lines(text, pointer)).is_some_and(|lines| overlap(&lines, old))
            }
        }
    }
}

/// The lines, counted from 0, on which the member or element at `pointer` stands; nothing where there is none.
fn lines(document: &Document, pointer: &Pointer) -> Option<Range<usize>> {
    pointer.resolve(document.value())?;
    let (key, value) = (document.key_span(pointer), document.span(pointer));
    let first = document.position_at(key.start.min(value.start)).line;
    let last = document.position_at(value.end.saturating_sub(1).max(value.start)).line;
    Some(first.saturating_sub(1)..last)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
