//! In which order cases start: what tells most comes first, so that a budget cuts off what tells least.

use std::collections::BTreeMap;

use crate::case::{Case, Intent, Origin};
use crate::contract::OperationId;

use super::{called, family};

/// Written cases, then laws and each operation's own successes and refusals, then what is listed, then what is drawn; within each
/// group the operations take turns.
pub(super) fn most_telling_first(cases: Vec<&Case>) -> Vec<&Case> {
    let mut turns: BTreeMap<(u8, Option<OperationId>), usize> = BTreeMap::new();
    let mut ranked: Vec<((u8, usize), &Case)> = Vec::with_capacity(cases.len());
    for case in cases {
        let group = group(case);
        let operation = called(case).into_iter().next().filter(|_| group > 0);
        let turn = turns.entry((group, operation)).or_default();
        ranked.push(((group, *turn), case));
        *turn += 1;
    }
    // Stable: who has the same turn keeps the order of the documents.
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, case)| case).collect()
}

fn group(case: &Case) -> u8 {
    match case.origin {
        Origin::Written { .. } => return 0,
        Origin::Law { .. } => return 1,
        Origin::Generated { .. } => {}
    }
    let intent = case.steps.first().map(|step| &step.intent);
    match (family(case), intent) {
        ("minimal" | "full" | "example", _) => 1,
        ("no-credentials" | "wrong-credentials" | "unknown-id" | "link" | "listed", _) => 2,
        ("random" | "random-mutant", _) => 5,
        (_, Some(Intent::Valid | Intent::Invalid(_))) => 3,
        _ => 4,
    }
}
