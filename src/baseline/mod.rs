//! The baseline of an environment: which drifts are known and accepted, why, and until when.

pub mod edit;
pub mod pattern;
mod read;

use std::sync::Arc;

use jiff::civil::Date;

use crate::document::{Diagnostic, Document, Pointer, Severity, nearest};
use crate::drift::State;
use crate::drift::fingerprint::escaped;

use pattern::Pattern;
pub use read::{date, schema};

/// The published JSON Schema of a baseline.
pub const SCHEMA: &str = include_str!("../../docs/schema/baseline.schema.json");

/// What a file says: its entries, in its order.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Nothing where there is no file.
    document: Option<Arc<Document>>,
}

/// Drifts that are accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id that it accepts, or a pattern of ids.
    pub pattern: Pattern,
    /// Why.
    pub reason: String,
    /// Who sees to it.
    pub owner: Option<String>,
    /// Where that is followed.
    pub ticket: Option<String>,
    /// The last day on which it is accepted.
    pub until: Date,
    /// Cases whose passing proves that it is mended.
    pub shown_by: Vec<String>,
    /// It showed only sometimes, so that one run without it proves nothing.
    pub intermittent: bool,
    /// Line in the file, from 1.
    pub line: usize,
}

/// A baseline on a day.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The baseline.
    pub baseline: Baseline,
    /// The day, which the run's caller names: nothing here reads a clock.
    pub today: Date,
}

impl Baseline {
    /// Reads a baseline. A text without any value is one without entries.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its position: an unknown key, a missing reason or date, an id twice.
    pub fn read(document: Document) -> Result<Self, Vec<Diagnostic>> {
        let entries = read::entries(&document)?;
        Ok(Self { entries, document: Some(Arc::new(document)) })
    }

    /// The file's name, where there is a file.
    pub fn name(&self) -> Option<&str> {
        self.document.as_ref().map(|document| document.name())
    }

    /// Whether an entry is spelled so.
    pub fn has(&self, pattern: &Pattern) -> bool {
        self.entries.iter().any(|entry| entry.pattern == *pattern)
    }

    /// Entries whose rule or operation does not exist, so that they accept nothing, silently.
    pub fn slips(&self, rules: &[&str], operations: &[&str]) -> Vec<Diagnostic> {
        let names: Vec<String> = operations.iter().map(|name| escaped(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut slips = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let pattern = &entry.pattern;
            for (at, what, known) in [(0, "rule", rules), (1, "operation", names.as_slice())] {
                if known.is_empty() || known.iter().any(|name| pattern.may_name(at, name)) {
                    continue;
                }
                let word = pattern.text().split('/').nth(at).unwrap_or_default();
                let message = if word.is_empty() {
                    format!("the id names no {what}, so it accepts nothing")
                } else {
                    format!("there is no {what} `{}`, so the entry accepts nothing", word.escape_debug())
                };
                slips.extend(self.warning(index, &message, nearest(word, known.iter().copied())));
                break;
            }
        }
        slips
    }

    fn warning(&self, index: usize, message: &str, near: Option<String>) -> Option<Diagnostic> {
        let document = self.document.as_ref()?;
        let at = Pointer::root().child("known").index(index).child("id");
        let warning = document.diagnose_bytes(Severity::Warning, document.span(&at), message);
        Some(match near {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => warning,
        })
    }
}

impl Known {
    /// How the drift of this id stands: known while any entry accepts it, expired where the last one has run out.
    pub fn state(&self, id: &str) -> State {
        let accepting: Vec<&Entry> = self.baseline.entries.iter().filter(|entry| entry.pattern.accepts(id)).collect();
        if accepting.is_empty() {
            State::New
        } else if accepting.iter().all(|entry| self.is_over(entry)) {
            State::Expired
        } else {
            State::Known
        }
    }

    /// Whether the last day of `entry` has passed.
    pub fn is_over(&self, entry: &Entry) -> bool {
        self.today > entry.until
    }
}

#[cfg(test)]
mod tests;
