//! From the text of a baseline to its entries, or to diagnostics at the very member.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;

use super::Entry;
use super::pattern::Pattern;
use crate::document::{Diagnostic, Document, Pointer, Severity, nearest};

/// The file.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Baseline of conform: drifts that are known and accepted for a while")]
struct File {
    /// The accepted drifts.
    #[expect(dead_code, reason = "its elements are read one by one, so that each mistake is said")]
    known: Option<Vec<Row>>,
}

/// One entry as it is written.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Row {
    /// The id of a drift, as reports spell it, or a pattern of ids: `*` for a rule, operation or status, `**` for any number of
    /// segments, `Get*` for any text that begins so.
    #[schemars(length(min = 1))]
    id: String,
    /// Why it is accepted.
    #[schemars(length(min = 1))]
    reason: String,
    /// Who sees to it.
    owner: Option<String>,
    /// Where that is followed.
    ticket: Option<String>,
    /// The last day on which it is accepted, such as 2027-01-31.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    until: String,
    /// Cases that showed it: where one of them passes and nothing shows it, it is mended.
    #[serde(default)]
    shown_by: Vec<String>,
    /// It showed only sometimes: one run without it proves nothing.
    #[serde(default)]
    intermittent: bool,
}

/// The JSON Schema of a baseline, made from the types.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(File)
}

/// Reads every entry.
pub(super) fn entries(document: &Document) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let mut reader = Reader { document, errors: Vec::new() };
    let entries = reader.entries();
    if reader.errors.is_empty() { Ok(entries) } else { Err(reader.errors) }
}

struct Reader<'d> {
    document: &'d Document,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn entries(&mut self) -> Vec<Entry> {
        let document = self.document;
        let root = Pointer::root();
        let members = match document.value() {
            Value::Null => return Vec::new(),
            Value::Object(members) => members,
            _ => {
                self.wrong(&root, "a baseline is an object", Some("known: []".to_owned()));
                return Vec::new();
            }
        };
        for name in members.keys().filter(|name| *name != "known") {
            let (message, help) = unknown(name, &["known"]);
            self.wrong(&root.child(name), message, Some(help));
        }
        let known = root.child("known");
        let rows = match members.get("known") {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(rows)) => rows,
            Some(_) => {
                self.wrong(&known, "`known` is a list of entries", Some("known: []".to_owned()));
                return Vec::new();
            }
        };
        let mut seen: BTreeMap<String, Pointer> = BTreeMap::new();
        let mut entries = Vec::new();
        for (index, value) in rows.iter().enumerate() {
            let place = known.index(index);
            let Some(entry) = self.entry(value, &place) else { continue };
            let id = place.child("id");
            match seen.get(entry.pattern.text()) {
                Some(first) => {
                    let first = document.position(first);
                    self.wrong(&id, format!("this id is accepted twice, first at {first}"), None);
                }
                None => {
                    seen.insert(entry.pattern.text().to_owned(), id);
                }
            }
            entries.push(entry);
        }
        entries
    }

    fn entry(&mut self, value: &Value, place: &Pointer) -> Option<Entry> {
        let row: Row = match serde_path_to_error::deserialize(value) {
            Ok(row) => row,
            Err(error) => {
                let at = at(place, error.path());
                let (message, help) = explain(&error.into_inner().to_string());
                self.wrong(&at, message, help);
                return None;
            }
        };
        let before = self.errors.len();
        for (name, text) in [("id", &row.id), ("reason", &row.reason)] {
            if text.trim().is_empty() {
                self.wrong(&place.child(name), format!("`{name}` is empty"), None);
            }
        }
        let Some(until) = date(&row.until) else {
            let help = "the last day on which it is accepted, such as 2027-01-31".to_owned();
            self.wrong_value(&place.child("until"), format!("there is no day `{}`", row.until.escape_debug()), help);
            return None;
        };
        (self.errors.len() == before).then(|| Entry {
            pattern: Pattern::new(&row.id),
            reason: row.reason,
            owner: row.owner,
            ticket: row.ticket,
            until,
            shown_by: row.shown_by,
            intermittent: row.intermittent,
            line: self.document.position_at(self.document.span(place).start).line,
        })
    }

    fn wrong(&mut self, at: &Pointer, message: impl Into<String>, help: Option<String>) {
        let error = self.document.diagnose(Severity::Error, at, message);
        self.errors.push(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }

    fn wrong_value(&mut self, at: &Pointer, message: String, help: String) {
        let span = self.document.span(at);
        self.errors.push(self.document.diagnose_bytes(Severity::Error, span, message).help(help));
    }
}

/// A day as it is written in a baseline: RFC 3339 `full-date`, and nothing else that dates may look like.
pub fn date(text: &str) -> Option<Date> {
    let shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if shaped { text.parse().ok() } else { None }
}

/// The deserialiser's message in our words, and what would be right.
fn explain(message: &str) -> (String, Option<String>) {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown field") {
        let wrong = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let (message, help) = unknown(wrong, &known);
        return (message, Some(help));
    }
    if message.starts_with("missing field") {
        let name = quoted.next().unwrap_or_default();
        return (format!("the entry has no `{name}`"), Some(needed(name).to_owned()));
    }
    let number = message.contains("expected a string").then(|| "put it in quotes".to_owned());
    (message.to_owned(), number)
}

/// What an entry that lacks this member needs.
fn needed(name: &str) -> &'static str {
    match name {
        "until" => "nothing is accepted for ever: add until: 2027-01-31, or any other day",
        "reason" => "say why it is accepted: reason: …",
        _ => "the id of a drift, as the report has it",
    }
}

fn unknown(word: &str, known: &[&str]) -> (String, String) {
    let help = match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("keys here: {}", known.join(", ")),
    };
    (format!("unknown key `{}`", word.escape_debug()), help)
}

/// The place below `place` to which the deserialiser's path leads.
fn at(place: &Pointer, path: &serde_path_to_error::Path) -> Pointer {
    use serde_path_to_error::Segment;
    path.iter().fold(place.clone(), |place, segment| match segment {
        Segment::Seq { index } => place.index(*index),
        Segment::Map { key } => place.child(key),
        Segment::Enum { .. } | Segment::Unknown => place,
    })
}
