//! Each law: a server that breaks it alone is found by its name, and one that keeps it is silent.

mod collections;
mod costs;
mod crowd;
mod declaring;
mod lifecycles;
mod listing;
mod needless;
mod second;
mod settling;
mod windows;
mod writing;

use std::sync::LazyLock;

use conform::case::Origin;
use conform::drift::Level;
use conform::outcome::{CaseResult, Outcome};
use conform::plan::Selection;
use conform::suite::Suite;
use serde_json::Value;

use crate::proxy::{Answer, Asked, Lie, Proxy};
use crate::{run_selected, run_suite, suite};

/// The cases of laws alone, of this repository's documents.
static LAWS: LazyLock<Suite> = LazyLock::new(|| {
    let mut suite = suite();
    suite.cases.retain(|case| matches!(case.origin, Origin::Law { .. }));
    suite
});

/// Laws of what these documents do not have: PUT and `Location`. The second API has them.
const ELSEWHERE: [&str; 3] = ["location-resolves", "replace-is-whole", "replace-is-idempotent"];

/// Runs the laws against a lying proxy.
async fn run(liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static) -> Outcome {
    let proxy = Proxy::start(liar).await;
    run_suite(&LAWS, 1, &proxy.base_url, &proxy.token).await
}

/// The cases of the laws that these drifts speak of.
fn cases_of(ids: &[&str]) -> Selection {
    let laws = ids.iter().filter_map(|id| id.split('/').next());
    Selection { cases: laws.map(|law| format!("{law} *")).collect(), ..Selection::default() }
}

/// Expects these drifts at level error, and no other, where their laws are judged: others may suffer from the same fault.
async fn breaks(liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static, ids: &[&str]) -> Outcome {
    let proxy = Proxy::start(liar).await;
    let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(ids)).await;
    let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let found: Vec<&str> = errors.map(|drift| drift.id.as_str()).collect();
    assert_eq!(found, ids, "{:?} {:#?}", outcome.reasons, outcome.drifts);
    assert_eq!(outcome.exit_code, 1);
    for drift in outcome.drifts.iter().filter(|drift| drift.level == Level::Error) {
        assert!(drift.says.is_some(), "{} quotes nothing", drift.id);
        assert!(!drift.steps.is_empty(), "{}: {:?}", drift.id, drift.steps);
    }
    outcome
}

/// Changes the answers to successful requests of this method whose path ends so.
fn lie(
    method: &'static str,
    path_end: &'static str,
    change: impl Fn(&Asked, &mut Value) + Send + Sync + 'static,
) -> impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static {
    move |asked, mut answer| {
        if asked.is(method, path_end) && answer.is_success() {
            answer.edit(|body| change(asked, body));
        }
        Lie::Answer(answer)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_keeps_them_is_silent_and_each_is_judged() {
    let outcome = run(|_, answer| Lie::Answer(answer)).await;
    assert_eq!(outcome.drifts.iter().map(|drift| &drift.id).collect::<Vec<_>>(), [""; 0], "{:#?}", outcome.drifts);
    let unjudged = outcome.cases.iter().filter(|case| !matches!(case.result, CaseResult::Passed));
    assert_eq!(unjudged.map(|case| (&case.name, &case.result)).collect::<Vec<_>>(), []);
    for law in conform::law::registry::LAWS.iter().filter(|law| !ELSEWHERE.contains(&law.id)) {
        assert!(outcome.cases.iter().any(|case| case.family == law.id), "{} has no case", law.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn created_is_readable() {
    let liar = |asked: &Asked, mut answer: Answer| {
        let path = asked.path().trim_start_matches("/api/v1/customers/");
        if asked.method == "GET" && asked.path().contains("/customers/") && !path.contains('/') {
            answer.status = 404;
            answer.set_json(&serde_json::json!({ "message": "no such customer" }));
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["created-is-readable/GetOneCustomer/404"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filter_sound() {
    let liar = lie("GET", "/v1/customers", |asked, body| {
        if asked.target.contains("customerStatus=")
            && let Some(item) = body["items"].get_mut(0)
        {
            let other = if item["customerStatus"] == "ACTIVE" { "INACTIVE" } else { "ACTIVE" };
            item["customerStatus"] = other.into();
        }
    });
    breaks(liar, &["filter-sound/GetAllCustomers/200/items/*/customerStatus/customerStatus"]).await;
}
