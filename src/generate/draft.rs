//! The cases of one operation while they are being gathered: each request once, within a bound, what is left out said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::case::{Argument, Case, CaseId, Intent, Origin, Sibling, Spot, Step};
use crate::contract::{Contract, Operation, OperationId};
use crate::digest::sha256_of_parts;
use crate::document::{Place, Pointer};
use crate::mutation::soundness::{Judge, Label};
use crate::schema;

use super::Generated;

/// Variants that further promises are looked for in at most.
const MOST_BASES: usize = 100;
/// Variants that cannot be written, counted for one operation at most.
const MOST_COUNTED: usize = 10_000;
/// Reasons why they cannot, named in one note.
const REASONS: usize = 2;
/// What one step of a schema takes, in bytes that are judged in the same time.
const STEP: usize = 16;
/// Mutants of one value, roughly.
const HANDFUL: usize = 8;
/// Promises named as impossible for one operation at most.
const MOST_NAMED: usize = 1_000;

/// The cases of one operation.
pub(super) struct Draft<'o> {
    pub(super) operation: &'o Operation,
    judge: Judge<'o>,
    /// The work of schemas that is counted already.
    steps: usize,
    /// Promises that a case is meant to break, and does.
    pub(super) broken: BTreeSet<Place>,
    /// Promises that cannot but break together with those.
    pub(super) beside: BTreeSet<Place>,
    cases: Vec<Case>,
    notes: Vec<String>,
    impossible: Vec<(OperationId, Place, String)>,
    /// Why promises are not broken by the requests that should.
    pub(super) unbroken: BTreeMap<Place, String>,
    /// Variants that no bytes stand for, with the reason.
    unwritable: BTreeMap<String, String>,
    /// The keywords that labels were given for.
    labels: BTreeMap<String, Vec<Place>>,
    /// Values of its largest request that are never changed.
    left_out: usize,
    most: Measure,
    /// What the stage that is being worked on may fill up to.
    limit: Measure,
    used: Measure,
    /// What is sent already.
    requests: BTreeSet<String>,
    ids: BTreeSet<CaseId>,
    /// Whether anything was left out.
    cut: bool,
}

/// How much something is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measure {
    pub(super) cases: usize,
    /// Of the values of requests.
    pub(super) bytes: usize,
    /// Of finding and judging requests, whether cases come of them or not: bytes of bodies, names of parameters, and
    /// [`STEP`] for each schema that judges a part of a value.
    pub(super) work: usize,
}

impl<'o> Draft<'o> {
    /// No case yet, and `most` to come at most.
    pub(super) fn new(contract: &'o Contract, operation: &'o Operation, most: Measure) -> Self {
        Self {
            operation,
            judge: Judge::new(contract, operation),
            steps: schema::work(),
            broken: BTreeSet::new(),
            beside: BTreeSet::new(),
            cases: Vec::new(),
            notes: Vec::new(),
            impossible: Vec::new(),
            unbroken: BTreeMap::new(),
            unwritable: BTreeMap::new(),
            labels: BTreeMap::new(),
            left_out: 0,
            most,
            limit: most,
            used: Measure::default(),
            requests: BTreeSet::new(),
            ids: BTreeSet::new(),
            cut: false,
        }
    }

