//! Judges of the documents themselves: what cannot be tested in them, and what contradicts itself.

mod ambiguous_path;
mod bad_pattern;
mod broken_example;
mod component_clash;
mod disabled_operation;
mod host_mismatch;
mod ignored_ref_sibling;
mod near_name;
mod no_rejection_documented;
mod no_sample;
mod null;
mod null_in_enum;
mod nullable_without_type;
mod optional_body;
pub mod registry;
mod undeclared_path_parameter;
mod unknown_format;
mod unknown_name;
mod unsatisfiable_schema;
mod vetoed_null;
mod walk;

use crate::contract::{Contract, Operation};
use crate::document::{Diagnostic, Place, Position, Severity};
use crate::schema::Schemas;

/// One lint: a row of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// Names the fault; also its page, its fixture and its configuration key.
    pub id: &'static str,
    /// The fault in one sentence.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The judge.
    pub find: fn(&Subject<'_>) -> Vec<Diagnosis>,
    /// Its page, Markdown.
    pub page: &'static str,
}

/// The documents under one reading: as published, or as overlays left them.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Everything that was loaded.
    pub contract: &'a Contract,
    /// The schemas of this reading.
    pub schemas: &'a Schemas,
    /// The operations of this reading.
    pub operations: &'a [Operation],
}

/// What a lint says about one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnosis {
    /// Where; it resolves in the documents as `origin` says.
    pub place: Place,
    /// The lint.
    pub lint: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The smallest fix.
    pub help: Option<String>,
    /// Whose fault it is.
    pub origin: Origin,
    /// How bad it is.
    pub severity: Severity,
}

/// Whose fault a diagnosis is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The published document's.
    Published,
    /// The published document's, but an overlay has mended it: a note.
    Mended,
    /// An overlay's: the published document does not have it.
    Overlay,
}

impl Diagnosis {
    /// At `place`; lint and severity come from the registry.
    fn new(place: Place, message: impl Into<String>) -> Self {
        let origin = Origin::Published;
        Self { place, lint: "", message: message.into(), help: None, origin, severity: Severity::Note }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// File, line and column.
    pub fn locate(&self, contract: &Contract) -> (String, Position) {
        let pointer = &self.place.pointer;
        match (&self.origin, contract.source(self.place.document)) {
            (Origin::Published | Origin::Mended, Some(source)) => {
                (source.published.name().to_owned(), source.published.position(pointer))
            }
            (Origin::Overlay, Some(source)) => source.locate(pointer),
            (_, None) => (String::new(), Position { line: 1, column: 1 }),
        }
    }

    /// The diagnosis as a message with file, line, column and caret.
    pub fn diagnostic(&self, contract: &Contract) -> Diagnostic {
        let message = match self.origin {
            Origin::Mended => format!("{} [{}; mended by an overlay]", self.message, self.lint),
            Origin::Published | Origin::Overlay => format!("{} [{}]", self.message, self.lint),
        };
        let diagnostic = match (&self.origin, contract.source(self.place.document)) {
            (Origin::Published | Origin::Mended, Some(source)) => {
                source.published.diagnose(self.severity, &self.place.pointer, message)
            }
            _ => contract.diagnose(self.severity, &self.place, message),
        };
        match &self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

#[cfg(test)]
mod tests;
