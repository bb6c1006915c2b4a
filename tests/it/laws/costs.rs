//! How many requests each law takes: the table of `docs/laws.md` is what a run against the sandbox counts.

use std::collections::BTreeMap;

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
        text.push_str(&format!("| `{}` | {cases} | {requests} |\n", law.id));
    }
    let own: u64 = counted.values().map(|(_, requests)| requests).sum();
    text.push_str(&format!("| what several look at, and removing what was made | | {} |\n", outcome.requests - own));
    text.push_str(&format!("| all | {} | {} |\n", outcome.cases.len(), outcome.requests));
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
