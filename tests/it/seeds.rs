//! No seed turns what conforms into a drift.

use std::collections::BTreeSet;

use conform::case::{Case, Origin};
use conform::generate::{self, generate, is_drawn};
use conform::outcome::Outcome;
use conform::suite::{Settings, Suite};

use crate::pets::errors;
use crate::{default_suite, sent};

/// The suite with the cases that `seed` gives rise to.
pub(crate) fn seeded(suite: &mut Suite, generation: &generate::Settings, seed: u64) {
    let written = suite.cases.iter().filter(|case| matches!(case.origin, Origin::Written { .. })).cloned();
    let written: Vec<Case> = written.collect();
    let generated = generate(&suite.contract, &generate::Settings { seed, ..generation.clone() });
    suite.cases = written.into_iter().chain(generated.cases).collect();
}

/// The cases that no seed changes, in full.
fn listed(suite: &Suite) -> Vec<(String, String)> {
    let listed = suite.cases.iter().filter(|case| !is_drawn(case));
    listed.map(|case| (case.id.to_string(), sent(case))).collect()
}

/// Runs the default suite against the sandbox for each of `seeds`: the first in full, of the others what they change.
async fn silent(seeds: impl IntoIterator<Item = u64>) {
    let (mut suite, environment, generation) = default_suite();
    let mut whole: Option<Vec<(String, String)>> = None;
    let mut drawn: BTreeSet<String> = BTreeSet::new();
    for seed in seeds {
        seeded(&mut suite, &generation, seed);
        // What is left out below was sent already, as it is.
        let same = listed(&suite);
        let first = whole.is_none();
        assert_eq!(whole.get_or_insert_with(|| same.clone()), &same, "seed {seed}");
        let new = suite.cases.iter().filter(|case| is_drawn(case) && drawn.insert(sent(case))).count();
        assert!(new >= 40, "seed {seed} draws {new} requests that no other seed has drawn");
        let full = suite.cases.clone();
        if !first {
            suite.cases.retain(is_drawn);
        }
        let settings = Settings { seed, ..Settings::default() };
        let outcome = suite.run(environment.clone(), &settings, std::future::pending(), &|_| {}).await.unwrap();
        conforms(&outcome, seed);
        suite.cases = full;
    }
}

fn conforms(outcome: &Outcome, seed: u64) {
    assert_eq!(errors(outcome), [""; 0], "seed {seed}: {:#?}", outcome.drifts);
    assert_eq!(outcome.exit_code, 0, "seed {seed}: {:?}", outcome.reasons);
    assert!(outcome.requests > 60, "seed {seed}: {} requests", outcome.requests);
    for record in &outcome.operations {
        let enough = record.accepted * 100 >= record.valid * 95;
        assert!(enough, "seed {seed}: {} of {} of {}", record.accepted, record.valid, record.operation);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_drift_for_six_seeds() {
    silent([0, 1, 2, 3, 20_260_131, u64::MAX]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "two minutes: generating takes most of them"]
async fn no_drift_for_fifty_seeds() {
    silent(1_000..1_050).await;
}
