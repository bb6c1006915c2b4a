//! What no law can be judged by is not created.

use std::sync::{Arc, Mutex};

use conform::config::{Config, Overrides};
use conform::drift::levels::Levels;
use conform::environment::Environment;
use conform::outcome::{CaseResult, Outcome};
use conform::plan::Selection;
use conform::suite::Settings;

use super::LAWS;
use crate::proxy::{Lie, Proxy};

/// Runs these cases of laws: what becomes of them, and what is sent.
async fn run(cases: &[&str], levels: Levels, change: impl FnOnce(&mut Environment)) -> (Outcome, Vec<String>) {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    let proxy = Proxy::start(move |asked, answer| {
        seen.lock().unwrap().push(format!("{} {}", asked.method, asked.path()));
        Lie::Answer(answer)
    })
    .await;
    let overrides = Overrides {
        base_url: Some(proxy.base_url.clone()),
        token_env: Some("TOKEN".to_owned()),
        ..Overrides::default()
    };
    let lookup = |name: &str| (name == "TOKEN").then(|| proxy.token.clone());
    let mut environment = Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap();
    change(&mut environment);
    let cases = cases.iter().map(|name| (*name).to_owned()).collect();
    // As the command line has it.
    let selection = Selection { cases, exclude: environment.exclude.clone(), ..Selection::default() };
    let settings = Settings { seed: 1, selection, levels, ..Settings::default() };
    let outcome = LAWS.run(environment, &settings, std::future::pending(), &|_| {}).await.unwrap();
    let sent = sent.lock().unwrap().clone();
    (outcome, sent)
}

fn reasons(outcome: &Outcome) -> Vec<&str> {
    let reasons = outcome.cases.iter().map(|case| match &case.result {
        CaseResult::NotJudged { reason } => reason.as_str(),
        other => panic!("{}: {other:?}", case.name),
    });
    reasons.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_created_for_a_law_whose_requests_may_not_leave() {
    // By its method and path, which keeps no case out of the plan.
    let (outcome, sent) =
        run(&["filter-sound GetAllCustomers*", "pages-complete *"], Levels::default(), |environment| {
            environment.exclude = vec!["GET /v1/customers".to_owned()];
        })
        .await;
    assert!(outcome.cases.len() > 3, "{:?}", outcome.cases);
    assert!(reasons(&outcome).iter().all(|reason| *reason == "operation GetAllCustomers is excluded"), "{outcome:?}");
    assert_eq!(sent, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_created_for_a_law_that_needs_what_may_not_be_created() {
    let (outcome, sent) = run(&["created-is-readable bank account"], Levels::default(), |environment| {
        environment.exclude = vec!["AddCustomerBankInformation".to_owned()];
    })
    .await;
    assert_eq!(outcome.cases.len(), 1);
    assert_eq!(reasons(&outcome), ["operation AddCustomerBankInformation is excluded"]);
    assert_eq!(sent, [""; 0], "no customer for an account that cannot be");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_for_a_law_that_is_switched_off_and_others_are_judged() {
    let off = |rule: &str| Levels::new([(rule.to_owned(), None)].into());
    let (outcome, sent) = run(&["filter-sound *"], off("filter-sound"), |_| {}).await;
    assert!(
        outcome.cases.len() > 3 && reasons(&outcome).iter().all(|reason| *reason == "filter-sound is switched off")
    );
    assert_eq!(sent, [""; 0]);
    let (outcome, sent) = run(&["created-is-readable customer"], off("filter-sound"), |_| {}).await;
    assert!(outcome.cases.iter().all(|case| case.result == CaseResult::Passed), "{:?}", outcome.cases);
    assert!(sent.iter().any(|request| request.starts_with("POST ")), "{sent:?}");
}
