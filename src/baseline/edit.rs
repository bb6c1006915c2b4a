//! Changes the text of a baseline where it has to change, and leaves every comment, order and spelling beside it.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Value, json};

use super::{Baseline, Entry};
use crate::document::{Diagnostic, Document, Format, Pointer, Severity, write};

/// What a baseline begins with that is made new.
const HEAD: &str = "# conform baseline\n";

/// The baseline `text` without the entries whose ids are `gone`, and with `accepted`: an entry whose id is there already
/// is renewed in its place, the others come last.
///
/// # Errors
/// What is wrong with the text as it is; and that it is written in a way that cannot be changed in place.
pub fn edited(name: &str, text: &str, gone: &BTreeSet<String>, accepted: &[Entry]) -> Result<String, Vec<Diagnostic>> {
    let before = Baseline::read(parse(name, text)?)?.entries;
    let wanted = wanted(&before, gone, accepted);
    let is_known =
        |entry: &&Entry| before.iter().any(|old| old.pattern == entry.pattern) && !gone.contains(entry.pattern.text());
    let (renewed, new): (Vec<&Entry>, Vec<&Entry>) = accepted.iter().partition(is_known);
    let changed = without(name, text.to_owned(), gone)
        .and_then(|text| with_renewed(name, &text, &renewed))
        .and_then(|text| with_new(name, text, &new));
    // Whatever the layout, a text is only given back where it says what it is meant to say.
    let changed = changed.filter(|text| {
        let after = parse(name, text).and_then(Baseline::read);
        after.is_ok_and(|after| after.entries.iter().map(unplaced).eq(wanted.iter().map(unplaced)))
    });
    changed.ok_or_else(|| {
        let message = "is written in a way that cannot be changed in place";
        vec![Diagnostic::file(Severity::Error, name, message).help("write each entry in lines of its own: `- id: …`")]
    })
}

fn parse(name: &str, text: &str) -> Result<Document, Vec<Diagnostic>> {
    Document::parse(name, text).map_err(|error| vec![*error])
}

/// What the entries have to be afterwards.
fn wanted(before: &[Entry], gone: &BTreeSet<String>, accepted: &[Entry]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = before.iter().filter(|entry| !gone.contains(entry.pattern.text())).cloned().collect();
    for new in accepted {
        match entries.iter_mut().find(|entry| entry.pattern == new.pattern) {
            None => entries.push(new.clone()),
            Some(old) => {
                old.reason.clone_from(&new.reason);
                old.until = new.until;
                old.owner = new.owner.clone().or_else(|| old.owner.take());
                old.ticket = new.ticket.clone().or_else(|| old.ticket.take());
                if !new.shown_by.is_empty() {
                    old.shown_by.clone_from(&new.shown_by);
                }
                old.intermittent |= new.intermittent;
            }
        }
    }
    entries
}

fn unplaced(entry: &Entry) -> Entry {
    Entry { line: 0, ..entry.clone() }
}

/// A text in which places are looked up.
struct Text<'t> {
    whole: &'t str,
    document: Document,
    newline: &'static str,
}

/// A replacement of a byte range.
type Change = (Range<usize>, String);

impl<'t> Text<'t> {
    fn new(name: &str, text: &'t str) -> Option<Self> {
        let document = Document::parse(name, text).ok()?;
        // Places are those of the text without its byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Some(Self { whole: text, document, newline: if text.contains("\r\n") { "\r\n" } else { "\n" } })
    }

    fn known() -> Pointer {
        Pointer::root().child("known")
    }

