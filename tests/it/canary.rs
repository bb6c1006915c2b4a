//! A server that fails now and then, one that is gone, and one that is wrong end in three ways, and none is taken for another.

use std::sync::atomic::{AtomicU64, Ordering};

use conform::drift::{Level, Stability};
use conform::outcome::{Outcome, Verdict};
use serde_json::Value;

use crate::pets::{Reply, Server};
use crate::things::{Manner, Things, run, truth};

const RUNS: u64 = 20;

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The environment is to blame.
    Outage,
    /// Drifts that show each time.
    Drift(Vec<String>),
    /// Failures of the server that show sometimes, and nothing else.
    Flaky,
    Other(String),
}

fn end(outcome: &Outcome) -> End {
    let errors = || outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let failing = |id: &str| id.contains("/503/");
    match outcome.verdict {
        Verdict::Environment if outcome.drifts.is_empty() => End::Outage,
        Verdict::Drift if errors().all(|drift| matches!(drift.stability, Stability::Stable { .. })) => {
            End::Drift(errors().map(|drift| drift.id.clone()).collect())
        }
        Verdict::Drift
            if errors()
                .all(|drift| failing(&drift.id) && matches!(drift.stability, Stability::Intermittent { .. })) =>
        {
            End::Flaky
        }
        verdict => {
            let drifts: Vec<String> = errors().map(|drift| format!("{} {:?}", drift.id, drift.stability)).collect();
            End::Other(format!("{verdict:?} {:?} {drifts:?}", outcome.reasons))
        }
    }
}

async fn ended(faults: &'static [&'static str], seed: u64, gone: impl Fn(u64) -> bool + Send + Sync + 'static) -> End {
    let things = Things::with(faults);
    let asked = AtomicU64::new(0);
    let server = Server::start(move |request| {
        if gone(asked.fetch_add(1, Ordering::Relaxed)) { Reply::Json(503, Value::Null) } else { things.reply(request) }
    })
    .await;
    end(&run(&truth(), &[], &server, &Manner { seed, ..Manner::default() }).await.outcome)
}

/// A number that looks random and is the same each time.
fn scattered(seed: u64, number: u64) -> u64 {
    let mixed = (seed * 1_000_003 + number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_drift_is_stable_each_time() {
    for seed in 0..RUNS {
        let End::Drift(drifts) = ended(&["state"], seed, |_| false).await else { panic!("seed {seed}") };
        assert_eq!(drifts, ["wrong-body/addThing/201/state/enum", "wrong-body/getThing/200/state/enum"], "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_never_a_drift() {
    for seed in 0..RUNS {
        // At once, and in the middle.
        assert_eq!(ended(&[], seed, |_| true).await, End::Outage, "seed {seed}");
        assert_eq!(ended(&[], seed, move |number| number > 30 + seed * 3).await, End::Outage, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_failure_in_ten_is_a_server_that_fails_now_and_then() {
    let mut others = Vec::new();
    for seed in 0..RUNS {
        let end = ended(&[], seed, move |number| scattered(seed, number).is_multiple_of(10)).await;
        if end != End::Flaky {
            others.push((seed, end));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}