    /// The valid requests that differ from a base in one value.
    pub(super) fn bases(&self) -> impl Iterator<Item = Arc<Step>> + '_ {
        let valid = self.cases.iter().filter_map(|case| match case.steps.as_slice() {
            [step] if step.intent == Intent::Valid && step.sibling.is_some() => Some(step),
            _ => None,
        });
        valid.take(MOST_BASES).map(|step| Arc::new(Step { sibling: None, ..step.clone() }))
    }

    /// Has `work` fill so many percent of the room that is left.
    pub(super) fn share(&mut self, percent: usize, work: impl FnOnce(&mut Self)) {
        let part = |most: usize, used: usize| {
            used + most.saturating_sub(used) / 100 * percent + most.saturating_sub(used) % 100 * percent / 100
        };
        self.limit = Measure {
            cases: part(self.most.cases, self.used.cases),
            bytes: part(self.most.bytes, self.used.bytes),
            work: part(self.most.work, self.used.work),
        };
        work(self);
        self.limit = self.most;
    }

    /// What can be said of `step`.
    pub(super) fn label(&mut self, step: &Step) -> Label {
        let before = self.judge.work();
        let label = self.judge.says(step);
        self.used.work += self.judge.work() - before;
        label
    }

    /// Counts work that was done without [`Draft::label`].
    pub(super) fn spend(&mut self, work: usize) {
        self.used.work += work;
    }

    /// How many values of `base` may be changed one by one: each has a handful of mutants, and more than there is room
    /// for need not be made.
    pub(super) fn changes(&mut self, base: &Step) -> usize {
        let before = self.used.work;
        self.label(base);
        let each = (self.used.work - before).max(1);
        let cases = self.limit.cases.saturating_sub(self.used.cases);
        let work = self.limit.work.saturating_sub(self.used.work);
        (cases / 2 + 8).min(work / each / HANDFUL + 8)
    }

    /// Whether there is no room for more; who asks leaves something out then.
    pub(super) fn is_full(&mut self) -> bool {
        let steps = schema::work();
        self.used.work += steps.wrapping_sub(self.steps) * STEP;
        self.steps = steps;
        let Measure { cases, bytes, work } = self.limit;
        let full = self.used.cases >= cases || self.used.bytes >= bytes || self.used.work >= work;
        self.cut |= full;
        full
    }

    /// Adds a case of one step, unless the same request is there already. Returns whether it was added.
    pub(super) fn single(&mut self, family: &'static str, label: &str, step: Step) -> bool {
        let request = fingerprint(&step);
        if self.requests.contains(&request) {
            return false;
        }
        let bytes = size(&step);
        let added = self.push(case(self.operation, family, label, vec![step]), bytes);
        if added {
            self.requests.insert(request);
        }
        added
    }

    /// Adds cases of several steps.
    pub(super) fn extend(&mut self, cases: impl IntoIterator<Item = Case>) {
        for case in cases {
            self.push(case, 0);
        }
    }

    fn push(&mut self, case: Case, bytes: usize) -> bool {
        if self.ids.contains(&case.id) || self.is_full() {
            return false;
        }
        self.used.cases += 1;
        self.used.bytes += bytes;
        self.ids.insert(case.id.clone());
        self.cases.push(case);
        true
    }

    /// Says what could not be made.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Remembers variants that cannot be written, and how many values of a request are too many to be changed.
    pub(super) fn unwritable(&mut self, variants: Vec<(String, String)>, left_out: usize) {
        let room = MOST_COUNTED.saturating_sub(self.unwritable.len());
        self.unwritable.extend(variants.into_iter().take(room));
        self.left_out = self.left_out.max(left_out);
    }

    /// `label`, for what is made for the keyword at `place`; with a number where another place has the same label: one value
    /// may have several choices.
    pub(super) fn distinct(&mut self, label: String, place: &Place) -> String {
        let places = self.labels.entry(label.clone()).or_default();
        let known = places.iter().position(|known| known == place);
        let number = known.unwrap_or_else(|| {
            places.push(place.clone());
            places.len() - 1
        });
        if number == 0 { label } else { format!("{label} ({})", number + 1) }
    }

    /// Remembers why a request that should break the promise at `place` does not.
    pub(super) fn unbroken(&mut self, place: Place, reason: &str) {
        self.unbroken.entry(place).or_insert_with(|| reason.to_owned());
    }

    /// Says that no request shows the promise at `place` from one of its sides.
    pub(super) fn impossible(&mut self, place: Place, reason: impl Into<String>) {
        let known = self.impossible.iter().any(|(_, named, _)| *named == place);
        if !known && self.impossible.len() < MOST_NAMED {
            self.impossible.push((self.operation.id.clone(), place, reason.into()));
        }
    }

    /// What was not made, each in one sentence.
    fn lacks(&self) -> Vec<String> {
        let mut lacks = Vec::new();
        let mut reasons: Vec<&String> = Vec::new();
        for reason in self.unwritable.values() {
            if !reasons.contains(&reason) && reasons.len() <= REASONS {
                reasons.push(reason);
            }
        }
        let (count, id) = (self.unwritable.len(), &self.operation.id);
        if count > 0 {
            let variants = if count == 1 { "1 variant".to_owned() } else { format!("{count} variants") };
            let named: Vec<&str> = reasons.iter().take(REASONS).map(|reason| reason.as_str()).collect();
            let more = if reasons.len() > REASONS { "; and for other reasons" } else { "" };
            lacks.push(format!("{id}: {variants} cannot be written: {}{more}", named.join("; ")));
        }
        if self.left_out > 0 {
            lacks.push(format!("{id}: {} values are never changed: the request is too large", self.left_out));
        }
        lacks
    }

    /// Hands everything over.
    pub(super) fn finish(self) -> Generated {
        let cut = self.cut.then(|| self.operation.id.clone()).into_iter().collect();
        let mut notes = self.lacks();
        notes.extend(self.notes);
        Generated { cases: self.cases, notes, impossible: self.impossible, cut }
    }
}

/// A generated case. Its id depends on the operation, the family and the label alone, so that another operation or
/// another family changes no id.
pub(super) fn case(operation: &Operation, family: &'static str, label: &str, steps: Vec<Step>) -> Case {
    let name = if label.is_empty() {
        format!("{} {family}", operation.id)
    } else {
        format!("{} {family}: {label}", operation.id)
    };
    let id = sha256_of_parts(&[&operation.id.0, family, label]).get(..12).unwrap_or_default().to_owned();
    Case::new(CaseId(id.into()), name, Origin::Generated { family }, steps)
}

/// `step` as one that was made from `from` by changing several things.
pub(super) fn between(from: &Arc<Step>, step: Step) -> Step {
    let (before, after) = (from.body().cloned(), step.body().cloned());
    let sibling = Sibling { step: Arc::clone(from), at: Spot::Body(Pointer::root()), before, after };
    Step { sibling: Some(sibling), ..step }
}

/// About how much memory the values of a step take.
fn size(step: &Step) -> usize {
    fn of(value: &Value, left: usize) -> usize {
        match value {
            Value::String(text) => 32 + text.len(),
            Value::Array(items) if left > 0 => 32 + items.iter().map(|item| of(item, left - 1)).sum::<usize>(),
            Value::Object(members) if left > 0 => {
                64 + members.iter().map(|(name, member)| 48 + name.len() + of(member, left - 1)).sum::<usize>()
            }
            _ => 32,
        }
    }
    let arguments = step.arguments.iter().map(|argument| {
        size_of::<Argument>() + argument.name.len() + argument.literal().map_or(0, |value| of(value, 50))
    });
    arguments.sum::<usize>() + step.body().map_or(0, |value| of(value, 50))
}

/// What a step sends and expects, in a form that can be compared.
fn fingerprint(step: &Step) -> String {
    let Step { arguments, payload, credentials, method, .. } = step;
    sha256_of_parts(&[&format!("{arguments:?}"), &format!("{payload:?}"), &format!("{credentials:?}{method:?}")])
}
