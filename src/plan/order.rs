//! In which order cases start: what tells most comes first, so that a budget cuts off what tells least.

use std::collections::BTreeMap;

use crate::case::{Case, Origin};
use crate::contract::OperationId;

use super::{called, family};

/// Written cases, then laws and each operation's own successes and refusals, then what is listed, then what is drawn. Within each
/// group the operations take turns, and in what is listed the families as well: the first of its kind tells more than the
/// fiftieth of another.
pub(super) fn most_telling_first(cases: Vec<&Case>) -> Vec<&Case> {
    let mut turns: BTreeMap<(u8, Option<OperationId>, Option<&str>), usize> = BTreeMap::new();
    let mut ranked: Vec<((u8, usize), &Case)> = Vec::with_capacity(cases.len());
    for case in cases {
        let group = group(case);
        let operation = called(case).into_iter().next().filter(|_| group > 0);
        let kind = (group == LISTED).then(|| family(case));
        let turn = turns.entry((group, operation, kind)).or_default();
        ranked.push(((group, *turn), case));
        *turn += 1;
    }
    // Stable: who has the same turn keeps the order of the documents.
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, case)| case).collect()
}

/// The group of what is listed for each place of a request.
const LISTED: u8 = 3;

fn group(case: &Case) -> u8 {
    match case.origin {
        Origin::Written { .. } => return 0,
        Origin::Law { .. } => return 1,
        Origin::Generated { .. } => {}
    }
    match family(case) {
        "minimal" | "full" | "example" => 1,
        "no-credentials" | "wrong-credentials" | "unknown-id" | "link" | "listed" => 2,
        "random" | "random-mutant" => 4,
        _ => LISTED,
    }
}
