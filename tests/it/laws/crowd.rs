//! No seed and no other client turns what keeps a law into a drift.

use conform::drift::Level;
use conform::generate;
use conform::law;
use conform::outcome::{CaseResult, Outcome};

use crate::proxy::{Lie, Proxy};
use crate::{run_suite, suite};

/// Clients that create, change and delete in one sandbox at the same time.
const CLIENTS: [u64; 5] = [0, 1, 2, 3, 4];

/// For so many seeds each, one after the other.
const SEEDS: u64 = 10;

/// Runs the laws for the seeds of one client.
async fn client(number: u64, proxy: &Proxy) -> Vec<(u64, Outcome)> {
    let mut suite = suite();
    let mut outcomes = Vec::new();
    for seed in number * SEEDS..(number + 1) * SEEDS {
        let settings =
            generate::Settings { seed, mark: vec!["referenceId".to_owned()], ..generate::Settings::default() };
        suite.cases = law::compose(&suite.contract, &settings).unwrap().cases;
        outcomes.push((seed, run_suite(&suite, seed, &proxy.base_url, &proxy.token).await));
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_seeds_are_silent_while_others_create_and_delete() {
    let proxy = Proxy::start(|_, answer| Lie::Answer(answer)).await;
    let outcomes = futures_util::future::join_all(CLIENTS.map(|number| client(number, &proxy))).await;
    let outcomes: Vec<_> = outcomes.into_iter().flatten().collect();
    assert_eq!(outcomes.len(), 50);
    for (seed, outcome) in &outcomes {
        let loud = outcome.drifts.iter().filter(|drift| drift.level > Level::Note);
        assert_eq!(loud.map(|drift| &drift.id).collect::<Vec<_>>(), [""; 0], "seed {seed}: {:#?}", outcome.drifts);
        let unjudged = outcome.cases.iter().filter(|case| case.result != CaseResult::Passed);
        let unjudged: Vec<_> = unjudged.map(|case| (&case.name, &case.result)).collect();
        assert_eq!(unjudged, [], "seed {seed}");
    }
}
