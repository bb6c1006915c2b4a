//! Which cases, in which order, and where the ids that they need come from.

pub mod link;
pub mod order;
pub mod producer;
pub mod shard;

use std::collections::BTreeMap;

use crate::case::{Call, Case, CaseId, Intent, Origin};
use crate::contract::{Contract, OperationId};

use shard::Shard;

/// What the user asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only cases that call one of these operations; empty selects all.
    pub only: Vec<String>,
    /// Never a case that calls one of these.
    pub exclude: Vec<String>,
    /// Only cases of this id or name, in which `*` and `?` stand for any characters and any one; empty selects all.
    pub cases: Vec<String>,
    /// Only cases of these ids; nothing selects all.
    pub ids: Option<Vec<String>>,
    /// Only cases with one of these tags; empty selects all.
    pub tags: Vec<String>,
    /// Leaves out the cases that make sense only where something may be changed.
    pub read_only: bool,
    /// Only cases that are meant for this environment.
    pub environment: Option<String>,
    /// Only this part of all cases.
    pub shard: Option<Shard>,
    /// Somebody asked for less than there usually is, and not by one of the above.
    pub is_part: bool,
}

/// The cases of a run, in the order in which they start.
#[derive(Debug)]
pub struct Plan<'s> {
    /// The selected cases.
    pub cases: Vec<&'s Case>,
    /// Cases that are only run because another one depends on them or calls them.
    pub support: Vec<&'s Case>,
    /// The operations that the selection speaks of; each owes the run a documented success.
    pub operations: Vec<OperationId>,
    /// Somebody asked for a part of the cases; what the environment excludes makes no part.
    pub is_part: bool,
    /// Places in `cases`, then in `support`.
    by_id: BTreeMap<&'s CaseId, usize>,
    /// Generated cases by the operation that they call first.
    generated: BTreeMap<OperationId, Vec<&'s Case>>,
}

impl<'s> Plan<'s> {
    /// Selects from `cases`, the most telling first.
    pub fn new(contract: &Contract, cases: &'s [Case], selection: &Selection) -> Self {
        // In the order of all cases, so that a selection keeps the order of the whole.
        let mut selected = order::most_telling_first(cases.iter().filter(|case| case.standalone).collect());
        selected.retain(|case| selection.takes(case));
        let support: Vec<&Case> = cases.iter().filter(|case| !selection.takes(case)).collect();
        let owed: Vec<OperationId> = selected.iter().flat_map(|case| owed(case)).collect();
        let owed: std::collections::BTreeSet<&OperationId> = owed.iter().collect();
        let wanted = |id: &OperationId| {
            (selection.only.is_empty() || names(&selection.only, id))
                && !names(&selection.exclude, id)
                // Who asks for single cases asks nothing of the operations that they do not call.
                && (!selection.is_of_cases() || owed.contains(id))
        };
        let operations = contract.operations.iter().map(|operation| operation.id.clone()).filter(wanted).collect();
        let all = || selected.iter().chain(&support).copied();
        let mut generated: BTreeMap<OperationId, Vec<&Case>> = BTreeMap::new();
        for case in all().filter(|case| matches!(case.origin, Origin::Generated { .. })) {
            if let Some(operation) = called(case).into_iter().next() {
                generated.entry(operation).or_default().push(case);
            }
        }
        let by_id = all().enumerate().map(|(place, case)| (&case.id, place)).collect();
        let is_part = selection.is_part || selection.is_of_cases() || !selection.only.is_empty();
        Self { cases: selected, support, operations, is_part, by_id, generated }
    }

    /// The case of this id, selected or in support.
    pub fn case(&self, id: &CaseId) -> Option<&'s Case> {
        let place = self.place(id)?;
        self.cases.get(place).or_else(|| self.support.get(place.checked_sub(self.cases.len())?)).copied()
    }

    /// Where the case of this id stands in the order of the plan.
    pub fn place(&self, id: &CaseId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Every case that was generated for `operation`, in order.
    pub fn generated_for(&self, operation: &OperationId) -> &[&'s Case] {
        self.generated.get(operation).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first case of `family` that was generated for `operation`.
    pub fn generated(&self, operation: &OperationId, family: &str) -> Option<&'s Case> {
        self.generated.get(operation)?.iter().copied().find(|case| self::family(case) == family)
    }
}

impl Selection {
    /// Whether it speaks of single cases, and not of operations.
    fn is_of_cases(&self) -> bool {
        !self.cases.is_empty() || self.ids.is_some() || !self.tags.is_empty() || self.shard.is_some()
    }

    fn takes(&self, case: &Case) -> bool {
        let called = called(case);
        let excluded = called.iter().any(|id| names(&self.exclude, id));
        let chosen = self.only.is_empty() || called.iter().any(|id| names(&self.only, id));
        let named = self.cases.is_empty() || self.cases.iter().any(|wanted| names_case(wanted, &case.id.0, &case.name));
        let listed = self.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| *id == *case.id.0));
        let tagged = self.tags.is_empty() || self.tags.iter().any(|tag| case.tags.contains(tag));
        let possible = !(self.read_only && case.needs_writes);
        let here = case.environments.is_empty()
            || self.environment.as_ref().is_none_or(|name| case.environments.contains(name));
        let mine = self.shard.is_none_or(|shard| shard.holds(&case.id));
        case.standalone && here && chosen && named && listed && tagged && possible && mine && !excluded
    }
}

/// Whether `wanted` means the case of this id and name: as it is spelled, or with `*` and `?` for any characters and any one.
pub fn names_case(wanted: &str, id: &str, name: &str) -> bool {
    wanted == id || wanted == name || (wanted.contains(['*', '?']) && matches(wanted, name))
}

/// Whether `pattern` covers `text` as a whole, in time proportional to both.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut star, mut i) = (0, None, 0);
    while i < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, i));
                at += 1;
            }
            Some(c) if *c == '?' || text.get(i) == Some(c) => {
                at += 1;
                i += 1;
            }
            _ => {
                let Some((back, begun)) = star else { return false };
                star = Some((back, begun + 1));
                (at, i) = (back + 1, begun + 1);
            }
        }
    }
    pattern.iter().skip(at).all(|c| *c == '*')
}

/// The operation that a case is about, where it names one, and those that its steps call, each once, in order.
pub fn called(case: &Case) -> Vec<OperationId> {
    let mut ids: Vec<OperationId> = case.about.iter().cloned().collect();
    for step in &case.steps {
        if let Call::Operation(id) = &step.call
            && !ids.contains(id)
        {
            ids.push(id.clone());
        }
    }
    ids
}

/// The operations that a case calls with requests that should be accepted.
fn owed(case: &Case) -> impl Iterator<Item = OperationId> {
    case.steps.iter().filter(|step| step.intent == Intent::Valid).filter_map(|step| match &step.call {
        Call::Operation(id) => Some(id.clone()),
        Call::Case(_) => None,
    })
}

/// The family that a case belongs to: `written`, the generating one, or the law.
pub fn family(case: &Case) -> &'static str {
    match &case.origin {
        Origin::Written { .. } => "written",
        Origin::Generated { family } => family,
        Origin::Law { law } => law,
    }
}

fn names(list: &[String], id: &OperationId) -> bool {
    list.iter().any(|name| **name == *id.0)
}
