//! How many requests each law takes: the table of `docs/laws.md` is what a run against the sandbox counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use conform::law::registry;
use conform::outcome::Outcome;

use super::{LAWS, run};
use crate::proxy::Lie;

/// No law takes more for one resource or collection: what one parent may have, and a few.
const MOST: u64 = 40;

fn table(outcome: &Outcome) -> String {
    let mut counted: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for case in &outcome.cases {
        let (cases, requests) = counted.entry(case.family.as_str()).or_default();
        *cases += 1;
        *requests += case.requests;
    }
    let mut text = "| law | cases | requests |\n|---|---:|---:|\n".to_owned();
    for law in registry::LAWS {
        let Some((cases, requests)) = counted.get(law.id) else { continue };
        writeln!(text, "| `{}` | {cases} | {requests} |", law.id).unwrap();
    }
    let own: u64 = counted.values().map(|(_, requests)| requests).sum();
    writeln!(text, "| what several look at, and removing what was made | | {} |", outcome.requests - own).unwrap();
    writeln!(text, "| all | {} | {} |", outcome.cases.len(), outcome.requests).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_how_many_requests_each_law_takes() {
    let outcome = run(|_, answer| Lie::Answer(answer)).await;
    assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
    let page = include_str!("../../../docs/laws.md");
    let table = table(&outcome);
    assert!(page.contains(&table), "docs/laws.md should say:\n{table}");
    for case in &outcome.cases {
        assert!(case.requests <= MOST, "{} takes {} requests", case.name, case.requests);
    }
    assert!(LAWS.cases.len() >= outcome.cases.len());
}
