//! The same causes are the same drifts, whoever runs when and where; and one cause is one group.

use conform::drift::Level;
use conform::outcome::Outcome;

use crate::pets::Server;
use crate::things::{FAULTS, Manner, Things, run, truth};

async fn judged(faults: &[&'static str], manner: &Manner) -> Outcome {
    let things = Things::with(faults);
    let server = Server::start(move |asked| things.reply(asked)).await;
    run(&truth(), &[], &server, manner).await.outcome
}

/// Ids of what is worth a look, with their levels.
fn ids(outcome: &Outcome) -> Vec<(String, Level)> {
    let worth = outcome.drifts.iter().filter(|drift| drift.level != Level::Note);
    worth.map(|drift| (drift.id.clone(), drift.level)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_are_the_same_for_any_seed_any_number_of_workers_and_any_host() {
    let first = ids(&judged(FAULTS, &Manner::default()).await);
    assert!(first.len() > FAULTS.len(), "{first:?}");
    for (id, _) in &first {
        assert!(!id.contains("127.0.0.1") && !id.contains("localhost"), "{id}");
    }
    for concurrency in [1, 16] {
        assert_eq!(ids(&judged(FAULTS, &Manner { concurrency, ..Manner::default() }).await), first, "{concurrency}");
    }
    for seed in 2..=11 {
        assert_eq!(ids(&judged(FAULTS, &Manner { seed, ..Manner::default() }).await), first, "seed {seed}");
    }
    let elsewhere = Manner { host: "localhost", ..Manner::default() };
    assert_eq!(ids(&judged(FAULTS, &elsewhere).await), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_causes_so_many_groups() {
    let groups = |outcome: &Outcome| -> Vec<Vec<String>> {
        let worth = outcome.groups.iter().filter(|group| group.level != Level::Note);
        worth.map(|group| group.drifts.clone()).collect()
    };
    for fault in FAULTS {
        let found = groups(&judged(&[fault], &Manner::default()).await);
        assert_eq!(found.len(), 1, "{fault}: {found:#?}");
    }
    for some in 2..=FAULTS.len() {
        let found = groups(&judged(&FAULTS[..some], &Manner::default()).await);
        assert_eq!(found.len(), some, "{:?}: {found:#?}", &FAULTS[..some]);
    }
    assert!(groups(&judged(&[], &Manner::default()).await).is_empty());
}