    fn rows(&self) -> &[Value] {
        self.document.value().get("known").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The places of the entries with these ids.
    fn places(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        let id = |row: &Value| row.get("id").and_then(Value::as_str).is_some_and(&wanted);
        self.rows().iter().enumerate().filter(|(_, row)| id(row)).map(|(index, _)| index).collect()
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.whole.get(range).unwrap_or_default()
    }

    fn begins(&self, pointer: &Pointer, bracket: char) -> bool {
        self.slice(self.document.span(pointer)).starts_with(bracket)
    }

    fn line_start(&self, at: usize) -> usize {
        self.slice(0..at).rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the line behind the one of `at` begins.
    fn line_end(&self, at: usize) -> usize {
        self.slice(at..self.whole.len()).find('\n').map_or(self.whole.len(), |newline| at + newline + 1)
    }

    /// The dash of an element in block style.
    fn dash(&self, index: usize) -> Option<usize> {
        let before = self.slice(0..self.document.span(&Self::known().index(index)).start).trim_end();
        let dash = before.len().checked_sub(1).filter(|_| before.ends_with('-'))?;
        self.slice(self.line_start(dash)..dash).trim().is_empty().then_some(dash)
    }

    /// Where the lines of an element end, comments that are indented like its members included.
    fn element_end(&self, index: usize) -> Option<usize> {
        let dash = self.dash(index)?;
        let column = dash - self.line_start(dash);
        let mut end = self.line_end(self.document.span(&Self::known().index(index)).end);
        loop {
            let line = self.slice(end..self.line_end(end));
            let comment = line.trim_start();
            if !comment.starts_with('#') || line.len() - comment.len() <= column {
                return Some(end);
            }
            end += line.len();
        }
    }

    /// The lines of an element, with the comments directly above it.
    fn element_lines(&self, index: usize) -> Option<Range<usize>> {
        let end = self.element_end(index)?;
        let above = match index.checked_sub(1) {
            Some(previous) => self.element_end(previous)?,
            None => self.line_end(self.document.key_span(&Self::known()).end),
        };
        let mut start = self.line_start(self.dash(index)?);
        let before = |start: usize| {
            let previous = self.line_start(start.checked_sub(1)?);
            (previous >= above).then(|| (previous, self.slice(previous..start).trim()))
        };
        while let Some((previous, line)) = before(start)
            && line.starts_with('#')
        {
            start = previous;
        }
        // One empty line between its neighbours is enough.
        let is_empty_behind = self.slice(end..self.line_end(end)).trim().is_empty();
        while let Some((previous, "")) = before(start).filter(|_| is_empty_behind) {
            start = previous;
        }
        Some(start..end)
    }

    /// A value on one line, in the syntax of the file.
    fn value(&self, value: &Value) -> String {
        match self.document.format() {
            Format::Json => value.to_string(),
            Format::Yaml => write::flow(value),
        }
    }

    fn member(&self, name: &str, value: &Value) -> String {
        match self.document.format() {
            Format::Json => format!("{}: {value}", json!(name)),
            // A day needs no quotes in YAML 1.2.
            Format::Yaml if name == "until" => format!("{name}: {}", value.as_str().unwrap_or_default()),
            Format::Yaml => format!("{name}: {}", write::flow(value)),
        }
    }

    /// An entry as one object on one line.
    fn object(&self, entry: &Entry) -> String {
        let members: Vec<String> = members(entry).iter().map(|(name, value)| self.member(name, value)).collect();
        format!("{{ {} }}", members.join(", "))
    }

    /// Entries in lines of their own.
    fn lines(&self, entries: &[&Entry], indent: usize) -> String {
        let mut text = String::new();
        for entry in entries {
            for (at, (name, value)) in members(entry).iter().enumerate() {
                text.push_str(&" ".repeat(indent));
                text.push_str(if at == 0 { "- " } else { "  " });
                text.push_str(&self.member(name, value));
                text.push_str(self.newline);
            }
        }
        text
    }

    /// Whole lines that begin at `at`; a last line without its end gets one.
    fn insertion(&self, at: usize, lines: &str) -> Change {
        let open = at == self.whole.len() && !self.whole.is_empty() && !self.whole.ends_with('\n');
        (at..at, if open { format!("{}{lines}", self.newline) } else { lines.to_owned() })
    }

    fn with(&self, mut changes: Vec<Change>) -> String {
        changes.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = self.whole.to_owned();
        for (range, new) in changes.into_iter().rev() {
            if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) && range.start <= range.end {
                text.replace_range(range, &new);
            }
        }
        text
    }
}

/// The members of an entry, in the order in which they are written.
fn members(entry: &Entry) -> Vec<(&'static str, Value)> {
    let mut members = vec![("id", json!(entry.pattern.text())), ("reason", json!(entry.reason))];
    members.extend(entry.owner.iter().map(|owner| ("owner", json!(owner))));
    members.extend(entry.ticket.iter().map(|ticket| ("ticket", json!(ticket))));
    members.push(("until", json!(entry.until.to_string())));
    if !entry.shown_by.is_empty() {
        members.push(("shown-by", json!(entry.shown_by)));
    }
    if entry.intermittent {
        members.push(("intermittent", json!(true)));
    }
    members
}

/// Leaves entries out.
fn without(name: &str, text: String, gone: &BTreeSet<String>) -> Option<String> {
    let source = Text::new(name, &text)?;
    let places = source.places(|id| gone.contains(id));
    if places.is_empty() {
        return Some(text);
    }
    let known = Text::known();
    let left = source.rows().len() - places.len();
    if source.begins(&known, '[') {
        if left == 0 {
            return Some(source.with(vec![(source.document.span(&known), "[]".to_owned())]));
        }
        // One after the other: each takes the comma between it and a neighbour with it.
        let index = *places.first()?;
        let span = source.document.span(&known.index(index));
        let range = match index.checked_sub(1) {
            Some(previous) => source.document.span(&known.index(previous)).end..span.end,
            None => span.start..source.document.span(&known.index(index + 1)).start,
        };
        return without(name, source.with(vec![(range, String::new())]), gone);
    }
    let mut changes = Vec::new();
    for index in places {
        changes.push((source.element_lines(index)?, String::new()));
    }
    if left == 0 {
        let key = source.document.key_span(&known).end;
        let colon = key + source.slice(key..text.len()).find(':')? + 1;
        changes.push((colon..colon, " []".to_owned()));
    }
    Some(source.with(changes))
}

/// Renews entries where they stand.
fn with_renewed(name: &str, text: &str, entries: &[&Entry]) -> Option<String> {
    let source = Text::new(name, text)?;
    let mut changes = Vec::new();
    for entry in entries {
        for index in source.places(|id| id == entry.pattern.text()) {
            changes.extend(renewal(&source, index, entry));
        }
    }
    Some(source.with(changes))
}

fn renewal(source: &Text<'_>, index: usize, entry: &Entry) -> Vec<Change> {
    let place = Text::known().index(index);
    let document = &source.document;
    let row = source.rows().get(index);
    let mut changes = Vec::new();
    let mut missing = Vec::new();
    for (name, value) in members(entry).into_iter().filter(|(name, _)| *name != "id") {
        let Some(old) = row.and_then(|row| row.get(name)) else {
            missing.push(source.member(name, &value));
            continue;
        };
        if *old == value {
            continue;
        }
        let at = place.child(name);
        let (key, span) = (document.key_span(&at), document.span(&at));
        // A list may stand below its key as deep as that, where nothing else can stand.
        let is_quoted = source.slice(span.clone()).starts_with(['\'', '"']);
        if name == "until" && is_quoted {
            changes.push((span.start + 1..span.end.saturating_sub(1), entry.until.to_string()));
        } else if name == "until" {
            changes.push((span, entry.until.to_string()));
        } else if old.is_array() && source.slice(key.end..span.start).contains('\n') {
            changes.push((key.start..span.end, source.member(name, &value)));
        } else {
            changes.push((span, source.value(&value)));
        }
    }
    if missing.is_empty() {
        return changes;
    }
    let until = document.span(&place.child("until")).end;
    if source.begins(&place, '{') {
        changes.push((until..until, format!(", {}", missing.join(", "))));
    } else {
        let indent = " ".repeat(document.position_at(document.span(&place).start).column.saturating_sub(1));
        let lines = missing.join(&format!("{}{indent}", source.newline));
        changes.push(source.insertion(source.line_end(until), &format!("{indent}{lines}{}", source.newline)));
    }
    changes
}

/// Adds entries behind those that are there.
fn with_new(name: &str, text: String, entries: &[&Entry]) -> Option<String> {
    if entries.is_empty() {
        return Some(text);
    }
    let source = Text::new(name, &text)?;
    let known = Text::known();
    let objects = || entries.iter().map(|entry| source.object(entry)).collect::<Vec<_>>().join(", ");
    if let Some(last) = source.rows().len().checked_sub(1) {
        let change = if source.begins(&known, '[') {
            let end = source.document.span(&known.index(last)).end;
            (end..end, format!(", {}", objects()))
        } else {
            let dash = source.dash(last)?;
            let lines = source.lines(entries, dash - source.line_start(dash));
            source.insertion(source.element_end(last)?, &lines)
        };
        return Some(source.with(vec![change]));
    }
    let root = Pointer::root();
    if source.document.value().get("known").is_none() {
        if source.begins(&root, '{') {
            let end = source.document.span(&root).end.checked_sub(1)?;
            let known = source.member("known", &json!([])).replace("[]", &format!("[{}]", objects()));
            return Some(source.with(vec![(end..end, known)]));
        }
        let head = if text.trim().is_empty() { HEAD } else { "" };
        let lines = format!("{head}known:{}{}", source.newline, source.lines(entries, 0));
        return Some(source.with(vec![source.insertion(source.whole.len(), &lines)]));
    }
    if source.begins(&root, '{') {
        return Some(source.with(vec![(source.document.span(&known), format!("[{}]", objects()))]));
    }
    // `known:` without anything, or with `[]` or `null`, which go.
    let key = source.document.key_span(&known).end;
    let end = source.line_end(key);
    let mut changes = vec![source.insertion(end, &source.lines(entries, 0))];
    let span = source.document.span(&known);
    if !span.is_empty() && span.start > key && span.end <= end {
        let start = source.slice(0..span.start).trim_end_matches(' ').len();
        changes.push((start..span.end, String::new()));
    }
    Some(source.with(changes))
}
