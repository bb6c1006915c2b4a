//! A JSON Schema that validates, and values that conform.

pub mod anatomy;
mod compile;
mod dialect;
mod evaluation;
mod expression;
mod flag;
mod format;
mod keyword;
mod member;
mod pattern;
mod reach;
mod reference;
pub mod sample;
mod violation;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::document::{DocumentId, Place, Pointer};

use compile::{Store, Unit};
use member::{Members, Walker};
use pattern::Patterns;
use reference::Sources;

/// Which way a value travels; decides what `readOnly` and `writeOnly` mean (OpenAPI 3.0.3, Schema Object).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From client to server.
    Request,
    /// From server to client.
    Response,
}

/// In which sense a schema is read, where it can be read in more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sense {
    /// As the standard clarifies: `nullable` widens the `type` of the same schema object and nothing else (OpenAPI 3.0.3).
    Strict,
    /// As its author obviously meant `nullable`: beside `$ref`, `allOf`, `enum` or without `type`, too.
    Intended,
    /// As every plausible reading of the prose has it: `x-certain`, a list of schemas, counts like `allOf`. For values that
    /// are sent as valid; nobody expects the refusal of what only this sense excludes.
    Certain,
}

/// All schemas of the loaded documents: translated in place, compiled once, when first used. Cheap to clone.
#[derive(Clone)]
pub struct Schemas {
    shared: Arc<Shared>,
}

/// A compiled schema.
#[derive(Clone)]
pub struct Validator {
    shared: Arc<Shared>,
    unit: Arc<Unit>,
    place: Place,
}

struct Shared {
    sources: Sources,
    patterns: Patterns,
    members: Members,
    stores: [(Direction, Sense, Store); 6],
}

/// One broken keyword.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Where in the value.
    pub instance: Pointer,
    /// `instance` with array indices and the names of members that no schema declares (map keys) replaced by `*`: the
    /// same for every value.
    pub shape: Pointer,
    /// The violated keyword in the source document; it resolves there.
    pub place: Place,
    /// The keyword as the document spells it: `enum`, `type`, `required`, `format`, …
    pub keyword: String,
    /// The property that is missing, unexpected or undeclared, where the keyword speaks of one.
    pub property: Option<String>,
    /// What the document promises, as `one of LOW, HIGH`, `a string`, `property customerId`.
    pub promised: String,
    /// What the value is, without its content: `an integer`, `a string of 300 characters`, `another string`.
    pub came: String,
}

/// A schema that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SchemaError {
    /// The offending place.
    pub place: Place,
    /// Why, in words: `pattern …: look-behind is not supported`.
    pub reason: String,
}

/// How often a schema has judged a part of a value on this thread so far: a measure of work that is the same on every
/// machine.
pub fn work() -> usize {
    evaluation::work()
}

impl Schemas {
    /// Over the effective values of the documents, by `DocumentId`, each with its file name, so that a `$ref` to a
    /// sibling file (`common.yaml#/…`) finds its document.
    pub fn new(documents: Vec<(String, Arc<Value>)>) -> Self {
        let store = |direction, sense| (direction, sense, Store::new(direction, sense));
        let stores = [
            store(Direction::Request, Sense::Strict),
            store(Direction::Request, Sense::Intended),
            store(Direction::Request, Sense::Certain),
            store(Direction::Response, Sense::Strict),
            store(Direction::Response, Sense::Intended),
            store(Direction::Response, Sense::Certain),
        ];
        let sources = Sources::new(documents);
        let shared = Shared { sources, patterns: Patterns::default(), members: Members::default(), stores };
        Self { shared: Arc::new(shared) }
    }

    /// The value at `place` of the source document.
    pub fn source(&self, place: &Place) -> Option<&Value> {
        self.shared.sources.get(place)
    }

    /// Follows `$ref`s at `place` (local and to sibling files, cycles refused) to a value that is no reference.
    ///
    /// # Errors
    /// A reference into nothing, a remote one, a cycle of references alone.
    pub fn resolve(&self, place: &Place) -> Result<Place, SchemaError> {
        self.shared.sources.resolve(place)
    }

    /// Where the reference `reference`, standing in `document`, points to.
    ///
    /// # Errors
    /// A remote reference, an unknown file, a target that does not exist. The error bears the root of the document.
    pub fn target(&self, document: DocumentId, reference: &str) -> Result<Place, SchemaError> {
        self.shared.sources.target(document, reference)
    }

    /// The compiled schema at `place`; compiled once for each direction and reading.
    ///
    /// # Errors
    /// When the schema or one that it refers to cannot be compiled.
    pub fn validator(&self, place: &Place, direction: Direction, sense: Sense) -> Result<Arc<Validator>, SchemaError> {
        let Shared { sources, patterns, stores, .. } = &*self.shared;
        let store = stores.iter().find(|(way, reading, _)| (*way, *reading) == (direction, sense));
        let Some((_, _, store)) = store else {
            return Err(SchemaError { place: place.clone(), reason: "there is no such reading".into() });
        };
        let unit = store.unit(sources, patterns, place)?;
        Ok(Arc::new(Validator { shared: Arc::clone(&self.shared), unit, place: place.clone() }))
    }

    /// Instance places of members that no schema reached from `place` mentions, with the place of the nearest schema
    /// that mentions others; free-form objects have none.
    pub fn undocumented(&self, place: &Place, value: &Value) -> Vec<(Pointer, Place)> {
        self.shared.walker().undocumented(place, value)
    }

    /// `instance` of `value` with array indices and the names of members that no schema reached from `place` declares
    /// replaced by `*`: the same for every value.
    pub fn shape(&self, place: &Place, value: &Value, instance: &Pointer) -> Pointer {
        self.shared.walker().shape(place, value, instance)
    }
}

impl Validator {
    /// Whether `value` conforms. What cannot be decided within bounds, as a pattern that backtracks without end, counts
    /// as conforming.
    pub fn is_valid(&self, value: &Value) -> bool {
        let (valid, open) = evaluation::run(true, || self.unit.accepts(value));
        valid || (open && self.violations(value).is_empty())
    }

    /// Whether `value` conforms whatever the answers are to questions that cannot be decided within bounds.
    pub fn is_surely_valid(&self, value: &Value) -> bool {
        let (valid, open) = evaluation::run(true, || self.unit.accepts(value));
        valid && (!open || evaluation::run(false, || self.unit.accepts(value)).0)
    }

    /// Every broken keyword; of `oneOf` and `anyOf` those of the best matching branch. In order of place.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        let walker = self.shared.walker();
        let mut violations = violation::certain(walker, &self.unit, value);
        for violation in &mut violations {
            violation.shape = walker.shape(&self.place, value, &violation.instance);
        }
        violations
    }
}

impl Shared {
    fn walker(&self) -> Walker<'_> {
        Walker { sources: &self.sources, patterns: &self.patterns, members: &self.members }
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schemas({} documents)", self.shared.sources.len())
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Validator({}:{})", self.place.document.0, self.place.pointer)
    }
}
