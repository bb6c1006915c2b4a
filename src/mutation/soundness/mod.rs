//! What a request means once it is written: its bytes read back by the document's own rules, in every admissible way.

mod body;
mod parameter;
mod verdict;
mod wire;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::case::Step;
use crate::contract::style::Hints;
use crate::contract::{Contract, Operation};
use crate::digest::sha256;
use crate::document::Place;
use crate::exchange::Request;

pub(super) use verdict::promise;

use parameter::Query;
use verdict::Verdict;
use wire::Written;

/// What can be said of a request from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Every admissible reading keeps every promise.
    Valid,
    /// Some admissible readings do, others do not, or a promise can be read in two ways.
    Open,
    /// None does. The promises that the most literal reading breaks.
    Invalid(Vec<Place>),
    /// It cannot be written, with the reason.
    Unwritable(String),
}

impl From<Verdict> for Label {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Valid,
            Verdict::Open => Self::Open,
            Verdict::Invalid(places) => Self::Invalid(places),
        }
    }
}

/// Writes `step`, a request with literal values, reads it back, and judges every reading.
pub fn label(contract: &Contract, operation: &Operation, step: &Step) -> Label {
    Judge::new(contract, operation).says(step)
}

/// Judges requests of one operation.
pub struct Judge<'c> {
    contract: &'c Contract,
    operation: &'c Operation,
    /// What the schema of each parameter leaves open.
    hints: Vec<Hints>,
    /// The same of each media type of the body.
    body_hints: Vec<Hints>,
    /// What is known of parts already: mutants differ in one part from each other.
    known: RefCell<HashMap<String, Verdict>>,
    /// Bytes of bodies that were written, read and judged, in each of their readings, and names that were compared.
    work: Cell<usize>,
}

impl<'c> Judge<'c> {
    /// Over the operation's parameters and body.
    pub fn new(contract: &'c Contract, operation: &'c Operation) -> Self {
        let hints = |schema: Option<&Place>| {
            let source = schema.and_then(|place| Some((place, contract.source(place.document)?)));
            source.map_or_else(Hints::any, |(place, source)| {
                contract.schemas.source(place).map_or_else(Hints::any, |schema| Hints::of(schema, &source.effective))
            })
        };
        let media = operation.body.iter().flat_map(|body| &body.content);
        Self {
            contract,
            operation,
            hints: operation.parameters.iter().map(|parameter| hints(parameter.encoding.schema())).collect(),
            body_hints: media.map(|media| hints(media.schema.as_ref())).collect(),
            known: RefCell::default(),
            work: Cell::new(0),
        }
    }

    /// The label of `step`, a request with literal values.
    pub fn says(&self, step: &Step) -> Label {
        self.label(step).0
    }

    /// The label of a request that somebody sent.
    pub fn reads(&self, request: &Request) -> Label {
        self.verdict(&wire::received(self.operation, request)).into()
    }

    /// How much it has done so far: bytes of bodies that it wrote, read and judged, and names that it compared.
    pub fn work(&self) -> usize {
        self.work.get()
    }

    fn spend(&self, work: usize) {
        self.work.set(self.work.get() + work);
    }

    /// The label of `step`, and its bytes in a form that differs where the bytes differ.
    pub(super) fn label(&self, step: &Step) -> (Label, String) {
        let written = match wire::write(self.operation, step) {
            Ok(written) => written,
            Err(reason) => return (Label::Unwritable(reason), String::new()),
        };
        self.spend(written.body.as_ref().map_or(0, Vec::len));
        let body = written.body.as_deref().map(sha256);
        let Written { sent, content_type, .. } = &written;
        let bytes = format!("{:?} {:?} {sent:?} {content_type:?} {body:?}", step.method, step.credentials);
        (self.verdict(&written).into(), bytes)
    }

    fn verdict(&self, written: &Written) -> Verdict {
        let body = written.body.as_deref().map(sha256);
        self.parameters(written).and(self.body(written, body.as_deref()))
    }

    /// What `judge` says, asked once for each `key`.
    fn once(&self, key: String, judge: impl FnOnce() -> Verdict) -> Verdict {
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let verdict = judge();
        self.known.borrow_mut().insert(key, verdict.clone());
        verdict
    }

    fn parameters(&self, written: &Written) -> Verdict {
        let query = Query::new(written.query());
        self.spend(query.pairs.len() * self.operation.parameters.len());
        let undeclared = if self.has_undeclared(written, &query) { Verdict::Open } else { Verdict::Valid };
        (0..self.operation.parameters.len())
            .fold(undeclared, |verdict, index| verdict.and(self.parameter(index, written, &query)))
    }
}
