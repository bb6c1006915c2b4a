//! Which cases, in which order, and where the ids that they need come from.

pub mod producer;

use crate::case::{Call, Case, CaseId, Origin};
use crate::contract::{Contract, OperationId};

/// What the user asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only cases that call one of these operations; empty selects all.
    pub only: Vec<String>,
    /// Never a case that calls one of these.
    pub exclude: Vec<String>,
    /// Only cases of this id or name; empty selects all.
    pub cases: Vec<String>,
    /// Only cases that are meant for this environment.
    pub environment: Option<String>,
}

/// The cases of a run, in the order in which they start.
#[derive(Debug)]
pub struct Plan {
    /// The selected cases.
    pub cases: Vec<Case>,
    /// Cases that are only run because another one depends on them or calls them.
    pub support: Vec<Case>,
    /// The operations that the selection speaks of; each owes the run a documented success.
    pub operations: Vec<OperationId>,
}

impl Plan {
    /// Selects from `cases`; keeps their order.
    pub fn new(contract: &Contract, cases: Vec<Case>, selection: &Selection) -> Self {
        let wanted = |id: &OperationId| {
            (selection.only.is_empty() || names(&selection.only, id)) && !names(&selection.exclude, id)
        };
        let (cases, support): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case: &Case| {
            let called = called(case);
            let excluded = called.iter().any(|id| names(&selection.exclude, id));
            let chosen = selection.only.is_empty() || called.iter().any(|id| names(&selection.only, id));
            let named = selection.cases.is_empty()
                || selection.cases.iter().any(|wanted| *wanted == *case.id.0 || *wanted == case.name);
            let here = case.environments.is_empty()
                || selection.environment.as_ref().is_none_or(|name| case.environments.contains(name));
            case.standalone && here && chosen && named && !excluded
        });
        // Who picks single cases speaks of the operations that these call, and of no other.
        let spoken_of = |id: &OperationId| {
            selection.cases.is_empty() || cases.iter().any(|case| called(case).iter().any(|called| called == id))
        };
        let operations = contract.operations.iter().map(|operation| operation.id.clone());
        let operations = operations.filter(|id| wanted(id) && spoken_of(id)).collect();
        Self { cases, support, operations }
    }

    /// The case of this id, selected or in support.
    pub fn case(&self, id: &CaseId) -> Option<&Case> {
        self.cases.iter().chain(&self.support).find(|case| case.id == *id)
    }
}

/// The operations that the steps of a case call, each once, in order.
pub fn called(case: &Case) -> Vec<OperationId> {
    let mut ids: Vec<OperationId> = Vec::new();
    for step in &case.steps {
        if let Call::Operation(id) = &step.call
            && !ids.contains(id)
        {
            ids.push(id.clone());
        }
    }
    ids
}

/// The family that a case belongs to: `written`, or the generating one.
pub fn family(case: &Case) -> &'static str {
    match &case.origin {
        Origin::Written { .. } => "written",
        Origin::Generated { family } => family,
    }
}

fn names(list: &[String], id: &OperationId) -> bool {
    list.iter().any(|name| **name == *id.0)
}
